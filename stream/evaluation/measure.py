"""Measure alerts against marked articles.

An alert and a marked event are the same when they are of one kind and their evidence overlaps; they are paired one to
one, the same type first. Only new alerts and new events count; a new alert that meets a marked background event is a
false alarm. Slots are judged on the pairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.alert import Alert, CasualtyKind, Kind, Role, Timing
from stream.evaluation.figures import Found, KindFigures, Rate, TollRate
from stream.evaluation.gold import GoldArticle, GoldEvent
from stream.evaluation.names import same_name
from stream.evaluation.pairing import pair

_NEAR_KM = 50.0
_EARTH_DIAMETER_KM = 12742.0


@dataclass(frozen=True, slots=True)
class Mistake:
    """One error: `what` names the measure, `sentence` states the event or raised the alarm."""

    what: str
    article_id: str
    event: str
    detail: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Judged:
    """An alert that was published, and whether a marked new event stands behind it."""

    alert: Alert
    right: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured over a set of articles."""

    figures: Mapping[Kind, KindFigures]
    mistakes: tuple[Mistake, ...]
    judged: tuple[Judged, ...]

    def __add__(self, other: Report) -> Report:
        figures = {kind: self.figures[kind] + other.figures[kind] for kind in Kind}
        return Report(figures, self.mistakes + other.mistakes, self.judged + other.judged)

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Return the figures by kind and name."""
        return {kind.value: self.figures[kind].as_json(tolls=kind is Kind.ATTACK) for kind in Kind}


EMPTY = Report({kind: KindFigures() for kind in Kind}, (), ())


def by_article(alerts: Iterable[Alert]) -> dict[str, list[Alert]]:
    """Alerts by the id of their article, each list in the order in which they came."""
    out: dict[str, list[Alert]] = {}
    for alert in alerts:
        out.setdefault(alert.article.article_id, []).append(alert)
    return out


def measure(gold: Sequence[GoldArticle], alerts: Iterable[Alert]) -> Report:
    """Return the figures of *alerts* over the articles in *gold*; alerts of other articles are left out."""
    known = by_article(alerts)
    report = EMPTY
    for item in gold:
        report += measure_article(item, known.get(item.article.article_id, ()))
    return report


def measure_article(gold: GoldArticle, alerts: Sequence[Alert]) -> Report:
    """Return the figures of one article's alerts."""
    published = [alert for alert in alerts if alert.timing is Timing.NEW]
    event_of: dict[int, GoldEvent] = {}
    alert_of: dict[int, Alert] = {}
    for i, j in pair(gold.article, gold.events, published):
        event_of[j], alert_of[i] = gold.events[i], published[j]
    figures = dict.fromkeys(Kind, KindFigures())
    mistakes: list[Mistake] = []
    judged = []
    name = gold.article.article_id
    for j, alert in enumerate(published):
        event = event_of.get(j)
        right = event is not None and event.is_new
        judged.append(Judged(alert, right))
        if not right:
            what = "false alarm" if event is None else "false alarm (background)"
            figures[alert.kind] += KindFigures(events=Found(fp=1), background_alarmed=Rate(hit=int(event is not None)))
            label = f"{alert.kind.value}/{alert.event_type.value}"
            mistakes.append(Mistake(what, name, label, f"confidence {alert.confidence:.2f}", alert.evidence[0].text))
    for i, event in enumerate(gold.events):
        found = alert_of.get(i)
        if not event.is_new:
            figures[event.kind] += KindFigures(background_alarmed=Rate(of=1))
        elif found is None:
            figures[event.kind] += KindFigures(events=Found(fn=1))
            mistakes.append(Mistake("missed", name, f"{event.kind.value}/{event.type}", "", event.quotes[0]))
        else:
            figures[event.kind] += _slots(event, found)
            mistakes += _slot_mistakes(name, event, found)
    for kind in Kind:
        there = any(event.kind is kind and event.is_new for event in gold.events)
        said = any(alert.kind is kind for alert in published)
        articles = Found(tp=int(there and said), fp=int(said and not there), fn=int(there and not said))
        figures[kind] += KindFigures(articles=articles)
    return Report(figures, tuple(mistakes), tuple(judged))


def _slots(event: GoldEvent, alert: Alert) -> KindFigures:
    place = event.place
    return KindFigures(
        events=Found(tp=1),
        type=Rate(int(event.type == alert.event_type.value), 1),
        status=Rate(int(event.status == alert.status.value), 1),
        initiator=_names(event.initiators, alert, Role.INITIATOR),
        target=_names(event.targets, alert, Role.TARGET),
        country=Rate(int(_country_is_right(event, alert)), 1) if place and place.country else Rate(),
        place=Rate(int(_place_is_near(event, alert)), 1) if place and place.lat is not None else Rate(),
        date=Rate(int(_date_is_right(event, alert)), 1) if event.date else Rate(),
        killed=_toll(event.killed, alert, CasualtyKind.KILLED) if event.kind is Kind.ATTACK else TollRate(),
        injured=_toll(event.injured, alert, CasualtyKind.INJURED) if event.kind is Kind.ATTACK else TollRate(),
    )


def _names(wanted: Sequence[str], alert: Alert, role: Role) -> Found:
    given = [actor.text for actor in alert.actors if actor.role is role]
    hits = sum(any(same_name(name, other) for other in given) for name in wanted)
    extra = sum(not any(same_name(name, other) for other in wanted) for name in given)
    return Found(tp=hits, fp=extra, fn=len(wanted) - hits)


def _country_is_right(event: GoldEvent, alert: Alert) -> bool:
    return event.place is not None and alert.place is not None and alert.place.country == event.place.country


def _place_is_near(event: GoldEvent, alert: Alert) -> bool:
    want, got = event.place, alert.place
    if want is None or got is None or want.lat is None or want.lon is None or got.lat is None or got.lon is None:
        return False
    return kilometres(want.lat, want.lon, got.lat, got.lon) <= _NEAR_KM


def _date_is_right(event: GoldEvent, alert: Alert) -> bool:
    return (alert.occurred.start, alert.occurred.end) == event.date


def _given_toll(alert: Alert, kind: CasualtyKind) -> int | None:
    figures = [toll.low for toll in alert.casualties if toll.kind is kind]
    return sum(figures) if figures else None


def _toll(wanted: int | None, alert: Alert, kind: CasualtyKind) -> TollRate:
    given = _given_toll(alert, kind)
    if wanted is None:
        return TollRate(invented=int(bool(given)))
    return TollRate(hit=int(given == wanted), of=1)


def _slot_mistakes(article_id: str, event: GoldEvent, alert: Alert) -> list[Mistake]:
    """What is wrong in the slots of an event that was found; wrong actors are too many to list."""
    found = []
    place = alert.place
    if event.type != alert.event_type.value:
        found.append(("type", f"want {event.type}, got {alert.event_type.value}"))
    if event.status != alert.status.value:
        found.append(("status", f"want {event.status}, got {alert.status.value}"))
    if event.place and event.place.country and not _country_is_right(event, alert):
        found.append(("country", f"want {event.place.country}, got {place.country if place else None}"))
    elif event.place and event.place.lat is not None and not _place_is_near(event, alert):
        got = f"{place.text} {place.lat}, {place.lon}" if place else "none"
        found.append(("place", f"want {event.place.lat}, {event.place.lon}, got {got}"))
    if event.date and not _date_is_right(event, alert):
        want = f"{event.date[0]} to {event.date[1]}"
        found.append(("date", f"want {want}, got {alert.occurred.start} to {alert.occurred.end}"))
    if event.kind is Kind.ATTACK:
        for kind, wanted in ((CasualtyKind.KILLED, event.killed), (CasualtyKind.INJURED, event.injured)):
            given = _given_toll(alert, kind)
            if given != wanted and (wanted is not None or given):
                found.append((kind.value, f"want {wanted}, got {given}"))
    label = f"{event.kind.value}/{event.type}"
    return [Mistake(what, article_id, label, detail, event.quotes[0]) for what, detail in found]


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The great-circle distance of two points given in degrees."""
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return _EARTH_DIAMETER_KM * math.asin(math.sqrt(half))
