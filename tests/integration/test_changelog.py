"""stream/changelog.py on a real Kafka: what is written is there as a whole, and only its newest owner writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from stream.broker import RunningBroker
from stream.changelog import Changelog, ChangelogError, FencedError
from stream.dead_letters import OutgoingRecord
from stream.state_store import MemoryStore
from tests.integration.incident_stand import IncidentStand

pytestmark = pytest.mark.integration


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[IncidentStand]:
    """Give topics of its own."""
    made = IncidentStand(kafka.bootstrap, partitions=1)
    made.create_topics(internal=True)
    yield made
    made.close()


class Owner:
    """A changelog with its store."""

    def __init__(self, stand: IncidentStand) -> None:
        topics = stand.settings.topics
        self.store = MemoryStore()
        self.log = Changelog(
            stand.settings,
            topic=topics.incidents_changelog,
            source=topics.incidents_repartition,
            partition=0,
            store=self.store,
        )

    async def write(self, stand: IncidentStand, name: str, **entries: bytes | None) -> None:
        """Write entries, with one message that says who wrote them."""
        record = OutgoingRecord(stand.settings.topics.incidents, b"k", name.encode())
        await self.log.write({key.encode(): value for key, value in entries.items()}, [record], position=0)

    @property
    def entries(self) -> dict[bytes, bytes]:
        """The entries, without our own."""
        return {key: value for key, value in self.store.items() if not key.startswith(b"\0")}


def test_the_next_owner_has_what_the_last_one_wrote(stand: IncidentStand) -> None:
    """The newest entry of each key, and none that was removed."""

    async def run() -> None:
        first, second = Owner(stand), Owner(stand)
        await first.log.open()
        await first.write(stand, "1", a=b"old", b=b"gone")
        await first.write(stand, "2", a=b"new", b=None)
        await first.log.close()
        await second.log.open()
        assert second.entries == first.entries == {b"a": b"new"}
        await second.log.close()

    asyncio.run(run())


def test_an_owner_that_was_replaced_can_write_nothing_more(stand: IncidentStand) -> None:
    """Neither entries nor messages, also when it had begun before."""

    async def run() -> None:
        first, second, third = Owner(stand), Owner(stand), Owner(stand)
        await first.log.open()
        await first.write(stand, "first", a=b"1")
        await second.log.open()
        with pytest.raises(FencedError):
            await first.write(stand, "late", a=b"2", b=b"2")
        await second.write(stand, "second", c=b"3")
        await third.log.open()
        assert third.entries == {b"a": b"1", b"c": b"3"}
        for owner in (first, second, third):
            await owner.log.close()

    asyncio.run(run())
    told = stand.told(stand.settings.topics.incidents).records
    assert [record.value for record in told] == [b"first", b"second"]


def test_a_transaction_without_an_end_is_none(stand: IncidentStand) -> None:
    """As after kill -9 in the middle: the next owner sees nothing of it, and no reader of what is committed does."""

    async def run() -> None:
        first, second = Owner(stand), Owner(stand)
        await first.log.open()
        producer = first.log._producer
        await producer.begin_transaction()
        await producer.send_and_wait(stand.settings.topics.incidents_changelog, b"half", b"a", partition=0)
        await producer.send_and_wait(stand.settings.topics.incidents, b"half", b"k")
        await second.log.open()
        assert second.entries == {}
        await second.write(stand, "second", a=b"whole")
        for owner in (first, second):
            await owner.log.close()

    asyncio.run(run())
    assert [record.value for record in stand.told(stand.settings.topics.incidents).records] == [b"second"]


def test_a_source_that_was_made_anew_is_told(stand: IncidentStand) -> None:
    """Its messages would be taken for known ones; the error names both topics."""

    async def run() -> None:
        first, second = Owner(stand), Owner(stand)
        await first.log.open()
        await first.log.write({b"a": b"1"}, [], position=5)
        await first.log.close()
        with pytest.raises(ChangelogError, match=r"incidents\.repartition ends at 0: that topic was made anew"):
            await second.log.open()
        await second.log.close()

    asyncio.run(run())


def test_what_is_given_back_while_it_is_written_does_not_hang(stand: IncidentStand) -> None:
    """The write ends as that of an owner which was replaced."""

    async def run() -> None:
        owner = Owner(stand)
        await owner.log.open()
        writing = asyncio.create_task(owner.write(stand, "x", a=b"1"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await owner.log.close()
        with pytest.raises(FencedError):
            await asyncio.wait_for(writing, 5)

    asyncio.run(run())
