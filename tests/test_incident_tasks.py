from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.alert import Alert
from schemas.topics import Topics
from stream.dead_letters import OutgoingRecord, SourceRecord
from stream.incident_metrics import IncidentMetrics
from stream.incident_tasks import ORIGIN, IncidentTask, SurgeTask
from stream.state_store import MemoryStore
from tests.incidents.made import START, alert
from tests.incidents.test_lifecycle import MERGED

TOPICS = Topics()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Partition:
    """An incident task with its store; what it changes is stored, as by a transaction."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.minutes = 0.0
        self.restart()

    def restart(self) -> None:
        """Begin anew with what is stored."""
        self.task = IncidentTask(self.store, TOPICS, metrics=IncidentMetrics(), clock=lambda: NOW)

    def batch(self, *alerts: Alert | bytes) -> list[OutgoingRecord]:
        """Process alerts as one batch and return what is sent."""
        for item in alerts:
            value = item.to_json() if isinstance(item, Alert) else item
            entered = START.timestamp() + 60 * self.minutes
            headers = ((ORIGIN, b"attack-0"), ("traceparent", b"00-x"))
            self.task.process(SourceRecord("t", 0, 0, b"k", value, headers, entered))
        changes = self.task.changes()
        self.store.write(changes.entries, offset=0)
        return list(changes.records)


def incidents(records: list[OutgoingRecord]) -> list[dict[str, Any] | None]:
    """Return the revisions among *records*."""
    return [json.loads(r.value) if r.value else None for r in records if r.topic == TOPICS.incidents]


def observations(records: list[OutgoingRecord]) -> set[tuple[str, str | None]]:
    """Return the scopes and days that are told."""
    found = (r for r in records if r.topic == TOPICS.surges_repartition)
    return {((r.key or b"").decode(), json.loads(r.value or b"")["day"]) for r in found}


def test_updates_that_a_batch_outdates_itself_are_left_out() -> None:
    """But no opening, and no correction."""
    batch = [alert("a", killed=50, outlet="x"), *(alert(f"b{n}", hours=n) for n in range(5))]
    told = incidents(Partition().batch(*batch, alert("c", killed=30, outlet="x", hours=6), alert("d", hours=7)))
    assert [(i and i["lifecycle"], i and i["revision"]) for i in told] == [
        ("open", 1),
        ("corrected", 7),
        ("updated", 8),
    ]


def test_batches_of_any_size_come_to_the_same_end() -> None:
    """What is told last of each incident, and what is stored."""
    alerts = [*MERGED, alert("x", killed=5), alert("y", killed=9, hours=1)]
    whole, single = Partition(), Partition()
    last = {r.key: r.value for r in whole.batch(*alerts) if r.topic == TOPICS.incidents}
    singly = [record for item in alerts for record in single.batch(item)]
    assert {r.key: r.value for r in singly if r.topic == TOPICS.incidents} == last
    assert dict(whole.store.items()) == dict(single.store.items())


def test_a_restart_changes_nothing() -> None:
    """Not even in the middle; alerts that come again are ignored."""
    alerts = [*MERGED, alert("x", killed=5), alert("y", killed=9, hours=1)]
    undisturbed, disturbed = Partition(), Partition()
    undisturbed.batch(*alerts)
    for number, item in enumerate(alerts):
        disturbed.batch(item)
        disturbed.restart()
        assert incidents(disturbed.batch(*alerts[: number + 1])) == []
    assert dict(disturbed.store.items()) == dict(undisturbed.store.items())


def test_incidents_close_in_event_time_and_are_forgotten() -> None:
    """Once the time of the stream is known to be a week later; the closing is published, the state is removed."""
    partition = Partition()
    partition.batch(alert("a"))
    partition.minutes = 30
    later = [alert("b", place="mosul", hours=24 * 8, day=None), alert("c", place="mosul", hours=24 * 8, day=None)]
    told = incidents(partition.batch(*later))
    assert [(i and i["lifecycle"], i and i["alerts"]) for i in told] == [
        ("closed", ["a"]),
        ("open", ["b"]),
        ("updated", ["b", "c"]),
    ]
    assert len([key for key, _ in partition.store.items() if not key.startswith(b"\0")]) == 1
    partition.restart()
    assert incidents(partition.batch(alert("a"))) == [], "it is late, and opens nothing"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param(b"{", b"not_json", id="not JSON"),
        pytest.param(b"{}", b"invalid_field", id="no alert"),
        pytest.param(None, b"tombstone", id="no value"),
        pytest.param(
            alert("f", hours=(NOW - START).total_seconds() / 3600 + 25).to_json(), b"invalid_field", id="tomorrow's"
        ),
    ],
)
def test_what_cannot_be_counted_is_a_dead_letter(value: bytes, code: bytes) -> None:
    """An alert from the future, too: it would make everything else late."""
    (dead,) = Partition().batch(value)
    assert dead.topic == TOPICS.dead_letters
    assert dict(dead.headers)["error-code"] == code
    assert dead.value == value


def test_an_incident_is_counted_where_its_newest_revision_says() -> None:
    """And no longer where an earlier one did; what has not changed is not told again."""
    partition = Partition()
    first = partition.batch(alert("a", place="saraqib", by="syria", to="is"))
    day = START.date().isoformat()
    scopes = {"province:SY:Idlib", "actor:state.syrian_government", "actor:group.islamic_state"}
    assert observations(first) == {(scope, day) for scope in scopes}
    partition.restart()
    assert observations(partition.batch(alert("b", place="saraqib", by="syria", to="is", hours=1))) == set()
    withdrawn = alert("c", place="saraqib", by="syria", to="is", status="denied", hours=2, outlet="outlet of a")
    partition.batch(withdrawn)
    again = alert("d", place="saraqib", by="syria", to="is", status="denied", hours=3, outlet="outlet of b")
    assert observations(partition.batch(again)) == {(scope, None) for scope in scopes}


def test_many_incidents_on_a_day_are_a_surge() -> None:
    """Told under the scope, with an id that follows from scope and day, and stored for the next batch."""
    store = MemoryStore()
    told: list[OutgoingRecord] = []
    for day, count in [(0, 1), (12, 5)]:
        partition = Partition()
        at = (START + timedelta(days=day)).date().isoformat()
        batch = [
            alert(f"{day}-{n}", place="saraqib" if n % 2 else "jisr", by=("is", "syria", "rebels")[n // 2], day=at)
            for n in range(count)
        ]
        task = SurgeTask(store, TOPICS, metrics=IncidentMetrics())
        for record in partition.batch(*batch):
            if record.topic == TOPICS.surges_repartition:
                task.process(SourceRecord("t", 0, 0, record.key, record.value))
        changes = task.changes()
        store.write(changes.entries, offset=0)
        told += changes.records
    provinces = [json.loads(r.value or b"") for r in told if r.key == b"province:SY:Idlib"]
    assert [(surge["state"], surge["count"]) for surge in provinces] == [("raised", 3), ("updated", 4), ("updated", 5)]
    assert len({surge["surge_id"] for surge in provinces}) == 1
