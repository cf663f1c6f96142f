"""An alert or an incident as one flat row of named values: the columns of CSV and the properties of GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from schemas.alert import Actor, Alert, CasualtyKind, CasualtyScope, EventType, Occurred, Place, Role
from schemas.incident import Incident, Lifecycle, Range
from stream.alert_text import sentence, short_name

Value = str | int | float | None
Row = dict[str, Value]

_ACTOR_SEPARATOR = "; "

_EVENT = (
    *("kind", "event_type", "status", "start", "end", "date_precision"),
    *("place", "place_ar", "country", "admin1", "lat", "lon", "place_precision"),
    *("initiators", "targets", "mediators"),
)
ALERT_COLUMNS = (
    *("alert_id", *_EVENT),
    *("killed_low", "killed_high", "injured_low", "injured_high", "severity", "confidence"),
    *("plover", "cameo", "acled", "sentence", "title", "source", "url", "article_id", "published_at", "detected_at"),
)
"""The names in the row of an alert, in order."""
INCIDENT_COLUMNS = (
    *("incident_id", "revision", "lifecycle", *_EVENT),
    *("killed_low", "killed_best", "killed_high", "injured_low", "injured_best", "injured_high"),
    *("severity", "confidence", "headline_en", "headline_ar", "outlets", "independent_sources", "alerts"),
    *("first_seen", "last_seen"),
)
"""The names in the row of an incident, in order."""


def row(item: Alert | Incident) -> Row:
    """Return *item* as a row; every alert has the same names in the same order, and so has every incident.

    Several actors stand in one value with semicolons between. Times are ISO 8601, coordinates degrees.
    """
    return _alert_row(item) if isinstance(item, Alert) else _incident_row(item)


def gone_row(incident_id: str) -> Row:
    """Return the row of an incident that is none any more, since it turned out to be part of another one."""
    return dict.fromkeys(INCIDENT_COLUMNS) | {"incident_id": incident_id, "lifecycle": Lifecycle.RETRACTED.value}


def event_name(event_type: EventType, language: str) -> str:
    """Return a name of a few words for *event_type* in `ar` or `en`."""
    name: str = _event_names()[event_type.value][language]
    return name


def _alert_row(alert: Alert) -> Row:
    article = alert.article
    return {
        "alert_id": alert.alert_id,
        "kind": alert.kind.value,
        "event_type": alert.event_type.value,
        "status": alert.status.value,
        **_occurred(alert.occurred),
        **_place(alert.place),
        **_actors(alert.actors),
        **_toll(alert, CasualtyKind.KILLED),
        **_toll(alert, CasualtyKind.INJURED),
        "severity": alert.severity,
        "confidence": alert.confidence,
        "plover": alert.codes.plover,
        "cameo": alert.codes.cameo,
        "acled": alert.codes.acled,
        "sentence": sentence(alert),
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "article_id": article.article_id,
        "published_at": _time(article.published_at),
        "detected_at": _time(alert.detected_at),
    }


def _incident_row(incident: Incident) -> Row:
    sources = incident.sources
    return {
        "incident_id": incident.incident_id,
        "revision": incident.revision,
        "lifecycle": incident.lifecycle.value,
        "kind": incident.kind.value,
        "event_type": incident.event_type.value,
        "status": incident.status.value,
        **_occurred(incident.occurred),
        **_place(incident.place),
        **_actors(incident.actors),
        **_range("killed", incident.toll.killed),
        **_range("injured", incident.toll.injured),
        "severity": incident.severity,
        "confidence": incident.confidence,
        "headline_en": incident.headline.en,
        "headline_ar": incident.headline.ar,
        "outlets": _ACTOR_SEPARATOR.join(sources.outlets),
        "independent_sources": sources.independent,
        "alerts": len(incident.alerts),
        "first_seen": _time(incident.first_seen),
        "last_seen": _time(incident.last_seen),
    }


def _occurred(occurred: Occurred) -> Row:
    return {"start": _day(occurred.start), "end": _day(occurred.end), "date_precision": occurred.precision.value}


def _place(place: Place | None) -> Row:
    return {
        "place": (place.name_en or place.text) if place else None,
        "place_ar": (place.name_ar or place.text) if place else None,
        "country": place.country if place else None,
        "admin1": place.admin1 if place else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "place_precision": place.precision.value if place else None,
    }


def _actors(actors: Iterable[Actor]) -> Row:
    def named(*roles: Role) -> str | None:
        names = [short_name(actor) for actor in actors if actor.role in roles]
        return _ACTOR_SEPARATOR.join(dict.fromkeys(names)) or None

    return {
        "initiators": named(Role.INITIATOR),
        "targets": named(Role.TARGET),
        "mediators": named(Role.MEDIATOR, Role.VENUE_HOST),
    }


def _toll(alert: Alert, kind: CasualtyKind) -> Row:
    """The lowest and the highest figure of those that compete; no upper end where one of them has none."""
    tolls = [toll for toll in alert.casualties if toll.kind is kind and toll.scope is CasualtyScope.INCIDENT]
    highs = [toll.high for toll in tolls if toll.high is not None]
    return {
        f"{kind.value}_low": min((toll.low for toll in tolls), default=None),
        f"{kind.value}_high": max(highs) if highs and len(highs) == len(tolls) else None,
    }


def _range(name: str, figures: Range | None) -> Row:
    return {
        f"{name}_low": figures.low if figures else None,
        f"{name}_best": figures.best if figures else None,
        f"{name}_high": figures.high if figures else None,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _time(time: datetime) -> str:
    return time.isoformat()


@cache
def _event_names() -> Any:
    return yaml.safe_load((files("stream.formats") / "events.yaml").read_text(encoding="utf-8"))
