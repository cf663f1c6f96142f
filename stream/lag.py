"""How far a consumer group is behind, asked of the broker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from stream.health import Partition
from stream.kafka import client_options
from stream.settings import Settings


class BrokerLag:
    """Asks over connections of its own, opened at the first question."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin: Any = None
        self._consumer: Any = None

    async def lag(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """Return how many messages each partition holds beyond the group's committed offset.

        Without a committed offset, all that it holds. Raises KafkaError when the broker does not answer.
        """
        wanted = [TopicPartition(*partition) for partition in partitions]
        if not wanted:
            return {}
        await self._connect()
        ends = await self._consumer.end_offsets(wanted)
        begins = await self._consumer.beginning_offsets(wanted)
        committed = await self._admin.list_consumer_group_offsets(self._settings.group_id)
        lag = {}
        for partition in wanted:
            offset = committed[partition].offset if partition in committed else -1
            start = max(offset, begins[partition])
            lag[Partition(*partition)] = max(0, ends[partition] - start)
        return lag

    async def close(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            await self._consumer.stop()
        if self._admin is not None:
            await self._admin.close()
        self._consumer = self._admin = None

    async def _connect(self) -> None:
        if self._consumer is not None:
            return
        options = client_options(self._settings)
        consumer = AIOKafkaConsumer(**options, client_id="rasid-lag", enable_auto_commit=False)
        admin = AIOKafkaAdminClient(**options, client_id="rasid-lag")
        try:
            await consumer.start()
            await admin.start()
        except BaseException:
            await consumer.stop()
            await admin.close()
            raise
        self._consumer, self._admin = consumer, admin
