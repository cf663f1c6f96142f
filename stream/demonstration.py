"""The demonstration's subscriber: reads alerts back while a worker works, and knows when all is done."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from schemas.alert import Alert, Kind
from schemas.dead_letter import DeadLetterHeader
from schemas.topics import Topics
from stream.alert_reading import read_alert
from stream.subscription import RecentIds, header, reached

_Record: TypeAlias = ConsumerRecord[bytes | None, bytes | None]

_POLL_MS = 200
# After the last record: a broker's end offsets may lag behind what it holds (Tansu's do).
_QUIET_SECONDS = 1.0
_STALL_SECONDS = 60.0


class StalledError(RuntimeError):
    """Nothing moved for too long, or the worker ended. The text says which."""


@dataclass(slots=True)
class ReadBack:
    """What came back so far."""

    alerts: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    dead_letters: Counter[str] = field(default_factory=Counter)
    _seen: RecentIds = field(default_factory=RecentIds)
    processed: int = 0

    def take(self, record: _Record, topics: Topics) -> Alert | None:
        """Count *record*; return its alert, or None where it is a dead letter or came before."""
        if record.topic == topics.dead_letters:
            self.dead_letters[header(record, DeadLetterHeader.ERROR_CODE) or "unknown"] += 1
            return None
        if record.value is None or not self._seen.add(header(record, "alert-id") or repr(record.offset)):
            return None
        alert = read_alert(record.value)
        self.alerts[alert.kind, alert.event_type.value] += 1
        return alert


@dataclass(frozen=True, slots=True)
class Group:
    """The worker's consumer group and, for each partition of its topic, the offset it must reach.

    *begins* are the offsets from which its progress counts; 0 where none is given.
    """

    id: str
    ends: Mapping[TopicPartition, int]
    begins: Mapping[TopicPartition, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many messages there are to process."""
        return sum(end - self.begins.get(at, 0) for at, end in self.ends.items())

    async def processed(self, admin: AIOKafkaAdminClient) -> int:
        """Return how many messages the group has committed."""
        try:
            committed = await admin.list_consumer_group_offsets(self.id, partitions=list(self.ends))
        except KafkaError:
            # The group is being formed.
            return 0
        return sum(
            max(0, min(committed[at].offset, end) - self.begins.get(at, 0))
            for at, end in self.ends.items()
            if at in committed
        )


async def read_back(
    consumer: AIOKafkaConsumer,
    admin: AIOKafkaAdminClient,
    group: Group,
    topics: Topics,
    *,
    show: Callable[[Alert], None],
    worker_ended: Callable[[], int | None],
    advance: Callable[[int], None] = lambda _: None,
    is_ours: Callable[[_Record], bool] = lambda _: True,
) -> ReadBack:
    """Show each alert as it comes, once, and return when the group has caught up and everything was read.

    *consumer* stands in the alert topics and the dead letters where they began; what is not *is_ours* is passed over.
    Raises StalledError.
    """
    result = ReadBack()
    total = group.total
    moved = time.monotonic()
    while True:
        batches = await consumer.getmany(timeout_ms=_POLL_MS)
        for record in itertools.chain.from_iterable(batches.values()):
            if is_ours(record) and (alert := result.take(record, topics)):
                show(alert)
        processed = await group.processed(admin)
        if batches or processed > result.processed:
            moved = time.monotonic()
            advance(processed - result.processed)
            result.processed = processed
        quiet = time.monotonic() - moved
        done = processed >= total and quiet >= _QUIET_SECONDS
        if done and await reached(consumer, await consumer.end_offsets(list(consumer.assignment()))):
            return result
        code = worker_ended()
        if code is not None:
            raise StalledError(f"the worker ended early with exit code {code}")
        if quiet > _STALL_SECONDS:
            raise StalledError(f"nothing moved for {quiet:.0f} s; {processed} of {total} articles were processed")
