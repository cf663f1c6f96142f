"""GeoJSON (RFC 7946): a feature for each alert or incident, in a collection or in a text sequence (RFC 8142)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from schemas.alert import Alert
from schemas.incident import Incident, Lifecycle
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


def feature_text(item: Alert | Incident) -> str:
    """Return *item* as a feature, as text on one line."""
    return _text(feature(item))


def gone_feature_text(incident_id: str) -> str:
    """Return the feature that says that an incident is none any more: its id without a place."""
    properties = {"incident_id": incident_id, "lifecycle": Lifecycle.RETRACTED.value}
    return _text({"type": "Feature", "id": incident_id, "geometry": None, "properties": properties})


def sequence_record(text: str) -> str:
    """Return a feature's text as one record of a sequence: a record separator before it and a line end after it."""
    return f"{_RECORD_SEPARATOR}{text}\n"


def _text(value: Any) -> str:
    return harmless_json(orjson.dumps(value).decode())
