from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from stream import stateful_work as module
from stream.changelog import ChangelogError, FencedError
from stream.dead_letters import OutgoingRecord, SourceRecord
from stream.exit_codes import ExitCode, WorkerError
from stream.processing import Failure
from stream.settings import load_settings
from stream.state_store import MemoryStore, StateStore
from stream.stateful_work import Changes, StatefulWork


@dataclass
class FakeMessage:
    value: bytes
    offset: int
    partition: int = 0
    topic: str = "t"
    key: bytes | None = None
    headers: Any = ()
    timestamp: float = 0.0


@dataclass
class FakeEvent:
    message: FakeMessage
    acked: bool = False
    old: bool = False

    def ack(self) -> None:
        self.acked = True


class FakeTask:
    """Gathers values; `bug` makes it stumble after it has spoiled its state."""

    def __init__(self, store: StateStore) -> None:
        self.values = (store.get(b"values") or b"").decode().split()
        self.dead: list[OutgoingRecord] = []

    def process(self, record: SourceRecord) -> None:
        self.values.append((record.value or b"").decode())
        if record.value == b"bug":
            raise ValueError

    def refuse(self, record: SourceRecord, failure: Failure) -> None:
        del failure
        self.dead.append(OutgoingRecord("dead", None, record.value))

    def changes(self) -> Changes:
        records, self.dead = self.dead, []
        return Changes({b"values": " ".join(self.values).encode()}, records)


@dataclass
class FakeChangelog:
    """Writes into its store, which outlives it; *fault* is raised instead."""

    store: MemoryStore
    log: list[str]
    fault: Exception | None = None
    position: int = 0

    async def open(self) -> None:
        self.position = int(self.store.get(b"\0p") or b"0")
        self.log.append("opened")

    async def write(
        self, entries: Mapping[bytes, bytes | None], records: Sequence[OutgoingRecord], *, position: int
    ) -> None:
        if self.fault:
            raise self.fault
        self.store.write({**entries, b"\0p": b"%d" % position}, offset=0)
        self.position = position
        self.log += [f"dead {record.value!r}" for record in records]

    async def close(self) -> None:
        self.log.append("closed")


@dataclass
class Stand:
    """Work with fakes around it."""

    monkeypatch: pytest.MonkeyPatch
    fault: Exception | None = None
    limit: int = 100
    log: list[str] = field(default_factory=list)
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.monkeypatch.setattr(module, "Changelog", lambda *_, **__: FakeChangelog(self.store, self.log, self.fault))
        self.work = StatefulWork(
            load_settings(flags={"max_consecutive_failures": self.limit}),
            source="t",
            changelog="c",
            make_store=lambda _: self.store,
            make_task=FakeTask,
            is_current=lambda event: not cast("FakeEvent", event).old,
        )

    def handle(self, *values: bytes, first: int = 0, old: bool = False, timeout: float = 5) -> list[bool]:
        """Handle a batch and say which of its events were acked."""
        events = [FakeEvent(FakeMessage(value, first + n), old=old) for n, value in enumerate(values)]
        asyncio.run(asyncio.wait_for(self.work.handle(cast("Any", events)), timeout))
        return [event.acked for event in events]

    @property
    def values(self) -> bytes | None:
        return self.store.get(b"values")


def test_a_batch_is_acked_once_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """State and all."""
    stand = Stand(monkeypatch)
    assert stand.handle(b"a", b"b") == [True, True]
    assert stand.values == b"a b"
    assert stand.work.acked == 2


def test_what_was_written_before_is_acked_and_not_applied_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a crash between the transaction and the commit of its offsets."""
    stand = Stand(monkeypatch)
    stand.handle(b"a", b"b")
    asyncio.run(stand.work.release())
    assert stand.handle(b"a", b"b", b"c") == [True, True, True]
    assert stand.values == b"a b c"


def test_a_message_that_a_bug_stumbles_over_becomes_a_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are applied once each, on a state that the bug has not touched."""
    stand = Stand(monkeypatch)
    assert stand.handle(b"a", b"bug", b"c") == [True, True, True]
    assert stand.values == b"a c"
    assert "dead b'bug'" in stand.log


def test_a_row_of_bugs_stops_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its exit code, before the topic is emptied into the dead letters."""
    stand = Stand(monkeypatch, limit=3)
    with pytest.raises(WorkerError) as stopped:
        stand.handle(b"bug", b"bug", b"bug", b"bug")
    assert stopped.value.exit_code == ExitCode.BROKEN


def test_who_has_lost_the_partition_acks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """And does not open it again before the rebalance: that would shut out the new owner."""
    stand = Stand(monkeypatch, fault=FencedError("lost"))
    assert stand.handle(b"a") == [False]
    assert stand.handle(b"b", first=1) == [False]
    assert stand.log == ["opened", "closed"]


def test_a_broker_that_takes_nothing_stops_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is acked."""
    stand = Stand(monkeypatch, fault=ChangelogError("no transaction"))
    with pytest.raises(WorkerError) as stopped:
        stand.handle(b"a")
    assert stopped.value.exit_code == ExitCode.UNDELIVERED
    assert stand.work.acked == 0


def test_events_of_before_a_rebalance_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """They come again, to whoever has the partition then. What comes while a rebalance goes on waits for its end."""
    stand = Stand(monkeypatch)
    assert stand.handle(b"a", old=True) == [False]
    asyncio.run(stand.work.suspend(1))
    with pytest.raises(TimeoutError):
        stand.handle(b"a", timeout=0.1)
    assert stand.log == []
    stand.work.resume()
    assert stand.handle(b"a") == [True]
