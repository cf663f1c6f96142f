"""Dates in Arabic news, resolved against the day of publication in the article's own zone.

Nothing but the text and the publication time decides. A weekday alone is the latest such day up to publication, or the
next one where its clause speaks of the future, or of the present with that day near; "last month" is the calendar
month, weeks begin on Monday; "since" and "during" give ranges that end or begin on the day of publication. What appears
in the small hours was written the day before. The word lists are in `lexicons/dates.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from stream.detection.calendar_spans import Precision, Span, days_from
from stream.detection.date_context import Found, Neighbourhood
from stream.detection.date_phrases import read
from stream.detection.date_words import Tense, date_words
from stream.detection.numbers import Number, find_numbers
from stream.detection.text import Text

_MOST = 5000  # words of dates looked at in one text; an article has some twenty
_GLUE = frozenset(("", "-", "/"))
_SINCE_WINDOW = 14  # words between "since" and the date that it governs


@dataclass(frozen=True, slots=True)
class DateMention:
    """An expression of time: the words *first* up to *last* and the first and last day that it means.

    `tense` is what its words or its clause say about it; `span` marks ranges ("since", "during the last days"), in
    which the event may lie anywhere. With precision `unknown` the days are a guess and no ground for a date.
    """

    first: int
    last: int
    start: date
    end: date
    precision: Precision
    tense: Tense | None
    span: bool
    text: str


def find_dates(text: Text, published: datetime, numbers: Sequence[Number] | None = None) -> list[DateMention]:
    """All expressions of time in *text*, in its order, without overlaps.

    *published* decides by its own calendar day; *numbers* saves looking for them again.
    """
    day = published.date()
    near = Neighbourhood(text, published, find_numbers(text) if numbers is None else numbers)
    found: list[Found] = []
    for i in [i for i, hit in enumerate(near.hits) if hit is not None][:_MOST]:
        if found and i < found[-1].last:
            continue
        item = read(near, i, found[-1].last if found else 0)
        if item is None or (found and item.first < found[-1].last):
            continue
        if item.span.start == item.span.end and not item.ranges and item.kind != "anchored":
            near.last_day = item.span.start
        joined = _joined_range(text, found[-1], item) if found else None
        if joined:
            found[-1] = joined
        else:
            found.append(_since(text, item, day, found[-1].last if found else 0))
    return [
        DateMention(
            f.first,
            f.last,
            f.span.start,
            f.span.end,
            f.span.precision,
            f.tense,
            f.ranges,
            text.raw_text(f.first, f.last),
        )
        for f in found
    ]


def _since(text: Text, item: Found, published: date, low: int) -> Found:
    """The range up to publication when "since" governs the date, directly or a few words before it."""
    if item.ranges:
        return item
    lex = date_words()
    words = text.words
    if words[item.first].rstrip("0123456789") in lex.sets["since"] and item.span.start <= published:
        return item._replace(span=Span(item.span.start, published, item.span.precision), ranges=True)
    low = max(low, item.first - _SINCE_WINDOW, text.sentence_span(text.sentence_of(item.first))[0])
    for k in range(item.first - 1, low - 1, -1):
        if lex.has("since", words[k]):
            if item.span.start > published:
                return item
            first = k if k >= item.first - 1 else item.first
            return item._replace(first=first, span=Span(item.span.start, published, item.span.precision), ranges=True)
        if (
            text.separators[k].strip(" ")
            or lex.tense[words[k]]
            or (k < item.first - 1 and lex.has("year_after", words[k]))
        ):
            break
    before = words[item.first - 1] if item.first else ""
    ends = lex.has("ago", before) and lex.points.get(words[item.first]) == "late"
    if (lex.has("by", before) or ends) and item.span.end > published:
        return item._replace(
            first=item.first - 1, span=Span(published, item.span.end, item.span.precision), ranges=True
        )
    return item


def _joined_range(text: Text, left: Found, right: Found) -> Found | None:
    """Two dates that make one: "from Monday until Wednesday", "Thursday and Friday", "between 2010 and 2012"."""
    lex = date_words()
    words = text.words
    gap = words[left.last : right.first]
    glue = "".join(text.separators[left.last - 1 : right.first]).strip()
    if len(gap) > 1 or glue not in _GLUE or (gap and glue):
        return None
    before = words[left.first - 1] if left.first else ""
    between = lex.has("between", before)
    joined = right.prefix == lex.and_ and not glue
    same = left.kind == right.kind
    end = right.span.end
    if gap:
        until = lex.has("until", gap[0]) and (same or lex.has("from_", before))
        ok = until or (gap[0] in lex.sets["or_"] and same and left.kind == "month")
    elif same and left.kind == "weekday":
        # The second day follows the first one, even when it lies ahead: "Thursday and Friday" said on a Thursday.
        days = (right.span.start.weekday() - left.span.end.weekday()) % 7
        end = days_from(left.span.end, days)
        announced = joined and (between or left.both)
        ok = days == 1 if not joined else not right.part and days > 0 and (days == 1 or announced)
    elif same and left.kind == "relative":
        ok = joined and right.span.start == days_from(left.span.end, 1)
    elif same and left.kind == "year":
        ok = left.both or glue == "-" or between
    else:
        ok = joined and between
    if not ok or end <= left.span.start:
        return None
    return left._replace(last=right.last, span=Span(left.span.start, end, left.span.precision), both=False)
