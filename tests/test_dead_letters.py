from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from schemas.dead_letter import DeadLetterHeader, ReasonCode, Stage
from stream.dead_letters import SourceRecord, dead_letter
from stream.processing import Failure

FAILURE = Failure(Stage.DECODE, ReasonCode.NOT_JSON, "سبب")
AT = datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))


@pytest.mark.parametrize("value", [None, b"", b"\xff\x00{"], ids=repr)
@pytest.mark.parametrize("key", [None, b"", b"\xff"], ids=repr)
def test_the_message_is_unchanged(key: bytes | None, value: bytes | None) -> None:
    """Key and value stay byte for byte, an absent one absent."""
    made = dead_letter(SourceRecord("articles", 3, 17, key, value), FAILURE, topic="dead", failed_at=AT)
    assert (made.topic, made.key, made.value) == ("dead", key, value)


def test_the_headers_tell_why_and_where_from() -> None:
    """Every header of the contract is there, as UTF-8 text, the time in UTC."""
    made = dead_letter(SourceRecord("articles", 3, 17, None, b"x"), FAILURE, topic="dead", failed_at=AT)
    assert {name: value.decode() for name, value in made.headers} == {
        "error-stage": "decode",
        "error-code": "not_json",
        "error-message": "سبب",
        "origin-topic": "articles",
        "origin-partition": "3",
        "origin-offset": "17",
        "failed-at": "2026-01-01T00:00:00.000+00:00",
    }
    assert {name for name, _ in made.headers} == set(DeadLetterHeader)


def test_its_own_headers_are_kept_but_for_those_of_an_earlier_failure() -> None:
    """A trace goes on; a replayed message does not say two reasons."""
    headers = [("traceparent", b"00-x"), ("error-code", b"old"), ("x", b"1"), ("x", b"2")]
    made = dead_letter(SourceRecord("a", 0, 0, None, b"", headers), FAILURE, topic="dead", failed_at=AT)
    assert list(made.headers)[:3] == [("traceparent", b"00-x"), ("x", b"1"), ("x", b"2")]
    assert [value for name, value in made.headers if name == "error-code"] == [b"not_json"]
