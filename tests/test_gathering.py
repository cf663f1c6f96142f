"""stream/gathering.py: what has come, as soon as it has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import pytest

from stream.gathering import gathered


async def _numbers(count: int, *, pause: float = 0, fault: Exception | None = None) -> AsyncIterator[int]:
    for number in range(count):
        if pause:
            await asyncio.sleep(pause)
        yield number
    if fault:
        raise fault


def test_nothing_waits_for_a_batch_to_fill() -> None:
    """What comes alone is given alone."""

    async def collect() -> list[list[int]]:
        return [batch async for batch in gathered(_numbers(3, pause=0.01), 100)]

    assert asyncio.run(collect()) == [[0], [1], [2]]


def test_batches_grow_while_one_is_worked_on() -> None:
    """All that came meanwhile is the next batch, in order, up to the size."""

    async def collect() -> list[list[int]]:
        found = []
        async for batch in gathered(_numbers(25), 10):
            found.append(batch)
            await asyncio.sleep(0.01)
        return found

    found = asyncio.run(collect())
    assert [number for batch in found for number in batch] == list(range(25))
    assert max(map(len, found)) == 10
    assert len(found) <= 4


def test_an_endless_source_is_read_only_a_little_ahead() -> None:
    """At most a batch is given, another one waits, and one more item has been read."""
    read = 0

    async def endless() -> AsyncIterator[int]:
        nonlocal read
        while True:
            read += 1
            yield read

    async def take() -> list[int]:
        async with aclosing(gathered(endless(), 10)) as found:
            first = await anext(found)
            await asyncio.sleep(0.01)
            return first

    assert asyncio.run(take())[0] == 1
    assert read <= 21


def test_what_came_before_a_fault_is_given_first() -> None:
    """Then the fault is raised."""

    async def collect(found: list[int]) -> None:
        async for batch in gathered(_numbers(3, fault=RuntimeError("gone")), 2):
            found += batch

    found: list[int] = []
    with pytest.raises(RuntimeError, match="gone"):
        asyncio.run(collect(found))
    assert found == [0, 1, 2]


def test_closing_ends_the_reading() -> None:
    """The source is closed, too, when whoever reads the batches stops."""
    closed = False

    async def source() -> AsyncGenerator[int]:
        nonlocal closed
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed = True

    async def take() -> None:
        async with aclosing(gathered(source(), 10)) as found:
            assert await anext(found) == [1]
            await asyncio.sleep(0)
        assert closed

    asyncio.run(take())
