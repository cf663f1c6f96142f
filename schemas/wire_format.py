"""Confluent's wire format: a zero byte and a schema's number before the JSON; or the number in a header beside it."""

from __future__ import annotations

import struct
from uuid import UUID

SCHEMA_HEADER = "__value_schema_id"
"""The header that names the schema of a value, where it does not stand before the value."""

_PREFIX = struct.Struct(">bI")
_NUMBER, _GUID = 0, 1


def framed(value: bytes, number: int) -> bytes:
    """Return *value* behind the number of its schema."""
    return _PREFIX.pack(_NUMBER, number) + value


def header(number: int, guid: str | None) -> bytes:
    """Return the content of the header: the schema's GUID where the registry gives one, else its number."""
    return bytes([_GUID]) + UUID(guid).bytes if guid else _PREFIX.pack(_NUMBER, number)


def payload(value: bytes) -> bytes:
    """Return the JSON in *value*, whether or not a schema's number stands before it; JSON never begins with zero."""
    return value[_PREFIX.size :] if value[:1] == b"\0" and value[_PREFIX.size : _PREFIX.size + 1] == b"{" else value
