from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from schemas.dead_letter import ReasonCode
from stream.broker import LocalKafka, RunningBroker
from stream.exit_codes import ExitCode
from tests.integration import stand as helpers

article, ids, get = helpers.article, helpers.ids, helpers.get

pytestmark = pytest.mark.integration
SCHEMAS = Path(__file__).parents[2] / "schemas" / "json"

POISON: dict[ReasonCode, bytes | None] = {
    ReasonCode.TOMBSTONE: None,
    ReasonCode.TOO_LARGE: b'{"title":"' + b"x" * 1_000_001 + b'","published_at":"2018-04-20"}',
    ReasonCode.INVALID_UTF8: b'{"title":"\xff\xfe","published_at":"2018-04-20"}',
    ReasonCode.NOT_JSON: b"{title: no}",
    ReasonCode.TOO_DEEP: b"[" * 40_000 + b"]" * 40_000,
    ReasonCode.LONE_SURROGATE: b'{"title":"\\ud800","published_at":"2018-04-20"}',
    ReasonCode.NON_FINITE_NUMBER: b'{"title":"x","published_at":NaN}',
    ReasonCode.NOT_AN_OBJECT: b'["title"]',
    ReasonCode.NO_TEXT: b'{"title":" ","body":null,"published_at":"2018-04-20"}',
    ReasonCode.NO_DATE: b'{"title":"x"}',
    ReasonCode.INVALID_FIELD: b'{"title":5,"published_at":"2018-04-20"}',
    ReasonCode.DETECTION_FAILED: b'{"title":"boom","published_at":"2018-04-20"}',
    ReasonCode.ALERT_TOO_LARGE: b'{"title":"x","published_at":"2018-04-20","tags":["5000000"]}',
}


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Any]:
    """Give topics of its own on the session's Kafka, and end the workers afterwards."""
    made = helpers.Stand(kafka.bootstrap)
    made.create_topics()
    yield made
    made.close()


def test_articles_become_alerts_that_an_independent_consumer_can_validate(stand: Any) -> None:
    """Every alert is valid JSON under the committed schema, with the article's id as key and the contract's headers."""
    worker = stand.start()
    stand.produce([article(n) for n in range(100)], headers=[("traceparent", b"00-abc-def-01")])
    stand.produce([article(100, title="background")])
    alerts = stand.read(*stand.alert_topics, until=lambda got: len(ids(got)) >= 100, extra=1)
    assert ids(alerts) == {f"a{n}" for n in range(100)}
    schema = json.loads((SCHEMAS / "alert.schema.json").read_text())
    for message in alerts:
        alert = json.loads(message.value)
        jsonschema.validate(alert, schema, format_checker=jsonschema.FormatChecker())
        assert message.topic.endswith(f"alerts.{alert['kind']}")
        assert message.key == alert["article"]["article_id"].encode()
        assert message.headers == {
            "schema-version": b"1.0",
            "content-type": b"application/json",
            "alert-id": alert["alert_id"].encode(),
            "traceparent": b"00-abc-def-01",
        }
    assert worker.stop() == ExitCode.OK


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
def test_kcat_reads_what_the_worker_writes(stand: Any) -> None:
    """A client in another language sees key, headers and JSON."""
    stand.start()
    stand.produce([article(0), article(1)])
    stand.read(*stand.alert_topics, until=lambda got: len(ids(got)) == 2)
    topic = stand.alert_topics[0]
    command = ["kcat", "-C", "-b", stand.settings.broker, "-t", topic, "-o", "beginning", "-e", "-J", "-q"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.splitlines()
    assert [json.loads(json.loads(line)["payload"])["kind"] for line in lines] == ["attack"]


def test_each_kind_of_poison_becomes_a_dead_letter_byte_for_byte(stand: Any) -> None:
    """The original bytes and key are kept, the headers say why and where from, and good articles pass all the same."""
    stand.start()
    poison = [(code.value.encode(), value) for code, value in POISON.items()]
    good = [article(n) for n in range(40)]
    mixed = [item for pair in zip(poison, good, strict=False) for item in pair] + good[len(poison) :]
    stand.produce(mixed)
    topic = stand.settings.topics.dead_letters
    dead = stand.read(topic, until=lambda got: len(got) >= len(POISON), extra=1)
    assert {message.headers["error-code"].decode(): message.value for message in dead} == POISON
    for message in dead:
        assert message.key == message.headers["error-code"]
        assert message.headers["origin-topic"].decode() == stand.settings.topics.articles
        assert message.headers["origin-partition"].isdigit()
        assert message.headers["origin-offset"].isdigit()
        assert {"error-stage", "error-message", "failed-at"} <= message.headers.keys()
        assert b"\x1b" not in message.headers["error-message"]
    alerts = stand.read(*stand.alert_topics, until=lambda got: len(ids(got)) >= len(good))
    assert ids(alerts) == {f"a{n}" for n in range(40)}


def test_what_is_committed_is_not_processed_again(stand: Any) -> None:
    """Dead letters and tombstones move the offset as well as articles do."""
    worker = stand.start()
    stand.produce([article(0), (b"t", None), (b"bad", b"{"), article(1)])
    stand.read(*stand.alert_topics, until=lambda got: len(got) == 2)
    stand.read(stand.settings.topics.dead_letters, until=lambda got: len(got) == 2)
    assert worker.stop() == 0
    worker = stand.start()
    stand.produce([article(2)])
    alerts = stand.read(*stand.alert_topics, until=lambda got: "a2" in ids(got), extra=1)
    dead = stand.read(stand.settings.topics.dead_letters, until=lambda got: len(got) >= 2, extra=1)
    assert [len(alerts), len(dead)] == [3, 2]


def test_faust_starts_the_worker_from_another_folder(stand: Any, tmp_path: Path) -> None:
    """`faust -A stream.app worker` finds the packaged lexicons, leaves no files, and ends on SIGTERM."""
    faust = Path(sys.executable).with_name("faust")
    worker = stand.start([str(faust), "-A", "stream.app", "worker", "-l", "info"], cwd=tmp_path)
    stand.produce([(b"bad", b"{")])
    dead = stand.read(stand.settings.topics.dead_letters, until=lambda got: len(got) == 1)
    assert [message.value for message in dead] == [b"{"]
    assert worker.stop() == 0
    assert "worker_started" in worker.log
    assert list(tmp_path.iterdir()) == []


def test_faust_tells_a_wrong_setting(stand: Any) -> None:
    """In one sentence, with the exit code of wrong settings."""
    faust = Path(sys.executable).with_name("faust")
    worker = stand.start([str(faust), "-A", "stream.app", "worker"], RASID_BATCH_SIZE="0")
    assert worker.process.wait(30) == ExitCode.SETTINGS
    assert worker.log.startswith("RASID_BATCH_SIZE is '0'")


def test_health_and_metrics_tell_what_the_worker_did(stand: Any) -> None:
    """Live and ready are 200 once partitions are assigned, and the figures match what was processed."""
    worker = stand.start()
    url = worker.health_url()
    stand.produce([*(article(n) for n in range(10)), article(10, title="background"), (b"bad", b"{")])
    stand.read(*stand.alert_topics, until=lambda got: len(got) == 10)
    stand.read(stand.settings.topics.dead_letters, until=lambda got: len(got) == 1)
    deadline = time.monotonic() + 15
    figures = ""
    while "rasid_consumer_lag{" not in figures and time.monotonic() < deadline:
        time.sleep(0.5)
        figures = get(f"{url}/metrics")[1]
    assert get(f"{url}/health/live")[0] == 200
    assert get(f"{url}/health/ready") == (200, '{"ready": true, "partitions": 4}')
    for line in (
        'rasid_alerts_total{kind="attack",type="shelling"}',
        'rasid_articles_total{outcome="alerts"} 10.0',
        'rasid_articles_total{outcome="nothing"} 1.0',
        "rasid_background_alerts_total 1.0",
        'rasid_dead_letters_total{reason="not_json"} 1.0',
        'rasid_stage_duration_seconds_count{stage="detect"} 11.0',
    ):
        assert line in figures


@pytest.mark.parametrize(
    ("environ", "expected", "words"),
    [
        pytest.param({"RASID_TOPIC_PREFIX": "absent."}, ExitCode.NO_TOPIC, "rasid topics create", id="no topic"),
        pytest.param({"RASID_BROKER": "127.0.0.1:1"}, ExitCode.NO_BROKER, "127.0.0.1:1", id="no broker"),
        pytest.param({"RASID_TLS": "true"}, ExitCode.TLS, "RASID_TLS", id="TLS to a plaintext port"),
    ],
)
def test_a_worker_that_cannot_start_says_why(stand: Any, environ: dict[str, str], expected: int, words: str) -> None:
    """Each cause has an exit code of its own and a sentence that says what to check."""
    worker = stand.start(**environ)
    code = worker.process.wait(30)
    assert code == expected
    assert words in worker.log
    assert "Traceback" not in worker.log


def test_a_taken_health_port_is_told(stand: Any) -> None:
    """The message names the address and the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        worker = stand.start(RASID_HEALTH_PORT=str(port))
        code = worker.process.wait(30)
    assert code == ExitCode.PORT_TAKEN
    assert f"127.0.0.1:{port}" in worker.log
    assert "RASID_HEALTH_PORT" in worker.log


def test_alerts_that_cannot_be_delivered_stop_the_worker_before_it_commits() -> None:
    """With the broker gone, the worker gives up with its own exit code; once it is back, nothing is missing."""
    with LocalKafka() as own:
        stand = helpers.Stand(own.bootstrap, partitions=1)
        try:
            stand.create_topics()
            worker = stand.start(RASID_DELIVERY_TIMEOUT_SECONDS="3", TEST_SECONDS_AN_ARTICLE="0.02")
            stand.produce([article(n) for n in range(300)])
            stand.read(*stand.alert_topics, until=lambda got: len(got) > 10)
            own.pause()
            code = worker.process.wait(60)
            own.resume()
            assert code == ExitCode.UNDELIVERED, worker.log
            stand.start()
            wanted = {f"a{n}" for n in range(300)}
            alerts = stand.read(*stand.alert_topics, until=lambda got: ids(got) >= wanted, timeout=60)
            assert ids(alerts) == wanted
        finally:
            stand.close()
