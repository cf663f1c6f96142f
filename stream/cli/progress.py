"""Progress on standard error, for people only: nothing is shown where no terminal looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from stream.cli.alert_output import console


@contextmanager
def progress(label: str, *, total: int | None = None, shown: bool = True) -> Iterator[Callable[[int], None]]:
    """Give a function that adds to what is done; *total* is None where nobody knows how much there is.

    *shown* is False where data goes to the same terminal, which the bar would smear.
    """
    stderr = console(stderr=True)
    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False)]
    columns += [BarColumn(), MofNCompleteColumn()] if total else [TextColumn("{task.completed}")]
    columns.append(TimeElapsedColumn())
    shown = shown and stderr.is_terminal
    # Standard output is not redirected: data must never end up on standard error.
    with Progress(*columns, console=stderr, transient=True, redirect_stdout=False, disable=not shown) as bar:
        task = bar.add_task(label, total=total)
        yield lambda count: bar.advance(task, count)
