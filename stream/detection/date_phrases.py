"""Reading one expression of time: weekdays, relative days, years, digits; months and units have modules of their own.

Each function begins at the word that gives the expression its name and takes in the words around it that belong to it.
"""

# A branch for each construction of the grammar, each with its own way out:
# ruff: noqa: C901, PLR0911

from __future__ import annotations

from datetime import date

from stream.detection import calendar_spans as cal
from stream.detection.calendar_spans import Span
from stream.detection.date_anchors import read_step
from stream.detection.date_context import Found, Neighbourhood
from stream.detection.date_months import read_hijri, read_month, read_season
from stream.detection.date_units import read_unit, unit_phrase
from stream.detection.date_words import Form, Tense
from stream.detection.hijri import hijri_to_gregorian

_YEARS = range(1900, 2100)
_NAMED_YEARS = range(1000, 2200)  # beside "year"
_HIJRI_YEARS = range(1300, 1500)
_NOON = 12
_AFTER_MIDNIGHT = 3  # o'clock; what appears before it was written on the day before
_SOON = 3  # days ahead within which a verb in the present means the coming weekday
_NEXT = 1  # the same where no verb tells


def read(near: Neighbourhood, i: int, low: int) -> Found | None:
    """The expression that the word *i* begins or names, taking in nothing before the word *low*."""
    hit = near.hits[i]
    if hit is None:
        return None
    for form in hit.value:
        last = i + 1 + len(form.rest)
        if form.rest and (tuple(near.words[i + 1 : last]) != form.rest or not near.joined(i + 1)):
            continue
        found = _read_form(near, form, i, last, hit.prefix)
        if found is not None:
            found = found._replace(prefix=hit.prefix if found.first == i else "")
            return _with_part_of_day(near, found, low)
    return None


def _read_form(near: Neighbourhood, form: Form, i: int, last: int, prefix: str) -> Found | None:
    match form.kind:
        case "weekday":
            return read_weekday(near, i, last, form.value)
        case "relative":
            return read_relative(near, i, last, form)
        case "month":
            return read_month(near, i, last, form)
        case "hijri":
            return read_hijri(near, i, last, form)
        case "unit":
            return read_unit(near, i, last, form, prefix)
        case "digits":
            return read_digits(near, i, form, prefix)
        case "season":
            return read_season(near, i, last, form.value)
        case "step":
            return read_step(near, i, last, form.value)
        case "current":
            point = tuple(near.lex.data.points)[form.value]
            month = cal.month_span(near.published.year, near.published.month)
            return Found(i, last, cal.part_of(month, point), "present", "month")
        case _:
            if leads_to_a_time(near, last) or (near.has("of", near.next(last)) and not form.rest):
                return None
            days = 30 * form.value
            edge = cal.days_from(near.published, days)
            start, end = sorted((edge, near.published))
            tense: Tense = "past" if days < 0 else "future"
            first = i - 1 if form.rest and near.before(i) in near.lex.sets["in_"] else i
            return Found(first, last, Span(start, end, "unknown"), tense, "vague")


def _with_part_of_day(near: Neighbourhood, found: Found, low: int) -> Found:
    """The expression with "evening of", "on the day" and the like before it."""
    if found.kind not in ("weekday", "relative", "month", "digits"):
        return found
    first, part, both = found.first, False, False
    while first > low and near.joined(first):
        phrase = near.lex.before.ending_at(near.words, first, low)
        if phrase is None:
            break
        both = both or near.has("both_days", near.words[first - 1])
        first, part = phrase[0], True
    return found._replace(first=first, part=part, both=both or found.both)


def read_digits(near: Neighbourhood, i: int, form: Form, prefix: str) -> Found | None:
    """A year, or a date written in digits."""
    if not prefix:
        written = _written(near, i, form)
        if written:
            return written
    if len(form.word) != 4:
        return None
    year = form.value
    after = near.next(i + 1)
    if year in _HIJRI_YEARS and after in near.lex.sets["hijri_mark"]:
        start, end = hijri_to_gregorian(year, 1), cal.days_from(hijri_to_gregorian(year + 1, 1), -1)
        return Found(i, i + 2, Span(start, end, "year"), None, "year")
    before = near.before(i)
    if year not in (_NAMED_YEARS if near.has("the_year", before) else _YEARS):
        return None
    glue = near.separators[i - 1].strip() if i else ""
    previous = near.hits[i - 1] if i else None
    earlier = previous is not None and any(f.kind == "digits" and f.value in _YEARS for f in previous.value)
    named = near.has("the_year", before) or near.has("two_years", before)
    if named or near.has("year_after", before) or near.has("year_after", prefix) or near.has("between", before):
        first = i - 1 if near.has("the_year", before) else i
    elif (earlier and (prefix == near.lex.and_ or glue == "-")) or (glue == "(" and near.separators[i].startswith(")")):
        first = i
    else:
        return None
    number = near.number_at.get(i)
    if not named and after.endswith(near.lex.accusative) and number and number.counted:
        return None
    point = near.lex.points.get(near.before(first)) or near.lex.points.get(near.before(first)[1:])
    span = cal.year_span(year)
    last = i + 2 if after in near.lex.sets["common_mark"] else i + 1
    if point:
        return Found(first - 1, last, cal.part_of(span, point), None, "year")
    tense: Tense | None = "past" if year < near.published.year else "future" if year > near.published.year else None
    return Found(first, last, span, tense, "year", both=near.has("two_years", before))


def _written(near: Neighbourhood, i: int, form: Form) -> Found | None:
    """Digits such as 14/4/2018, 2018-04-14, 14.4.2018."""
    if i + 2 >= len(near.words):
        return None
    glue = near.separators[i]
    if glue not in ("/", "-", ".", " / ", " - ") or near.separators[i + 1] != glue:
        return None
    second, third = near.words[i + 1], near.words[i + 2]
    if not (second.isdigit() and third.isdigit() and len(second) <= 2):
        return None
    a, b, c = form.value, int(second), int(third)
    if len(form.word) == 4 and len(third) <= 2:
        a, c = c, a
    elif len(third) != 4:
        return None
    if b > 12 >= a:
        a, b = b, a
    try:
        day = date(c, b, a)
    except ValueError:
        return None
    return Found(i, i + 3, Span(day, day, "day"), None, "digits")


def read_weekday(near: Neighbourhood, i: int, last: int, weekday: int) -> Found | None:
    """A weekday, resolved by what stands around it: the last one, or the coming one of what is planned or near."""
    if near.before(i) in near.lex.sets["no_weekday_after"] or near.next(last) in near.lex.sets["no_weekday_before"]:
        return None
    end, tense = near.modifier(last)
    stated = tense
    if tense is None and near.has("of", near.next(last)):
        week = unit_phrase(near, last + 1)
        if week is not None and week.span.precision == "week":
            day = cal.days_from(cal.week_span(week.span.start).start, weekday)
            return Found(i, week.last, Span(day, day, "day"), week.tense, "weekday")
    tense = tense or near.tense_at(i, last)
    ahead = (weekday - near.published.weekday()) % 7
    reach = _SOON if tense == "present" and stated is None else _NEXT if tense is None else 0
    coming = tense == "future" or 0 < ahead <= reach
    strict = stated in ("past", "future")
    day = cal.weekday_on(near.published, weekday, coming=coming, strict=strict)
    found = Found(i, end, Span(day, day, "day"), tense, "weekday")
    exact = _explicit_after(near, end)
    return found._replace(last=exact.last, span=exact.span) if exact else found


def _explicit_after(near: Neighbourhood, i: int) -> Found | None:
    """A full date after a weekday: "Tuesday, 14 April 2018"."""
    for k in range(i, min(i + 4, len(near.words))):
        if near.separators[k - 1].strip(" ,()-"):
            return None
        hit = near.hits[k]
        if hit and hit.value[0].kind in ("month", "hijri", "digits"):
            found = read(near, k, i)
            if found and found.first <= i + 1 and found.span.precision == "day":
                return found
        if hit and hit.value[0].kind not in ("digits", "month", "hijri"):
            return None
    return None


def read_relative(near: Neighbourhood, i: int, last: int, form: Form) -> Found | None:
    """A relative day: "Today", "yesterday", "tomorrow" and the like; "the same day" counts from the last day named."""
    value = form.value
    if value == 0 and not form.rest and near.last_day is not None:
        shift = near.lex.same_day.get(near.next(last))
        if shift is not None or near.before(i) in near.lex.sets["same"]:
            day = cal.days_from(near.last_day, shift or 0)
            first, last = (i, last + 1) if shift is not None else (i - 1, last)
            return Found(first, last, Span(day, day, "day"), None, "relative")
    if form.word in near.lex.sets["daytime"] and near.moment.hour < _NOON:
        value = -1
    if value == 0 and (
        near.next(last) in near.lex.sets["no_today_before"]
        or near.before(i) in near.lex.sets["no_today_after"]
        or near.lex.modifiers.get(near.next(last))
    ):
        return None
    if value == 0 and not form.rest and near.moment.hour < _AFTER_MIDNIGHT and _alone(near, i, last):
        value = -1
    day = cal.days_from(near.published, value)
    tense: Tense = "past" if value < 0 else "future" if value else "present"
    found = Found(i, last, Span(day, day, "day"), tense, "relative")
    k = last
    if near.joined(k) or near.text.separators[k - 1].strip() in (",", "-"):
        hit = near.hits[k] if k < len(near.words) else None
        if hit and not hit.prefix and hit.value[0].kind == "weekday":
            # The weekday is the surer of the two when an article is published after midnight.
            on = cal.weekday_on(near.published, hit.value[0].value, coming=value > 0)
            found = found._replace(last=k + 1, span=Span(on, on, "day"))
            exact = _explicit_after(near, k + 1)
            return found._replace(last=exact.last, span=exact.span) if exact else found
    return found


def _alone(near: Neighbourhood, i: int, last: int) -> bool:
    """Whether neither a weekday nor a part of the day says which day "today" is."""
    hit = near.hits[last] if last < len(near.words) else None
    dated = hit is not None and hit.value[0].kind == "weekday"
    return not dated and near.lex.before.ending_at(near.words, i) is None


def leads_to_a_time(near: Neighbourhood, k: int) -> bool:
    """Whether a date follows a vague expression: "earlier this month"."""
    while near.has("of", near.next(k)) or near.has("this", near.next(k)) or near.has("within", near.next(k)):
        k += 1
    hit = near.hits[k] if near.joined(k) else None
    return hit is not None and any(form.kind in ("unit", "relative", "weekday") for form in hit.value)
