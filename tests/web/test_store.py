from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stream.web.store import Store
from tests.incidents.made import alert
from tests.web.conftest import revisions

AT = datetime(2025, 3, 1, tzinfo=UTC)


def test_the_newest_come_first_and_the_oldest_go() -> None:
    """Memory is bounded by the number of items."""
    store = Store(max_items=3, max_text_bytes=1000)
    for number in range(5):
        assert store.add_alert(alert(f"a{number}"), AT + timedelta(seconds=number))
    assert [entry.item.alert_id for entry in store.alerts] == ["a4", "a3", "a2"]
    assert store.alerts.get("a1") is None


def test_a_repeated_alert_changes_nothing() -> None:
    """Delivery is at least once."""
    store = Store(max_items=3, max_text_bytes=1000)
    store.add_alert(alert("a"), AT)
    store.add_alert(alert("b"), AT)
    assert store.add_alert(alert("a"), AT) is None
    assert [entry.item.alert_id for entry in store.alerts] == ["b", "a"]
    assert store.number == 2


def test_a_revision_takes_the_place_of_the_one_before_on_top() -> None:
    """What was revised last is what somebody wants to see first."""
    first, second = revisions(alert("a"), alert("b", hours=1))
    (other,) = revisions(alert("c", place="vienna", event="consult", by="iran us"))
    assert first.incident_id == second.incident_id
    store = Store(max_items=3, max_text_bytes=1000)
    store.add_incident(first, AT)
    store.add_incident(other, AT)
    assert store.add_incident(second, AT)
    assert [entry.item.revision for entry in store.incidents] == [second.revision, 1]
    assert store.add_incident(first, AT) is None, "an older revision that comes again is none"


def test_an_alert_knows_its_incident_until_that_is_gone() -> None:
    """An absorbing incident has the alerts before the tombstone of the absorbed one comes."""
    first, second = revisions(alert("a"), alert("b", hours=1))
    store = Store(max_items=3, max_text_bytes=1000)
    store.add_incident(second, AT)
    assert store.incident_of("a") == store.incident_of("b") == first.incident_id
    heir = second.model_copy(update={"incident_id": "heir"})
    store.add_incident(heir, AT)
    assert store.remove_incident(second.incident_id)
    assert store.incident_of("a") == "heir"
    assert not store.remove_incident(second.incident_id)


def test_a_later_cap_message_refers_to_the_one_before() -> None:
    """An identifier is never used twice, and the same message always has the same one."""
    first, second = revisions(alert("a"), alert("b", hours=1))
    store = Store(max_items=3, max_text_bytes=1000)
    before = store.add_incident(first, AT)
    after = store.add_incident(second, AT + timedelta(hours=1))
    assert before
    assert after
    assert before.cap.type == "Alert"
    assert after.cap.type == "Update"
    assert after.replaces == before.cap.reference
    assert after.cap.reference != before.cap.reference
    assert after.cap == after.cap


def test_a_text_is_kept_as_long_as_it_has_alerts() -> None:
    """Whether the article or its alert comes first."""
    store = Store(max_items=2, max_text_bytes=1000)
    store.texts.add("early", b"text")
    store.add_alert(alert("a", article="early"), AT)
    store.add_alert(alert("b", article="late"), AT)
    store.texts.add("late", b"text")
    assert store.texts.get("early") == store.texts.get("late") == b"text"
    store.add_alert(alert("c", article="late"), AT)
    assert store.texts.get("early") is None, "its last alert is gone"
    store.add_alert(alert("d", article="late"), AT)
    assert store.texts.get("late") == b"text"


def test_texts_are_bounded_in_bytes() -> None:
    """The oldest go first; what nobody asked for has a room of its own, a quarter of all."""
    store = Store(max_items=100, max_text_bytes=400)
    for number in range(10):
        store.texts.add(f"idle{number}", bytes(50))
        store.texts.want(f"wanted{number}")
        store.texts.add(f"wanted{number}", bytes(50))
    held = [number for number in range(10) if store.texts.get(f"wanted{number}")]
    assert held == [4, 5, 6, 7, 8, 9]
    store.texts.want("idle9")
    assert store.texts.get("idle9")
    store.texts.want("idle0")
    assert store.texts.get("idle0") is None, "it came too long ago"
