from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from faust.types import EventT

from schemas.alert import Alert
from schemas.article import Article
from stream import agents as module
from stream.agents import Pipeline
from stream.dead_letters import OutgoingRecord
from stream.delivery import Delivery, UndeliveredError
from stream.exit_codes import ExitCode, WorkerError
from stream.metrics import Metrics
from stream.processing import Processor
from stream.settings import load_settings

ALERTS, DEAD = frozenset({"rasid.alerts.attack"}), frozenset({"rasid.dead-letters"})


@dataclass
class FakeMessage:
    value: bytes | None
    offset: int
    key: bytes | None = b"k"
    topic: str = "rasid.articles"
    partition: int = 0
    headers: Any = (("traceparent", b"00-x"), ("other", b"y"))
    timestamp: float = 1_500_000_000.0


@dataclass
class FakeEvent:
    message: FakeMessage
    log: list[Any]

    def ack(self) -> None:
        self.log.append(("acked", self.message.offset))


@dataclass
class FakeDelivery:
    """Keeps what is sent; *too_large* says which topics refuse a message."""

    log: list[Any] = field(default_factory=list)
    sent: list[OutgoingRecord] = field(default_factory=list)
    too_large: frozenset[str] = frozenset()
    fault: BaseException | None = None

    async def deliver(self, records: Sequence[OutgoingRecord]) -> frozenset[int]:
        if self.fault:
            raise self.fault
        await asyncio.sleep(0)
        refused = frozenset(i for i, record in enumerate(records) if record.topic in self.too_large)
        kept = [record for i, record in enumerate(records) if i not in refused]
        self.sent += kept
        self.log.append(("delivered", len(kept)))
        return refused


class FakeDetector:
    """One attack in each article; a body `boom` is a bug, a body `unwritable` makes an alert that cannot be written."""

    lexicon_version = "0"

    def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
        if article.body == "boom":
            raise RuntimeError
        made = Alert.model_validate(
            {
                "alert_id": f"alert-{article.article_id}",
                "kind": "attack",
                "event_type": "shelling",
                "timing": "new",
                "status": "reported",
                "evidence": [{"field": "title", "start": 0, "end": 1, "text": "ق", "trigger": "ق", "rule": "r"}],
                "severity": 1,
                "confidence": 1,
                "article": {"article_id": article.article_id, "title": "ق", "published_at": article.published_at},
                "detector": {"version": "0", "lexicon_version": "0"},
                "detected_at": detected_at,
            }
        )
        return [made.model_copy(update={"mode": "\ud800"})] if article.body == "unwritable" else [made]


class Stand:
    """A pipeline with fakes around it."""

    def __init__(self, *, max_consecutive_failures: int = 100, **delivery: Any) -> None:
        self.log: list[Any] = []
        self.failures: list[WorkerError] = []
        self.delivery = FakeDelivery(self.log, **delivery)
        self.pipeline = Pipeline(
            load_settings(flags={"max_consecutive_failures": max_consecutive_failures}),
            delivery=cast("Delivery", self.delivery),
            metrics=Metrics(),
            fail=self.fail,
        )
        self.pipeline.processor = Processor(FakeDetector(), clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    async def fail(self, error: WorkerError) -> None:
        self.failures.append(error)

    async def handle(self, *values: bytes | None, timeout: float = 5) -> None:
        events = [FakeEvent(FakeMessage(value, offset), self.log) for offset, value in enumerate(values)]
        await asyncio.wait_for(self.pipeline.handle(cast("Sequence[EventT[bytes]]", events)), timeout)

    @property
    def topics(self) -> list[str]:
        return [record.topic for record in self.delivery.sent]


def article(number: int, **fields: str) -> bytes:
    """The value of an article with the id *number*."""
    return json.dumps({"id": number, "title": "ق", "published_at": "2018-04-20"} | fields).encode()


@pytest.mark.asyncio
async def test_nothing_is_acked_before_all_is_confirmed() -> None:
    """Alerts and dead letters go first, then every event is acked in order."""
    stand = Stand()
    await stand.handle(article(0), b"{", None, article(3))
    assert stand.log == [("delivered", 4), ("acked", 0), ("acked", 1), ("acked", 2), ("acked", 3)]
    assert stand.topics == ["rasid.alerts.attack", "rasid.dead-letters", "rasid.dead-letters", "rasid.alerts.attack"]
    assert stand.pipeline.acked == 4


@pytest.mark.asyncio
async def test_an_alert_carries_key_headers_and_trace() -> None:
    """Keyed by its article; of the article's headers only the trace goes on."""
    stand = Stand()
    await stand.handle(article(7))
    (sent,) = stand.delivery.sent
    assert sent.key == b"7"
    assert list(sent.headers) == [
        ("schema-version", b"1.0"),
        ("content-type", b"application/json"),
        ("alert-id", b"alert-7"),
        ("traceparent", b"00-x"),
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("body", ["boom", "unwritable"])
async def test_a_bug_makes_a_dead_letter_and_the_rest_goes_on(body: str) -> None:
    """Also when the alert is found, but cannot be written."""
    stand = Stand()
    await stand.handle(article(0, body=body), article(1))
    assert stand.topics == ["rasid.dead-letters", "rasid.alerts.attack"]
    assert dict(stand.delivery.sent[0].headers)["error-code"] == b"detection_failed"
    assert stand.delivery.sent[0].value == article(0, body=body)
    assert stand.pipeline.acked == 2


@pytest.mark.asyncio
async def test_an_alert_too_large_makes_its_article_a_dead_letter() -> None:
    """It is acked only once the dead letter is confirmed."""
    stand = Stand(too_large=frozenset({"rasid.alerts.attack"}))
    await stand.handle(article(0))
    assert stand.topics == ["rasid.dead-letters"]
    assert dict(stand.delivery.sent[0].headers)["error-code"] == b"alert_too_large"
    assert stand.log == [("delivered", 0), ("delivered", 1), ("acked", 0)]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("delivery", "code"),
    [
        pytest.param({"fault": UndeliveredError("x", ALERTS)}, ExitCode.UNDELIVERED, id="alerts not confirmed"),
        pytest.param({"fault": UndeliveredError("x", ALERTS | DEAD)}, ExitCode.UNDELIVERED, id="nothing confirmed"),
        pytest.param({"fault": UndeliveredError("x", DEAD)}, ExitCode.NO_DEAD_LETTERS, id="dead letter not confirmed"),
        pytest.param({"too_large": DEAD}, ExitCode.NO_DEAD_LETTERS, id="dead letter too large"),
        pytest.param({"fault": RuntimeError("x")}, ExitCode.FAILED, id="a bug of ours"),
    ],
)
async def test_what_cannot_be_delivered_stops_the_worker_unacked(delivery: dict[str, Any], code: ExitCode) -> None:
    """The agent neither raises nor returns: Faust would commit beyond the batch."""
    stand = Stand(**delivery)
    with pytest.raises(TimeoutError):
        await stand.handle(b"{", article(1), timeout=0.2)
    assert [failure.exit_code for failure in stand.failures] == [code]
    assert stand.pipeline.acked == 0
    await stand.pipeline.stop(timeout=0.2)


@pytest.mark.asyncio
async def test_a_broken_detector_stops_the_worker_before_it_makes_dead_letters() -> None:
    """What came before the row of failures is delivered and acked; the row stays, with what is malformed among it."""
    stand = Stand(max_consecutive_failures=3)
    boom = [article(n, body="boom") for n in range(9)]
    with pytest.raises(TimeoutError):
        await stand.handle(boom[0], article(1), b"{", boom[3], boom[4], b"{", boom[6], boom[7], timeout=0.2)
    assert [failure.exit_code for failure in stand.failures] == [ExitCode.BROKEN]
    assert stand.log == [("delivered", 2), ("acked", 0), ("acked", 1)]
    assert stand.topics == ["rasid.dead-letters", "rasid.alerts.attack"]


@pytest.mark.asyncio
async def test_a_row_of_failures_is_not_delivered_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly they fail: each restart would make some more dead letters, until the topic is empty."""
    monkeypatch.setattr(module, "_LONGEST_WAIT", 0.0)
    stand = Stand()
    boom = article(0, body="boom")
    await stand.handle(article(0), boom, boom, article(3))
    assert [entry for entry in stand.log if entry[0] == "delivered"] == [("delivered", 1), ("delivered", 3)]


@pytest.mark.asyncio
async def test_stopping_finishes_what_was_begun_and_begins_nothing_more() -> None:
    """What was not begun stays unacked, for the next worker."""
    stand = Stand()
    batch = asyncio.create_task(stand.handle(*(article(n) for n in range(50))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await stand.pipeline.stop(timeout=5)
    await batch
    acked = stand.pipeline.acked
    assert 0 < acked < 50
    assert len(stand.delivery.sent) == acked


@pytest.mark.asyncio
async def test_a_long_article_does_not_stop_the_event_loop() -> None:
    """Long articles are read in a thread, in their order; short ones are not worth it."""
    stand = Stand()
    threads: list[tuple[str, bool]] = []

    class Watching(FakeDetector):
        def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
            threads.append((article.article_id, threading.current_thread() is threading.main_thread()))
            return super().detect(article, detected_at=detected_at)

    stand.pipeline.processor = Processor(Watching())
    await stand.handle(article(0), article(1, body="x" * 20_000), article(2))
    assert threads == [("0", True), ("1", False), ("2", True)]
    assert [entry for entry in stand.log if entry[0] == "acked"] == [("acked", 0), ("acked", 1), ("acked", 2)]


@pytest.mark.asyncio
async def test_alerts_do_not_wait_for_a_slow_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is ready is delivered and acked while the rest is processed."""
    monkeypatch.setattr(module, "_LONGEST_WAIT", 0.0)
    stand = Stand()
    await stand.handle(article(0), article(1))
    assert stand.log == [("delivered", 1), ("acked", 0), ("delivered", 1), ("acked", 1)]
