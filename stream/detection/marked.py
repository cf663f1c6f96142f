"""Marked articles beside what is seen in them: which marked event each candidate states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stream.detection.analysis import Analysis, Candidate, analyse
from stream.detection.text import normalise


@dataclass
class Marked:
    """An article with its analysis and, for each candidate, the number of the marked event it states (or None)."""

    article: dict[str, Any]
    analysis: Analysis
    owners: list[int | None]


def spans_of(article: dict[str, Any], event: dict[str, Any]) -> list[tuple[int, int, int, int, int]]:
    """Where an event's quotes stand: field number, quote start and end, trigger start and end (code points)."""
    out = []
    for quote, trigger in zip(event["quotes"], event["triggers"], strict=True):
        for number, name in enumerate(("title", "body")):
            at = article[name].find(quote)
            while at >= 0:
                inside = at + quote.find(trigger)
                out.append((number, at, at + len(quote), inside, inside + len(trigger)))
                at = article[name].find(quote, at + 1)
    return out


def owner_of(article: dict[str, Any], analysis: Analysis, candidate: Candidate, spans: list[list[Any]]) -> int | None:
    """The marked event that *candidate* states: by its trigger, by its type inside the quote, or by its sentence.

    Quotes are short: an attack's sentence goes on to its dead and wounded, and those words state it as well.
    """
    text = analysis.fields[candidate.field].text
    start, end = text.raw_span(candidate.first, candidate.last)
    opens, closes = text.raw_span(candidate.sentence_first, candidate.sentence_last)
    best: tuple[float, int] | None = None
    for number, event in enumerate(article["events"]):
        if event["kind"] != candidate.kind:
            continue
        same = event["type"].lower() == candidate.type
        for place, low, high, first, last in spans[number]:
            if place != candidate.field:
                continue
            if start < last and end > first:
                score = 3.0
            elif start < high and end > low:
                score = 2.0 if same else 1.0 if event["kind"] == "attack" else 0.0
            elif opens < high and closes > low:
                score = 0.5 if event["kind"] == "attack" else 0.0
            else:
                continue
            if score == 0.0:
                continue
            score += 0.5 * same + 0.1 * (event["timing"] == "new")
            if best is None or score > best[0]:
                best = (score, number)
    return best[1] if best is not None else None


def mark(articles: Iterable[dict[str, Any]], matcher: Any, resolver: Any) -> list[Marked]:
    """Analyse marked articles and give each candidate its event."""
    out = []
    for article in articles:
        published = datetime.fromisoformat(article["published_at"])
        analysis = analyse(article["title"], article["body"], published, matcher, resolver)
        spans = [spans_of(article, event) for event in article["events"]]
        owners = [owner_of(article, analysis, c, spans) for c in analysis.candidates]
        out.append(Marked(article, analysis, owners))
    return out


def same_name(a: str, b: str) -> bool:
    """Two strings name one thing when one normalised string holds the other."""
    a, b = normalise(a).strip(), normalise(b).strip()
    return min(len(a), len(b)) >= 3 and (a in b or b in a)
