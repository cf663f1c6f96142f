"""Whether confidence means what it says: stated against true rate, in five bins of equally many alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from stream.evaluation.measure import Judged

BINS = 5


@dataclass(frozen=True, slots=True)
class Bin:
    """Alerts of like confidence: its range, its mean (*stated*), and how many of them were right (*true*)."""

    low: float
    high: float
    count: int
    stated: float
    true: float

    @property
    def gap(self) -> float:
        """How much too sure the alerts are; negative when they are not sure enough."""
        return self.stated - self.true

    def as_json(self) -> dict[str, Any]:
        """Return the bin with its gap, rounded."""
        values = {"low": self.low, "high": self.high, "stated": self.stated, "true": self.true, "gap": self.gap}
        return {"count": self.count, **{name: round(value, 3) for name, value in values.items()}}


def reliability(judged: Sequence[Judged], bins: int = BINS) -> list[Bin]:
    """Return the bins from the least to the most confident; fewer when there are fewer alerts than bins."""
    ranked = sorted(judged, key=lambda item: item.alert.confidence)
    edges = [len(ranked) * i // bins for i in range(bins + 1)]
    out = []
    for first, last in pairwise(edges):
        part = ranked[first:last]
        if part:
            values = [item.alert.confidence for item in part]
            true = sum(item.right for item in part) / len(part)
            out.append(Bin(values[0], values[-1], len(part), sum(values) / len(part), true))
    return out
