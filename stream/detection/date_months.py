"""Months and seasons in running text, with the day, the year and the words around them that belong to them."""

# A branch for each construction of the grammar, each with its own way out:
# ruff: noqa: C901, PLR0911

from __future__ import annotations

from datetime import date

from stream.detection import calendar_spans as cal
from stream.detection.calendar_spans import Span
from stream.detection.date_context import Found, Neighbourhood
from stream.detection.date_words import Form, Tense

_NAMED_YEARS = range(1000, 2200)  # years beside "year" or a month
_HIJRI_YEARS = range(1300, 1500)


def _alternative(near: Neighbourhood, last: int, kind: str, value: int) -> int:
    """The word after the other name of the same month ("September/Eylul"), or *last*."""
    if last < len(near.words) and not near.separators[last - 1].strip(" /()-\\|"):
        hit = near.hits[last]
        for form in hit.value if hit and not hit.prefix else ():
            end = last + 1 + len(form.rest)
            if form.kind == kind and form.value == value and tuple(near.words[last + 1 : end]) == form.rest:
                return end
    return last


def _year_after(near: Neighbourhood, last: int) -> tuple[int, int | None, Tense | None, int]:
    """What follows a month: the word after, a year, what "last" or "coming" says, and years from publication."""
    end, tense = near.modifier(last)
    if tense:
        return end, None, tense, 0
    k = last
    if near.has("of", near.next(k)) or near.next(k) in near.lex.sets["this"]:
        k += 1
    if k > last and near.next(k) in near.lex.sets["this"]:
        k += 1
    this = near.words[k - 1] in near.lex.sets["this"] if k > last else False
    if near.has("the_year", near.next(k)):
        after, tense = near.modifier(k + 1)
        if tense or this:
            return (
                (after if tense else k + 1),
                None,
                None,
                {"past": -1, "future": 1}.get(tense or "", 0) or 2 * 10**6,
            )
        k += 1
    elif k > last:
        return last, None, None, 0
    year = _year_number(near, k)
    return (k + 1, year, None, 0) if year else (last, None, None, 0)


def _year_number(near: Neighbourhood, k: int) -> int | None:
    if 0 < k < len(near.words) and not near.separators[k - 1].strip(" ,()-/"):
        word = near.words[k]
        if len(word) == 4 and word.isdigit() and int(word) in _NAMED_YEARS:
            return int(word)
    return None


def day_before(near: Neighbourhood, i: int) -> tuple[int, list[int]]:
    """Day numbers before a month name: where they begin, and one day or the first and last of a range."""
    k = i
    for name in ("month_word", "of", "month_word"):
        if near.has(name, near.before(k)) and not (name == "of" and k == i and near.hits[k] is None):
            k -= 1
    previous = near.before(k)
    tail = k > 0 and near.separators[k - 1].strip() == "-"
    if tail:
        previous = near.word(k - 1)
    digits = _tail_digits(previous)
    if digits and len(digits) <= 2 and 1 <= int(digits) <= 31:
        return _day_range(near, k - 1, int(digits))
    if k < i or near.before(i) == previous:
        first, day = _ordinal(near, k)
        if day and near.word(first - 1) not in near.lex.long_months:
            return first, [day]
    return i, []


def _day_range(near: Neighbourhood, at: int, day: int) -> tuple[int, list[int]]:
    """The range of days that ends with the number at the word *at*, or that day alone."""
    word = near.words[at]
    other = near.word(at - 1)
    if at and near.separators[at - 1].strip() == "-" and other.isdigit() and len(other) <= 2:
        return (at - 1, [int(other), day]) if 0 < int(other) < day else (at, [day])
    if near.joined(at) and word.startswith(near.lex.and_) and _tail_digits(other) and len(_tail_digits(other)) <= 2:
        low = int(_tail_digits(other))
        return (at - 1, [low, day]) if 0 < low < day else (at, [day])
    if near.has("until", other) and _tail_digits(near.word(at - 2)) and len(_tail_digits(near.word(at - 2))) <= 2:
        low = int(_tail_digits(near.word(at - 2)))
        return (at - 2, [low, day]) if 0 < low < day else (at, [day])
    return at, [day]


def _ordinal(near: Neighbourhood, end: int) -> tuple[int, int]:
    """The ordinal number that ends before the word *end*: where it begins, and its value or 0."""
    ordinals = near.lex.ordinals
    word = near.before(end)
    if near.has("first_day", word):
        return end - 1, 1
    if word in near.lex.sets["ten"]:
        unit = ordinals.get(near.before(end - 1).removeprefix(near.lex.and_), 0)
        return (end - 2, unit + 10) if 0 < unit < 10 else (end, 0)
    if word.startswith(near.lex.and_) and ordinals.get(word[1:], 0) >= 20:
        unit = ordinals.get(near.before(end - 1), 0)
        return (end - 2, unit + ordinals[word[1:]]) if 0 < unit < 10 else (end, 0)
    value = ordinals.get(word, 0) or ordinals.get(word[1:] if word else "", 0)
    return (end - 1, value) if value else (end, 0)


def read_month(near: Neighbourhood, i: int, last: int, form: Form) -> Found | None:
    """A month with its day, year and point, or None where the word is another one."""
    lex = near.lex
    end = _alternative(near, last, "month", form.value)
    evidence = end > last
    end, year, stated, shift = _year_after(near, end)
    first, days = day_before(near, i)
    named = near.has("month_word", near.before(i))
    evidence = evidence or bool(days) or year is not None or stated is not None or shift != 0 or named
    if form.word in lex.sets["months_with_evidence"] and not evidence:
        return None
    preposition = near.before(first) if days else near.before(i)
    if form.word in lex.sets["months_with_preposition"] and not evidence and not near.has("in_", preposition):
        return None
    if year is None and not stated and days and near.before(first) in lex.sets["event_names"]:
        return None
    if named and first == i:
        first = i - 1
    point = lex.points.get(near.before(first)) or lex.points.get(near.before(first)[1:])
    tense = stated or near.tense_at(first, end)
    if shift and year is None:
        year = near.published.year + (shift if abs(shift) == 1 else 0)
    if days:
        end_day = _day_span(near, (form.value, days[-1]), year, stated, tense)
        if end_day is None:
            return None
        return Found(first, end, Span(end_day.replace(day=days[0]), end_day, "day"), tense, "month")
    if year is not None:
        span = cal.month_span(year, form.value)
    elif stated == "present":
        span = cal.month_of(near.published, form.value, "past")
    else:
        span = cal.month_of(near.published, form.value, stated or tense, strict=stated is not None)
    if point:
        return Found(first - 1, end, cal.part_of(span, point), tense, "month")
    return Found(first, end, span, tense, "month")


def _day_span(
    near: Neighbourhood, month_day: tuple[int, int], year: int | None, stated: Tense | None, tense: Tense | None
) -> date | None:
    month, day = month_day
    if year is not None:
        try:
            return date(year, month, day)
        except ValueError:
            return None
    if stated == "present":
        return cal.day_of(near.published, month, day, None)
    if stated:
        return cal.day_of(near.published, month, day, stated, strict=True)
    return cal.day_of(near.published, month, day, tense if tense == "future" else None)


def read_hijri(near: Neighbourhood, i: int, last: int, form: Form) -> Found | None:
    """A month of the Islamic calendar, with its day and year."""
    first, days = day_before(near, i)
    year = None
    end = last
    if near.has("the_year", near.next(end)):
        end += 1
    word = near.next(end)
    if word.isdigit() and int(word) in _HIJRI_YEARS:
        year, end = int(word), end + 1
        if near.next(end) in near.lex.sets["hijri_mark"]:
            end += 1
    else:
        end = last
    named = near.has("month_word", near.before(i))
    bare = form.word in near.lex.sets["hijri_bare"] and near.has("within", near.before(i))
    if not days and year is None and not named and not bare:
        return None
    if days and (days[-1] > 30 or near.separators[i - 1].strip()):
        return None
    # An Islamic date is often followed by its common counterpart, which is exact.
    span = cal.hijri_span(near.published, form.value, days[0] if days else None, year)
    if named and first == i:
        first = i - 1
    return Found(first, end, span, near.tense_at(first, end), "hijri")


def read_season(near: Neighbourhood, i: int, last: int, month: int) -> Found | None:
    """A season of a stated year, or the last or coming one."""
    end, year, stated, shift = _year_after(near, last)
    this = near.has("this", near.before(i))
    if year is None and not this and stated not in ("past", "future") and abs(shift) != 1:
        return None
    if year is None:
        year = near.published.year + shift
        if stated == "past" and cal.months_from(date(year, month, 1), 3) > near.published:
            year -= 1
        elif stated == "future" and date(year, month, 1) <= near.published:
            year += 1
    start = cal.month_span(year, month).start
    return Found(i - this, end, Span(start, cal.days_from(cal.months_from(start, 3), -1), "month"), stated, "season")


def _tail_digits(word: str) -> str:
    """The digits that *word* ends with."""
    size = len(word)
    while size and word[size - 1].isdigit():
        size -= 1
    return word[size:] if size < len(word) and size <= 3 else ""
