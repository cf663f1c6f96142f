"""`rasid incidents` on a real Kafka: what it publishes, and that no disturbance changes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from stream.broker import RunningBroker
from stream.exit_codes import ExitCode
from stream.incident_tasks import IncidentTask, SurgeTask
from tests.faults.workers import wait_until_shared
from tests.incidents.made import alert
from tests.incidents.test_lifecycle import MERGED
from tests.integration.incident_stand import IncidentStand, archive, wait_until_done_by

pytestmark = pytest.mark.integration
SCHEMAS = Path(__file__).parents[2] / "schemas" / "json"


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[IncidentStand]:
    """Give topics of its own, those between the agents included."""
    made = IncidentStand(kafka.bootstrap)
    made.create_topics(internal=True)
    yield made
    made.close()


def check_against_undisturbed(stand: IncidentStand) -> None:
    """Compare all incidents and surges, byte for byte, with what one run makes of the same internal topics."""
    topics = stand.settings.topics
    incidents = stand.told(topics.incidents).newest
    assert incidents == stand.undisturbed(topics.incidents_repartition, IncidentTask)
    assert len(incidents) > 50
    surges = stand.surges()
    assert surges == stand.undisturbed(topics.surges_repartition, SurgeTask)
    assert surges


def test_alerts_become_incidents_that_an_independent_consumer_can_validate(stand: IncidentStand) -> None:
    """Valid JSON under the committed schema, the id as key, the contract's headers, a tombstone for a merged one."""
    worker = stand.run()
    alerts = [*MERGED, alert("m", "consult", None, "us", "iran")]
    for item in alerts:
        stand.send([item])
        stand.wait_until_counted([item])
    told = stand.told(stand.settings.topics.incidents)
    schema = json.loads((SCHEMAS / "incident.schema.json").read_text())
    for record in told.records:
        assert record.key is not None
        headers = dict(record.headers)
        assert headers["incident-id"] == record.key
        assert headers["schema-version"] == b"1.0"
        assert headers["content-type"] == b"application/json"
        assert headers["traceparent"] == b"00-abc-def-01" or record.value is None
        if record.value is not None:
            incident = json.loads(record.value)
            jsonschema.validate(incident, schema, format_checker=jsonschema.FormatChecker())
            assert incident["incident_id"].encode() == record.key
    newest = [json.loads(value) for value in told.newest.values() if value]
    assert sorted(tuple(incident["alerts"]) for incident in newest) == [("m",), ("town", "province", "both")]
    tombstones = [key.decode() for key, value in told.newest.items() if value is None]
    assert tombstones == [id_ for incident in newest for id_ in incident["absorbed"]]
    assert worker.stop() == ExitCode.OK


def test_what_is_no_alert_becomes_a_dead_letter(stand: IncidentStand) -> None:
    """With its reason; the alerts around it are counted."""
    stand.run()
    good = [alert("a"), alert("b", place="mosul")]
    stand.send(good[:1])
    stand.produce_to(stand.settings.topics.alerts(good[0].kind), [(b"k", b"{"), (b"k", b"{}"), (b"k", None)])
    stand.send(good[1:])
    stand.wait_until_counted(good)
    dead = stand.read(stand.settings.topics.dead_letters, until=lambda got: len(got) >= 3)
    assert {message.headers["error-code"]: message.value for message in dead} == {
        b"not_json": b"{",
        b"invalid_field": b"{}",
        b"tombstone": None,
    }


def test_processes_killed_again_and_again_make_the_incidents_of_an_undisturbed_run(
    stand: IncidentStand, tmp_path: Path
) -> None:
    """Kill -9 in the middle of the work: nothing is lost, nothing applied twice, incidents and surges are the same."""
    alerts = archive(800)
    stand.send(alerts)
    for kill in range(3):
        worker = stand.run(RASID_BATCH_SIZE="25", RASID_COMMIT_SECONDS="0.3", RASID_STATE_DIR=str(tmp_path / "state"))
        wait_until_done_by(worker, 100 + 30 * kill)
        assert worker.process.poll() is None, worker.log
        worker.kill()
    assert not {item.alert_id for item in alerts} <= stand.counted(), "everything was done before the last kill"
    stand.run(RASID_STATE_DIR=str(tmp_path / "state"))
    stand.wait_until_counted(alerts)
    check_against_undisturbed(stand)


def test_partitions_that_move_take_their_state_along(stand: IncidentStand) -> None:
    """1, 2, then 1 process under load: the same incidents and surges as without a rebalance."""
    alerts = archive(800, seed=2)
    first = stand.run(RASID_BATCH_SIZE="25")
    stand.send(alerts[:400])
    wait_until_done_by(first, 50)
    second = stand.run(RASID_BATCH_SIZE="25")
    wait_until_shared([first, second], partitions=16)
    stand.send(alerts[400:])
    wait_until_done_by(second, 20)
    assert first.stop() == ExitCode.OK, first.log
    stand.wait_until_counted(alerts)
    check_against_undisturbed(stand)
