"""Deliveries that a webhook did not take: kept with the reason, in a file or in a topic of the subscriber's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import orjson
from aiokafka import AIOKafkaProducer

from schemas.dead_letter import DeadLetterHeader
from stream.sinks.lines import LineFile
from stream.subscribe import Delivered
from stream.terminal import harmless_json

_OWN = frozenset(header.value for header in DeadLetterHeader)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A delivery, the document that was to be posted, where to, and why nobody took it."""

    delivered: Delivered
    document: str
    media_type: str
    receiver: str
    reason: str
    attempts: int


class UndeliveredKeeper(Protocol):
    """Keeps what was not delivered."""

    async def keep(self, letter: Undelivered) -> None:
        """Return once *letter* is safe."""


class UndeliveredFile:
    """One line of JSON for each, with the document in `body`."""

    def __init__(self, file: LineFile) -> None:
        self._file = file

    async def keep(self, letter: Undelivered) -> None:
        """Append it, and return once it is on the disk. Raises OSError."""
        record = letter.delivered.record
        line = {
            "failed_at": _now(),
            "receiver": letter.receiver,
            "reason": letter.reason,
            "attempts": letter.attempts,
            "id": letter.delivered.id,
            "origin_topic": record.topic,
            "origin_partition": record.partition,
            "origin_offset": record.offset,
            "media_type": letter.media_type,
            "body": letter.document,
        }
        self._file.append(harmless_json(orjson.dumps(line).decode()) + "\n")
        await self._file.settle()


class UndeliveredTopic:
    """The original message, unchanged, with the reason in the headers that Rasid's own dead letters have."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    async def keep(self, letter: Undelivered) -> None:
        """Send it, and return once the broker has confirmed it. Raises KafkaError."""
        record = letter.delivered.record
        reason = {
            DeadLetterHeader.ERROR_STAGE: "webhook",
            DeadLetterHeader.ERROR_CODE: "undelivered",
            DeadLetterHeader.ERROR_MESSAGE: f"{letter.receiver}: {letter.reason} ({letter.attempts} attempts)",
            DeadLetterHeader.ORIGIN_TOPIC: record.topic,
            DeadLetterHeader.ORIGIN_PARTITION: str(record.partition),
            DeadLetterHeader.ORIGIN_OFFSET: str(record.offset),
            DeadLetterHeader.FAILED_AT: _now(),
        }
        kept = [(name, value) for name, value in record.headers if name not in _OWN]
        headers = kept + [(name.value, text.encode()) for name, text in reason.items()]
        await self._producer.send_and_wait(self._topic, record.value, key=record.key, headers=headers)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
