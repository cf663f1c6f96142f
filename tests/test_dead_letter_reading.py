"""stream/dead_letter_reading.py: dead letters read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from schemas.dead_letter import ReasonCode, Stage
from stream.dead_letter_reading import DeadLetter, dead_letter_from, is_wanted
from stream.dead_letters import SourceRecord, dead_letter
from stream.processing import Failure

WHEN = datetime(2025, 1, 2, tzinfo=UTC)


def _record(source: SourceRecord) -> Any:
    failure = Failure(Stage.DECODE, ReasonCode.NOT_JSON, "رسالة")
    sent = dead_letter(source, failure, topic="dead-letters", failed_at=WHEN)
    return ConsumerRecord(
        topic=sent.topic,
        partition=1,
        offset=9,
        timestamp=int(WHEN.timestamp() * 1000),
        timestamp_type=0,
        key=sent.key,
        value=sent.value,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        headers=tuple(sent.headers),
    )


def _letter(value: bytes | None = b"\xff\x00") -> DeadLetter:
    return dead_letter_from(_record(SourceRecord("articles", 3, 41, b"k", value, [("traceparent", b"00-1")])))


def test_the_original_comes_back_whole() -> None:
    """Topic, key, bytes and headers are those of the message that failed."""
    original = _letter().original()
    assert (original.topic, original.key, original.value) == ("articles", b"k", b"\xff\x00")
    assert list(original.headers) == [("traceparent", b"00-1")]


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        pytest.param("نص".encode(), {"value": "نص"}, id="text"),
        pytest.param(b"\xff\x00", {"value_base64": "/wA="}, id="bytes"),
        pytest.param(None, {"value": None}, id="tombstone"),
    ],
)
def test_json_holds_the_whole_value(value: bytes | None, fields: dict[str, str | None]) -> None:
    """Text as text, other bytes in base64, and the reason under the headers' names."""
    found = _letter(value).as_json()
    json.dumps(found)
    assert {name: each for name, each in found.items() if name.startswith("value")} == fields
    assert (found["error_code"], found["error_message"], found["origin_offset"]) == ("not_json", "رسالة", "41")


@pytest.mark.parametrize(
    ("codes", "since", "wanted"),
    [
        ([], None, True),
        (["not_json", "no_date"], None, True),
        (["no_date"], None, False),
        ([], WHEN, True),
        ([], WHEN + timedelta(seconds=1), False),
    ],
)
def test_filters(codes: list[str], since: datetime | None, wanted: bool) -> None:
    """By reason and by time; no filter lets everything through."""
    assert is_wanted(_letter(), codes=codes, since=since) is wanted
