"""An explanation for people, line by line; nothing in an article can drive the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stream.alert_text import alert_text
from stream.detection.explain import Explanation, Reason, Told, Weighed
from stream.terminal import visible


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Return the article, what was seen in each field, the candidates and the events."""
    article = explanation.article
    yield visible(f"ARTICLE {article.article_id}  {article.published_at.isoformat()}  {article.source or ''}".rstrip())
    for field, text in (("title", article.title), ("body", article.body)):
        if text.strip():
            yield ""
            yield field.upper()
            yield from (f"  {visible(line)}" for line in text.split("\n") if line.strip())
            for item in explanation.seen:
                if item.field == field:
                    yield visible(f"    {item.start:>6} {item.sort:8}{item.text}  =  {item.meaning}")
    yield ""
    yield f"CANDIDATES {len(explanation.candidates)}"
    for candidate in explanation.candidates:
        yield from _candidate_lines(candidate)
    yield ""
    yield f"EVENTS {len(explanation.events)}"
    for event in explanation.events:
        yield from _event_lines(event)


def _candidate_lines(candidate: Weighed) -> Iterator[str]:
    yield visible(f"  {candidate.field}:{candidate.start}-{candidate.end}  {candidate.trigger}  ({candidate.rule})")
    yield visible(f"      in: {candidate.sentence}")
    yield f"      new {candidate.new:.2f}  background {candidate.background:.2f}  ->  {visible(candidate.fate)}"
    if candidate.reasons:
        yield f"      because {_reasons(candidate.reasons)}"


def _event_lines(event: Told) -> Iterator[str]:
    head = f"{event.kind}/{event.event_type}  {event.timing}  {event.status}  confidence {event.confidence:.2f}"
    yield f"  {event.number}  {head}  ->  {visible(event.fate)}"
    if event.reasons:
        yield f"      because {_reasons(event.reasons)}"
    if event.alert is None:
        return
    words = alert_text(event.alert)
    rows = {"where": words.where, "when": words.when, "who": words.who, "toll": words.toll, "says": words.says}
    for label, text in rows.items():
        if text:
            yield f"      {label:6} {text}"
    for evidence in event.alert.evidence:
        yield visible(f"      told   [{evidence.field}:{evidence.start}, {evidence.rule}] {evidence.text}")


def _reasons(reasons: Sequence[Reason]) -> str:
    return visible("  ".join(f"{reason.weight:+.2f} {reason.fact}" for reason in reasons))
