"""From events with their slots to alerts as they are published."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas.alert import (
    MAX_EVIDENCE,
    Actor,
    Alert,
    ArticleReference,
    AttackType,
    Casualties,
    CasualtyKind,
    CasualtyScope,
    Claim,
    Codes,
    DatePrecision,
    DetectorReference,
    DiplomacyType,
    Evidence,
    Kind,
    Occurred,
    Place,
    PlaceReading,
    Role,
    Source,
    Stance,
    Status,
    Timing,
    Victims,
    Weapon,
)
from schemas.article import Article
from stream.detection.analysis import Analysis, FieldAnalysis
from stream.detection.events import Event, Mention
from stream.detection.morphology import before_article
from stream.detection.places import Place as Resolved
from stream.detection.places import PlaceMention
from stream.detection.resources import load_yaml
from stream.detection.slots import Slots
from stream.detection.tolls import Toll

_MOST_EVIDENCE = 6
_SOURCE_REACH = 2
_SPEAKERS = frozenset(
    {"state", "army", "armed_group", "igo", "ngo", "person", "office", "media", "party", "government", "security"}
)


def _evidence(analysis: Analysis, mention: Mention) -> Evidence:
    """The sentence of a mention, cut around the trigger where it is too long."""
    candidate = mention.candidate
    text = analysis.fields[candidate.field].text
    start, end = text.raw_span(candidate.sentence_first, candidate.sentence_last)
    low, high = text.raw_span(candidate.first, candidate.last)
    if end - start > MAX_EVIDENCE:
        start = max(start, low - MAX_EVIDENCE // 2)
        end = min(end, start + MAX_EVIDENCE, max(high, start + MAX_EVIDENCE))
    return Evidence(
        field="title" if candidate.field == 0 else "body",
        start=start,
        end=end,
        text=text.raw[start:end],
        trigger=text.raw[low:high],
        rule=candidate.match.entry.id,
    )


def _all_evidence(analysis: Analysis, event: Event) -> list[Evidence]:
    out: list[Evidence] = []
    seen: set[tuple[str, int]] = set()
    for mention in event.mentions:
        item = _evidence(analysis, mention)
        if (item.field, item.start) not in seen:
            seen.add((item.field, item.start))
            out.append(item)
    return out[:_MOST_EVIDENCE]


def _reading(place: Resolved) -> dict[str, Any]:
    return {
        "name_ar": place.name_ar,
        "name_en": place.name_en,
        "country": place.country or None,
        "admin1": place.admin1 or None,
        "lat": place.lat,
        "lon": place.lon,
        "geonames_id": place.geonames_id,
        "precision": place.precision,
    }


def _place(field: FieldAnalysis, mention: PlaceMention) -> Place:
    return Place(
        text=field.text.raw_text(mention.first, mention.last),
        alternatives=tuple(PlaceReading(**_reading(p)) for p in mention.alternatives),
        **_reading(mention.place),
    )


def _actors(analysis: Analysis, slots: Slots) -> tuple[Actor, ...]:
    out = []
    for filler in slots.actors:
        mention, actor = filler.mention, filler.mention.actor
        clitics = len(before_article(mention.prefix))
        out.append(
            Actor(
                role=Role(filler.role),
                text=analysis.fields[filler.field].text.raw_text(mention.first, mention.last, clitics),
                id=actor.id,
                name_ar=actor.name_ar or None,
                name_en=actor.name_en or None,
                type=actor.type,
                country=actor.country,
                is_civilian=actor.is_civilian,
            )
        )
    return tuple(out)


_WORTH = {"number": 1.0, "dozens": 0.5, "some": 0.1}
"""Of one: 15 dead are more telling than "dozens", "dozens" more than an uncounted plural."""
_SIDES = {"military": "forces", "police": "forces", "militants": "militants"}

Tolls = Sequence[tuple[int, Toll]]
"""Tolls with the fields (0 the title, 1 the body) that state them."""


def _counted(tolls: Tolls) -> Tolls:
    """The tolls of one sentence that add up: an uncounted "dead" beside a figure tells of the same dead."""
    return [item for item in tolls if item[1].basis != "some"] or tolls[:1]


def _worth(tolls: Tolls) -> float:
    return sum(t.low * _WORTH[t.basis] for _, t in tolls)


def _side(tolls: Tolls) -> str | None:
    """The side that lost all of *tolls*, where they are counted and the text names it."""
    sides = {_SIDES.get(t.victim_class or "") if t.basis == "number" else None for _, t in tolls}
    return sides.pop() if len(sides) == 1 else None


def best_tolls(tolls: Tolls, text_of: Sequence[FieldAnalysis]) -> list[tuple[int, Toll]]:
    """For each kind the tolls that add up to the event's own: those of the fullest sentence.

    Where that sentence counts the losses of one side of a fight only, those of the other side come from the fullest
    sentence about it. Part figures ("among them three children") and counts over months are left out.
    """
    out: list[tuple[int, Toll]] = []
    for kind in ("killed", "injured", "missing", "abducted", "displaced", "arrested"):
        sentences: dict[tuple[int, int], list[tuple[int, Toll]]] = {}
        for number, toll in tolls:
            if toll.kind == kind and not toll.subtotal and toll.scope == "incident":
                key = (number, text_of[number].text.sentence_of(toll.first))
                sentences.setdefault(key, []).append((number, toll))
        counts = sorted((_counted(items) for items in sentences.values()), key=_worth, reverse=True)
        if counts:
            side = _side(counts[0])
            other = (c for c in counts[1:] if side and _side(c) not in (None, side))
            out += [*counts[0], *next(other, ())]
    return out


def _casualties(analysis: Analysis, slots: Slots, claims: Sequence[Claim]) -> tuple[Casualties, ...]:
    out = []
    source = claims[0].source if claims else None
    for number, toll in best_tolls(slots.tolls, analysis.fields):
        text = analysis.fields[number].text
        victims = None
        if toll.victims_first is not None and toll.victims_last is not None:
            words = text.raw_text(toll.victims_first, toll.victims_last)
            victims = Victims(text=words, id=toll.victim_class, is_civilian=toll.victim_class == "civilians")
        out.append(
            Casualties(
                kind=CasualtyKind(toll.kind),
                low=toll.low,
                high=toll.high,
                victims=victims,
                text=text.raw_text(toll.first, toll.last),
                scope=CasualtyScope(toll.scope),
                source=source,
            )
        )
    return tuple(out)


def _weapons(analysis: Analysis, event: Event) -> tuple[Weapon, ...]:
    classes: dict[str, str] = load_yaml("codes.yaml")["weapon_classes"]
    out: dict[str, Weapon] = {}
    for mention in event.mentions:
        c = mention.candidate
        field = analysis.fields[c.field]
        for cue in field.sentences[c.sentence].cues:
            found = classes.get(cue.entry.id)
            if (
                found
                and found not in out
                and abs(cue.first - c.first) <= 8
                and c.sentence_first <= cue.first < c.sentence_last
            ):
                out[found] = Weapon(text=field.text.raw_text(cue.first, cue.last), id=found, class_=found)
    return tuple(out.values())


def _claims(analysis: Analysis, event: Event) -> tuple[Claim, ...]:
    """Who says so: an actor right after a word of saying, denying, accusing or claiming in a sentence of the event."""
    stances: dict[str, str] = load_yaml("codes.yaml")["stances"]
    out: dict[tuple[str | None, str], Claim] = {}
    for mention in event.mentions:
        c = mention.candidate
        field = analysis.fields[c.field]
        for cue in field.sentences[c.sentence].cues:
            stance = stances.get(cue.entry.id)
            if stance is None:
                continue
            for actor in field.sentences[c.sentence].actors:
                if not cue.first <= actor.first <= cue.last + _SOURCE_REACH:
                    continue
                if actor.form == "adjective" or actor.actor.type not in _SPEAKERS:
                    continue
                key = (actor.actor.id, stance)
                if key not in out:
                    out[key] = Claim(
                        source=Source(text=field.text.raw_text(actor.first, actor.last), id=actor.actor.id),
                        stance=Stance(stance),
                        text=field.text.raw_text(min(cue.first, actor.first), max(cue.last, actor.last)),
                    )
                break
    return tuple(out.values())[:4]


def _severity(event_type: str, casualties: Sequence[Casualties]) -> tuple[int, tuple[str, ...]]:
    """A number from 0 to 100 and what it is made of."""
    base = int(load_yaml("codes.yaml")["types"][event_type]["severity"])
    reasons = [f"{event_type}: {base}"]
    killed = sum(c.low for c in casualties if c.kind == "killed")
    injured = sum(c.low for c in casualties if c.kind == "injured")
    for name, count, steps in (("killed", killed, (1, 5, 10, 25, 50, 100)), ("injured", injured, (5, 25, 100))):
        extra = 6 * sum(count >= step for step in steps)
        if extra:
            base += extra
            reasons.append(f"{name} {count}: +{extra}")
    if any(c.victims and c.victims.is_civilian and c.kind == "killed" for c in casualties):
        base += 8
        reasons.append("civilians killed: +8")
    return min(base, 100), tuple(reasons)


def _occurred(analysis: Analysis, slots: Slots) -> Occurred:
    if slots.when is None:
        day = analysis.published.date()
        return Occurred(start=day, end=day, precision=DatePrecision.UNKNOWN, start_reason=slots.start_reason)
    when = slots.when
    text = analysis.fields[slots.when_field].text.raw_text(when.first, when.last)
    return Occurred(
        start=when.start,
        end=when.end,
        precision=DatePrecision(when.precision),
        text=text,
        start_reason=slots.start_reason,
    )


def build(  # noqa: PLR0917 - all that an alert is made of
    article: Article,
    analysis: Analysis,
    event: Event,
    slots: Slots,
    detector: DetectorReference,
    detected_at: datetime,
) -> Alert:
    """The alert of one event."""
    codes = load_yaml("codes.yaml")["types"][event.type]
    evidence = _all_evidence(analysis, event)
    claims = _claims(analysis, event)
    casualties = _casualties(analysis, slots, claims) if event.kind == "attack" else ()
    severity, reasons = _severity(event.type, casualties)
    first = event.mentions[0].candidate
    spot = f"{first.field}\0{first.first}\0{first.last}\0{first.match.entry.id}"
    name = f"{article.article_id}\0{detector.lexicon_version}\0{event.kind}\0{spot}"
    return Alert(
        alert_id=hashlib.sha256(name.encode()).hexdigest()[:32],
        kind=Kind(event.kind),
        event_type=AttackType(event.type) if event.kind == "attack" else DiplomacyType(event.type),
        mode=codes["mode"],
        codes=Codes(plover=codes["plover"], cameo=codes["cameo"], acled=codes["acled"]),
        timing=Timing(event.timing),
        status=Status(event.status),
        occurred=_occurred(analysis, slots),
        place=_place(analysis.fields[slots.place_field], slots.place) if slots.place else None,
        actors=_actors(analysis, slots),
        casualties=casualties,
        weapons=_weapons(analysis, event) if event.kind == "attack" else (),
        claims=claims,
        evidence=tuple(evidence),
        severity=severity,
        severity_reasons=reasons,
        confidence=round(event.confidence, 3),
        article=ArticleReference(
            article_id=article.article_id,
            url=article.url,
            source=article.source,
            title=article.title,
            published_at=article.published_at,
        ),
        detector=detector,
        detected_at=detected_at,
    )
