"""stream/subscription.py: reading topics as an independent subscriber."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from stream.subscription import RecentIds, Start, header, seek

ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)


class FakeConsumer:
    """Remembers where it was told to read: from 2 to 9; partition 0 has offset 5 at every asked time, 1 nothing."""

    def __init__(self) -> None:
        self.places: dict[TopicPartition, int | None] = {}
        self.asked: dict[TopicPartition, int] = {}

    def assign(self, partitions: list[TopicPartition]) -> None:
        self.places = dict.fromkeys(partitions)

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 2)

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 9)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.places[partition] = offset

    async def offsets_for_times(self, times: dict[TopicPartition, int]) -> dict[TopicPartition, Any]:
        self.asked = times
        return {ONE: SimpleNamespace(offset=5), TWO: None}


@pytest.mark.parametrize(
    ("start", "places"),
    [
        pytest.param("beginning", {ONE: 2, TWO: 2}, id="beginning"),
        pytest.param("end", {ONE: 9, TWO: 9}, id="end"),
        pytest.param(datetime(2025, 1, 1, tzinfo=UTC), {ONE: 5, TWO: 9}, id="time"),
        pytest.param(datetime(1960, 1, 1, tzinfo=UTC), {ONE: 5, TWO: 9}, id="before all brokers"),
    ],
)
def test_where_reading_starts(start: Start, places: dict[TopicPartition, int]) -> None:
    """A partition that holds nothing from that time on is read from its end: what comes is young enough.

    A time before 1970 is 1970: aiokafka takes no other.
    """
    consumer: Any = FakeConsumer()
    asyncio.run(seek(consumer, [ONE, TWO], start))
    assert consumer.places == places
    if isinstance(start, datetime):
        assert consumer.asked[ONE] == (1_735_689_600_000 if start.year == 2025 else 0)


def test_headers_are_text() -> None:
    """The first of that name, or None."""
    record: Any = SimpleNamespace(headers=[("alert-id", b"x"), ("alert-id", b"y")])
    assert header(record, "alert-id") == "x"
    assert header(record, "traceparent") is None


def test_recent_ids_are_remembered_within_bounds() -> None:
    """A repeat is known as long as it is recent; memory does not grow."""
    ids = RecentIds(size=3)
    assert [ids.add(each) for each in "abab"] == [True, True, False, False]
    assert [ids.add(each) for each in "cd"] == [True, True]
    assert ids.add("a")
    assert not ids.add("d")
