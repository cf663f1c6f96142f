"""Which alert states which marked event: evidence that overlaps, one to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from schemas.alert import MAX_EVIDENCE, Alert
from schemas.article import Article
from stream.evaluation.gold import GoldEvent


class Span(NamedTuple):
    """Code points *start* up to *end* of a field (`title` or `body`) as received."""

    field: str
    start: int
    end: int


def spans_of_event(article: Article, event: GoldEvent) -> list[Span]:
    """Every place where a quote of *event* stands in the article."""
    return [span for quote in event.quotes for span in places_of(quote, article)]


def places_of(quote: str, article: Article) -> list[Span]:
    """Every place where *quote* stands in the article."""
    spans = []
    for field, text in (("title", article.title), ("body", article.body)):
        at = text.find(quote)
        while at >= 0:
            spans.append(Span(field, at, at + len(quote)))
            at = text.find(quote, at + 1)
    return spans


def spans_of_alert(alert: Alert) -> list[Span]:
    """The evidence of *alert*; a span of more than `MAX_EVIDENCE` code points points at nothing."""
    return [Span(e.field, e.start, e.end) for e in alert.evidence if e.end - e.start <= MAX_EVIDENCE]


def overlap(these: Sequence[Span], those: Sequence[Span]) -> int:
    """The longest overlap of two lists of spans, in code points; 0 or less when there is none."""
    return max(
        (min(a.end, b.end) - max(a.start, b.start) for a in these for b in those if a.field == b.field), default=0
    )


def pair(article: Article, events: Sequence[GoldEvent], alerts: Sequence[Alert]) -> list[tuple[int, int]]:
    """Pairs of event and alert numbers: same type first, news before background, then the longest overlap."""
    spans = [spans_of_alert(alert) for alert in alerts]
    rows = []
    for i, event in enumerate(events):
        own = spans_of_event(article, event)
        for j, alert in enumerate(alerts):
            length = overlap(own, spans[j]) if alert.kind is event.kind else 0
            if length > 0:
                rows.append((alert.event_type.value != event.type, not event.is_new, -length, i, j))
    return one_to_one(rows)


def pair_alerts(old: Sequence[Alert], new: Sequence[Alert]) -> list[tuple[int, int]]:
    """Pairs of alerts of two runs over one article, by the same rule."""
    rows = []
    for i, before in enumerate(old):
        for j, after in enumerate(new):
            length = overlap(spans_of_alert(before), spans_of_alert(after)) if before.kind is after.kind else 0
            if length > 0:
                rows.append((before.event_type != after.event_type, False, -length, i, j))
    return one_to_one(rows)


def one_to_one(rows: list[tuple[bool, bool, int, int, int]]) -> list[tuple[int, int]]:
    """Take the least rows first and each number once; the last two of a row are the numbers of the pair."""
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for *_, i, j in sorted(rows):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            pairs.append((i, j))
    return pairs
