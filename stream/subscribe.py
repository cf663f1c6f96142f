"""Subscribing to alerts and incidents: validated, filtered, each once, and resumed where a group left off.

async for alert in subscribe(Filter(countries=("SY",), min_severity=50)):
    print(alert.event_type, alert.evidence[0].text)
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, RebalanceInProgressError

from schemas.alert import Alert, Kind
from schemas.incident import Incident
from stream.alert_reading import read_alert, read_incident
from stream.filters import Filter, FilterError
from stream.kafka import admin, consumer
from stream.settings import Settings, load_settings
from stream.subscription import RecentIds, Start, header, seek
from stream.topics import partitions_of

__all__ = ["Delivered", "Filter", "FilterError", "Gone", "Subscription", "subscribe", "subscribe_incidents"]

Record: TypeAlias = ConsumerRecord[bytes | None, bytes | None]

_POLL_MS = 200
_COMMIT_SECONDS = 1.0
# A sink may try for long before it gives a message up; until then nobody else should be handed the partition.
_MAX_POLL_MS = 3_600_000
_REMEMBERED_INCIDENTS = 100_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gone:
    """An incident that is none any more: it turned out to be part of another one, or it was never one."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a topic delivered: the message, and the record that held it.

    *told_before*: it came before the offset at which the group resumes, and is here to be remembered, not to be told.
    """

    item: Alert | Incident | Gone
    record: Record
    told_before: bool = False

    @property
    def id(self) -> str:
        """What tells it from all others, and is the same when it is delivered again."""
        match self.item:
            case Alert():
                return self.item.alert_id
            case Incident():
                return f"{self.item.incident_id}.{self.item.revision}"
            case Gone():
                return f"{self.item.incident_id}.gone"

    @property
    def published(self) -> datetime:
        """When Rasid published it: the record's time."""
        return datetime.fromtimestamp(self.record.timestamp / 1000, UTC)

    @property
    def traceparent(self) -> str | None:
        """The trace of the article, where it came with one."""
        return header(self.record, "traceparent")


async def subscribe(
    wanted: Filter | None = None,
    *,
    settings: Settings | None = None,
    start: Start = "end",
    group: str | None = None,
    max_messages: int | None = None,
    idle_seconds: float | None = None,
) -> AsyncGenerator[Alert, None]:
    """Give the alerts that are *wanted* (None: all), as they come.

    *start* says where to begin; with a *group*, only where that has no committed offset yet. An alert counts as done
    once the next one is asked for; what was not done by the end is given again to the same group. Ends after
    *max_messages*, or when none came for *idle_seconds*. *settings* are those of the environment unless given. Raises
    ConnectError, MissingTopicError, SettingsError, FilterError.
    """
    subscription = Subscription(wanted, start=start, group=group, max_messages=max_messages, idle_seconds=idle_seconds)
    async with aclosing(subscription.deliveries(settings or load_settings())) as deliveries:
        async for delivered in deliveries:
            if isinstance(delivered.item, Alert):
                yield delivered.item


async def subscribe_incidents(
    wanted: Filter | None = None,
    *,
    settings: Settings | None = None,
    start: Start = "end",
    group: str | None = None,
    max_messages: int | None = None,
    idle_seconds: float | None = None,
) -> AsyncGenerator[Incident | Gone, None]:
    """Give the revisions of the incidents that are *wanted*, as `subscribe` gives alerts.

    An incident that was given once is followed to its end: corrections and retractions come even where they no longer
    fit the filter, and `Gone` when it became part of another one.
    """
    subscription = Subscription(
        wanted, incidents=True, start=start, group=group, max_messages=max_messages, idle_seconds=idle_seconds
    )
    async with aclosing(subscription.deliveries(settings or load_settings())) as deliveries:
        async for delivered in deliveries:
            if not isinstance(delivered.item, Alert) and not delivered.told_before:
                yield delivered.item


async def _nothing() -> None:
    return


class Subscription:
    """What is read, where from, and how far it is done.

    *settle* is awaited before offsets are committed: what was taken before has to be safe when it returns. *unreadable*
    is told of a message that this version cannot read; it is passed over.
    """

    def __init__(
        self,
        wanted: Filter | None = None,
        *,
        incidents: bool = False,
        start: Start = "end",
        group: str | None = None,
        max_messages: int | None = None,
        idle_seconds: float | None = None,
        repeats: bool = False,
        settle: Callable[[], Awaitable[None]] = _nothing,
        unreadable: Callable[[str], None] = _log.warning,
    ) -> None:
        self._wanted = wanted or Filter()
        self._incidents = incidents
        self._start = start
        self._group = group
        self._max_messages = max_messages
        self._idle_seconds = idle_seconds
        self._repeats = repeats
        self._settle = settle
        self._unreadable = unreadable
        self._seen = RecentIds()
        self._followed = RecentIds(_REMEMBERED_INCIDENTS)
        self._done: dict[TopicPartition, int] = {}
        self._unplaced: set[TopicPartition] = set()
        self._joined = group is None
        # With a group: the offset of each partition before which everything was told already.
        self._told: dict[TopicPartition, int] = {}

    def topics(self, settings: Settings) -> list[str]:
        """Return the topics that are read. Raises FilterError where the filter lets nothing through."""
        kinds = self._wanted.readable_kinds
        if not kinds:
            raise FilterError("kind and type exclude each other: no event of this kind is of this type")
        if self._incidents:
            return [settings.topics.incidents]
        if self._wanted.min_sources > 1:
            raise FilterError("sources is for incidents: an alert is what one article says")
        return [settings.topics.alerts(kind) for kind in Kind if kind in kinds]

    async def deliveries(self, settings: Settings) -> AsyncGenerator[Delivered, None]:
        """Give what is wanted; what was given is done when the next is asked for, and committed soon after."""
        async with self._reading(settings) as client:
            try:
                async with aclosing(self._all(client)) as deliveries:
                    async for delivered in deliveries:
                        yield delivered
            finally:
                # After Ctrl-C too: what is done stays done.
                await self._commit(client)

    @asynccontextmanager
    async def _reading(self, settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
        topics = self.topics(settings)
        async with admin(settings) as client:
            partitions = await partitions_of(client, topics)
        options: dict[str, Any] = {"enable_auto_commit": False, "auto_offset_reset": "earliest"}
        if self._group is None:
            async with consumer(settings, **options) as client:
                await seek(client, partitions, self._start)
                yield client
        else:
            async with consumer(settings, group_id=self._group, max_poll_interval_ms=_MAX_POLL_MS, **options) as client:
                client.subscribe(topics, listener=_Rebalance(self, client))
                yield client

    async def _all(self, client: AIOKafkaConsumer) -> AsyncGenerator[Delivered, None]:
        given = 0
        last = committed = time.monotonic()
        while True:
            if self._unplaced:
                await self._place(client)
            records = await client.getmany(timeout_ms=_POLL_MS)
            async for delivered in self._wanted_of(client, records):
                yield delivered
                given += not delivered.told_before
                if given == self._max_messages:
                    self._mark(delivered.record)
                    return
            now = time.monotonic()
            if now - committed >= _COMMIT_SECONDS:
                await self._commit(client)
                committed = now
            if records or not self._joined:
                last = now
            elif self._idle_seconds is not None and now - last >= self._idle_seconds:
                return

    async def _wanted_of(
        self, client: AIOKafkaConsumer, batches: Mapping[TopicPartition, Sequence[Record]]
    ) -> AsyncIterator[Delivered]:
        for partition, records in batches.items():
            for record in records:
                if partition in self._unplaced or partition not in client.assignment():
                    # Taken away meanwhile, or not placed yet: it is read from where the group stands.
                    break
                delivered = self._judged(record, partition)
                if delivered is not None:
                    yield delivered
                self._mark(record)

    def _mark(self, record: Record) -> None:
        """The record is done: what was given of it was taken, or nothing was to be given."""
        partition = TopicPartition(record.topic, record.partition)
        if record.offset >= self._told.get(partition, 0):
            self._done[partition] = record.offset + 1

    def _judged(self, record: Record, partition: TopicPartition) -> Delivered | None:
        """Return what *record* delivers, or None where it is not wanted, a repeat, or nothing that can be read."""
        told_before = record.offset < self._told.get(partition, 0)
        try:
            delivered = Delivered(self._item(record), record, told_before)
        except ValueError:
            where = f"{record.topic}, partition {record.partition}, offset {record.offset}"
            self._unreadable(f"{where}: nothing that this version can read")
            return None
        if not self._is_wanted(delivered) or not (self._seen.add(delivered.id) or self._repeats):
            return None
        return delivered

    def _item(self, record: Record) -> Alert | Incident | Gone:
        if not self._incidents:
            return read_alert(record.value or b"")
        if record.value is None:
            return Gone((record.key or b"").decode(errors="replace"))
        return read_incident(record.value)

    def _is_wanted(self, delivered: Delivered) -> bool:
        match delivered.item:
            case Alert():
                return self._wanted.matches(delivered.item)
            case Incident():
                id_ = delivered.item.incident_id
                return id_ in self._followed or (self._wanted.matches(delivered.item) and self._followed.add(id_))
            case Gone():
                # One that was never given here is nobody's business, unless everything is wanted.
                return self._followed.discard(delivered.item.incident_id) or self._wanted == Filter()

    async def _commit(self, client: AIOKafkaConsumer) -> None:
        await self._settle()
        ours = {each: offset for each, offset in self._done.items() if each in client.assignment()}
        if self._group is None or not ours:
            return
        # The group was shared out anew meanwhile: what is done is given again to whoever has it now.
        with suppress(CommitFailedError, IllegalStateError, RebalanceInProgressError):
            await client.commit(ours)
        self._done.clear()

    async def _place(self, client: AIOKafkaConsumer) -> None:
        """Go to where the group left off in partitions that are new to us, or to the start where it never was."""
        for partition in sorted(self._unplaced):
            committed = await client.committed(partition)
            self._told.pop(partition, None)
            if committed is None:
                offset = await _offset(client, partition, self._start)
                # From now on the group was here: what comes while nobody reads is not passed over.
                self._done[partition] = offset
            elif self._incidents:
                # What was told of is needed to follow it, and to name the messages that a new one replaces.
                offset = await _offset(client, partition, "beginning")
                self._told[partition] = committed
            else:
                offset = committed
            if partition in client.assignment():
                client.seek(partition, offset)
            self._unplaced.discard(partition)
        await self._commit(client)

    def assigned(self, partitions: set[TopicPartition]) -> None:
        """Remember that the partitions are new to us; what is fetched of them before they are placed does not count."""
        self._joined = True
        self._unplaced |= partitions

    async def revoked(self, client: AIOKafkaConsumer, partitions: set[TopicPartition]) -> None:
        """Commit what is done of the partitions before somebody else has them."""
        if partitions:
            await self._commit(client)
            for partition in partitions:
                self._done.pop(partition, None)


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Tells a subscription which partitions it has."""

    def __init__(self, subscription: Subscription, client: AIOKafkaConsumer) -> None:
        self._subscription = subscription
        self._client = client

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Before they go."""
        await self._subscription.revoked(self._client, revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Once they are ours; records of them may come before this returns."""
        self._subscription.assigned(assigned)


async def _offset(client: AIOKafkaConsumer, partition: TopicPartition, start: Start) -> int:
    """Return the offset in *partition* that *start* means."""
    if start == "beginning":
        return int((await client.beginning_offsets([partition]))[partition])
    if isinstance(start, datetime):
        found = (await client.offsets_for_times({partition: int(start.timestamp() * 1000)})).get(partition)
        if found is not None:
            return int(found.offset)
    return int((await client.end_offsets([partition]))[partition])
