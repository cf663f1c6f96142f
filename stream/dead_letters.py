"""Dead letters: the original message unchanged, with its origin and the reason in the headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.dead_letter import DeadLetterHeader
from stream.processing import Failure

Header = tuple[str, bytes]

_OWN = frozenset(header.value for header in DeadLetterHeader)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A message as it came from Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header] = ()
    entered: float = 0.0
    """When its topic took it, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """A message to be sent."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header] = ()


def dead_letter(record: SourceRecord, failure: Failure, *, topic: str, failed_at: datetime) -> OutgoingRecord:
    """Return *record* unchanged for *topic*, with its origin and the reason in the headers.

    The headers it came with are kept, except those of an earlier life as a dead letter.
    """
    reason = {
        DeadLetterHeader.ERROR_STAGE: failure.stage.value,
        DeadLetterHeader.ERROR_CODE: failure.code.value,
        DeadLetterHeader.ERROR_MESSAGE: failure.message,
        DeadLetterHeader.ORIGIN_TOPIC: record.topic,
        DeadLetterHeader.ORIGIN_PARTITION: str(record.partition),
        DeadLetterHeader.ORIGIN_OFFSET: str(record.offset),
        DeadLetterHeader.FAILED_AT: failed_at.astimezone(UTC).isoformat(timespec="milliseconds"),
    }
    kept = [(name, value) for name, value in record.headers if name not in _OWN]
    return OutgoingRecord(
        topic, record.key, record.value, (*kept, *((name.value, text.encode()) for name, text in reason.items()))
    )
