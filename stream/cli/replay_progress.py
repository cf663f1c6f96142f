"""How far a replay is: articles, articles a second and the time that is left, for people only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from stream.cli.alert_output import console


class ReplayBar:
    """A bar of the bytes that are read until it is known how many articles there are; then one of articles."""

    def __init__(self, bar: Progress, label: str, total_bytes: int | None) -> None:
        self._bar = bar
        self._task = bar.add_task(label, total=total_bytes, articles=0, rate="")
        self._by_bytes = True
        self._articles = 0
        self._began = 0.0

    def read(self, count: int) -> None:
        """Tell that so many bytes were read."""
        if self._by_bytes:
            self._bar.advance(self._task, count)

    def total(self, articles: int) -> None:
        """Tell how many articles there are."""
        self._by_bytes = False
        self._bar.reset(self._task, total=articles, articles=0, rate="")

    def advance(self, articles: int) -> None:
        """Tell that so many articles were sent."""
        self._began = self._began or time.monotonic()
        self._articles += articles
        seconds = time.monotonic() - self._began
        rate = f"{self._articles / seconds:.1f}/s" if seconds > 1 else ""
        self._bar.update(self._task, articles=self._articles, rate=rate, advance=0 if self._by_bytes else articles)


@contextmanager
def replay_bar(label: str, total_bytes: int | None) -> Iterator[ReplayBar]:
    """Give the bar, on standard error if a terminal looks; *total_bytes* is None where nobody knows."""
    stderr = console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[articles]} articles {task.fields[rate]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=stderr, transient=True, redirect_stdout=False, disable=not stderr.is_terminal
    ) as bar:
        yield ReplayBar(bar, label, total_bytes)
