"""A row of the table: what was measured, the bar, and whether it was met."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. *met* is None where the issue states no bar for it."""

    measure: str
    figure: str
    bar: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "met", False: "MISSED", None: "-"}[self.met]
        return f"| {self.measure} | {self.figure} | {self.bar or '-'} | {verdict} |"


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one thing over the rounds of a run."""

    values: tuple[float, ...]

    @classmethod
    def ratios(cls, above: Sequence[float], below: Sequence[float]) -> Figures:
        """Return *above* over *below*, round by round."""
        return cls(tuple(one / other for one, other in zip(above, below, strict=True)))

    @property
    def median(self) -> float:
        """Return the middle one."""
        return statistics.median(self.values)

    def shown(self, unit: str = "", digits: int = 2) -> str:
        """Return the median with the lowest and the highest."""
        low, middle, high = (f"{value:,.{digits}f}" for value in (min(self.values), self.median, max(self.values)))
        return f"**{middle}**{unit} ({low} to {high})" if len(self.values) > 1 else f"**{middle}**{unit}"


def machine() -> str:
    """Name the processor, the cores that we may use, the memory, the system and the Python."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    name = names[0] if names else platform.processor() or platform.machine()
    return (
        f"{name}, {cores} cores, {gigabytes:.0f} GB, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}"
    )


_METHOD = """Medians; in brackets the lowest and highest round. Detection and its peers: processor time in one process,
  round by round, on articles that none of them has seen. Everything else: by the clock."""


def table(rows: Sequence[Row], *, at: datetime, articles: str, load: tuple[float, float], quick: bool = False) -> str:
    """Return the rows as Markdown, with what a reader needs to judge them. *load*: before and after."""
    cores = os.cpu_count() or 1
    busy = max(load) - 1 > cores / 2
    notes = [
        f"Machine: {machine()}. Load average before and after: {load[0]:.1f}, {load[1]:.1f}"
        + (
            ": OTHER PROGRAMS RAN MEANWHILE. What is measured by the clock is far better on a machine at rest."
            if busy
            else "."
        ),
        f"Articles: {articles}",
        _METHOD + (" Few articles and rounds (`--quick`), so take the figures as rough." if quick else ""),
    ]
    return "\n".join(
        [
            f"# Benchmarks of {at:%Y-%m-%d}",
            "",
            "Written by `make bench`.",
            "",
            *(f"- {note}" for note in notes),
            "",
            "| measure | figure | bar | |",
            "| --- | --- | --- | --- |",
            *map(str, rows),
            "",
        ]
    )
