"""stream/formats/geojson.py: features, collections and text sequences."""

from __future__ import annotations

import json

from schemas.alert import Alert
from schemas.incident import Incident
from stream.formats.fields import ALERT_COLUMNS, INCIDENT_COLUMNS
from stream.formats.geojson import collection, feature, feature_text, gone_feature_text, sequence_record
from stream.terminal import visible
from tests.formats.made import HARM, bare, full, hostile, incident


def test_a_feature_has_longitude_before_latitude() -> None:
    """RFC 7946; the id is the alert's, the properties are flat."""
    made = feature(full())
    assert made["geometry"] == {"type": "Point", "coordinates": [36.81, 35.86]}
    assert made["id"] == "a"
    assert tuple(made["properties"]) == ALERT_COLUMNS
    assert made["properties"]["targets"] == "rebels"
    assert not [value for value in made["properties"].values() if isinstance(value, dict | list)]


def test_a_feature_without_a_point_has_no_geometry() -> None:
    """Null, as the RFC wants it: the place is unknown."""
    assert feature(bare())["geometry"] is None


def test_an_incident_is_a_feature_too() -> None:
    """With its own id and columns."""
    made = feature(incident(full()))
    assert made["id"] == incident(full()).incident_id
    assert tuple(made["properties"]) == INCIDENT_COLUMNS


def test_texts_of_a_sequence_stand_between_separator_and_line_end() -> None:
    """RFC 8142: a reader splits at the record separator, so none may stand inside."""
    items: list[Alert | Incident] = [full(), bare(), hostile(), incident(full())]
    sequence = "".join(map(sequence_record, [*map(feature_text, items), gone_feature_text("gone")]))
    first, *texts = sequence.split("\x1e")
    assert first == ""
    assert all(text.endswith("\n") and text.count("\n") == 1 for text in texts)
    features = [json.loads(text) for text in texts]
    assert features[:4] == json.loads(json.dumps([feature(item) for item in items]))
    assert features[4] == {
        "type": "Feature",
        "id": "gone",
        "geometry": None,
        "properties": {"incident_id": "gone", "lifecycle": "retracted"},
    }


def test_a_collection_drives_no_terminal() -> None:
    """What an article says is written as JSON escapes, and means the same."""
    text = collection([hostile()])
    assert visible(text) == text
    made = json.loads(text)
    assert made["type"] == "FeatureCollection"
    assert made["features"][0]["properties"]["title"] == HARM
