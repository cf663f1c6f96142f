"""Days counted from another: "a day after the raid", "on the morrow of the vote", "for the fourth day running".

What is counted from is the last day that the text has named for itself, if that is near, else the day of publication.
"""

from __future__ import annotations

from datetime import date

from stream.detection import calendar_spans as cal
from stream.detection.calendar_spans import Span
from stream.detection.date_context import Found, Neighbourhood
from stream.detection.date_words import Form

_LONGEST_STEP = 31  # days; what is longer before the event before is told by its own date
_LONGEST_RUN = 60  # units in a row
_RECENT = 7  # days before publication within which a day named last is counted from
_STEPS = {"day": 1, "night": 1, "week": 7}


def _anchor(near: Neighbourhood) -> date:
    last = near.last_day
    if last is not None and 0 <= (near.published - last).days <= _RECENT:
        return last
    return near.published


def read_step(near: Neighbourhood, i: int, last: int, days: int) -> Found | None:
    """*days* from the day that is spoken of: the day of what the words "on the morrow of" or "on the eve of" name."""
    hit = near.hits[last] if near.joined(last) else None
    if hit is not None and any(f.kind in {"weekday", "relative", "month", "hijri", "digits"} for f in hit.value):
        return None  # a part of the day that follows
    day = cal.days_from(_anchor(near), days)
    return Found(i, last, Span(day, day, "day"), "past" if days < 0 else "future", "anchored")


def read_after(near: Neighbourhood, first: int, last: int, form: Form, amount: int | None) -> Found | None:
    """The day of what "two days after" names: *first* is the word "after", *last* the one behind the unit."""
    while near.has("counted", near.next(last)):
        last += 1
    if not (near.has("of", near.next(last)) or near.has("upon", near.next(last))):
        return None
    if form.unit == "hour" and amount:
        day = cal.hours_before(near.moment, amount)
        return Found(first, last, Span(day, day, "day"), "past", "anchored")
    step = _STEPS.get(form.unit)
    if step is None or amount is None or not 0 < amount * step <= _LONGEST_STEP:
        return None
    if amount > 1 and near.has("of", near.next(last)) and near.has("lasting", near.next(last + 1)):
        end = _anchor(near)
        span = Span(cal.days_from(end, 1 - amount * step), end, "day")
        return Found(first, last, span, "past", "unit", ranges=True)
    day = cal.days_from(_anchor(near), -amount * step)
    return Found(first, last, Span(day, day, "day" if step == 1 else "week"), "past", "anchored")


def read_run(near: Neighbourhood, i: int, last: int, form: Form, prefix: str) -> Found | None:
    """All days of "for the fourth day (running)"; *prefix* is what is written together with the unit."""
    step = _STEPS.get(form.unit)
    if step is None or form.value > 1 or not near.lex.is_for(near.words[i], prefix):
        return None
    count, end = near.ordinal_at(last)
    if not 1 < count <= _LONGEST_RUN:
        return None
    while near.has("running", near.next(end)):
        end += 1
    anchor = _anchor(near) if step == 1 else near.published
    start = cal.days_from(anchor, -step * (count - 1))
    return Found(i, end, Span(start, anchor, "day" if step == 1 else "week"), "past", "unit", ranges=True)
