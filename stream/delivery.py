"""Delivery with certainty: a batch of messages is confirmed by the broker, or the caller is told that it is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import structlog
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)

from stream.dead_letters import Header, OutgoingRecord

_log = structlog.stdlib.get_logger(__name__)
_DENIED = (ClusterAuthorizationFailedError, TopicAuthorizationFailedError)
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_STOP_SECONDS = 3.0


class Producer(Protocol):
    """What is used of AIOKafkaProducer."""

    async def start(self) -> None:
        """Connect."""

    async def stop(self) -> None:
        """Flush and disconnect."""

    async def send(
        self, topic: str, value: bytes | None, key: bytes | None, *, headers: Sequence[Header]
    ) -> asyncio.Future[object]:
        """Queue a message and return its confirmation."""
        ...


class UndeliveredError(Exception):
    """The broker did not confirm in time, or refuses; the text says what and why, *topics* which took no messages."""

    def __init__(self, message: str, topics: frozenset[str]) -> None:
        super().__init__(message)
        self.topics = topics


class Delivery:
    """Sends batches through a producer of *make*, which is replaced after a failure, for *timeout* seconds at most."""

    def __init__(self, make: Callable[[], Producer], *, timeout: float) -> None:
        self._make = make
        self._timeout = timeout
        self._producer: Producer | None = None

    async def start(self) -> None:
        """Connect the first producer; raises what it raises."""
        producer = self._make()
        await producer.start()
        self._producer = producer

    async def stop(self) -> None:
        """Disconnect; a producer that hangs is abandoned, since nothing unconfirmed is counted as done."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(Exception):
                await asyncio.wait_for(producer.stop(), _STOP_SECONDS)

    async def deliver(self, records: Sequence[OutgoingRecord]) -> frozenset[int]:
        """Return the indices of *records* that are too large for the broker, once all others are confirmed.

        Retries everything else. Raises UndeliveredError when that has not helped within the timeout, and at once when
        we may not write: that does not change by itself.
        """
        deadline = time.monotonic() + self._timeout
        waiting = list(range(len(records)))
        too_large: set[int] = set()
        pause = _FIRST_PAUSE
        while waiting:
            faults = await self._attempt([records[index] for index in waiting], deadline)
            failed = {index: fault for index, fault in zip(waiting, faults, strict=True) if fault is not None}
            too_large |= {index for index, fault in failed.items() if isinstance(fault, MessageSizeTooLargeError)}
            waiting = [index for index in failed if index not in too_large]
            if waiting:
                denied = [index for index in waiting if isinstance(failed[index], _DENIED)]
                if denied or time.monotonic() >= deadline:
                    raise self._undelivered(records, denied or waiting, failed)
                _log.warning("delivery_retried", messages=len(waiting), error=type(failed[waiting[0]]).__name__)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        return frozenset(too_large)

    def _undelivered(
        self, records: Sequence[OutgoingRecord], waiting: Sequence[int], faults: Mapping[int, BaseException]
    ) -> UndeliveredError:
        topics = frozenset(records[index].topic for index in waiting)
        messages = f"{len(waiting)} messages for {', '.join(sorted(topics))}"
        fault = faults[waiting[0]]
        if isinstance(fault, _DENIED):
            return UndeliveredError(
                f"The broker refuses {messages}: {type(fault).__name__}. Give our user the right to write there.",
                topics,
            )
        advice = "Check the brokers, and that the topic is there and we may write to it."
        if isinstance(fault, InvalidTimestampError):
            advice = "Check the clock of this machine; `rasid topics check` tells whose clock the topic goes by."
        return UndeliveredError(
            f"{messages} were not confirmed within {self._timeout:g} s: {type(fault).__name__}. {advice}", topics
        )

    async def _attempt(self, records: Sequence[OutgoingRecord], deadline: float) -> list[BaseException | None]:
        """Return for each record what went wrong, or None; after a failure the next attempt gets a new producer."""
        seconds = max(1.0, deadline - time.monotonic())
        # What is still here when the time is over was not confirmed.
        faults: list[BaseException | None] = [TimeoutError()] * len(records)
        try:
            async with asyncio.timeout(seconds):
                if self._producer is None:
                    await self.start()
                await self._send_all(records, faults)
        except (KafkaError, OSError) as fault:
            faults = [fault if isinstance(known, TimeoutError) else known for known in faults]
        if any(fault is not None and not isinstance(fault, MessageSizeTooLargeError) for fault in faults):
            await self.stop()
        return faults

    async def _send_all(self, records: Sequence[OutgoingRecord], faults: list[BaseException | None]) -> None:
        """Send and put what became of each record into *faults*, as far as this gets."""
        producer = self._producer
        if producer is None:
            raise KafkaError("no producer")
        confirmations: dict[int, asyncio.Future[object]] = {}
        by_topic: dict[str, list[int]] = {}
        for index, record in enumerate(records):
            by_topic.setdefault(record.topic, []).append(index)

        try:
            # Topic by topic, side by side: one that is not there must not hold up the others.
            await asyncio.gather(
                *(_queue(producer, records, indices, confirmations, faults) for indices in by_topic.values())
            )
            if confirmations:
                await asyncio.wait(confirmations.values())
        finally:
            for index, confirmation in confirmations.items():
                if confirmation.done():
                    lost = asyncio.CancelledError() if confirmation.cancelled() else confirmation.exception()
                    faults[index] = lost


async def _queue(
    producer: Producer,
    records: Sequence[OutgoingRecord],
    indices: Sequence[int],
    confirmations: dict[int, asyncio.Future[object]],
    faults: list[BaseException | None],
) -> None:
    """Queue those of *records*, all of one topic, that *indices* name; put what comes of it into the last two."""
    for place, index in enumerate(indices):
        record = records[index]
        try:
            confirmations[index] = await producer.send(
                record.topic, record.value, record.key, headers=list(record.headers)
            )
        except MessageSizeTooLargeError as fault:
            faults[index] = fault
        except (KafkaError, OSError) as fault:
            # The rest would wait as long for the same topic.
            for rest in indices[place:]:
                faults[rest] = fault
            return
