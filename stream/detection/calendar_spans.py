"""Arithmetic on days, weeks, months and years against a day of publication. Weeks begin on Monday."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from stream.detection.hijri import hijri_month, hijri_to_gregorian, hijri_year_of

Precision = Literal["day", "week", "month", "year", "unknown"]
Point = Literal["early", "middle", "late"]
_NEAR_DAY = 60  # days ahead within which a day and month without a year is taken as coming
_NEAR_MONTH = 3  # the same in months, for a month alone


class Span(NamedTuple):
    """First and last day, and how exact the words were."""

    start: date
    end: date
    precision: Precision


def days_from(day: date, days: int) -> date:
    """*day* moved by *days*; what lies outside the calendar ends at its border."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def hours_before(moment: datetime, hours: int) -> date:
    """The day on which it was *hours* earlier, by the hour of the clock."""
    return days_from(moment.date(), (moment.hour - hours) // 24)


def months_from(day: date, months: int) -> date:
    """The same day of the month *months* later, or the last day of that month."""
    index = min(max(day.year * 12 + day.month - 1 + months, 12), 12 * 9999 + 11)
    year, month = divmod(index, 12)
    last = month_span(year, month + 1).end.day
    return date(year, month + 1, min(day.day, last))


def month_span(year: int, month: int) -> Span:
    """A whole month."""
    year = min(max(year, 1), 9999)
    start = date(year, month, 1)
    end = date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)
    return Span(start, end, "month")


def year_span(year: int) -> Span:
    """A whole year; what lies outside the calendar becomes its first or last one."""
    year = min(max(year, 1), 9999)
    return Span(date(year, 1, 1), date(year, 12, 31), "year")


def week_span(day: date, weeks: int = 0) -> Span:
    """The week, Monday to Sunday, that lies *weeks* after that of *day*."""
    monday = days_from(day, 7 * weeks - day.weekday())
    return Span(monday, days_from(monday, 6), "week")


def weekend(day: date, weeks: int = 0) -> Span:
    """The latest Saturday and Sunday that have begun by *day*, moved by *weeks*."""
    saturday = days_from(day, 7 * weeks - (day.weekday() - 5) % 7)
    return Span(saturday, days_from(saturday, 1), "day")


def weekday_on(day: date, weekday: int, *, coming: bool = False, strict: bool = False) -> date:
    """The latest such weekday up to *day* (strictly before it when *strict*), or the next one from *day* on."""
    if coming:
        ahead = (weekday - day.weekday()) % 7
        return days_from(day, ahead or (7 if strict else 0))
    back = (day.weekday() - weekday) % 7
    return days_from(day, -(back or (7 if strict else 0)))


def part_of(span: Span, point: Point) -> Span:
    """The first, middle or last third of a month; of a year its first month, its middle or its last two months."""
    if span.precision == "month":
        first = {"early": 0, "middle": 10, "late": 20}[point]
        end = span.end if point == "late" else days_from(span.start, first + 9)
        return Span(days_from(span.start, first), end, "week")
    if span.precision == "year":
        year = span.start.year
        first_month, last_month = {"early": (1, 1), "middle": (5, 7), "late": (11, 12)}[point]
        return Span(date(year, first_month, 1), month_span(year, last_month).end, "month")
    if point == "late":
        return Span(days_from(span.start, 5), span.end, "day")
    return Span(span.start, days_from(span.start, 2), "week") if point == "early" else span


def day_of(published: date, month: int, day: int, tense: str | None, *, strict: bool = False) -> date | None:
    """The *day* of *month* without a year, nearest to what *tense* asks for; None when there is no such day."""
    candidates = []
    for year in range(published.year - 4, published.year + 5):
        try:
            candidates.append(date(year, month, day))
        except ValueError:
            continue
    before = [c for c in candidates if c < published or (c == published and not strict)]
    after = [c for c in candidates if c > published or (c == published and not strict)]
    if not before or not after:
        return None
    past, coming = before[-1], after[0]
    if tense == "past":
        return past
    if tense == "future" or (coming - published).days <= _NEAR_DAY:
        return coming if past != published else past
    return past


def month_of(published: date, month: int, tense: str | None, *, strict: bool = False) -> Span:
    """The *month* without a year, nearest to what *tense* asks for; *strict* excludes the month of publication."""
    ahead = (month - published.month) % 12
    if ahead == 0:
        years = {"past": -1, "future": 1}.get(tense or "", 0) if strict else 0
        return month_span(published.year + years, month)
    coming = tense == "future" or (tense is None and ahead <= _NEAR_MONTH)
    start = months_from(published.replace(day=1), ahead if coming else ahead - 12)
    return month_span(start.year, start.month)


def hijri_span(published: date, month: int, day: int | None, year: int | None) -> Span:
    """A day or month of the Islamic calendar; without a year the one nearest to publication."""
    now = hijri_year_of(published)

    def span(of_year: int) -> Span:
        if day is None:
            return Span(*hijri_month(of_year, month), "month")
        on = hijri_to_gregorian(of_year, month, day)
        return Span(on, on, "day")

    if year is not None:
        return span(year)
    return min((span(y) for y in (now - 1, now, now + 1)), key=lambda s: abs((s.start - published).days))
