"""Whether two accounts can be of one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from schemas.alert import DatePrecision, Kind, Occurred
from schemas.base import Moment
from stream.incidents.parts import CONFLICT, Part


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which an event may have been, both included, and whether the text gives them."""

    first: date
    last: date
    precision: DatePrecision

    @classmethod
    def of(cls, occurred: Occurred, published_at: Moment) -> Days:
        """Return the days of *occurred*. News without a date is of the day of its publication or the day before."""
        day = published_at.date()
        if occurred.precision is DatePrecision.UNKNOWN or occurred.start is None or occurred.end is None:
            return cls(day - timedelta(days=1), day, DatePrecision.UNKNOWN)
        return cls(occurred.start, occurred.end, occurred.precision)

    def gap(self, other: Days) -> int:
        """Return how many days lie between two spans: 0 where they overlap, 1 from one day to the next."""
        return max((max(self.first, other.first) - min(self.last, other.last)).days, 0)


def day_part(one: Days, other: Days, kind: Kind) -> Part:
    """Say what two dates speak for or against one event."""
    points = day_points(one, other, kind)
    if points <= CONFLICT:
        return Part("date", points, "days apart")
    return Part("date", points, _told(one) if one == other else f"{_told(one)} and {_told(other)}")


def day_points(one: Days, other: Days, kind: Kind) -> float:
    """Return the points alone."""
    gap = one.gap(other)
    precisions = {one.precision, other.precision}
    if precisions == {DatePrecision.DAY}:
        return _exact(one, other, gap, kind)
    if DatePrecision.UNKNOWN in precisions and precisions <= {DatePrecision.UNKNOWN, DatePrecision.DAY}:
        return 1 if gap == 0 else -1 if gap <= 2 else -4
    return 0 if gap == 0 else CONFLICT


def _exact(one: Days, other: Days, gap: int, kind: Kind) -> float:
    if gap == 0:
        return 2 if one.first == one.last == other.first == other.last else 1
    if gap == 1:
        # A night between two days, or an outlet that takes the day of its report for that of the event.
        return -3 if kind is Kind.ATTACK else -2
    return CONFLICT


def _told(days: Days) -> str:
    if days.precision is DatePrecision.UNKNOWN:
        return f"undated, told on {days.last}"
    return str(days.first) if days.first == days.last else f"{days.first} to {days.last}"
