"""Confluent's wire format, byte for byte."""

from __future__ import annotations

import pytest

from schemas.wire_format import framed, header, payload


def test_a_value_stands_behind_the_number_of_its_schema() -> None:
    """A zero byte, the number in four bytes with the highest first, the JSON."""
    assert framed(b'{"a":1}', 258) == b'\x00\x00\x00\x01\x02{"a":1}'


def test_the_header_holds_the_guid_or_else_the_number() -> None:
    """A one before a GUID, a zero before a number, as Confluent's SchemaId reads them."""
    assert header(258, None) == b"\x00\x00\x00\x01\x02"
    assert header(258, "00112233-4455-6677-8899-aabbccddeeff").hex() == "0100112233445566778899aabbccddeeff"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(b'\0\0\0\0\x07{"a":1}', b'{"a":1}', id="framed"),
        pytest.param(b'{"a":1}', b'{"a":1}', id="plain"),
        pytest.param(b"\0\0\0\0\x07[1]", b"\0\0\0\0\x07[1]", id="no object: as it is"),
        pytest.param(b"\0\0", b"\0\0", id="too short"),
        pytest.param(b"", b"", id="empty"),
    ],
)
def test_the_payload_is_found_in_both_forms(value: bytes, found: bytes) -> None:
    """Whatever is neither stays as it is, and becomes a dead letter for what it is."""
    assert payload(value) == found
