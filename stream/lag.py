"""How far a consumer group is behind, asked of the broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from stream.kafka import client_options
from stream.settings import Settings
from stream.watchdog import Backlog, Partition

_PROBE_MS = 5_000
_CLOSE_SECONDS = 3.0


class BrokerLag:
    """How far the group of *settings* is behind in *topics*, by default the articles.

    Asks over connections of its own, opened at the first question.
    """

    def __init__(self, settings: Settings, topics: Sequence[str] = ()) -> None:
        self._settings = settings
        self._topics = list(topics) or [settings.topics.articles]
        self._admin: Any = None
        self._consumer: Any = None

    async def partitions(self) -> list[Partition]:
        """Return every partition of the topics. Raises KafkaError when the broker does not answer."""
        async with self._connected() as (_, admin):
            # Not of the consumer: it knows no topic that it was not asked about before.
            described = await admin.describe_topics(self._topics)
        return [Partition(known["topic"], found["partition"]) for known in described for found in known["partitions"]]

    async def backlogs(self, partitions: Iterable[Partition]) -> Mapping[Partition, Backlog]:
        """Return what waits in each of *partitions*: without a committed offset, all that it holds.

        Raises KafkaError when the broker does not answer.
        """
        wanted = [TopicPartition(*partition) for partition in partitions]
        if not wanted:
            return {}
        async with self._connected() as (consumer, admin):
            ends = await consumer.end_offsets(wanted)
            begins = await consumer.beginning_offsets(wanted)
            committed = await admin.list_consumer_group_offsets(self._settings.group_id)
        found = {}
        for partition in wanted:
            offset = committed[partition].offset if partition in committed else -1
            waiting = max(0, ends[partition] - max(offset, begins[partition]))
            found[Partition(*partition)] = Backlog(offset, waiting)
        return found

    async def has_message(self, partition: Partition, offset: int) -> bool:
        """Say whether a consumer that goes on at *offset* is given a message within a few seconds."""
        wanted = TopicPartition(*partition)
        async with self._connected() as (consumer, _):
            begins = await consumer.beginning_offsets([wanted])
            consumer.assign([wanted])
            try:
                consumer.seek(wanted, max(offset, begins[wanted]))
                return bool(await consumer.getmany(wanted, timeout_ms=_PROBE_MS, max_records=1))
            finally:
                consumer.unsubscribe()

    async def close(self) -> None:
        """Disconnect."""
        consumer, admin, self._consumer, self._admin = self._consumer, self._admin, None, None
        if consumer is not None:
            await consumer.stop()
        if admin is not None:
            await admin.close()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[Any, Any]]:
        """Give the clients; after a failure the next question gets new ones, since these may hang for ever."""
        await self._connect()
        try:
            yield self._consumer, self._admin
        except BaseException:
            with suppress(Exception):
                await asyncio.wait_for(self.close(), _CLOSE_SECONDS)
            raise

    async def _connect(self) -> None:
        if self._consumer is not None:
            return
        options = client_options(self._settings)
        # As the worker reads: what a transaction took back waits for nobody.
        committed = {"enable_auto_commit": False, "isolation_level": "read_committed"}
        consumer = AIOKafkaConsumer(**options, **committed, client_id="rasid-lag")
        admin = AIOKafkaAdminClient(**options, client_id="rasid-lag")
        try:
            await consumer.start()
            await admin.start()
        except BaseException:
            await consumer.stop()
            await admin.close()
            raise
        self._consumer, self._admin = consumer, admin
