"""The small values that matching adds up: a part of the score, in points, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

CONFLICT = -20.0
"""Points of what rules one event out: no sum of all other parts makes up for it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one slot says about whether two accounts are of one event: points for (above 0) or against."""

    name: str
    points: float
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}: {self.points:+g}"
