"""Dead letters read back: what failed, where it came from, and the original message to send again."""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import ConsumerRecord

from schemas.dead_letter import DeadLetterHeader
from stream.dead_letters import Header, OutgoingRecord

_OWN = frozenset(header.value for header in DeadLetterHeader)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter as it stands in its topic. What its headers do not tell is an empty string."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    reason: dict[str, str]
    headers: tuple[Header, ...]

    @property
    def code(self) -> str:
        """Why it failed, as in `error-code`."""
        return self.reason[DeadLetterHeader.ERROR_CODE]

    @property
    def origin_topic(self) -> str:
        """Where the message was read when it failed."""
        return self.reason[DeadLetterHeader.ORIGIN_TOPIC]

    def original(self) -> OutgoingRecord:
        """Return the message as it was before it failed, for the topic that it came from."""
        kept = tuple((name, value) for name, value in self.headers if name not in _OWN)
        return OutgoingRecord(self.origin_topic, self.key, self.value, kept)

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON values; bytes that are no UTF-8 stand under `<name>_base64`."""
        return {
            "partition": self.partition,
            "offset": self.offset,
            **{name.replace("-", "_"): text for name, text in self.reason.items()},
            **_as_json("key", self.key),
            **_as_json("value", self.value),
        }


def dead_letter_from(record: ConsumerRecord[bytes | None, bytes | None]) -> DeadLetter:
    """Return the dead letter in *record*."""
    headers = tuple((name, value or b"") for name, value in record.headers)
    given = {name: value.decode(errors="replace") for name, value in headers if name in _OWN}
    return DeadLetter(
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=record.timestamp,
        key=record.key,
        value=record.value,
        reason={header.value: given.get(header.value, "") for header in DeadLetterHeader},
        headers=headers,
    )


def is_wanted(letter: DeadLetter, *, codes: Collection[str], since: datetime | None) -> bool:
    """Say whether *letter* has one of *codes* (none: any) and came to its topic at *since* or later."""
    young = since is None or letter.timestamp_ms >= since.timestamp() * 1000
    return young and (not codes or letter.code in codes)


def _as_json(name: str, value: bytes | None) -> dict[str, str | None]:
    if value is None:
        return {name: None}
    try:
        return {name: value.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(value).decode()}
