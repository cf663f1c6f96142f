"""From the topics into the store, without a consumer group: nothing is committed, and nobody else is disturbed."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import orjson
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from schemas.alert import Kind
from schemas.article import Article
from schemas.wire_format import payload
from stream.alert_reading import read_alert, read_incident
from stream.kafka import admin, consumer
from stream.settings import Settings
from stream.subscription import read_to_end, seek
from stream.topics import partitions_of
from stream.web.live import Change, Live
from stream.web.store import State, Store

_log = structlog.stdlib.get_logger(__name__)

Record: TypeAlias = ConsumerRecord[bytes | None, bytes | None]

# Few at once: a page that asks for something waits while they are read.
_BATCH = 50
_POLL_MS = 200
_PROBE_SECONDS = 3.0


class Follower:
    """Fills *store* from the topics and tells *live* of what comes."""

    def __init__(self, settings: Settings, store: Store, live: Live) -> None:
        self._settings = settings
        self._store = store
        self._live = live

    async def run(self) -> None:
        """Read back as many hours as the settings say, then follow for ever. Raises ConnectError, MissingTopicError."""
        topics = self._settings.topics
        events = [*(topics.alerts(kind) for kind in Kind), topics.incidents]
        since = datetime.now(UTC) - timedelta(hours=self._settings.serve_hours)
        async with admin(self._settings) as client:
            event_partitions = await partitions_of(client, events)
            article_partitions = await partitions_of(client, [topics.articles])
        async with consumer(self._settings, enable_auto_commit=False) as client, asyncio.TaskGroup() as tasks:
            await seek(client, event_partitions, since)
            await self._load(client)
            tasks.create_task(self._watch(client, event_partitions))
            # After the alerts: only now it is known which articles have any.
            tasks.create_task(self._follow_articles(article_partitions, since))
            while True:
                for record in await _next(client):
                    self._take(record)

    async def _load(self, client: AIOKafkaConsumer) -> None:
        """Take what is there, the oldest first, whatever partition it lies in."""
        newest: dict[bool, list[tuple[int, int, Record]]] = {True: [], False: []}
        number = 0
        async for record in read_to_end(client):
            heap = newest[record.topic == self._settings.topics.incidents]
            number += 1
            item = (record.timestamp, number, record)
            if len(heap) < self._settings.serve_max_items:
                heapq.heappush(heap, item)
            else:
                heapq.heappushpop(heap, item)
        for count, (_, _, record) in enumerate(sorted(newest[True] + newest[False])):
            self._take(record)
            if not count % _BATCH:
                await asyncio.sleep(0)
        self._set_state("live")
        self._live.tell(Change("reset"))

    async def _follow_articles(self, partitions: list[TopicPartition], since: datetime) -> None:
        async with consumer(self._settings, enable_auto_commit=False) as client:
            await seek(client, partitions, since)
            while True:
                for record in await _next(client):
                    self._take_article(record)

    async def _watch(self, client: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        """Notice that the broker is silent: no new alert may mean that nothing happens, or that nothing arrives."""
        while True:
            await asyncio.sleep(_PROBE_SECONDS)
            try:
                async with asyncio.timeout(_PROBE_SECONDS):
                    await client.end_offsets(partitions)
            except (KafkaError, TimeoutError):
                self._set_state("silent")
            else:
                self._set_state("live")

    def _set_state(self, state: State) -> None:
        if self._store.state != state:
            self._store.state = state
            _log.info("state", state=state, alerts=len(self._store.alerts), incidents=len(self._store.incidents))
            self._live.tell(Change("state"))

    def _take(self, record: Record) -> None:
        try:
            change = self._keep(record)
        except (ValidationError, ValueError) as cause:
            _log.warning("unreadable", topic=record.topic, partition=record.partition, offset=record.offset)
            _log.debug("unreadable_because", error=str(cause))
            return
        if change and self._store.state != "loading":
            self._live.tell(change)

    def _keep(self, record: Record) -> Change | None:
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        if record.topic != self._settings.topics.incidents:
            alert = read_alert(record.value or b"")
            return Change("alert", self._store.number, alert) if self._store.add_alert(alert, at) else None
        if record.value is None:
            id_ = (record.key or b"").decode()
            removed = self._store.remove_incident(id_)
            return Change("incident-removed", self._store.number, id=id_) if removed else None
        incident = read_incident(record.value)
        return Change("incident", self._store.number, incident) if self._store.add_incident(incident, at) else None

    def _take_article(self, record: Record) -> None:
        # A larger one is a dead letter and has no alerts.
        if record.value is None or len(record.value) > self._settings.max_article_bytes:
            return
        try:
            article = Article.model_validate(orjson.loads(payload(record.value)))
        except ValueError:
            return
        self._store.texts.add(article.article_id, record.value)


async def _next(client: AIOKafkaConsumer) -> Sequence[Record]:
    batches = await client.getmany(timeout_ms=_POLL_MS, max_records=_BATCH)
    return [record for records in batches.values() for record in records]
