"""The command line on a real Kafka: replay, worker, subscribe, topics, dead letters, demo."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.alert import Alert
from schemas.topics import TopicId
from stream.broker import RunningBroker
from stream.kafka import admin
from stream.settings import load_settings

pytestmark = pytest.mark.integration

SAMPLES = Path(__file__).parents[2] / "stream" / "samples" / "articles.jsonl"
_ARTICLES = len(SAMPLES.read_bytes().splitlines())
POISON = [b"{broken", b'{"article_id": "x", "title": "no date"}', b"\xff\xfe\x00"]


class Rasid:
    """The `rasid` program under a topic prefix and a group of its own."""

    def __init__(self, bootstrap: str) -> None:
        name = f"test-{uuid.uuid4().hex[:8]}"
        self.prefix = f"{name}."
        self.environ = {
            **os.environ,
            "RASID_BROKER": bootstrap,
            "RASID_TOPIC_PREFIX": self.prefix,
            "RASID_GROUP_ID": name,
            "RASID_HEALTH_PORT": "0",
        }

    def __call__(self, *arguments: str, stdin: bytes = b"", code: int = 0) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end; it must end with *code*."""
        done = subprocess.run(
            self.command(*arguments), input=stdin, capture_output=True, env=self.environ, timeout=60, check=False
        )
        assert done.returncode == code, done.stderr.decode()
        return done

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "stream.cli", *arguments]


@pytest.fixture
def rasid(kafka: RunningBroker) -> Rasid:
    """Give the program with its topics made."""
    program = Rasid(kafka.bootstrap)
    program("topics", "create", "--partitions", "2", "--replication", "1")
    return program


@pytest.fixture
def worker(rasid: Rasid) -> Iterator[None]:
    """Run a worker during the test; it must end well when told to."""
    process = subprocess.Popen(rasid.command("worker"), env=rasid.environ, stderr=subprocess.PIPE)
    yield
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log.decode()


def _alerts(rasid: Rasid, *arguments: str) -> list[Alert]:
    done = rasid("subscribe", "--from", "earliest", "--format", "jsonl", *arguments)
    return [Alert.model_validate_json(line) for line in done.stdout.splitlines()]


def _dead_letters(rasid: Rasid, *arguments: str) -> list[dict[str, str]]:
    lines = rasid("dead-letters", "list", "--format", "jsonl", *arguments).stdout.splitlines()
    return [json.loads(line) for line in lines]


def _wait_for_dead_letters(rasid: Rasid, count: int) -> list[dict[str, str]]:
    """Return the dead letters once there are *count*."""
    deadline = time.monotonic() + 60
    while True:
        letters = _dead_letters(rasid)
        if len(letters) >= count or time.monotonic() > deadline:
            return letters
        time.sleep(0.5)


def test_topics_are_created_once_and_checked(kafka: RunningBroker) -> None:
    """Missing topics are exit code 79, as planned 0, other plans 1 with what differs."""
    rasid = Rasid(kafka.bootstrap)
    missing = rasid("topics", "check", code=79).stdout.decode()
    assert f"{rasid.prefix}articles: topic is missing" in missing
    plan = ("--partitions", "2", "--replication", "1", "--retention", "7d")
    created = rasid("topics", "create", *plan).stdout.decode().splitlines()
    assert [line.split()[0] for line in created] == ["created"] * len(TopicId)
    again = rasid("topics", "create", *plan).stdout.decode().splitlines()
    assert [line.split()[0] for line in again] == ["exists"] * len(TopicId)
    assert rasid("topics", "check", *plan).stdout == b""
    different = rasid("topics", "check", "--partitions", "3", "--retention", "8d", code=1).stdout.decode()
    assert f"{rasid.prefix}articles: partitions is 2, should be 3" in different
    assert f"{rasid.prefix}articles: retention.ms is 604800000, should be 691200000" in different
    assert f"{rasid.prefix}incidents: partitions is 2, should be 3" in different
    assert f"{rasid.prefix}incidents: retention" not in different


@pytest.mark.parametrize("command", [("subscribe",), ("replay", str(SAMPLES)), ("dead-letters", "list")], ids=str)
def test_without_topics_a_command_says_what_to_do(kafka: RunningBroker, command: tuple[str, ...]) -> None:
    """Exit code 79; and asking for a topic does not make it."""
    rasid = Rasid(kafka.bootstrap)
    assert b"rasid topics create" in rasid(*command, code=79).stderr
    rasid("topics", "check", code=79)


@pytest.mark.usefixtures("worker")
def test_articles_become_alerts_that_any_number_of_subscribers_read(rasid: Rasid) -> None:
    """What goes through Kafka is what `rasid detect` finds, once each; kinds, limits and times are kept."""
    sent = rasid("replay", str(SAMPLES)).stderr.decode()
    assert sent.startswith(f"{_ARTICLES} lines sent")
    expected = rasid("detect", str(SAMPLES)).stdout.splitlines()
    wanted = {Alert.model_validate_json(line).alert_id: json.loads(line)["kind"] for line in expected}
    assert wanted
    alerts = _alerts(rasid, "--max-messages", str(len(wanted)), "--idle-timeout", "30")
    assert {alert.alert_id: alert.kind for alert in alerts} == wanted
    # A replay of the same articles delivers the same ids again, and each is shown once.
    rasid("replay", str(SAMPLES))
    twice = _alerts(rasid, "--repeats", "--max-messages", str(2 * len(wanted)), "--idle-timeout", "30")
    assert Counter(alert.alert_id for alert in twice) == dict.fromkeys(wanted, 2)
    assert len(_alerts(rasid, "--idle-timeout", "3")) == len(wanted)
    attacks = _alerts(rasid, "--kind", "attack", "--idle-timeout", "2")
    assert Counter(alert.kind for alert in attacks) == {"attack": Counter(wanted.values())["attack"]}
    assert _alerts_since(rasid, "2100-01-01") == 0
    assert _alerts_since(rasid, "2020-01-01") == len(wanted)


def _alerts_since(rasid: Rasid, since: str) -> int:
    done = rasid("subscribe", "--from", since, "--format", "jsonl", "--idle-timeout", "2")
    return len(done.stdout.splitlines())


@pytest.mark.usefixtures("worker")
def test_dead_letters_are_listed_and_sent_again(rasid: Rasid) -> None:
    """The original bytes, by reason; sent again they fail again, which shows that they were the same."""
    rasid("replay", "-", stdin=b"\n".join(POISON))
    letters = _wait_for_dead_letters(rasid, 3)
    assert {letter["error_code"] for letter in letters} == {"not_json", "no_date", "invalid_utf8"}
    assert {letter["origin_topic"] for letter in letters} == {f"{rasid.prefix}articles"}
    by_code = {letter["error_code"]: letter for letter in letters}
    assert by_code["not_json"]["value"] == "{broken"
    assert by_code["invalid_utf8"]["value_base64"] == "//4A"
    assert len(_dead_letters(rasid, "--code", "no_date")) == 1
    assert _dead_letters(rasid, "--since", "2100-01-01") == []
    table = rasid("dead-letters", "list", "--format", "table").stdout.decode()
    assert "not_json (decode)" in table
    assert "--yes" in rasid("dead-letters", "replay", code=2).stderr.decode()
    rasid("dead-letters", "replay", "--code", "invalid_utf8", "--code", "no_date", "--yes")
    letters = _wait_for_dead_letters(rasid, 5)
    assert Counter(letter["error_code"] for letter in letters) == {"not_json": 1, "no_date": 2, "invalid_utf8": 2}
    assert {letter.get("value_base64") for letter in letters} == {"//4A", None}


def test_demo_shows_alerts_and_leaves_nothing(kafka: RunningBroker, tmp_path: Path) -> None:
    """On the given broker: cards and a summary, dead letters counted, and the topics are gone afterwards."""
    rasid = Rasid(kafka.bootstrap)
    articles = tmp_path / "articles.jsonl"
    articles.write_bytes(SAMPLES.read_bytes() + POISON[0])
    done = rasid("demo", "--articles", str(articles))
    shown = done.stdout.decode()
    assert f"{_ARTICLES + 1} articles, " in shown
    assert "not_json 1" in shown
    alerts = len(rasid("detect", str(SAMPLES)).stdout.splitlines())
    assert f", {alerts} alerts, 1 dead letters in " in shown
    assert shown.count("\n  sentence ") == alerts
    assert kafka.bootstrap in done.stderr.decode()
    assert _left_behind(kafka.bootstrap) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_demo_that_is_stopped_leaves_nothing(kafka: RunningBroker, number: signal.Signals) -> None:
    """In the middle of the work: the exit code of the signal, no worker, no topics."""
    rasid = Rasid(kafka.bootstrap)
    with subprocess.Popen(
        rasid.command("demo", "-"), env=rasid.environ, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        # It has a worker and waits for articles.
        while b"Worker" not in process.stderr.readline():
            assert process.poll() is None
        time.sleep(1)
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        assert b"Traceback" not in process.stderr.read()
    assert _left_behind(kafka.bootstrap) == []
    assert _workers_of_demos(kafka.bootstrap) == []


def _left_behind(bootstrap: str) -> list[str]:
    """Return the topics of demonstrations."""

    async def topics() -> list[str]:
        async with admin(load_settings(flags={"broker": bootstrap})) as client:
            return list(await client.list_topics())

    return [name for name in asyncio.run(topics()) if name.startswith("rasid-demo-")]


def _workers_of_demos(bootstrap: str) -> list[str]:
    found = []
    ours = f"RASID_BROKER={bootstrap}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environ = (folder / "environ").read_bytes().split(b"\0")
            if ours in environ and any(line.startswith(b"RASID_TOPIC_PREFIX=rasid-demo-") for line in environ):
                found.append(folder.name)
        except OSError:
            continue
    return found
