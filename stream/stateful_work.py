"""An agent whose messages change a state: each partition has a task, and what it does becomes a transaction.

A task begins with what its changelog holds. A batch's new state and its messages are written as a whole, and only then
acked: whatever is processed once more after a crash finds its own traces in the state and does nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import structlog
from faust.types import EventT

from stream.changelog import Changelog, ChangelogError, FencedError
from stream.circuit_breaker import CircuitBreaker
from stream.consumption import source_of
from stream.dead_letters import OutgoingRecord, SourceRecord
from stream.exit_codes import ExitCode, WorkerError
from stream.processing import Failure, Outcome, detection_failure
from stream.settings import Settings
from stream.state_store import StateStore, StateStoreError

_log = structlog.stdlib.get_logger("stream.worker")


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch led to: the state's new entries (None: gone) and the messages to send."""

    entries: Mapping[bytes, bytes | None]
    records: Sequence[OutgoingRecord]


class Task(Protocol):
    """The state of one partition, and what messages do to it. Knows neither Kafka nor Faust."""

    def process(self, record: SourceRecord) -> None:
        """Take a message in. What it raises is a bug: the task is given up and begins anew from its store."""

    def refuse(self, record: SourceRecord, failure: Failure) -> None:
        """Make a dead letter of a message."""

    def changes(self) -> Changes:
        """Return what has changed since the last time."""
        ...


@dataclass(frozen=True, slots=True)
class _Owned:
    task: Task
    changelog: Changelog
    store: StateStore


class StatefulWork:
    """The tasks of the partitions that this process has. *is_current* tells events of before the last rebalance."""

    def __init__(
        self,
        settings: Settings,
        *,
        source: str,
        changelog: str,
        make_store: Callable[[int], StateStore],
        make_task: Callable[[StateStore], Task],
        is_current: Callable[[EventT[bytes]], bool],
    ) -> None:
        self._settings = settings
        self._source = source
        self._changelog = changelog
        self._make_store = make_store
        self._make_task = make_task
        self._is_current = is_current
        self._owned: dict[int, _Owned] = {}
        self._fenced: set[int] = set()
        self._epoch = 0
        self._going = asyncio.Event()
        self._going.set()
        self._working = asyncio.Lock()
        self._breaker = CircuitBreaker(settings.max_consecutive_failures)
        self.acked = 0
        """Messages acked since the start."""

    async def handle(self, events: Sequence[EventT[bytes]]) -> None:
        """Process *events* and ack them. Raises WorkerError."""
        # What comes while a rebalance goes on may be of after it, and then it comes only once.
        await self._going.wait()
        async with self._working:
            await self._handle(events)

    async def _handle(self, events: Sequence[EventT[bytes]]) -> None:
        by_partition: dict[int, list[EventT[bytes]]] = {}
        for event in events:
            # What came before a rebalance comes again, to whoever has the partition now.
            if self._is_current(event):
                by_partition.setdefault(event.message.partition, []).append(event)
        epoch = self._epoch
        try:
            for partition, own in by_partition.items():
                if partition not in self._fenced and await self._process(partition, own, epoch):
                    for event in own:
                        event.ack()
                    self.acked += len(own)
        except StateStoreError as fault:
            raise WorkerError(str(fault), ExitCode.NOT_WRITTEN) from fault
        except ChangelogError as fault:
            raise WorkerError(
                f"{fault} Nothing is lost: a restart goes on from there.", ExitCode.UNDELIVERED
            ) from fault

    async def suspend(self, timeout: float) -> None:
        """Begin nothing more, since a rebalance has begun; wait for what is in work, for *timeout* seconds at most."""
        self._going.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._working.acquire(), timeout)
            self._working.release()

    def resume(self) -> None:
        """Go on: the rebalance is over."""
        self._going.set()

    async def release(self) -> None:
        """Let go of all partitions; those that come back begin with their changelog."""
        self._epoch += 1
        self._fenced.clear()
        for partition in list(self._owned):
            await self._release(partition)

    async def _release(self, partition: int) -> None:
        owned = self._owned.pop(partition, None)
        if owned is not None:
            await owned.changelog.close()
            owned.store.close()

    async def _process(self, partition: int, events: Sequence[EventT[bytes]], epoch: int) -> bool:
        """Say whether *events* are done and may be acked."""
        sources = [source_of(event) for event in events]
        try:
            try:
                await self._apply(partition, sources, epoch)
            except (ChangelogError, FencedError, StateStoreError):
                raise
            except Exception:  # noqa: BLE001 - whatever it is, it must not stop the messages behind it
                if epoch != self._epoch:
                    return False
                _log.exception("batch_failed", partition=partition, consequence="its messages are taken one by one")
                await self._apply_singly(partition, sources, epoch)
        except ChangelogError:
            if epoch != self._epoch:
                return False
            raise
        except FencedError as fenced:
            # The rebalance that took the partition from us may not have reached us yet.
            _log.warning("partition_lost", partition=partition, reason=str(fenced))
            if epoch == self._epoch:
                self._fenced.add(partition)
                await self._release(partition)
            return False
        return True

    async def _apply(self, partition: int, sources: Sequence[SourceRecord], epoch: int) -> None:
        owned = await self._own(partition, epoch)
        for source in sources:
            # Processed before a crash that came between the transaction and the commit of its offset.
            if source.offset >= owned.changelog.position:
                owned.task.process(source)
            # Signals, health checks and heartbeats get their turn.
            await asyncio.sleep(0)
        await self._write(owned, sources[-1].offset + 1)

    async def _apply_singly(self, partition: int, sources: Sequence[SourceRecord], epoch: int) -> None:
        """Find the message that a bug stumbles over, make it a dead letter, and do the others."""
        for source in sources:
            await self._release(partition)
            try:
                await self._apply(partition, [source], epoch)
                self._breaker.add(Outcome(None))
            except (ChangelogError, FencedError, StateStoreError):
                raise
            except Exception as bug:
                failure = detection_failure(bug)
                self._breaker.add(Outcome(None, failure=failure))
                if self._breaker.is_open:
                    raise self._breaker.error() from bug
                _log.warning("message_failed", partition=partition, offset=source.offset, reason=failure.message)
                await self._release(partition)
                owned = await self._own(partition, epoch)
                owned.task.refuse(source, failure)
                await self._write(owned, source.offset + 1)

    async def _write(self, owned: _Owned, position: int) -> None:
        changes = owned.task.changes()
        if changes.entries or changes.records:
            position = max(position, owned.changelog.position)
            await owned.changelog.write(changes.entries, changes.records, position=position)

    async def _own(self, partition: int, epoch: int) -> _Owned:
        if epoch != self._epoch:
            raise FencedError("the partition was given back in a rebalance")
        owned = self._owned.get(partition)
        if owned is None:
            began = perf_counter()
            store = self._make_store(partition)
            changelog = Changelog(
                self._settings, topic=self._changelog, source=self._source, partition=partition, store=store
            )
            try:
                await changelog.open()
                owned = _Owned(await asyncio.to_thread(self._make_task, store), changelog, store)
            except BaseException:
                await changelog.close()
                store.close()
                raise
            self._owned[partition] = owned
            _log.info("state_restored", partition=partition, topic=self._changelog, seconds=perf_counter() - began)
        return owned
