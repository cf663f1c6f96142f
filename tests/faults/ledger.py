"""What a run left on the broker: how far its group is, every alert and dead letter, and whether any is missing."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.faults.load import Load
from tests.integration.stand import Stand

_ANSWER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Position:
    """How many articles the group has committed, and how many wait."""

    done: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Record:
    """A message on an alert topic, on the dead letters' or on the articles'; *at* is its time in ms."""

    topic: str
    key: bytes
    value: bytes
    alert_id: str
    at: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """How often each alert, by id, and each dead letter, by value, was written."""

    alerts: Counter[str]
    dead: Counter[bytes]

    @property
    def repeats(self) -> int:
        """How many were written once more than needed."""
        return self.alerts.total() - len(self.alerts) + self.dead.total() - len(self.dead)

    def figures(self, load: Load) -> dict[str, int]:
        """Return what every promise shows."""
        return {
            "articles": len(load.messages),
            "alerts": len(self.alerts),
            "dead_letters": len(self.dead),
            "repeats": self.repeats,
        }


def position(stand: Stand) -> Position:
    """Ask the broker once. Raises TimeoutError or KafkaError when it does not answer."""

    async def ask() -> Position:
        async with asyncio.timeout(_ANSWER_SECONDS), _clients(stand) as (admin, consumer):
            partitions = await _partitions(admin, stand.settings.topics.articles)
            ends = await consumer.end_offsets(partitions)
            committed = await admin.list_consumer_group_offsets(stand.settings.group_id)
        done = sum(max(0, committed[tp].offset) for tp in partitions if tp in committed)
        return Position(done, sum(ends.values()) - done)

    return asyncio.run(ask())


def wait_until_done(stand: Stand, goal: int, *, timeout: float = 120) -> Position:
    """Return the first position known in which *goal* articles are committed.

    Fails when there is none in time, and at once when every worker has ended with nobody to start another.
    """
    deadline = time.monotonic() + timeout
    known: Position | None = None
    ended = False
    while time.monotonic() < deadline and not ended:
        # Before the position is asked for: a worker may do its last work in between.
        ended = stand.is_left_alone
        # A broker that was just brought back may still refuse.
        with suppress(KafkaError, TimeoutError):
            known = position(stand)
            if known.done >= goal:
                return known
        time.sleep(0.1)
    codes = [worker.process.returncode for worker in stand.workers]
    why = f"but all workers have ended with {codes}" if ended else f"within {timeout:g} s"
    logs = "\n".join(worker.log[-3000:] for worker in stand.workers[-2:])
    raise AssertionError(f"{goal} articles were to be committed, {why}: {known}\n{logs}")


def check(stand: Stand, load: Load, *, timeout: float = 120) -> Ledger:
    """Return what was written once everything is committed. Fails when any is missing or in no undisturbed run."""
    wait_until_done(stand, len(load.messages), timeout=timeout)
    alerts: Counter[str] = Counter()
    dead: Counter[bytes] = Counter()
    for record in read(stand, *stand.alert_topics, stand.settings.topics.dead_letters):
        if record.topic == stand.settings.topics.dead_letters:
            dead[record.value] += 1
        else:
            alerts[record.alert_id] += 1
    ledger = Ledger(alerts, dead)
    for what, wanted, found in (
        ("alerts", load.alert_ids, ledger.alerts.keys()),
        ("dead letters", load.dead, ledger.dead.keys()),
    ):
        missing, strange = wanted - found, found - wanted
        assert not missing, f"{len(missing)} of {len(wanted)} {what} are missing, such as {min(missing)!r}"
        assert not strange, f"{len(strange)} {what} are in no undisturbed run, such as {min(strange)!r}"
    return ledger


def read(stand: Stand, *topics: str) -> list[Record]:
    """Return all that *topics* hold now."""

    async def receive() -> list[Record]:
        records: list[Record] = []
        async with _clients(stand) as (admin, consumer):
            partitions = await _partitions(admin, *topics)
            ends = await consumer.end_offsets(partitions)
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            while [tp for tp in partitions if await consumer.position(tp) < ends[tp]]:
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    records += [_record(message) for message in batch]
        return records

    return asyncio.run(receive())


def _record(message: Any) -> Record:
    headers = dict(message.headers)
    alert_id = headers.get("alert-id", b"").decode()
    return Record(message.topic, message.key, message.value, alert_id, message.timestamp)


@asynccontextmanager
async def _clients(stand: Stand) -> AsyncIterator[tuple[Any, Any]]:
    async with AsyncExitStack() as stack:
        admin = AIOKafkaAdminClient(bootstrap_servers=stand.settings.broker)
        stack.push_async_callback(admin.close)
        await admin.start()
        consumer = AIOKafkaConsumer(bootstrap_servers=stand.settings.broker, max_partition_fetch_bytes=8_000_000)
        stack.push_async_callback(consumer.stop)
        await consumer.start()
        yield admin, consumer


async def _partitions(admin: Any, *topics: str) -> list[TopicPartition]:
    found = await admin.describe_topics(list(topics))
    partitions = [TopicPartition(t["topic"], p["partition"]) for t in found for p in t["partitions"]]
    assert partitions, f"the broker knows no partition of {topics}"
    return partitions
