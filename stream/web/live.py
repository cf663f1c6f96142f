"""Changes of the store, told to every open page as they come."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from schemas.alert import Alert
from schemas.incident import Incident

Name = Literal["alert", "incident", "incident-removed", "reset", "state"]

# What a page missed while its connection was broken; more than that, and it loads anew.
_REMEMBERED = 2000
# Changes that wait for one page: a phone in a tunnel.
_WAITING = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened: an alert came, an incident came or was revised, an incident is none any more.

    `reset`: the page has missed too much and has to load anew. `state`: ask for the state again.
    """

    name: Name
    number: int = 0
    item: Alert | Incident | None = None
    id: str = ""


class Live:
    """Hands each change to all who listen. One that does not keep up gets a `reset` in place of what it missed."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(4)
        """What tells these numbers from those of a server before."""
        self._listeners: set[asyncio.Queue[Change | None]] = set()
        self._recent: deque[Change] = deque(maxlen=_REMEMBERED)
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many pages are open."""
        return len(self._listeners)

    def tell(self, change: Change) -> None:
        """Hand *change* to all."""
        if change.name == "reset":
            self._recent.clear()
        elif change.name != "state":
            self._recent.append(change)
        for queue in self._listeners:
            if queue.qsize() >= _WAITING:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(Change("reset"))
            else:
                queue.put_nowait(change)

    def close(self) -> None:
        """End every iteration, those to come too."""
        self._closed = True
        for queue in self._listeners:
            queue.put_nowait(None)

    async def changes(self, *, after: int | None, quiet_seconds: float) -> AsyncIterator[Change | None]:
        """Give what comes, from now or from after the change of that number; None when nothing came for a while."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        missed = self._missed(after)
        self._listeners.add(queue)
        try:
            for change in missed:
                yield change
            while not self._closed:
                try:
                    async with asyncio.timeout(quiet_seconds):
                        told = await queue.get()
                except TimeoutError:
                    yield None
                    continue
                if told is None:
                    return
                yield told
        finally:
            self._listeners.discard(queue)

    def _missed(self, after: int | None) -> list[Change]:
        if after is None:
            return []
        if not self._recent or after < self._recent[0].number - 1 or after > self._recent[-1].number:
            # Too long ago, or told by a server that is gone.
            return [Change("reset")]
        return [change for change in self._recent if change.number > after]
