"""Why an article raised the alerts it raised: every mention, every candidate with its fate, every event.

Nothing here is called while articles are processed; it repeats the detector's steps and keeps what they drop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from schemas.alert import Alert
from schemas.article import Article
from stream.detection.analysis import Analysis, FieldAnalysis
from stream.detection.detector import Detector
from stream.detection.events import Event, Mention, find_events, score_candidates
from stream.detection.features import news_facts
from stream.detection.links import Links
from stream.detection.model import Model

_MOST_REASONS = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """Something recognised: `sort` is trigger, cue, actor, place, date or toll; offsets are code points as received."""

    field: str
    start: int
    end: int
    text: str
    sort: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A fact and how much it weighs for (above 0) or against news, in log-odds."""

    fact: str
    weight: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """A trigger in its sentence, what the model thinks of it and what became of it (`fate`).

    `new` and `background` are probabilities; what is left to 1 is "no event". `event` is the number of its event.
    """

    field: str
    start: int
    end: int
    trigger: str
    sentence: str
    kind: str
    rule: str
    new: float
    background: float
    reasons: tuple[Reason, ...]
    event: int | None
    fate: str


@dataclass(frozen=True, slots=True)
class Told:
    """An event that the mentions were merged into; `alert` is None when it was dropped, for the reason in `fate`."""

    number: int
    kind: str
    event_type: str
    timing: str
    status: str
    confidence: float
    reasons: tuple[Reason, ...]
    fate: str
    alert: Alert | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that the detector saw in an article and why it decided as it did."""

    article: Article
    seen: tuple[Seen, ...]
    candidates: tuple[Weighed, ...]
    events: tuple[Told, ...]
    lexicon_version: str

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as JSON values."""
        events = [
            {**asdict(event), "alert": event.alert.model_dump(mode="json", by_alias=True) if event.alert else None}
            for event in self.events
        ]
        return {
            "article": {
                "article_id": self.article.article_id,
                "title": self.article.title,
                "published_at": self.article.published_at.isoformat(),
            },
            "lexicon_version": self.lexicon_version,
            "seen": [asdict(item) for item in self.seen],
            "candidates": [asdict(item) for item in self.candidates],
            "events": events,
        }


def explain(detector: Detector, article: Article) -> Explanation:
    """Detect *article* once more and keep everything that was seen on the way."""
    model = detector.model
    analysis = detector.analyse(article)
    mentions = score_candidates(analysis, model)
    links = Links(analysis, model)
    kept = find_events(analysis, mentions, model, links)
    # The same merging with no event too unsure: what is there beyond `kept` was dropped.
    lenient = Model(model.heads, {**model.numbers, **{f"event.{kind}": -1.0 for kind in ("attack", "diplomacy")}})
    alerts = {_key(e): a for e, a in zip(kept, detector.detect(article, detected_at=article.published_at), strict=True)}
    events = []
    number_of: dict[tuple[int, int, int, str], int] = {}
    for number, event in enumerate(find_events(analysis, mentions, lenient, links), 1):
        number_of.update({_place(mention): number for mention in event.mentions})
        events.append(_told(number, event, alerts.get(_key(event)), model))
    fates = {told.number: told.fate for told in events}
    candidates = [_weighed(analysis, m, model, number_of.get(_place(m)), fates) for m in mentions]
    seen = [
        item for field in analysis.fields for item in sorted(set(_seen(field)), key=lambda s: (s.start, s.end, s.sort))
    ]
    return Explanation(article, tuple(seen), tuple(candidates), tuple(events), detector.lexicon_version)


def _place(mention: Mention) -> tuple[int, int, int, str]:
    candidate = mention.candidate
    return candidate.field, candidate.first, candidate.last, candidate.match.entry.id


def _key(event: Event) -> tuple[object, ...]:
    return event.kind, event.timing, tuple(sorted(_place(mention) for mention in event.mentions))


def _told(number: int, event: Event, alert: Alert | None, model: Model) -> Told:
    floor = model.numbers[f"event.{event.kind}"]
    head = model.heads[f"event.{event.kind}"]
    reasons = tuple(Reason(fact, weight) for fact, weight in head.reasons(event.facts, most=_MOST_REASONS))
    if alert is None:
        fate = f"dropped: confidence {event.confidence:.2f} is below {floor:.2f}"
    elif event.timing == "background":
        fate = "background: told as context or older than 7 days, not published unless configured"
    else:
        fate = "alert"
    return Told(
        number, event.kind, event.type, event.timing, event.status, round(event.confidence, 4), reasons, fate, alert
    )


def _weighed(analysis: Analysis, mention: Mention, model: Model, event: int | None, fates: dict[int, str]) -> Weighed:
    candidate = mention.candidate
    text = analysis.fields[candidate.field].text
    start, end = text.raw_span(candidate.first, candidate.last)
    head = model.heads[f"news.{candidate.kind}"]
    weighed = head.reasons(news_facts(analysis, candidate), head.answers.index("new"), _MOST_REASONS)
    floor = model.numbers[f"mention.{candidate.kind}"]
    best = max(mention.new, mention.background)
    if event is not None:
        fate = f"event {event} ({fates[event].partition(':')[0]})"
    elif best < floor:
        fate = f"no event: {best:.2f} is below {floor:.2f}"
    else:
        fate = "left out: the article has too many likely mentions, and the surer ones were kept"
    return Weighed(
        field=text.field,
        start=start,
        end=end,
        trigger=text.raw[start:end],
        sentence=text.raw_text(candidate.sentence_first, candidate.sentence_last),
        kind=candidate.kind,
        rule=candidate.match.entry.id,
        new=round(mention.new, 4),
        background=round(mention.background, 4),
        reasons=tuple(Reason(fact, weight) for fact, weight in weighed),
        event=event,
        fate=fate,
    )


def _seen(field: FieldAnalysis) -> Iterator[Seen]:
    for match in field.triggers:
        kind, name = match.entry.attrs["kind"], match.entry.attrs["type"]
        weak = ", weak" if match.entry.attrs["weak"] else ""
        yield _item(field, match.first, match.last, "trigger", f"{kind}/{name} by {match.entry.id}{weak}")
    for match in field.cues:
        yield _item(field, match.first, match.last, "cue", match.entry.id)
    for actor in field.actors:
        who = actor.actor
        about = [who.name_en, who.type, who.country, actor.form]
        yield _item(field, actor.first, actor.last, "actor", f"{who.id}: {_joined(about)}")
    for place in field.places:
        where = place.place
        point = f"{where.lat}, {where.lon}" if where.lat is not None else None
        about = [where.name_en, where.admin1, where.country, where.precision, point]
        yield _item(field, place.first, place.last, "place", _joined(about))
    for when in field.dates:
        tense = f", {when.tense}" if when.tense else ""
        yield _item(field, when.first, when.last, "date", f"{when.start} to {when.end} ({when.precision}{tense})")
    for toll in field.tolls:
        high = "" if toll.high is None else toll.high
        part = ", part of another" if toll.subtotal else ""
        yield _item(field, toll.first, toll.last, "toll", f"{toll.low}-{high} {toll.kind} ({toll.scope}{part})")


def _joined(parts: Sequence[object]) -> str:
    return ", ".join(str(part) for part in parts if part)


def _item(field: FieldAnalysis, first: int, last: int, sort: str, meaning: str) -> Seen:
    start, end = field.text.raw_span(first, last)
    return Seen(field.text.field, start, end, field.text.raw[start:end], sort, meaning)
