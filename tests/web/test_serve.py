"""`rasid serve` as a process on a real Kafka."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from playwright.sync_api import Browser, expect

import stream
from schemas.alert import Alert
from stream.broker import LocalKafka, RunningBroker
from stream.kafka import client_options, producer
from stream.settings import load_settings
from tests.incidents.made import alert
from tests.web.conftest import revisions

pytestmark = pytest.mark.integration

SAMPLES = Path(stream.__file__).parent / "samples" / "articles.jsonl"
Sent = tuple[str, bytes, bytes | None]


class Stand:
    """Topics of its own, and the commands that a test runs on them."""

    def __init__(self, bootstrap: str) -> None:
        self.prefix = f"test-{uuid.uuid4().hex[:8]}."
        self.settings = load_settings(flags={"broker": bootstrap, "topic_prefix": self.prefix})
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RASID_")},
            "RASID_BROKER": bootstrap,
            "RASID_TOPIC_PREFIX": self.prefix,
            "RASID_GROUP_ID": self.prefix,
            "RASID_HEALTH_PORT": "0",
        }
        self._started: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "-m", "stream.cli", *arguments]
        return subprocess.run(
            command, env=self.environ | environ, capture_output=True, text=True, timeout=90, check=False
        )

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Start a command."""
        command = [sys.executable, "-m", "stream.cli", *arguments]
        process = subprocess.Popen(command, env=self.environ | environ, stderr=subprocess.PIPE, text=True)
        self._started.append(process)
        return process

    def serve(self, *arguments: str) -> tuple[subprocess.Popen[str], str]:
        """Start the service; return it and its address once it has read what is there."""
        process = self.start("serve", "--port", "0", *arguments)
        assert process.stderr
        line = process.stderr.readline()
        assert '"event":"serving"' in line, line + process.stderr.read()
        url: str = json.loads(line)["url"].rstrip("/")
        wait(lambda: ask(f"{url}/health/ready") is not None)
        return process, url

    def send(self, messages: Iterable[Sent]) -> None:
        """Send messages, one after the other: topic, key, value."""

        async def run() -> None:
            async with producer(self.settings) as client:
                for topic, key, value in messages:
                    await client.send_and_wait(topic, value, key=key)

        # A thread of its own: the browser's driver has an event loop in this one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, run()).result()

    def send_given_up(self, message: Sent) -> None:
        """Send a message in a transaction that is given up; the topic ends with the mark of that."""

        async def run() -> None:
            options = client_options(self.settings)
            client = AIOKafkaProducer(**options, transactional_id=self.prefix)
            await client.start()
            try:
                await client.begin_transaction()
                topic, key, value = message
                await client.send_and_wait(topic, value, key=key)
                await client.abort_transaction()
            finally:
                await client.stop()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, run()).result()

    def alert(self, one: Alert) -> Sent:
        """The message of an alert."""
        return self.settings.topics.alerts(one.kind), one.article.article_id.encode(), one.to_json()

    def close(self) -> None:
        """End all that was started."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()


def wait(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def ask(url: str) -> Any:
    """The JSON at *url*, or None when it is refused."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            return json.load(answer)
    except urllib.error.HTTPError:
        return None


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Give a stand with its topics made."""
    made = Stand(kafka.bootstrap)
    done = made.run("topics", "create", "--partitions", "2", "--replication", "1")
    assert done.returncode == 0, done.stderr
    yield made
    made.close()


@pytest.fixture(scope="module")
def nowhere() -> Stand:
    """Give a stand whose broker is not there."""
    return Stand("127.0.0.1:9")


def test_a_replayed_article_is_on_the_open_page_within_two_seconds(
    stand: Stand, browser: Browser, patience: float, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Through the articles topic, a worker, the alert topic and the service, without a reload; its text too."""
    first, second = SAMPLES.read_bytes().splitlines()[:2]
    (tmp_path / "first.jsonl").write_bytes(first)
    stand.start("worker")
    _, url = stand.serve()
    page = browser.new_context(locale="ar").new_page()
    page.goto(f"{url}/?of=alerts")
    expect(page.locator("#empty")).to_be_visible(timeout=20_000)
    assert stand.run("replay", str(tmp_path / "first.jsonl")).returncode == 0
    # The worker has loaded its lexicons once this one is there.
    expect(page.locator("#feed h3").first).to_have_text(json.loads(first)["title"], timeout=60_000)
    article = json.loads(second)
    sent = time.monotonic()
    stand.send([(stand.settings.topics.articles, article["article_id"].encode(), second)])
    expect(page.locator("#feed h3").first).to_have_text(article["title"], timeout=2_000 * patience)
    took = time.monotonic() - sent
    record_property("seconds", took)
    sys.stderr.write(f"\nfrom the topic to the page: {took:.2f} s\n")
    page.locator("#feed h3 a").first.click()
    expect(page.locator(".text mark.own").first).to_be_visible(timeout=20_000)
    assert article["body"] == page.locator(".text p").inner_text()
    page.context.close()


def test_what_is_there_is_read_in_its_order_and_then_what_comes(stand: Stand) -> None:
    """Whatever partition it lies in; repeats once, the newest revision, no tombstones, the unreadable left out."""
    topics = stand.settings.topics
    alerts = [alert(f"a{number}", article=f"x{number}") for number in range(6)]
    first, second = revisions(alert("i1"), alert("i2", hours=1))
    (gone,) = revisions(alert("j", "consult", "vienna", by="iran us"))
    stand.send(
        [
            *(stand.alert(one) for one in (*alerts, alerts[0])),
            (topics.alerts(alerts[0].kind), b"x", b"{broken"),
            (topics.incidents, first.incident_id.encode(), first.to_json()),
            (topics.incidents, gone.incident_id.encode(), gone.to_json()),
            (topics.incidents, first.incident_id.encode(), second.to_json()),
            (topics.incidents, gone.incident_id.encode(), None),
        ]
    )
    stand.send_given_up((topics.incidents, second.incident_id.encode(), None))
    process, url = stand.serve()
    listed = ask(f"{url}/api/v1/alerts")["items"]
    assert [one["alert_id"] for one in listed] == ["a5", "a4", "a3", "a2", "a1", "a0"]
    incidents = ask(f"{url}/api/v1/incidents")["items"]
    assert [(one["incident_id"], one["revision"]) for one in incidents] == [(second.incident_id, second.revision)]
    newer = json.loads(alert("new").to_json()) | {"schema_version": "1.9", "a_new_field": 1}
    stand.send([(topics.alerts(alerts[0].kind), b"new", json.dumps(newer).encode())])
    wait(lambda: ask(f"{url}/api/v1/alerts")["items"][0]["alert_id"] == "new")
    stand.send([(topics.incidents, first.incident_id.encode(), None)])
    wait(lambda: ask(f"{url}/api/v1/incidents")["items"] == [])
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_signals_end_it_well_while_pages_are_open(stand: Stand) -> None:
    """Exit code 0, at once: the endless answers are ended first."""
    for number in (signal.SIGTERM, signal.SIGINT):
        process, url = stand.serve()
        with urllib.request.urlopen(f"{url}/api/v1/events", timeout=30) as events:  # noqa: S310 - loopback
            assert events.readline() == b"retry: 2000\n"
            process.send_signal(number)
            assert process.wait(10) == 0
            assert process.stderr
            assert [json.loads(line)["event"] for line in process.stderr] == ["state"]


def test_a_broker_that_falls_silent_is_told_and_awaited() -> None:
    """No alerts may mean peace or a broken line."""
    with LocalKafka() as kafka:
        stand = Stand(kafka.bootstrap)
        try:
            assert stand.run("topics", "create", "--partitions", "1", "--replication", "1").returncode == 0
            _, url = stand.serve()
            kafka.pause()
            wait(lambda: ask(f"{url}/api/v1/status")["state"] == "silent")
            kafka.resume()
            wait(lambda: ask(f"{url}/api/v1/status")["state"] == "live")
            stand.send([stand.alert(alert("after"))])
            wait(lambda: bool(ask(f"{url}/api/v1/alerts")["items"]))
        finally:
            stand.close()


def test_without_topics_it_says_what_to_do(kafka: RunningBroker) -> None:
    """Exit code 79."""
    done = Stand(kafka.bootstrap).run("serve", "--port", "0")
    assert done.returncode == 79
    assert "rasid topics create" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_broker_it_ends(nowhere: Stand) -> None:
    """Exit code 69, with the address."""
    done = nowhere.run("serve", "--port", "0")
    assert done.returncode == 69
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_not_opened_to_others_without_a_token(nowhere: Stand) -> None:
    """Exit code 78, before anything is bound or asked."""
    done = nowhere.run("serve", "--port", "0", "--host", "0.0.0.0")  # noqa: S104 - it is refused
    assert done.returncode == 78
    assert "RASID_SERVE_TOKEN" in done.stderr


def test_a_port_that_is_taken_is_named(nowhere: Stand) -> None:
    """Exit code 73."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = nowhere.run("serve", "--port", str(port))
    assert done.returncode == 73
    assert f"127.0.0.1:{port}" in done.stderr
