"""Messages that mean harm, or are merely broken, among good articles on a real Kafka."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from schemas.dead_letter import ReasonCode
from stream.broker import RunningBroker
from stream.exit_codes import ExitCode
from tests.faults.conftest import Figures, StandMaker
from tests.faults.hostile import HOSTILE_TEXTS, hostile_article, repeated
from tests.faults.ledger import check, wait_until_done
from tests.faults.load import make_load
from tests.faults.malformed import malformed_messages
from tests.faults.records import alert_id, received
from tests.integration.stand import ROOT, Stand, Worker, get

pytestmark = pytest.mark.integration
WORKER = [sys.executable, "-m", "stream.cli", "worker"]
SKEWED_WORKER = [sys.executable, str(Path(__file__).parent / "support" / "skewed_worker.py")]
_MOST_GROWTH = 300_000_000
_LONGEST_STALL = 1.0
_FLOOD = 60
"""Messages of 4 MB: 240 MB, which must not be in memory at once."""
_DAY_MS = 86_400_000

Messages = list[tuple[bytes, bytes | None]]


def test_malformed_messages_become_dead_letters_and_do_not_slow_the_rest(
    kafka: RunningBroker, make_stand: StandMaker, fault_scale: str, figures: Figures
) -> None:
    """Each is among the dead letters byte for byte, with its reason and its origin; good articles raise their alerts.

    The worker lives on and handles at least half as many messages a second as it does undisturbed.
    """
    good, bad = {"small": (1_000, 1_000), "full": (25_000, 100_000)}[fault_scale]
    load = make_load(good, name="good")
    undisturbed: Messages = [(key, value) for key, value in load.messages if value not in load.dead]
    malformed = {f"m{n}".encode(): made for n, made in enumerate(malformed_messages(bad, seed=good))}
    mixed: Messages = [*undisturbed, *((key, made.value) for key, made in malformed.items())]
    random.Random(bad).shuffle(mixed)

    calm, stand = make_stand(kafka.bootstrap), make_stand(kafka.bootstrap)
    before = _rate(calm, undisturbed)
    rate = _rate(stand, mixed)

    sent = {(r.partition, r.offset): r for r in received(stand, stand.settings.topics.articles)}
    dead = received(stand, stand.settings.topics.dead_letters)
    assert {record.key for record in dead} == malformed.keys()
    assert len(dead) == len(malformed)
    for record in dead:
        made, headers = malformed[record.key], dict(record.headers)
        origin = sent[int(headers["origin-partition"]), int(headers["origin-offset"])]
        assert record.value == made.value == origin.value, made.kind
        assert ReasonCode(headers["error-code"].decode()) in made.codes, (made.kind, headers)
        assert headers["origin-topic"].decode() == stand.settings.topics.articles
        assert headers["error-message"].decode().isprintable()
    alerts = {alert_id(r) for r in received(stand, *stand.alert_topics)}
    assert alerts == load.alert_ids
    assert rate > before / 2
    figures(
        malformed=len(malformed),
        kinds=len({made.kind for made in malformed.values()}),
        good=len(undisturbed),
        messages_a_second=round(rate),
        undisturbed=round(before),
        ratio=rate / before,
    )


def test_hostile_articles_neither_stop_the_loop_nor_fill_the_memory(
    kafka: RunningBroker, make_stand: StandMaker, patience: float, figures: Figures
) -> None:
    """An article of 50 MB, a title of 1 MB, 200,000 nested lists, a million diacritics, texts made to cost time.

    50 MB do not get into the topic. What gets there and is larger than an article may be is a dead letter that says so,
    dozens of messages of 4 MB included; the rest is read. Meanwhile the worker answers health checks within a second
    and grows by less than 300 MB.
    """
    stand = make_stand(kafka.bootstrap, partitions=1)
    limit, most = stand.settings.max_article_bytes, stand.settings.max_message_bytes
    with pytest.raises(MessageSizeTooLargeError):
        _produce_large(stand, {b"50 MB": hostile_article("50 MB", body="x" * 50_000_000)})
    too_large = {
        b"title": hostile_article("title", title="ق" * 500_000),
        b"nested": b"[" * 200_000 + b"]" * 200_000,
        b"a million diacritics": hostile_article("a million", body="\u064b" * 1_000_000),
    } | {f"{n}".encode(): hostile_article(str(n), body="x" * (most - 1_000)) for n in range(_FLOOD)}
    costly = {
        name.encode(): hostile_article(name, body=repeated(unit, limit - 500)) for name, unit in HOSTILE_TEXTS.items()
    }
    deep = {b"deep": b"[" * (limit - 1)}
    usual = make_load(50)
    worker = stand.start(WORKER, cwd=ROOT)
    stand.produce(usual.messages)
    wait_until_done(stand, 50)
    before = _peak_memory(worker)
    with _watched(worker) as waits:
        _produce_large(stand, too_large | deep)
        wait_until_done(stand, 50 + len(too_large) + len(deep), timeout=300)
        growth_of_large = _peak_memory(worker) - before
        began = time.monotonic()
        _produce_large(stand, costly)
        wait_until_done(stand, 50 + len(too_large) + len(deep) + len(costly), timeout=300)
        seconds = time.monotonic() - began
    growth = _peak_memory(worker) - before
    assert worker.process.poll() is None, worker.log[-3000:]
    dead = {r.key: r for r in received(stand, stand.settings.topics.dead_letters) if r.value not in usual.dead}
    assert dead.keys() == too_large.keys() | deep.keys()
    for key, value in too_large.items():
        headers = dict(dead[key].headers)
        assert dead[key].value == value
        assert headers["error-code"] == b"too_large"
        assert headers["error-message"].decode() == f"{len(value)} bytes; the limit is {limit}"
    assert dict(dead[b"deep"].headers)["error-code"] == b"too_deep"
    figures(
        articles=len(too_large) + len(deep) + len(costly),
        seconds_for_the_costly=seconds,
        growth_in_MB=growth // 1_000_000,
        of_which_for_the_large=growth_of_large // 1_000_000,
        longest_stall_seconds=max(waits),
        health_checks=len(waits),
    )
    assert max(waits) < patience * _LONGEST_STALL
    assert growth < _MOST_GROWTH


def test_repeated_shuffled_and_crawled_again_the_articles_raise_the_same_alerts(
    stand: Stand, fault_scale: str, figures: Figures
) -> None:
    """The ids are those of one undisturbed run, and so is every field but the time of detection.

    Articles come twice, out of order, with message times of the day before, and crawled again with other metadata and
    names of fields.
    """
    count = {"small": 200, "full": 5_000}[fault_scale]
    load = make_load(count)
    chance = random.Random(count)
    articles = [(key, value) for key, value in load.messages if value not in load.dead]
    again = [(key, _crawled_again(value, chance)) for key, value in articles]
    for skew, batch in ((0, articles), (-_DAY_MS, articles), (-_DAY_MS, again)):
        _produce_at(stand, chance.sample(batch, len(batch)), skew)
    stand.start(WORKER, cwd=ROOT)
    wait_until_done(stand, 3 * len(articles), timeout=600)
    alerts = received(stand, *stand.alert_topics)
    contents: dict[str, set[str]] = {}
    for record in alerts:
        alert = json.loads(record.value)
        del alert["detected_at"]
        contents.setdefault(alert_id(record), set()).add(json.dumps(alert, sort_keys=True))
    assert contents.keys() == load.alert_ids
    assert set(Counter(map(alert_id, alerts)).values()) == {3}
    assert {len(found) for found in contents.values()} == {1}
    assert received(stand, stand.settings.topics.dead_letters) == []
    figures(articles=len(articles), messages=3 * len(articles), alerts=len(alerts), alert_ids=len(contents))


@pytest.mark.parametrize("skew", [timedelta(days=1), timedelta(days=-1)], ids=["ahead", "behind"])
def test_a_worker_whose_clock_is_a_day_wrong_makes_the_same_alerts(
    stand: Stand, fault_scale: str, figures: Figures, skew: timedelta
) -> None:
    """The ids, and the times of articles and events, are those of an undisturbed run; only `detected_at` is wrong."""
    load = make_load({"small": 200, "full": 5_000}[fault_scale])
    stand.produce(load.messages)
    worker = stand.start(SKEWED_WORKER, cwd=ROOT, TEST_SKEW_SECONDS=str(skew.total_seconds()))
    ledger = check(stand, load)
    published = {
        json.loads(value)["article_id"]: json.loads(value) for _, value in load.messages if value not in load.dead
    }
    wrong_now = datetime.now(UTC) + skew
    for record in received(stand, *stand.alert_topics):
        alert = json.loads(record.value)
        assert abs(datetime.fromisoformat(alert["detected_at"]) - wrong_now) < timedelta(hours=1)
        article = published[alert["article"]["article_id"]]
        assert datetime.fromisoformat(alert["article"]["published_at"]) == datetime.fromisoformat(
            article["published_at"]
        )
    assert worker.stop() == ExitCode.OK
    assert ledger.repeats == 0
    figures(**ledger.figures(load))


def _rate(stand: Stand, messages: Messages) -> float:
    """Return how many of *messages* a worker handles in a second, and see that it lives on and ends cleanly.

    Between its first and its last alert or dead letter, by their own times: its start is no part of it.
    """
    stand.produce(messages)
    worker = stand.start(WORKER, cwd=ROOT)
    wait_until_done(stand, len(messages), timeout=60 + len(messages) / 50)
    assert worker.process.poll() is None, worker.log[-3000:]
    assert worker.stop() == ExitCode.OK
    written = received(stand, *stand.alert_topics, stand.settings.topics.dead_letters)
    times: list[int] = [record.timestamp for record in written]
    return len(messages) / max(0.001, (max(times) - min(times)) / 1000)


@contextmanager
def _watched(worker: Worker) -> Iterator[list[float]]:
    """Ask for the worker's health all the time; give the seconds that each answer took."""
    url = f"{worker.health_url()}/health/live"
    waits: list[float] = []
    done = threading.Event()

    def ask() -> None:
        while not done.wait(0.02):
            began = time.monotonic()
            get(url)
            waits.append(time.monotonic() - began)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield waits
    finally:
        done.set()
        thread.join()


def _peak_memory(worker: Worker) -> int:
    """The most memory that *worker* has held so far, in bytes."""
    for line in Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the process is gone")


def _produce_large(stand: Stand, messages: dict[bytes, bytes]) -> None:
    async def send() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=stand.settings.broker, max_request_size=60_000_000)
        await producer.start()
        try:
            for key, value in messages.items():
                await producer.send_and_wait(stand.settings.topics.articles, value, key=key)
        finally:
            await producer.stop()

    asyncio.run(send())


def _produce_at(stand: Stand, messages: Iterable[tuple[bytes, bytes]], skew_ms: int) -> None:
    """Send *messages* as if the clock were wrong by *skew_ms*."""

    async def send() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=stand.settings.broker, linger_ms=5)
        await producer.start()
        try:
            at = int(time.time() * 1000) + skew_ms
            topic = stand.settings.topics.articles
            await asyncio.gather(*[await producer.send(topic, v, key=k, timestamp_ms=at) for k, v in messages])
        finally:
            await producer.stop()

    asyncio.run(send())


def _crawled_again(value: bytes, chance: random.Random) -> bytes:
    """Return the article as another crawl would send it: other names, order and metadata, the same text and date."""
    article = json.loads(value)
    names = {"article_id": "id", "title": "headline", "body": "text", "published_at": "date"}
    fields = [(names.get(name, name), field) for name, field in article.items()]
    fields += [("crawled_at", "2025-01-01T00:00:00Z"), ("keywords", ["a"]), ("html", "<p>"), ("depth", 3)]
    chance.shuffle(fields)
    return json.dumps(dict(fields)).encode()
