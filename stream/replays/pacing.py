"""How fast a replay goes: so many articles a second, or so many times as fast as they were published."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class Pace(Protocol):
    """Says when the next article is due."""

    def wait(self, published: datetime | None) -> float:
        """Return for how many seconds to wait before the article of that time is sent; 0 or less when it is due."""
        ...


@dataclass(slots=True)
class Rate:
    """So many articles *a_second*, evenly."""

    a_second: float
    clock: Callable[[], float] = time.monotonic
    _began: float | None = field(default=None, init=False)
    _sent: int = field(default=0, init=False)

    def wait(self, published: datetime | None) -> float:
        """Return the seconds to the article's turn."""
        del published
        now = self.clock()
        self._began = now if self._began is None else self._began
        due = self._began + self._sent / self.a_second
        self._sent += 1
        return due - now


@dataclass(slots=True)
class Speed:
    """The gaps between the times of publication, divided by *factor*; the first article is due at once."""

    factor: float
    clock: Callable[[], float] = time.monotonic
    _began: float = field(default=0.0, init=False)
    _first: datetime | None = field(default=None, init=False)

    def wait(self, published: datetime | None) -> float:
        """Return the seconds to the article's turn; one without a date goes with the one before it."""
        now = self.clock()
        if published is None:
            return 0.0
        if self._first is None:
            self._began, self._first = now, published
        return self._began + (published - self._first).total_seconds() / self.factor - now


def parse_speed(text: str) -> float | None:
    """Return the factor in `60x`, `1x` or `0.5x`, or None for `max`. Raises ValueError."""
    if text == "max":
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)x?", text)
    if not found or not float(found[1]):
        raise ValueError(f"{text!r} is no speed. Write it as 60x (an hour in a minute), 1x, or max")
    return float(found[1])
