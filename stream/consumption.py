"""What all agents have in common: batches of raw messages, acked by their work, and an end when that cannot go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import faust
import structlog
from faust.types import EventT, StreamT

from stream.dead_letters import SourceRecord
from stream.exit_codes import ExitCode, WorkerError
from stream.gathering import gathered
from stream.settings import Settings

_log = structlog.stdlib.get_logger("stream.worker")


class Batches:
    """Hands batches to *work*, which acks what is done. *fail* is awaited once when it raises: it stops the worker."""

    def __init__(
        self,
        work: Callable[[Sequence[EventT[bytes]]], Awaitable[None]],
        *,
        fail: Callable[[WorkerError], Awaitable[None]],
    ) -> None:
        self._work = work
        self._fail = fail
        self._idle = asyncio.Event()
        self._idle.set()
        self.stopping = False
        """Whether nothing more may be begun."""

    async def stop(self, timeout: float) -> None:
        """Begin nothing more; wait until what was begun is done, for *timeout* seconds at most."""
        self.stopping = True
        if not await self.idle(timeout):
            _log.warning("stopped_before_delivery", consequence="the unacked messages will be processed again")

    async def idle(self, timeout: float) -> bool:
        """Wait until no batch is in work, for *timeout* seconds at most; say whether that is so."""
        try:
            await asyncio.wait_for(self._idle.wait(), timeout)
        except TimeoutError:
            return False
        return True

    async def handle(self, events: Sequence[EventT[bytes]]) -> None:
        """Do the work. Raises nothing: Faust would ack what it never processed."""
        self._idle.clear()
        try:
            await self._work(events)
        except WorkerError as failure:
            await self._give_up(failure)
        except Exception as bug:  # noqa: BLE001 - an exception out of an agent acks what was never processed
            _log.exception("batch_failed")
            await self._give_up(WorkerError(f"A bug stopped the worker: {type(bug).__name__}: {bug}", ExitCode.FAILED))
        finally:
            self._idle.set()

    async def _give_up(self, error: WorkerError) -> None:
        await self._fail(error)
        self._idle.set()
        # Returning would let Faust go on to the next batch and commit beyond this one.
        await asyncio.Event().wait()


def add_agent(
    app: faust.App,
    *topics: str,
    name: str,
    settings: Settings,
    handle: Callable[[Sequence[EventT[bytes]]], Awaitable[None]],
) -> None:
    """Add the agent *name* to *app*: it gives batches of the messages of *topics* to *handle*."""
    # Raw bytes: a value that Faust cannot decode would end the agent in silence.
    topic = app.topic(
        *topics,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        allow_empty=True,
    )

    # One at a time: with more, the committed offset jumps over an unfinished message.
    @app.agent(topic, name=name, concurrency=1)
    async def process(messages: StreamT[bytes]) -> None:
        # Acked by the work alone, and in the end.
        messages.enable_acks = False
        async with aclosing(gathered(messages.events(), settings.batch_size)) as found:
            async for events in found:
                await handle(events)


def source_of(event: EventT[bytes]) -> SourceRecord:
    """Return the message of *event* as a value of our own."""
    message = event.message
    headers: Any = message.headers or ()
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return SourceRecord(
        message.topic,
        message.partition,
        message.offset,
        message.key,
        message.value,
        tuple((name, value if isinstance(value, bytes) else str(value or "").encode()) for name, value in pairs),
        getattr(message, "timestamp", None) or 0.0,
    )
