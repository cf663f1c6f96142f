"""stream/alert_reading.py: alerts of this and of newer minor versions."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from schemas.alert import Alert
from stream.alert_reading import read_alert

ALERT: dict[str, Any] = {
    "alert_id": "a",
    "kind": "attack",
    "event_type": "shelling",
    "timing": "new",
    "status": "reported",
    "actors": [{"role": "initiator", "text": "أ"}, {"role": "target", "text": "ب"}],
    "evidence": [{"field": "body", "start": 0, "end": 3, "text": "قصف", "trigger": "قصف", "rule": "r"}],
    "severity": 1,
    "confidence": 0.5,
    "article": {"article_id": "x", "title": "t", "published_at": "2025-01-01T00:00:00Z"},
    "detector": {"version": "1", "lexicon_version": "1"},
    "detected_at": "2025-01-01T00:00:00Z",
}


def test_fields_of_a_newer_version_are_left_out() -> None:
    """At the top, in a part, and in a part of a list."""
    newer = json.loads(json.dumps(ALERT)) | {"schema_version": "1.9", "mood": {"x": [1]}}
    newer["article"]["pages"] = 2
    newer["actors"][1]["rank"] = newer["actors"][0]["rank"] = None
    expected = Alert.model_validate(ALERT | {"schema_version": "1.9"})
    assert read_alert(orjson.dumps(newer)) == expected


def test_our_own_alerts_come_back_equal() -> None:
    """What is sent is what is read."""
    alert = Alert.model_validate(ALERT)
    assert read_alert(alert.to_json()) == alert


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"[]", b"{}", orjson.dumps(ALERT | {"severity": 101, "more": 1})],
    ids=["empty", "cut", "array", "no-fields", "wrong-and-more"],
)
def test_what_is_no_alert_is_refused(value: bytes) -> None:
    """Leniency ends at fields that are wrong."""
    with pytest.raises((ValidationError, orjson.JSONDecodeError)):
        read_alert(value)
