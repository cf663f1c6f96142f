from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from stream.web.live import Change, Live

pytestmark = pytest.mark.asyncio


async def take(changes: AsyncIterator[Change | None], count: int) -> list[Change | None]:
    """The next *count* changes."""
    return [await anext(changes) for _ in range(count)]


async def until_quiet(changes: AsyncIterator[Change | None]) -> AsyncIterator[Change]:
    """What comes before the first silence."""
    async for change in changes:
        if change is None:
            return
        yield change


def alerts(*numbers: int) -> list[Change]:
    """Alerts of these numbers."""
    return [Change("alert", number) for number in numbers]


async def test_all_are_told_of_what_comes() -> None:
    """In the order in which it came."""
    live = Live()
    pages = [live.changes(after=None, quiet_seconds=5) for _ in range(3)]
    waiting = [asyncio.create_task(take(page, 2)) for page in pages]
    await asyncio.sleep(0)
    for change in alerts(1, 2):
        live.tell(change)
    assert await asyncio.gather(*waiting) == [alerts(1, 2)] * 3


async def test_a_page_that_comes_back_is_told_what_it_missed() -> None:
    """By the number of the last change that it knows."""
    live = Live()
    for change in alerts(1, 2, 3):
        live.tell(change)
    assert await take(live.changes(after=1, quiet_seconds=5), 2) == alerts(2, 3)


@pytest.mark.parametrize("after", [0, 99], ids=["too long ago", "told by a server that is gone"])
async def test_a_page_that_missed_too_much_loads_anew(after: int) -> None:
    """Nothing is shown as complete that is not."""
    live = Live()
    for change in alerts(5, 6):
        live.tell(change)
    assert await anext(live.changes(after=after, quiet_seconds=5)) == Change("reset")


async def test_a_page_that_does_not_keep_up_costs_no_memory() -> None:
    """It gets a reset in place of what it missed."""
    live = Live()
    page = live.changes(after=None, quiet_seconds=0.05)
    first = asyncio.create_task(take(page, 1))
    await asyncio.sleep(0)
    for change in alerts(*range(1, 2500)):
        live.tell(change)
    assert await first == [Change("reset")]
    assert live.listeners == 1
    rest = [change async for change in until_quiet(page)]
    assert len(rest) < 1000
    assert rest[-1] == Change("alert", 2499)


async def test_silence_is_told_and_the_end_ends() -> None:
    """So that proxies keep the connection, and the server can stop."""
    live = Live()
    page = live.changes(after=None, quiet_seconds=0.01)
    assert await anext(page) is None
    live.close()
    assert [change async for change in page] == []
    assert live.listeners == 0
