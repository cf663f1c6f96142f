"""Alerts made for the tests of incidents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.alert import Alert, AttackType

START = datetime(2018, 4, 7, 12, tzinfo=UTC)
PLACES: dict[str, dict[str, Any]] = {
    "douma": {"name_en": "Douma", "country": "SY", "lat": 33.57, "lon": 36.40, "precision": "city"},
    "harasta": {"name_en": "Harasta", "country": "SY", "lat": 33.56, "lon": 36.365, "precision": "city"},
    "ghouta": {"name_en": "Eastern Ghouta", "country": "SY", "lat": 33.53, "lon": 36.42, "precision": "area"},
    "saraqib": {
        "name_en": "Saraqib",
        "country": "SY",
        "admin1": "Idlib",
        "lat": 35.86,
        "lon": 36.81,
        "precision": "city",
    },
    "idlib": {"name_en": "Idlib Governorate", "country": "SY", "admin1": "Idlib", "precision": "region"},
    "syria": {"name_en": "Syria", "country": "SY", "precision": "country"},
    "jisr": {"name_en": "Jisr", "country": "SY", "admin1": "Idlib", "lat": 35.81, "lon": 36.06, "precision": "city"},
    "mosul": {"name_en": "Mosul", "country": "IQ", "lat": 36.34, "lon": 43.13, "precision": "city"},
    "vienna": {"name_en": "Vienna", "country": "AT", "lat": 48.21, "lon": 16.37, "precision": "city"},
}
ACTORS: dict[str, dict[str, Any]] = {
    "syria": {"id": "state.syrian_government", "type": "army", "country": "SY"},
    "syrian_state": {"id": "state.sy", "type": "state", "country": "SY"},
    "rebels": {"id": "group.syrian_opposition", "type": "armed_group", "country": "SY"},
    "is": {"id": "group.islamic_state", "type": "armed_group"},
    "gunmen": {"id": "generic.unknown_gunmen", "type": "militants"},
    "russia": {"id": "state.ru", "type": "state", "country": "RU"},
    "lavrov": {"id": "person.lavrov", "type": "person", "country": "RU"},
    "putin": {"id": "person.putin", "type": "person", "country": "RU"},
    "turkey": {"id": "state.tr", "type": "state", "country": "TR"},
    "iran": {"id": "state.ir", "type": "state", "country": "IR"},
    "zarif": {"id": "person.zarif.0", "type": "person", "country": "IR"},
    "us": {"id": "state.us", "type": "state", "country": "US"},
}
_DAY = START.date().isoformat()


def toll(
    low: int, *, high: int | None = -1, kind: str = "killed", by: str | None = None, **more: Any
) -> dict[str, Any]:
    """Return a toll of *low*, exact unless *high* is given, as the source *by* has it."""
    source = {"text": by, "id": by} if by else None
    return {"kind": kind, "low": low, "high": low if high == -1 else high, "text": "toll", "source": source, **more}


def claim(by: str, stance: str) -> dict[str, Any]:
    """Return what the source *by* does with the event."""
    return {"source": {"text": by, "id": by}, "stance": stance, "text": "claim"}


def alert(
    name: str,
    event: str = "air_strike",
    place: str | None = "douma",
    by: str = "",
    to: str = "",
    *,
    hours: float = 0,
    day: str | tuple[str, str] | None = _DAY,
    precision: str = "day",
    outlet: str | None = None,
    killed: int | None = None,
    casualties: tuple[dict[str, Any], ...] = (),
    claims: tuple[dict[str, Any], ...] = (),
    status: str = "reported",
    text: str = "sentence",
    article: str | None = None,
    **more: Any,
) -> Alert:
    """Return the alert *name*, of an article of that name unless told, published *hours* after `START`.

    *place*, *by* and *to* are names from above. Without *day* the text gives none, and it is the day of publication.
    """
    published = START + timedelta(hours=hours)
    first, last = (day, day) if isinstance(day, str) else day or (published.date().isoformat(),) * 2
    tolls = (*casualties, *((toll(killed),) if killed is not None else ()))
    return Alert.model_validate(
        {
            "alert_id": name,
            "kind": "attack" if event in set(AttackType) else "diplomacy",
            "event_type": event,
            "timing": "new",
            "status": status,
            "occurred": {"start": first, "end": last, "precision": precision if day else "unknown"},
            "place": {"text": place, **PLACES[place]} if place else None,
            "actors": [
                {"role": role, "text": who, **ACTORS[who]}
                for role, whos in (("initiator", by), ("target", to))
                for who in whos.split()
            ],
            "casualties": tolls,
            "claims": claims,
            "evidence": [
                {"field": "body", "start": 0, "end": len(text), "text": text, "trigger": text[:3], "rule": "r"}
            ],
            "severity": 50,
            "confidence": 0.6,
            "article": {
                "article_id": article or name,
                "source": outlet or f"outlet of {article or name}",
                "title": "title",
                "published_at": published,
            },
            "detector": {"version": "1", "lexicon_version": "1"},
            "detected_at": START,
            **more,
        }
    )
