"""GeoJSON (RFC 7946): a feature for each alert or incident, in a collection or in a text sequence (RFC 8142)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from schemas.alert import Alert
from schemas.incident import Incident
from stream.formats.fields import row
from stream.terminal import harmless_json

_RECORD_SEPARATOR = "\x1e"

MEDIA_TYPE = "application/geo+json"
SEQUENCE_MEDIA_TYPE = "application/geo+json-seq"


def feature(item: Alert | Incident) -> dict[str, Any]:
    """Return *item* as a feature; its geometry is null where the place is unknown or too wide for a point."""
    place = item.place
    located = place is not None and place.lat is not None and place.lon is not None
    return {
        "type": "Feature",
        "id": item.alert_id if isinstance(item, Alert) else item.incident_id,
        "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]} if place and located else None,
        "properties": row(item),
    }


def collection(items: Iterable[Alert | Incident]) -> str:
    """Return a FeatureCollection as text."""
    return _text({"type": "FeatureCollection", "features": [feature(item) for item in items]})


def sequence_text(item: Alert | Incident) -> str:
    """Return *item* as one text of a sequence: a record separator, the feature and a line end."""
    return _record(feature(item))


def gone_sequence_text(incident_id: str) -> str:
    """Return the text that says that an incident is none any more: its id without a place."""
    properties = {"incident_id": incident_id, "lifecycle": "retracted"}
    return _record({"type": "Feature", "id": incident_id, "geometry": None, "properties": properties})


def _record(value: Any) -> str:
    return f"{_RECORD_SEPARATOR}{_text(value)}\n"


def _text(value: Any) -> str:
    return harmless_json(orjson.dumps(value).decode())
