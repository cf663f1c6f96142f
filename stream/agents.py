"""The agent on the articles topic: a batch in, its alerts and dead letters confirmed, and only then acked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

import faust
import structlog
from faust.types import EventT

from schemas import SCHEMA_VERSION
from schemas.dead_letter import ReasonCode, Stage
from stream.circuit_breaker import CircuitBreaker
from stream.consumption import Batches, add_agent, source_of
from stream.dead_letters import OutgoingRecord, SourceRecord, dead_letter
from stream.delivery import Delivery, UndeliveredError
from stream.exit_codes import ExitCode, WorkerError
from stream.metrics import Metrics
from stream.processing import Failure, Outcome, Processor, detection_failure
from stream.settings import Settings
from stream.tracing import ArticleTrace, NoTracing, Tracing

_log = structlog.stdlib.get_logger("stream.worker")
# Seconds that an alert waits for the rest of its batch.
_LONGEST_WAIT = 0.5
# Articles longer than that many bytes are processed in a thread: the event loop must not stand still meanwhile.
_LONG = 10_000


@dataclass(frozen=True, slots=True)
class Processed:
    """A message with its outcome and what is to be sent for it."""

    event: EventT[bytes]
    source: SourceRecord
    outcome: Outcome
    records: tuple[OutgoingRecord, ...]
    trace: ArticleTrace


class Pipeline:
    """What the agent does with a batch. *fail* is awaited once when nothing can be delivered: it stops the worker."""

    def __init__(
        self,
        settings: Settings,
        *,
        delivery: Delivery,
        metrics: Metrics,
        fail: Callable[[WorkerError], Awaitable[None]],
        tracing: Tracing | None = None,
    ) -> None:
        self._topics = settings.topics
        self._tracing = tracing or NoTracing()
        self._delivery = delivery
        self._metrics = metrics
        self._batches = Batches(self._work, fail=fail)
        self.processor: Processor | None = None
        """What makes alerts of articles; set before the first batch, since its lexicons take a moment to load."""
        self.acked = 0
        """Messages acked since the start."""
        self._breaker = CircuitBreaker(settings.max_consecutive_failures)

    async def stop(self, timeout: float) -> None:
        """Begin no further article; wait until those begun are delivered and acked, for *timeout* seconds at most."""
        await self._batches.stop(timeout)

    async def handle(self, events: Sequence[EventT[bytes]]) -> None:
        """Process *events*, deliver, then ack each. Raises nothing: Faust would ack what it never processed."""
        await self._batches.handle(events)

    async def _work(self, events: Sequence[EventT[bytes]]) -> None:
        try:
            await self._handle(events)
        except UndeliveredError as fault:
            raise self._undelivered(fault) from fault

    def _undelivered(self, fault: UndeliveredError) -> WorkerError:
        if fault.topics != {self._topics.dead_letters}:
            return WorkerError(f"{fault} Nothing is lost: a restart takes the articles again.", ExitCode.UNDELIVERED)
        return WorkerError(
            f"{fault} `rasid topics check` tells what is wrong with the topic. Nothing is lost: no article was "
            "committed whose dead letter is not there. Mend the topic, then start the worker again.",
            ExitCode.NO_DEAD_LETTERS,
        )

    async def _handle(self, events: Sequence[EventT[bytes]]) -> None:
        batch: list[Processed] = []
        last = perf_counter()
        for event in events:
            if self._batches.stopping:
                break
            item = await self._process_aside(event)
            batch.append(item)
            self._breaker.add(item.outcome)
            if self._breaker.is_open:
                # What came before the row is good. The row itself stays in its topic, and not as dead letters.
                good = [count for count, done in enumerate(batch, 1) if done.outcome.failure is None]
                await self._finish(batch[: max(good, default=0)])
                raise self._breaker.error()
            # A row of failures waits for its end: a worker that is started again and again must not drain the topic.
            if perf_counter() - last > _LONGEST_WAIT and not self._breaker.failures:
                await self._finish(batch)
                batch, last = [], perf_counter()
            # Signals, health checks and confirmations get their turn between articles.
            await asyncio.sleep(0)
        await self._finish(batch)

    async def _finish(self, batch: list[Processed]) -> None:
        """Deliver what came of *batch*, then ack its events, in order."""
        if not batch:
            return
        began = perf_counter()
        batch = await self._deliver(batch)
        self._metrics.observe("deliver", perf_counter() - began)
        for item in batch:
            item.event.ack()
            self.acked += 1
            self._metrics.count(item.outcome, entered=item.event.message.timestamp)
            item.trace.end(item.outcome)
            _report(item)

    async def _process_aside(self, event: EventT[bytes]) -> Processed:
        """Return what came of *event*; heartbeats, signals and health checks go on while a long article is read."""
        if len(event.message.value or b"") > _LONG:
            return await asyncio.to_thread(self._process, event)
        return self._process(event)

    def _process(self, event: EventT[bytes]) -> Processed:
        source = source_of(event)
        if self.processor is None:
            raise RuntimeError("the detector was not loaded")
        with self._tracing.article(source) as trace:
            outcome = self.processor.process(source.value, source.headers)
        try:
            records = self._alerts(outcome, trace)
        except Exception as bug:  # noqa: BLE001 - an alert that cannot be written is a fault of detection
            outcome = Outcome(outcome.article, failure=detection_failure(bug))
            records = ()
        if outcome.failure is not None:
            records = (self._dead(source, outcome.failure),)
        return Processed(event, source, outcome, records, trace)

    def _alerts(self, outcome: Outcome, trace: ArticleTrace) -> tuple[OutgoingRecord, ...]:
        return tuple(
            OutgoingRecord(
                self._topics.alerts(alert.kind),
                alert.article.article_id.encode(),
                alert.to_json(),
                (
                    ("schema-version", SCHEMA_VERSION.encode()),
                    ("content-type", b"application/json"),
                    ("alert-id", alert.alert_id.encode()),
                    *trace.alert(self._topics.alerts(alert.kind), alert.alert_id),
                ),
            )
            for alert in outcome.alerts
        )

    def _dead(self, source: SourceRecord, failure: Failure) -> OutgoingRecord:
        return dead_letter(source, failure, topic=self._topics.dead_letters, failed_at=datetime.now(UTC))

    async def _deliver(self, batch: list[Processed]) -> list[Processed]:
        """Return *batch* once everything for it is confirmed; an alert too large makes its article a dead letter."""
        owners = [item for item in batch for _ in item.records]
        records = [record for item in batch for record in item.records]
        refused = await self._delivery.deliver(records)
        if not refused:
            return batch
        if any(records[index].topic == self._topics.dead_letters for index in refused):
            raise UndeliveredError(
                f"A dead letter is larger than {self._topics.dead_letters} takes: raise its max.message.bytes.",
                frozenset({self._topics.dead_letters}),
            )
        failure = Failure(Stage.PUBLISH, ReasonCode.ALERT_TOO_LARGE, "an alert is larger than its topic takes")
        replaced = {
            owners[index].source: Processed(
                owners[index].event,
                owners[index].source,
                Outcome(owners[index].outcome.article, failure=failure),
                (self._dead(owners[index].source, failure),),
                owners[index].trace,
            )
            for index in sorted(refused)
        }
        await self._deliver(list(replaced.values()))
        return [replaced.get(item.source, item) for item in batch]


def register(app: faust.App, pipeline: Pipeline, settings: Settings) -> None:
    """Add the agent on the articles topic to *app*."""
    add_agent(app, settings.topics.articles, name="stream.agents.articles", settings=settings, handle=pipeline.handle)


def _report(item: Processed) -> None:
    source, outcome = item.source, item.outcome
    where = {"partition": source.partition, "offset": source.offset}
    article = {"article_id": outcome.article.article_id} if outcome.article else {}
    if outcome.failure is not None:
        failure = outcome.failure
        _log.warning(
            "article_failed", **article, **where, stage=failure.stage, code=failure.code, reason=failure.message
        )
    else:
        _log.info("article_processed", **article, **where, alerts=len(outcome.alerts), background=outcome.background)
