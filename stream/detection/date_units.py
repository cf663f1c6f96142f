"""Units of time in running text: "three days ago", "for two weeks", "last month", "the beginning of the year"."""

# A branch for each construction of the grammar, each with its own way out:
# ruff: noqa: C901, PLR0911, PLR0912

from __future__ import annotations

from datetime import date

from stream.detection import calendar_spans as cal
from stream.detection.calendar_spans import Span
from stream.detection.date_anchors import read_after, read_run
from stream.detection.date_context import Found, Neighbourhood
from stream.detection.date_months import day_before
from stream.detection.date_words import Form, Tense, Unit

_LONGEST_AGO = 300  # years; what is longer ago is history or a figure of speech
_EARLY = 6  # o'clock; before it the day of publication has hardly begun
_LAST_HOURS = 12  # "in the last hours"
_DAYS: dict[Unit, int] = {"day": 1, "night": 1, "week": 7}
# Days meant by "few" and by an unnamed number of units: a usual guess.
_FEW = {"hour": 1, "day": 4, "night": 2, "week": 21, "month": 92, "year": 1096, "decade": 7305}
_SOME = {"hour": 1, "day": 6, "night": 3, "week": 28, "month": 183, "year": 1826, "decade": 10957}


def unit_phrase(near: Neighbourhood, i: int) -> Found | None:
    """A unit of time that begins at the word *i*, "this" before it included."""
    if near.next(i) in near.lex.sets["this"]:
        i += 1
    hit = near.hits[i] if i < len(near.words) and near.joined(i) else None
    for form in hit.value if hit else ():
        if form.kind == "unit" and not form.rest:
            return read_unit(near, i, i + 1, form)
    return None


def read_unit(near: Neighbourhood, i: int, last: int, form: Form, prefix: str = "") -> Found | None:
    """An expression of units of time, or None where they measure something else."""
    lex, unit = near.lex, form.unit
    run = read_run(near, i, last, form, prefix)
    if run is not None:
        return run
    # Words before: a number, or "this", or a point ("the beginning of").
    number = near.number_ending.get(i) if near.joined(i) else None
    if number and form.word.startswith(lex.article) and not near.words[number.first].startswith(lex.article):
        number = None
    if form.value == 1 and not number and _names_a_time(near, last):
        return None
    first = number.first if number else i
    if not number and near.has("this", near.before(i)):
        return calendar_unit(near, i - 1, last, unit, "present", this=True) if form.value == 1 else None
    about = lex.about.ending_at(near.words, first) if near.joined(first) else None
    if about:
        first = about[0]
    after = near.number_at.get(last) if near.joined(last) else None
    k = after.last if after and not number and form.value == 0 else last
    few = near.next(k) in lex.sets["few"]
    k += few
    end, tense = near.modifier(k)
    amount = number.low if number else after.low if after and k > last and not few else form.value or None
    if about and amount is None:
        few = True
    governor = near.before(first)
    if form.value == 1 and not number and tense:
        return calendar_unit(near, i, end, unit, tense)
    if tense in ("past", "future"):
        start, stop = _stretch(near, unit, amount, tense, few=few)
        vague = amount is None and unit in ("month", "year", "decade")
        span = Span(start, stop, "unknown" if vague else _precision_of(unit))
        first = first - 1 if near.has("within", governor) or governor in lex.sets["in_"] else first
        return Found(first, end, span, tense, "unit", ranges=True)
    if near.has("ago", governor) or near.has("since", governor):
        return _ago(near, first, last, unit, amount, since=near.has("since", governor))
    if form.value == 1 and not number and _points(near, i):
        return calendar_unit(near, i, last, unit, "present")
    if near.has("within", governor) and (amount is not None) and not _names_a_time(near, last):
        tense = near.tense_at(first, last)
        start, stop = _stretch(near, unit, amount, tense, few=few)
        return Found(first - 1, last, Span(start, stop, _precision_of(unit)), tense, "unit", ranges=True)
    if near.has("after", governor) and near.tense_at(first - 1, last) != "future":
        return read_after(near, first - 1, last, form, amount)
    if near.has("after", governor) and 0 < (amount or 0) <= _LONGEST_AGO:
        edge = _moved(near, unit, amount, _length(unit, amount, few=few), 1)
        return Found(first - 1, last, Span(edge, edge, _precision_of(unit)), "future", "unit")
    return None


def _stretch(
    near: Neighbourhood, unit: Unit, amount: int | None, tense: Tense | None, *, few: bool
) -> tuple[date, date]:
    """First and last day of so many units up to publication, or from it on.

    Hours are counted on the clock; of days and nights the one that has hardly begun is not yet one of the last.
    """
    if tense == "future":
        return near.published, _moved(near, unit, amount, _length(unit, amount, few=few), 1)
    if unit == "hour":
        return cal.hours_before(near.moment, amount or _LAST_HOURS), near.published
    stop = near.published
    if unit in ("day", "night") and near.moment.hour < _EARLY:
        stop = cal.days_from(stop, -1)
    if amount is None and unit in ("day", "night"):
        return cal.days_from(stop, -_length(unit, amount, few=few)), stop
    start = _moved(near, unit, amount, _length(unit, amount, few=few), -1)
    return start, max(start, stop)


def _names_a_time(near: Neighbourhood, last: int) -> bool:
    """Whether what follows a unit names it: "the month of May", "the year 2015"."""
    hit = near.hits[last] if near.joined(last) else None
    return bool(hit) and any(form.kind in ("month", "hijri", "digits") for form in hit.value) if hit else False


def _points(near: Neighbourhood, i: int) -> bool:
    return near.before(i) in near.lex.points or near.before(i)[1:] in near.lex.points


def _length(unit: Unit, amount: int | None, *, few: bool) -> int:
    """Days of *amount* units; of an unnamed number of them a usual guess."""
    if amount is None:
        return (_FEW if few else _SOME)[unit]
    if unit == "hour":
        return max(1, -(-amount // 24))
    return amount * _DAYS.get(unit, 1)


def _moved(near: Neighbourhood, unit: Unit, amount: int | None, days: int, sign: int) -> date:
    if amount is not None and unit in ("month", "year", "decade"):
        return cal.months_from(near.published, sign * amount * {"month": 1, "year": 12}.get(unit, 120))
    return cal.days_from(near.published, sign * days)


def _ago(near: Neighbourhood, first: int, last: int, unit: Unit, amount: int | None, *, since: bool) -> Found | None:
    """The past: "three days ago", "for two weeks": *first* is the word after "ago" or "since"."""
    if not since and near.has("of", near.next(last)):
        return None  # before something else
    if unit in ("year", "decade") and (amount or 1) > _LONGEST_AGO:
        return None
    days = _length(unit, amount, few=False)
    day = _moved(near, unit, amount, days, -1)
    if since:
        if unit == "hour" and amount is None:
            day = near.published
        vague = amount is None and unit in ("month", "year", "decade")
        span = Span(day, near.published, "unknown" if vague else _precision_of(unit))
        return Found(first - 1, last, span, "past", "unit", ranges=True)
    if unit == "hour":
        hours = amount or 1
        day = cal.days_from(near.published, -(hours // 24))
        return Found(first - 1, last, Span(day, day, "day"), "past", "unit")
    if amount is None:
        vague = unit in ("month", "year", "decade")
        end = near.published if vague else cal.days_from(near.published, -1)
        return Found(first - 1, last, Span(day, end, "unknown" if vague else "week"), "past", "unit", ranges=True)
    if unit == "month":
        return Found(first - 1, last, cal.month_span(day.year, day.month), "past", "unit")
    if unit in ("year", "decade"):
        return Found(first - 1, last, cal.year_span(day.year), "past", "unit")
    return Found(first - 1, last, Span(day, day, _precision_of(unit)), "past", "unit")


def calendar_unit(
    near: Neighbourhood, i: int, end: int, unit: Unit, tense: Tense, *, this: bool = False
) -> Found | None:
    """A calendar week, month or year, or a point of one, seen from publication."""
    lex, published = near.lex, near.published
    step = {"past": -1, "present": 0, "future": 1}[tense]
    before = near.before(i)
    if unit in ("hour", "decade"):
        return None
    if unit in ("day", "night"):
        # "The last day", "this night" are relative days with lists of their own.
        return None
    if unit == "year" and before in lex.sets["no_year_after"]:
        return None  # "the secretary general" and the like: an adjective that looks like "year"
    point = lex.points.get(before) or lex.points.get(before[1:] if before else "")
    if unit == "week":
        if point in {"late", "early"}:
            shift = max(0, step)
            span = cal.weekend(published, shift)
            if point == "late" and this is False and _future_clause(near, i, end, step):
                span = cal.weekend(published, 1) if span.end < published else span
            if point == "early":
                span = Span(span.start, cal.days_from(span.start, 2), "week")
            return Found(i - 1, end, span, tense if step else None, "unit")
        span = cal.week_span(published, step)
        if step < 0 and published.weekday() == 6:
            # On a Sunday, the first working day of most Arab countries, the week that has just ended is meant.
            span = Span(cal.days_from(published, -7), cal.days_from(published, -1), "week")
    elif unit == "month":
        month = cal.months_from(published.replace(day=1), step)
        span = cal.month_span(month.year, month.month)
        start, days = day_before(near, i) if near.has("of", before) else (i, [])
        if days and days[-1] <= span.end.day:
            return Found(
                start,
                end,
                Span(span.start.replace(day=days[0]), span.start.replace(day=days[-1]), "day"),
                tense,
                "month",
            )
    else:
        span = cal.year_span(published.year + step)
    if point:
        return Found(i - 1, end, cal.part_of(span, point), tense if step else None, "unit")
    first = i
    if step == 0:
        when = lex.when.ending_at(near.words, i)
        stop = published
        if when and when[1] == "later":
            return Found(
                when[0],
                end,
                Span(min(cal.days_from(published, 1), span.end), span.end, span.precision),
                "future",
                "unit",
                ranges=True,
            )
        if when:
            first = when[0]
            stop = max(span.start, cal.days_from(published, -1)) if unit != "year" else published
        elif near.tense_at(i, end) == "future":
            return Found(first, end, Span(published, span.end, span.precision), "future", "unit", ranges=True)
        return Found(first, end, Span(span.start, stop, span.precision), "present", "unit", ranges=True)
    return Found(first, end, span, tense, "unit")


def _future_clause(near: Neighbourhood, i: int, end: int, step: int) -> bool:
    return step > 0 or (step == 0 and near.tense_at(i, end) == "future")


def _precision_of(unit: Unit) -> cal.Precision:
    if unit in ("hour", "day", "night"):
        return "day"
    return "week" if unit == "week" else "month" if unit == "month" else "year"
