"""stream/formats/cloudevents.py: structured JSON of version 1.0."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from schemas.alert import Alert
from schemas.incident import Incident
from stream.alert_reading import read_alert, read_incident
from stream.formats.cloudevents import event_text, gone_event_text
from stream.terminal import visible
from tests.formats.made import bare, full, hostile, incident

TIME = datetime(2018, 4, 8, 9, 30, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_attributes_of_an_alert() -> None:
    """Those that the specification requires, a subject, and the trace when there is one."""
    event = json.loads(event_text(full(), time=TIME, source="urn:rasid:test", traceparent=TRACE))
    assert read_alert(json.dumps(event.pop("data")).encode()) == full()
    assert event == {
        "specversion": "1.0",
        "id": "a",
        "source": "urn:rasid:test",
        "type": "org.rasid.alert.attack",
        "subject": "a",
        "time": "2018-04-08T09:30:00+00:00",
        "datacontenttype": "application/json",
        "traceparent": TRACE,
    }
    assert "traceparent" not in json.loads(event_text(bare(), time=TIME))


def test_each_revision_of_an_incident_is_an_event() -> None:
    """Source and id together are unique; the subject stays."""
    events = [json.loads(event_text(incident(full(), revision=number), time=TIME)) for number in (1, 2)]
    assert [event["id"] for event in events] == [f"{incident(full()).incident_id}.{number}" for number in (1, 2)]
    assert {event["subject"] for event in events} == {incident(full()).incident_id}
    assert read_incident(json.dumps(events[1]["data"]).encode()) == incident(full(), revision=2)
    gone = json.loads(gone_event_text("x", time=TIME))
    assert (gone["type"], gone["id"], gone["subject"], gone["data"]) == ("org.rasid.incident.gone", "x.gone", "x", None)


@pytest.mark.parametrize("item", [hostile(), incident(hostile())], ids=["alert", "incident"])
def test_an_event_is_one_harmless_line(item: Alert | Incident) -> None:
    """What an article says is written as JSON escapes, and means the same."""
    text = event_text(item, time=TIME)
    assert visible(text) == text
    assert json.loads(text)["data"] == json.loads(item.to_json())
