"""stream/outputs.py: what each format says of a delivery, and how it stands in a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.alert import Alert
from schemas.incident import Incident, Lifecycle
from stream.outputs import Format, output
from stream.subscribe import Delivered, Gone
from tests.formats.made import full, incident

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MADE = incident(full())


def delivered(item: Alert | Incident | Gone, value: bytes | None = None) -> Delivered:
    """Return *item* as a topic delivers it, or *value* in its place."""
    bytes_ = value or (None if isinstance(item, Gone) else item.to_json())
    time = datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000
    record: Any = SimpleNamespace(value=bytes_, timestamp=time, headers=[("traceparent", TRACE.encode())])
    return Delivered(item, record)


def test_json_lines_keep_what_newer_versions_add() -> None:
    """Fields that this version does not know, on one line, however it was published."""
    newer = json.loads(full().to_json()) | {"mood": "x\u202e"}
    document = output(Format.JSONL).document(delivered(full(), json.dumps(newer, indent=2).encode()))
    assert document
    assert "\n" not in document
    assert r"\u202e" in document
    assert json.loads(document) == newer


@pytest.mark.parametrize("form", Format)
def test_each_document_is_one_line_of_a_file(form: Format) -> None:
    """With a separator before it in a GeoJSON sequence."""
    made = output(form, incidents=True)
    document = made.document(delivered(MADE))
    assert document
    assert "\n" not in document
    assert made.line(document) == ("\x1e" if form is Format.GEOJSON else "") + document + "\n"
    assert made.heading.count("\n") == (form is Format.CSV)
    assert "/" in made.media_type


@pytest.mark.parametrize("form", Format)
def test_an_incident_that_is_gone_is_told_in_every_format(form: Format) -> None:
    """As CAP only where a message on it stands: otherwise there is nothing to take back."""
    made = output(form, incidents=True)
    gone = delivered(Gone(MADE.incident_id))
    if form is Format.CAP:
        assert made.document(gone) is None
    made.document(delivered(MADE))
    document = made.document(gone)
    assert document
    assert MADE.incident_id in document
    if form not in {Format.CAP, Format.CLOUDEVENTS}:
        assert Lifecycle.RETRACTED.value in document


def test_events_carry_sender_time_and_trace() -> None:
    """The time is that of publication."""
    document = output(Format.CLOUDEVENTS, sender="rasid.example").document(delivered(full()))
    event = json.loads(document or "")
    assert (event["source"], event["time"], event["traceparent"]) == (
        "rasid.example",
        "2025-01-01T00:00:00+00:00",
        TRACE,
    )


def test_a_cap_message_on_an_alert_is_sent_when_it_was_detected() -> None:
    """So that one that is published again is the same message."""
    document = output(Format.CAP, sender="rasid.example", status="Test").document(delivered(full()))
    assert document
    assert "<sent>2018-04-07T12:00:00-00:00</sent><status>Test</status>" in document
    assert document == output(Format.CAP, sender="rasid.example", status="Test").document(delivered(full()))


def test_ids_tell_deliveries_apart() -> None:
    """Alerts, revisions and ends."""
    ids = [delivered(item).id for item in (full(), MADE, Gone(MADE.incident_id))]
    assert ids == ["a", f"{MADE.incident_id}.1", f"{MADE.incident_id}.gone"]
