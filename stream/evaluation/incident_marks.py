"""Articles whose events are marked with the incident that they tell of, and the alerts that meet those marks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from schemas.alert import Alert, Kind
from schemas.article import Article
from schemas.base import Message
from stream.evaluation.pairing import Span, one_to_one, overlap, places_of, spans_of_alert

Part = Literal["tune", "held"]
"""`tune` is looked at while matching is worked on; `held` is only ever measured on."""
PARTS: tuple[Part, ...] = get_args(Part)


class IncidentMarksError(ValueError):
    """A line of a marked file that cannot be used: the message names the file, the line and the reason."""


class Mark(Message):
    """A mention of an incident: `trigger` stands verbatim in the title or the body, once."""

    incident: str
    kind: Kind
    trigger: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One incident in one article, with all places that name it."""

    incident: str
    kind: Kind
    triggers: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class MarkedArticle:
    """An article, the part of the set that it is in, and the incidents that it tells of."""

    article: Article
    part: Part
    mentions: tuple[Mention, ...]


def read_incident_marks(path: Path) -> list[MarkedArticle]:
    """Read a file of marked articles, oldest article first. Raises IncidentMarksError and OSError."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(_marked(json.loads(line)))
        except (ValidationError, ValueError, KeyError, TypeError) as cause:
            raise IncidentMarksError(f"{path}: line {number}: {cause}") from cause
    return sorted(found, key=lambda item: (item.article.published_at, item.article.article_id))


def _marked(row: dict[str, object]) -> MarkedArticle:
    article = Article.model_validate(row)
    part = row["part"]
    if part not in PARTS:
        raise ValueError(f"part {part!r} is none of {', '.join(PARTS)}")
    rows = row["incidents"]
    if not isinstance(rows, list):
        raise TypeError("incidents is no list")
    return MarkedArticle(article, part, tuple(_mentions(article, [Mark.model_validate(mark) for mark in rows])))


def _mentions(article: Article, marks: Sequence[Mark]) -> Iterator[Mention]:
    grouped: dict[tuple[str, Kind], list[Mark]] = {}
    for mark in marks:
        grouped.setdefault((mark.incident, mark.kind), []).append(mark)
    for (incident, kind), group in grouped.items():
        spans = [span for mark in group for span in places_of(mark.trigger, article)]
        if len(spans) != len(group):
            raise ValueError(f"a trigger of {incident} does not stand exactly once in the article")
        yield Mention(incident, kind, tuple(mark.trigger for mark in group), tuple(spans))


def incidents_met(marked: MarkedArticle, alerts: Sequence[Alert]) -> dict[str, str]:
    """Return alert id -> marked incident, for the alerts of the article that meet a mention; one alert a mention.

    An alert meets a mention of its own kind whose trigger its evidence covers. Where it covers those of several
    mentions, it meets only one that names the same word as its trigger: two events often share a sentence.
    """
    rows = []
    for j, alert in enumerate(alerts):
        spans = spans_of_alert(alert)
        covered = [
            (i, mention, length)
            for i, mention in enumerate(marked.mentions)
            if alert.kind is mention.kind and (length := overlap(mention.spans, spans)) > 0
        ]
        for i, mention, length in covered:
            shared = _same_trigger(mention, alert)
            if shared or len(covered) == 1:
                rows.append((not shared, False, -length, i, j))
    return {alerts[j].alert_id: marked.mentions[i].incident for i, j in one_to_one(rows)}


def _same_trigger(mention: Mention, alert: Alert) -> bool:
    """Tell whether the two share a trigger at one place, not only a sentence."""
    return any(
        evidence.trigger in trigger or trigger in evidence.trigger
        for evidence in alert.evidence
        for trigger, span in zip(mention.triggers, mention.spans, strict=True)
        if overlap([span], [Span(evidence.field, evidence.start, evidence.end)]) > 0
    )
