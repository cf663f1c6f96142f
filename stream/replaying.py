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

_UNCONFIRMED = 1_000
_LINES_AHEAD = 100


class UndeliveredError(RuntimeError):
    """The broker did not confirm a line. The message names the line; those before it were confirmed."""


@dataclass(slots=True)
class ReplayCount:
    """What a replay has done so far.

    *without_id* counts the lines that were sent although they are no article; *ends* gives, for each partition that
    got any, the offset after the last.
    """

    sent: int = 0
    without_id: int = 0
    ends: dict[int, int] = field(default_factory=dict)
    damages: list[Damage] = field(default_factory=list)


async def replay(
    items: Iterator[Line | Damage],
    producer: AIOKafkaProducer,
    topic: str,
    *,
    max_bytes: int,
    advance: Callable[[int], None] = lambda _: None,
) -> ReplayCount:
    """Send every line to *topic* and return once all are confirmed; *advance* is told how many were.

    What is no article is sent too, without a key: that the worker makes it a dead letter is part of a replay. Lines
    over *max_bytes* count as damages. Raises UndeliveredError.
    """
    count = ReplayCount()
    waiting: deque[tuple[Line, asyncio.Future[Any]]] = deque()

    async def confirm_oldest() -> None:
        line, confirmation = waiting.popleft()
        try:
            metadata = await confirmation
        except MessageSizeTooLargeError:
            # The topic's own limit counts the batch around the line too, and may be lower than ours.
            count.damages.append(Damage(line.path, line.number, "larger than the topic takes", fatal=False))
            return
        except KafkaError as cause:
            raise UndeliveredError(f"{line.path}:{line.number}: not delivered: {type(cause).__name__}") from cause
        count.sent += 1
        count.ends[metadata.partition] = max(count.ends.get(metadata.partition, 0), metadata.offset + 1)
        advance(1)

    async for item in _in_background(items):
        if isinstance(item, Damage):
            count.damages.append(item)
            continue
        if len(item.data) > max_bytes:
            reason = f"{len(item.data)} bytes; the topic takes {max_bytes}"
            count.damages.append(Damage(item.path, item.number, reason, fatal=False))
            continue
        key = article_key(item.data)
        count.without_id += key is None
        try:
            waiting.append((item, await producer.send(topic, item.data, key=key)))
        except MessageSizeTooLargeError as cause:
            count.damages.append(Damage(item.path, item.number, str(cause), fatal=False))
        while len(waiting) > _UNCONFIRMED or (waiting and waiting[0][1].done()):
            await confirm_oldest()
    while waiting:
        await confirm_oldest()
    return count


def article_key(data: bytes) -> bytes | None:
    """Return the id of the article in *data* as a Kafka key, or None when there is no article in it."""
    try:
        return Article.model_validate(orjson.loads(data)).article_id.encode()
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
