"""stream/subscribe.py: what is given, what counts as done, and what happens when partitions come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError

from schemas.alert import Alert
from schemas.incident import Incident
from stream.filters import Filter, FilterError
from stream.settings import Settings
from stream.subscribe import Delivered, Subscription
from tests.formats.made import incident
from tests.incidents.made import alert

ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)


class FakeConsumer:
    """Gives one batch a call, in the order given, and remembers seeks and commits; *before* is done before a call."""

    def __init__(
        self,
        *batches: dict[TopicPartition, list[Any]],
        committed: dict[TopicPartition, int] | None = None,
        before: dict[int, Callable[[], None]] | None = None,
    ) -> None:
        self.batches = list(batches)
        self.assigned = {ONE, TWO}
        self.stored = committed or {}
        self.before = before or {}
        self.seeks: list[tuple[TopicPartition, int]] = []
        self.commits: list[dict[TopicPartition, int]] = []
        self.fails = False
        self.calls = 0

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    async def getmany(self, **_: Any) -> dict[TopicPartition, list[Any]]:
        self.calls += 1
        if self.calls in self.before:
            self.before[self.calls]()
        return self.batches.pop(0) if self.batches else {}

    async def committed(self, partition: TopicPartition) -> int | None:
        return self.stored.get(partition)

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 100)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.seeks.append((partition, offset))

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.fails:
            raise CommitFailedError
        self.commits.append(dict(offsets))


def records(partition: TopicPartition, *items: Alert | Incident | bytes | None, start: int = 0) -> list[Any]:
    """Return *items* as records of *partition*; None is a tombstone of the incident `i`."""
    return [
        SimpleNamespace(
            topic=partition.topic,
            partition=partition.partition,
            offset=start + at,
            key=b"i",
            value=item if isinstance(item, bytes | None) else item.to_json(),
            headers=(),
            timestamp=0,
        )
        for at, item in enumerate(items)
    ]


def given(
    subscription: Subscription, client: Any, *, on: Callable[[Delivered], None] = lambda _: None
) -> list[Delivered]:
    """Return all that is given, once it is over; *on* is called with each while it is being taken."""

    async def read() -> list[Delivered]:
        found = []
        async for delivered in subscription._all(client):
            on(delivered)
            found.append(delivered)
        await subscription._commit(client)
        return found

    return asyncio.run(read())


def _ids(found: Iterable[Delivered]) -> list[str]:
    return [delivered.id for delivered in found]


def test_each_is_given_once_and_what_cannot_be_read_is_told() -> None:
    """A repeat, an alert that is not wanted, and garbage are done without being given."""
    told: list[str] = []
    client = FakeConsumer({ONE: records(ONE, alert("a"), alert("a"), b"{", alert("b", severity=1), alert("c"))})
    subscription = Subscription(Filter(min_severity=20), group="g", idle_seconds=0, unreadable=told.append)
    subscription.assigned(set())
    assert _ids(given(subscription, client)) == ["a", "c"]
    assert told == ["t, partition 0, offset 2: nothing that this version can read"]
    assert client.commits == [{ONE: 5}]


def test_repeats_are_given_when_asked_for() -> None:
    """Every delivery counts then."""
    client = FakeConsumer({ONE: records(ONE, alert("a"), alert("a"))})
    assert _ids(given(Subscription(idle_seconds=0, repeats=True), client)) == ["a", "a"]


def test_what_comes_before_a_partition_is_placed_does_not_count() -> None:
    """It is read again from where the group left off; a new partition begins at the start that was asked for."""
    client = FakeConsumer(
        {ONE: records(ONE, alert("early"), start=50), TWO: records(TWO, alert("too early"))},
        {ONE: records(ONE, alert("a"), start=7), TWO: records(TWO, alert("b"), start=100)},
        committed={ONE: 7},
    )
    subscription = Subscription(group="g", idle_seconds=0)
    client.before = {1: lambda: subscription.assigned({ONE, TWO})}
    assert _ids(given(subscription, client)) == ["a", "b"]
    assert client.seeks == [(ONE, 7), (TWO, 100)]
    # The start of the new one is committed before anything of it was read.
    assert client.commits == [{TWO: 100}, {ONE: 8, TWO: 101}]


def test_the_rest_of_a_partition_that_is_taken_away_is_not_given() -> None:
    """Nor is it committed: whoever has it now begins behind what was done."""
    client = FakeConsumer({ONE: records(ONE, alert("a"), alert("b"), alert("c")), TWO: records(TWO, alert("d"))})
    subscription = Subscription(group="g", idle_seconds=0)
    subscription.assigned(set())

    def take_away(delivered: Delivered) -> None:
        if delivered.id == "b":
            client.assigned = {TWO}

    assert _ids(given(subscription, client, on=take_away)) == ["a", "b", "d"]
    assert client.commits == [{TWO: 1}]


def test_what_is_done_is_committed_when_partitions_go() -> None:
    """After it was made safe."""
    safe: list[str] = []

    async def settle() -> None:
        safe.append("settled")

    client = FakeConsumer({ONE: records(ONE, alert("a"))})
    subscription = Subscription(group="g", idle_seconds=0, settle=settle)
    subscription.assigned(set())
    given(subscription, client)
    subscription._done[ONE] = 9
    asyncio.run(subscription.revoked(client, {ONE}))
    assert client.commits == [{ONE: 1}, {ONE: 9}]
    assert len(safe) == 2


def test_a_commit_that_comes_too_late_is_passed_over() -> None:
    """The group was shared out anew: the same is given again to whoever has it now."""
    client = FakeConsumer({ONE: records(ONE, alert("a"))})
    client.fails = True
    subscription = Subscription(group="g", idle_seconds=0)
    subscription.assigned(set())
    assert _ids(given(subscription, client)) == ["a"]
    assert client.commits == []


def test_the_last_of_so_many_is_done() -> None:
    """The next run begins behind it; what came with it in one batch is left."""
    client = FakeConsumer({ONE: records(ONE, alert("a"), alert("b"), alert("c"))})
    subscription = Subscription(group="g", max_messages=2)
    subscription.assigned(set())
    assert _ids(given(subscription, client)) == ["a", "b"]
    assert client.commits == [{ONE: 2}]


def test_a_group_remembers_the_incidents_that_it_told_of() -> None:
    """They are read back without being given, so that the revision that no longer fits, and the end, are."""
    first = incident(alert("a")).model_copy(update={"incident_id": "i"})
    milder = first.model_copy(update={"revision": 2, "severity": 1})
    stranger = first.model_copy(update={"incident_id": "other", "severity": 1})
    client = FakeConsumer({ONE: records(ONE, first, stranger, milder, None, None)}, committed={ONE: 1, TWO: 0})
    subscription = Subscription(Filter(min_severity=20), incidents=True, group="g", idle_seconds=0)
    subscription.assigned({ONE, TWO})
    found = given(subscription, client)
    assert [(each.id, each.told_before) for each in found] == [("i.1", True), ("i.2", False), ("i.gone", False)]
    assert client.seeks == [(ONE, 0), (TWO, 0)]
    assert client.commits[-1] == {ONE: 5}


def test_an_end_is_told_to_whoever_wants_everything() -> None:
    """Also of an incident that was not seen before; with a filter it is nobody's business."""
    for wanted, expected in ((Filter(), ["i.gone"]), (Filter(min_severity=1), [])):
        client = FakeConsumer({ONE: records(ONE, None)})
        assert _ids(given(Subscription(wanted, incidents=True, idle_seconds=0), client)) == expected


def test_only_topics_that_can_match_are_read() -> None:
    """And a filter that nothing can pass is an error."""
    settings = Settings(topic_prefix="x.")
    assert Subscription().topics(settings) == ["x.alerts.attack", "x.alerts.diplomacy"]
    assert Subscription(Filter.parse({"type": ["aid"]})).topics(settings) == ["x.alerts.diplomacy"]
    assert Subscription(Filter(min_sources=3), incidents=True).topics(settings) == ["x.incidents"]
    for wanted in ({"kind": ["attack"], "type": ["aid"]}, {"sources": "2"}):
        with pytest.raises(FilterError):
            Subscription(Filter.parse(wanted)).topics(settings)
