"""Articles from files into the articles topic: each line as it is, under its article's id."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from pydantic import ValidationError

from schemas.article import Article
from stream.reading import Damage, Line
from stream.replays.pacing import Pace

_UNCONFIRMED = 1_000
_LINES_AHEAD = 100
# Before so long a wait, what was sent is told to be.
_LONG_WAIT = 0.5
# For what is on its way when a replay is interrupted.
_LAST_SECONDS = 10.0


class UndeliveredError(RuntimeError):
    """The broker did not confirm a line. The message names the line; those before it were confirmed."""


@dataclass(slots=True)
class ReplayCount:
    """What a replay has done so far.

    *settled* lines were, in their order, confirmed or found to be too large; *without_id* counts those that were sent
    although they are no article; *begins* and *ends* give, for each partition that got any, the offset of the first and
    the one after the last.
    """

    settled: int = 0
    sent: int = 0
    without_id: int = 0
    begins: dict[int, int] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    damages: list[Damage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A line on its way. *confirmation* is None where it was not sent."""

    line: Line
    has_key: bool
    confirmation: asyncio.Future[Any] | None = None

    @property
    def is_settled(self) -> bool:
        return self.confirmation is None or self.confirmation.done()


async def replay(
    items: Iterator[Line | Damage],
    producer: AIOKafkaProducer,
    topic: str,
    *,
    max_bytes: int,
    pace: Pace | None = None,
    skip: int = 0,
    count: ReplayCount | None = None,
    on_article: Callable[[Article], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
) -> ReplayCount:
    """Send every line to *topic* and return once all are confirmed; *advance* is told how many were.

    What is no article is sent too, without a key: that the worker makes it a dead letter is part of a replay. Lines
    over *max_bytes* count as damages. The first *skip* lines were settled in an earlier run and are not sent;
    *on_article* is told of every article, these included. When cancelled, what is on its way is still waited for, so
    that *count* is right. Raises UndeliveredError.
    """
    sending = _Sending(producer, topic, max_bytes, count or ReplayCount(), advance)
    number = 0
    try:
        async for item in _in_background(items):
            if isinstance(item, Damage):
                sending.count.damages.append(item)
                continue
            number += 1
            article = read_article(item.data)
            if article:
                on_article(article)
            if number > skip:
                if pace:
                    await sending.pause(pace.wait(article.published_at if article else None))
                await sending.send(item, article)
        await sending.settle_all()
    except asyncio.CancelledError:
        with suppress(TimeoutError, UndeliveredError):
            await asyncio.wait_for(sending.settle_all(), _LAST_SECONDS)
        raise
    return sending.count


@dataclass(slots=True)
class _Sending:
    """The lines that were handed to the producer and are not settled yet."""

    producer: AIOKafkaProducer
    topic: str
    max_bytes: int
    count: ReplayCount
    advance: Callable[[int], None]
    waiting: deque[_Waiting] = field(default_factory=deque)

    async def pause(self, seconds: float) -> None:
        """Wait until a line is due."""
        if seconds > _LONG_WAIT:
            await self.settle_all()
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def send(self, line: Line, article: Article | None) -> None:
        """Hand a line to the producer, and settle those that are confirmed. Raises UndeliveredError."""
        self.waiting.append(await self._hand_over(line, article))
        while len(self.waiting) > _UNCONFIRMED or (self.waiting and self.waiting[0].is_settled):
            await self.settle_oldest()

    async def settle_all(self) -> None:
        """Wait for every confirmation. Raises UndeliveredError."""
        while self.waiting:
            await self.settle_oldest()

    async def settle_oldest(self) -> None:
        """Wait for the oldest line's confirmation. Raises UndeliveredError."""
        await self._confirm(self.waiting[0])
        self.waiting.popleft()
        self.count.settled += 1
        self.advance(1)

    async def _hand_over(self, line: Line, article: Article | None) -> _Waiting:
        has_key = article is not None
        if len(line.data) > self.max_bytes:
            self._refuse(line, f"{len(line.data)} bytes; the topic takes {self.max_bytes}")
            return _Waiting(line, has_key)
        key = article.article_id.encode() if article else None
        try:
            return _Waiting(line, has_key, await self.producer.send(self.topic, line.data, key=key))
        except MessageSizeTooLargeError as cause:
            self._refuse(line, str(cause))
            return _Waiting(line, has_key)

    async def _confirm(self, waiting: _Waiting) -> None:
        line, confirmation, count = waiting.line, waiting.confirmation, self.count
        if confirmation is None:
            return
        try:
            # Shielded: a replay that is cancelled still wants to know.
            metadata = await asyncio.shield(confirmation)
        except MessageSizeTooLargeError:
            # The topic's own limit counts the batch around the line too, and may be lower than ours.
            self._refuse(line, "larger than the topic takes")
            return
        except KafkaError as cause:
            raise UndeliveredError(f"{line.path}:{line.number}: not delivered: {type(cause).__name__}") from cause
        at, offset = metadata.partition, metadata.offset
        count.sent += 1
        count.without_id += not waiting.has_key
        count.begins[at] = min(count.begins.get(at, offset), offset)
        count.ends[at] = max(count.ends.get(at, 0), offset + 1)

    def _refuse(self, line: Line, reason: str) -> None:
        self.count.damages.append(Damage(line.path, line.number, reason, fatal=False))


def read_article(data: bytes) -> Article | None:
    """Return the article in *data*, or None when there is none in it."""
    try:
        return Article.model_validate(orjson.loads(data))
    except (orjson.JSONDecodeError, ValidationError, RecursionError):
        return None


async def _in_background(items: Iterator[Line | Damage]) -> AsyncIterator[Line | Damage]:
    """Give *items* while a thread waits for them: a slow pipe must not keep what was sent from being delivered."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Line | Damage | BaseException | None] = asyncio.Queue()
    room = threading.Semaphore(_LINES_AHEAD)

    def read() -> None:
        end: BaseException | None = None
        try:
            for item in items:
                room.acquire()
                loop.call_soon_threadsafe(queue.put_nowait, item)
        except BaseException as cause:  # noqa: BLE001 - raised again where it is waited for
            end = cause
        # A closed loop means that the command has ended, and nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(queue.put_nowait, end)

    # A daemon, since it may wait for a pipe on which nothing ever comes.
    threading.Thread(target=read, name="reading", daemon=True).start()
    while (item := await queue.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        room.release()
        yield item
