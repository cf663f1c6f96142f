"""Reading topics as an independent subscriber: no consumer group, nothing committed, nobody else disturbed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

Start = Literal["beginning", "end"] | datetime

# How long one fetch waits for records: also the grain of the idle timeout.
_POLL_MS = 200


async def seek(consumer: AIOKafkaConsumer, partitions: list[TopicPartition], start: Start) -> None:
    """Assign *partitions* and go to *start*: with a datetime, the first record that the broker has from then on."""
    offsets = dict(await consumer.beginning_offsets(partitions))
    if start != "beginning":
        offsets |= await consumer.end_offsets(partitions)
    if isinstance(start, datetime):
        wanted = max(0, int(start.timestamp() * 1000))
        found = await consumer.offsets_for_times(dict.fromkeys(partitions, wanted))
        # Where nothing is that young yet, what comes will be.
        offsets |= {partition: first.offset for partition, first in found.items() if first is not None}
    # At once: were the consumer to ask where to begin meanwhile, its answer would undo what is said here.
    consumer.assign(partitions)
    for partition, offset in offsets.items():
        consumer.seek(partition, offset)


async def follow(
    consumer: AIOKafkaConsumer, *, idle_seconds: float | None = None
) -> AsyncIterator[ConsumerRecord[bytes | None, bytes | None]]:
    """Give records as they come, until none has come for *idle_seconds* (None: for ever)."""
    last = time.monotonic()
    while True:
        batches = await consumer.getmany(timeout_ms=_POLL_MS)
        for records in batches.values():
            for record in records:
                yield record
        if batches:
            last = time.monotonic()
        elif idle_seconds is not None and time.monotonic() - last >= idle_seconds:
            return


async def read_to_end(consumer: AIOKafkaConsumer) -> AsyncIterator[ConsumerRecord[bytes | None, bytes | None]]:
    """Give the records from where the consumer stands to where its partitions end now."""
    ends = await consumer.end_offsets(list(consumer.assignment()))
    while not await reached(consumer, ends):
        for partition, records in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
            for record in records:
                if record.offset < ends[partition]:
                    yield record


async def reached(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    """Say whether the consumer has read every partition up to the offset given for it."""
    for partition, end in ends.items():
        if await consumer.position(partition) < end:
            return False
    return True


def header(record: ConsumerRecord[bytes | None, bytes | None], name: str) -> str | None:
    """Return a header as text, or None where the record has none of that name."""
    found = next((value for key, value in record.headers if key == name), None)
    return found.decode(errors="replace") if found is not None else None


class RecentIds:
    """The ids seen lately: delivery is at least once, and a repeat comes soon after. Memory is bounded."""

    def __init__(self, size: int = 100_000) -> None:
        self._size = size
        self._ids: dict[str, None] = {}

    def add(self, id_: str) -> bool:
        """Remember the id, and say whether it is new."""
        if id_ in self._ids:
            return False
        self._ids[id_] = None
        if len(self._ids) > self._size:
            del self._ids[next(iter(self._ids))]
        return True

    def __contains__(self, id_: str) -> bool:
        return id_ in self._ids

    def discard(self, id_: str) -> bool:
        """Forget the id, and say whether it was there."""
        if id_ not in self._ids:
            return False
        del self._ids[id_]
        return True
