"""Dates of the Islamic calendar as dates of the common one.

The arithmetic ("civil", tabular) calendar: months of 30 and 29 days in turn, eleven leap years in a cycle of thirty
(2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29), epoch Friday 16 July 622 of the Julian calendar, as described by Reingold and
Dershowitz, "Calendrical Calculations". News uses Umm al-Qura or the moon as seen, which differ from it by a day or two:
enough to place an event, not to time it.
"""

from __future__ import annotations

from datetime import date, timedelta

_EPOCH = 227_015  # 1 Muharram 1 as a proleptic Gregorian ordinal day


def hijri_to_gregorian(year: int, month: int, day: int = 1) -> date:
    """The common date of *day* *month* *year* of the tabular Islamic calendar."""
    days = day + 29 * (month - 1) + month // 2 + 354 * (year - 1) + (3 + 11 * year) // 30
    return date.fromordinal(min(max(_EPOCH + days - 1, 1), date.max.toordinal()))


def hijri_month(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month of the tabular Islamic calendar."""
    start = hijri_to_gregorian(year, month)
    after = hijri_to_gregorian(year + month // 12, month % 12 + 1)
    return start, max(start, after - timedelta(days=1))


def hijri_year_of(day: date) -> int:
    """The Islamic year in which *day* falls."""
    year = (30 * (day.toordinal() - _EPOCH) + 10_646) // 10_631
    while day < date.max and hijri_to_gregorian(year + 1, 1) <= day:
        year += 1
    while year > 1 and hijri_to_gregorian(year, 1) > day:
        year -= 1
    return year
