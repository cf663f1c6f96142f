"""Lists of what comes: none waits to fill up, and they grow by themselves while the one before is worked on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import suppress
from typing import TypeVar

Item = TypeVar("Item")


class _End:
    """Nothing more comes, because of *fault* if there was one."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault


async def gathered(items: AsyncIterable[Item], size: int) -> AsyncGenerator[list[Item]]:
    """Give all *items* in order, each time those that have come, at most *size*; no more than that is held besides.

    Raises what *items* raises, after what came before. To be closed by whoever does not go on to the end.
    """
    waiting: asyncio.Queue[Item | _End] = asyncio.Queue(size)
    filling = asyncio.create_task(_fill(items, waiting))
    try:
        while True:
            batch: list[Item] = []
            item = await waiting.get()
            while not isinstance(item, _End):
                batch.append(item)
                if len(batch) == size or waiting.empty():
                    break
                item = waiting.get_nowait()
            if batch:
                yield batch
            if isinstance(item, _End):
                if item.fault is not None:
                    raise item.fault
                return
    finally:
        filling.cancel()
        with suppress(asyncio.CancelledError):
            await filling


async def _fill(items: AsyncIterable[Item], waiting: asyncio.Queue[Item | _End]) -> None:
    end = _End()
    try:
        async for item in items:
            await waiting.put(item)
    except Exception as fault:  # noqa: BLE001 - raised again where the lists are read
        end = _End(fault)
    await waiting.put(end)
