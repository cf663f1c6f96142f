"""stream/formats/cap.py: messages that OASIS's own schema accepts, and that refer to each other."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import xmlschema

from schemas.alert import Alert
from schemas.incident import Incident, Lifecycle
from stream.formats.cap import NAMESPACE, CapFeed, CapMessage, check_sender, message
from stream.terminal import visible
from tests.formats.made import bare, full, hostile, incident
from tests.incidents.made import alert

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "CAP-v1.2.xsd")
SENT = datetime(2018, 4, 8, 9, 30, 15, 999, tzinfo=UTC)
ITEMS: dict[str, Alert | Incident] = {
    "alert": full(),
    "bare alert": bare(),
    "hostile alert": hostile(),
    "incident": incident(full()),
    "bare incident": incident(bare()),
    "hostile incident": incident(hostile()),
}


def _root(made: CapMessage) -> ET.Element:
    return ET.fromstring(made.xml.encode())  # noqa: S314 - it was made here


def _texts(made: CapMessage, name: str) -> list[str]:
    """Return the texts of all elements of that name, after the schema has accepted the message."""
    SCHEMA.validate(made.xml)
    return [each.text or "" for each in _root(made).iter(f"{{{NAMESPACE}}}{name}")]


def _parameters(made: CapMessage) -> dict[str, str]:
    pairs = _root(made).iter(f"{{{NAMESPACE}}}parameter")
    return {pair[0].text or "": pair[1].text or "" for pair in pairs}


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_every_message_is_valid_and_one_harmless_line(item: Alert | Incident) -> None:
    """Whatever is missing, and whatever the texts hold."""
    made = message(item, sent=SENT)
    SCHEMA.validate(made.xml)
    assert visible(made.xml) == made.xml
    for name in (made.reference.identifier, made.reference.sender):
        assert not re.search(r"[\s,<&]", name)


def test_the_schema_refuses_what_is_wrong() -> None:
    """So the test above can fail."""
    made = message(full(), sent=SENT).xml
    for wrong in (made.replace("<status>Actual", "<status>Real"), made.replace("-00:00</sent>", "Z</sent>")):
        assert wrong != made
        assert not SCHEMA.is_valid(wrong)


def test_what_an_alert_tells() -> None:
    """In English and in Arabic; nothing is observed, since it was only read."""
    made = message(full(), sent=SENT, sender="rasid.example", status="Exercise")
    expected = {
        "sender": ["rasid.example"],
        "sent": ["2018-04-08T09:30:15-00:00"],
        "status": ["Exercise"],
        "msgType": ["Alert"],
        "references": [],
        "incidents": [],
        "language": ["en", "ar"],
        "category": ["Security"] * 2,
        "event": ["Shelling", "قصف"],
        "urgency": ["Past"] * 2,
        "severity": ["Severe"] * 2,
        "certainty": ["Likely"] * 2,
        "onset": ["2018-04-07T00:00:00-00:00"] * 2,
        "headline": ["Shelling, Saraqib, Idlib, SY: 5+ injured, 3 killed", "title"],
        "description": ["قُتل ثلاثة في قصف على سراقب"] * 2,
        "areaDesc": ["Saraqib, Idlib, SY", "saraqib"],
        "circle": ["35.8600,36.8100 10"] * 2,
    }
    assert {name: _texts(made, name) for name in expected} == expected
    codes = _root(made).findall(f"{{{NAMESPACE}}}info/{{{NAMESPACE}}}eventCode")
    assert [(code[0].text, code[1].text) for code in codes][:2] == [
        ("PLOVER", "ASSAULT/heavy-weapons"),
        ("CAMEO", "194"),
    ]
    assert _parameters(made)["killed_high"] == "3"


@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        ({"status": "denied"}, "certainty", "Unlikely"),
        ({"status": "alleged"}, "certainty", "Possible"),
        ({"confidence": 0.5}, "certainty", "Possible"),
        ({"status": "planned"}, "urgency", "Future"),
        ({"severity": 75}, "severity", "Extreme"),
        ({"severity": 25}, "severity", "Moderate"),
        ({"severity": 0}, "severity", "Minor"),
    ],
)
def test_scales(more: dict[str, Any], name: str, value: str) -> None:
    """Ours in CAP's words."""
    assert _texts(message(alert("a", **more), sent=SENT), name) == [value] * 2


def test_kinds_become_categories() -> None:
    """Chemical attacks are of two."""
    assert _texts(message(alert("a", "chemical"), sent=SENT), "category") == ["Security", "CBRNE"] * 2
    assert _texts(message(alert("a", "consult"), sent=SENT), "category") == ["Other"] * 2


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "https://", "https://[x", "/news"])
def test_only_addresses_of_pages_are_linked(url: str | None) -> None:
    """Nothing that a reader's program could run."""
    made = full()
    made = made.model_copy(update={"article": made.article.model_copy(update={"url": url})})
    assert _texts(message(made, sent=SENT), "web") == []


def test_times_keep_their_zone() -> None:
    """UTC is written as -00:00, as the standard wants it."""
    sent = datetime(2018, 4, 8, 9, 30, tzinfo=timezone(timedelta(hours=3)))
    assert _texts(message(bare(), sent=sent), "sent") == ["2018-04-08T09:30:00+03:00"]
    odd = datetime(1800, 4, 8, 9, 30, tzinfo=timezone(timedelta(hours=3, seconds=7)))
    assert _texts(message(bare(), sent=odd), "sent") == ["1800-04-08T06:29:53-00:00"]


def test_a_feed_follows_an_incident_to_its_end() -> None:
    """Alert, update, correction, then a cancellation: each names the one before it; then nothing is left to cancel."""
    feed = CapFeed(sender="rasid.example")
    states = [Lifecycle.OPEN, Lifecycle.UPDATED, Lifecycle.CORRECTED, Lifecycle.CLOSED, Lifecycle.RETRACTED]
    made = [
        feed.message(incident(full(), revision=number, lifecycle=state), sent=SENT + timedelta(hours=number))
        for number, state in enumerate(states, 1)
    ]
    messages = [each for each in made if each]
    assert [each.type for each in messages] == ["Alert", "Update", "Update", "Update", "Cancel"]
    for before, after in pairwise(messages):
        assert _texts(after, "references") == [str(before.reference)]
    assert len({each.reference.identifier for each in messages}) == len(messages)
    (incident_id,) = {text for each in messages for text in _texts(each, "incidents")}
    assert incident_id == incident(full()).incident_id
    assert feed.gone(incident_id, sent=SENT) is None
    assert feed.message(incident(full(), lifecycle=Lifecycle.RETRACTED), sent=SENT) is None


def test_an_incident_that_became_part_of_another_is_cancelled() -> None:
    """Its topic entry is a tombstone, and no revision says so."""
    feed = CapFeed()
    first = feed.message(incident(full()), sent=SENT)
    gone = feed.gone(incident(full()).incident_id, sent=SENT)
    assert first
    assert gone
    assert gone.type == "Cancel"
    assert _texts(gone, "references") == [str(first.reference)]
    assert feed.gone(incident(full()).incident_id, sent=SENT) is None
    again = feed.message(incident(full()), sent=SENT + timedelta(seconds=1))
    assert again
    assert again.type == "Alert"
    assert again.reference.identifier != first.reference.identifier


def test_identifiers_are_never_reused_for_something_else() -> None:
    """The same message has the same identifier; another content, time or sender gives another one."""
    first = message(full(), sent=SENT).reference
    assert message(full(), sent=SENT).reference == first
    changed = [
        message(full(severity=51), sent=SENT),
        message(full(), sent=SENT + timedelta(seconds=1)),
        message(full(), sent=SENT, sender="other"),
    ]
    assert first.identifier not in {each.reference.identifier for each in changed}
    assert len({each.reference.identifier for each in changed}) == len(changed)


def test_who_began_to_read_later_names_messages_alike() -> None:
    """A feed that did not see the first revision, or only the newest since the topic was compacted."""
    whole, late = CapFeed(), CapFeed()
    revisions = [incident(full(), revision=number) for number in (1, 2, 3)]
    named = [made.reference for each in revisions if (made := whole.message(each, sent=SENT))]
    second, third = (late.message(each, sent=SENT) for each in revisions[1:])
    assert second
    assert third
    assert (second.type, third.type) == ("Alert", "Update")
    assert [second.reference, third.reference] == named[1:]
    assert _texts(third, "references") == [str(named[1])]


def test_a_feed_remembers_within_bounds() -> None:
    """An incident that was pushed out is told of as new."""
    feed = CapFeed(size=1)
    one, two = incident(full("a")), incident(full("b"))
    made = [feed.message(each, sent=SENT) for each in (one, one, two, one)]
    assert [each.type for each in made if each] == ["Alert", "Update", "Alert", "Alert"]


@pytest.mark.parametrize("sender", ["", "a b", "a,b", "a<b", "a&b", "a\x00"])
def test_a_sender_has_no_forbidden_characters(sender: str) -> None:
    """Refused before anything is sent."""
    with pytest.raises(ValueError, match="cannot name a sender"):
        check_sender(sender)
    assert check_sender("rasid@example.org") == "rasid@example.org"
