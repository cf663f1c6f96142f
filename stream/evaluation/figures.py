"""The figures that are measured: counts that add up over articles, and the rates that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

_DIGITS = 3


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


class _Sums:
    """Values of one class add up field by field."""

    __slots__ = ()

    def __add__(self, other: Self) -> Self:
        values = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return type(self)(**values)


@dataclass(frozen=True, slots=True)
class Found(_Sums):
    """What was found rightly (*tp*), found wrongly (*fp*) and not found (*fn*)."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """The share of what is there that was found."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    def as_json(self) -> dict[str, Any]:
        """Return the rates, rounded, with the counts that gave them."""
        rates = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**{k: round(v, _DIGITS) for k, v in rates.items()}, "tp": self.tp, "fp": self.fp, "fn": self.fn}


@dataclass(frozen=True, slots=True)
class Rate(_Sums):
    """How often something held (*hit*) where it could (*of*)."""

    hit: int = 0
    of: int = 0

    @property
    def rate(self) -> float | None:
        """The share, None where nothing could be judged."""
        return self.hit / self.of if self.of else None

    def as_json(self) -> dict[str, Any]:
        """Return the rate, rounded, with the counts that gave it."""
        return {"rate": None if self.rate is None else round(self.rate, _DIGITS), "hit": self.hit, "of": self.of}


@dataclass(frozen=True, slots=True)
class TollRate(_Sums):
    """How often a toll was exact, and how often one was given where the article gives none (*invented*)."""

    hit: int = 0
    of: int = 0
    invented: int = 0

    @property
    def rate(self) -> float | None:
        """The share of exact tolls, None where the articles give none."""
        return self.hit / self.of if self.of else None

    def as_json(self) -> dict[str, Any]:
        """Return the rate, rounded, with the counts that gave it."""
        return {**Rate(self.hit, self.of).as_json(), "invented": self.invented}


@dataclass(frozen=True, slots=True)
class KindFigures(_Sums):
    """All figures of one kind of event. Slots are judged on the events that were found."""

    events: Found = Found()
    articles: Found = Found()
    background_alarmed: Rate = Rate()
    type: Rate = Rate()
    status: Rate = Rate()
    initiator: Found = Found()
    target: Found = Found()
    country: Rate = Rate()
    place: Rate = Rate()
    date: Rate = Rate()
    killed: TollRate = TollRate()
    injured: TollRate = TollRate()

    def as_json(self, *, tolls: bool) -> dict[str, dict[str, Any]]:
        """Return the figures under their names; *tolls* says whether events of this kind can have any."""
        names = [f.name for f in fields(self) if tolls or f.name not in {"killed", "injured"}]
        return {_LABELS.get(name, name): getattr(self, name).as_json() for name in names}


_LABELS = {"background_alarmed": "background alarmed", "place": "place within 50 km"}
