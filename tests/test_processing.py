from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schemas.alert import Alert, Timing
from schemas.article import Article
from schemas.dead_letter import ReasonCode, Stage
from stream.processing import MAX_REASON, Failure, Processor

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = {"title": "قصف", "published_at": "2018-04-20T08:00:00+04:00"}


class Panic(BaseException):
    """What a panic in a Rust extension looks like to Python."""


Panic.__name__ = "PanicException"


class WordlessError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def alert(article: Article, timing: Timing, detected_at: datetime) -> Alert:
    """A minimal alert."""
    return Alert.model_validate(
        {
            "alert_id": f"{article.article_id}-{timing}",
            "kind": "attack",
            "event_type": "shelling",
            "timing": timing,
            "status": "reported",
            "evidence": [{"field": "title", "start": 0, "end": 3, "text": "قصف", "trigger": "قصف", "rule": "r"}],
            "severity": 1,
            "confidence": 0.5,
            "article": {"article_id": article.article_id, "title": "قصف", "published_at": article.published_at},
            "detector": {"version": "0", "lexicon_version": "0"},
            "detected_at": detected_at,
        }
    )


class FakeDetector:
    """One alert of each timing, or the given exception."""

    lexicon_version = "fake"

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault

    def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
        if self.fault:
            raise self.fault
        return [alert(article, timing, detected_at) for timing in Timing]


def make(fault: BaseException | None = None, **options: bool) -> Processor:
    """A processor with a fake detector that finds two alerts, or raises *fault*."""
    return Processor(FakeDetector(fault), max_bytes=1_000_000, clock=lambda: NOW, **options)  # type: ignore[arg-type]


def failure_of(value: bytes | None) -> Failure:
    """The failure that *value* ends in."""
    failure = make().process(value).failure
    assert failure is not None
    return failure


def test_an_article_becomes_alerts_at_the_time_of_the_clock() -> None:
    """Background events are counted, but left out."""
    outcome = make().process(json.dumps(GOOD).encode())
    assert outcome.failure is None
    assert [a.timing for a in outcome.alerts] == [Timing.NEW]
    assert outcome.alerts[0].detected_at == NOW
    assert outcome.background == 1


def test_background_events_are_published_on_request() -> None:
    """Then none is left out."""
    outcome = make(publish_background=True).process(json.dumps(GOOD).encode())
    assert len(outcome.alerts) == 2
    assert outcome.background == 0


def field(name: str, value: object) -> bytes:
    """A good article with one field replaced."""
    return json.dumps(GOOD | {name: value}).encode()


@pytest.mark.parametrize(
    ("value", "stage", "code"),
    [
        pytest.param(None, Stage.RECEIVE, ReasonCode.TOMBSTONE, id="tombstone"),
        pytest.param(b"x" * 1_000_001, Stage.RECEIVE, ReasonCode.TOO_LARGE, id="over the limit"),
        pytest.param(b"", Stage.DECODE, ReasonCode.NOT_JSON, id="empty"),
        pytest.param(b"{", Stage.DECODE, ReasonCode.NOT_JSON, id="cut off"),
        pytest.param(b'{"title": NaNs}', Stage.DECODE, ReasonCode.NOT_JSON, id="a word like NaN"),
        pytest.param(b'{"title": "NaN", "x": tru}', Stage.DECODE, ReasonCode.NOT_JSON, id="NaN in a string"),
        pytest.param(b"{} {}", Stage.DECODE, ReasonCode.NOT_JSON, id="two documents"),
        pytest.param(b'{"title": NaN}', Stage.DECODE, ReasonCode.NON_FINITE_NUMBER, id="NaN"),
        pytest.param(
            '{"title": "قصف", "x": NaN}'.encode(), Stage.DECODE, ReasonCode.NON_FINITE_NUMBER, id="Arabic, NaN"
        ),
        pytest.param(b'{"x": Infinity}', Stage.DECODE, ReasonCode.NON_FINITE_NUMBER, id="Infinity"),
        pytest.param(b'{"x": -Infinity}', Stage.DECODE, ReasonCode.NON_FINITE_NUMBER, id="-Infinity"),
        pytest.param(b'{"x": 1e999}', Stage.DECODE, ReasonCode.NON_FINITE_NUMBER, id="too large for a number"),
        pytest.param(b'{"title":"\\ud800"}', Stage.DECODE, ReasonCode.LONE_SURROGATE, id="high surrogate"),
        pytest.param(b'{"title":"\\udc00x"}', Stage.DECODE, ReasonCode.LONE_SURROGATE, id="low surrogate"),
        pytest.param(b'{"title":"\xed\xa0\x80"}', Stage.DECODE, ReasonCode.INVALID_UTF8, id="surrogate in UTF-8"),
        pytest.param("قصف".encode("cp1256"), Stage.DECODE, ReasonCode.INVALID_UTF8, id="Windows-1256"),
        pytest.param(b"[" * 200_000, Stage.DECODE, ReasonCode.TOO_DEEP, id="200,000 open lists"),
        pytest.param(b"[" * 200_000 + b"]" * 200_000, Stage.DECODE, ReasonCode.TOO_DEEP, id="200,000 lists"),
        pytest.param(b'{"a":' * 150_000 + b"1" + b"}" * 150_000, Stage.DECODE, ReasonCode.TOO_DEEP, id="objects"),
        pytest.param(b"[]", Stage.DECODE, ReasonCode.NOT_AN_OBJECT, id="a list"),
        pytest.param(b"null", Stage.DECODE, ReasonCode.NOT_AN_OBJECT, id="null"),
        pytest.param(field("title", 5), Stage.VALIDATE, ReasonCode.INVALID_FIELD, id="a number for a title"),
        pytest.param(field("body", {"a": 1}), Stage.VALIDATE, ReasonCode.INVALID_FIELD, id="an object for a body"),
        pytest.param(field("published_at", "x"), Stage.VALIDATE, ReasonCode.INVALID_FIELD, id="no date in the date"),
        pytest.param(field("article_id", "x" * 513), Stage.VALIDATE, ReasonCode.INVALID_FIELD, id="a long id"),
        pytest.param(field("title", " "), Stage.VALIDATE, ReasonCode.NO_TEXT, id="no text"),
        pytest.param(field("published_at", None), Stage.VALIDATE, ReasonCode.NO_DATE, id="no date"),
    ],
)
def test_bad_messages_fail_with_their_reason(value: bytes | None, stage: Stage, code: ReasonCode) -> None:
    """Each kind of damage has a code of its own; none raises."""
    failure = failure_of(value)
    assert (failure.stage, failure.code) == (stage, code)
    assert 0 < len(failure.message) <= MAX_REASON


def test_a_failure_names_the_field_and_never_quotes_the_value() -> None:
    """A text at the wrong place may be long, private or hostile."""
    failure = failure_of(field("body", ["\x1b[31mprivate"]))
    assert failure.message.startswith("body: ")
    assert "private" not in failure.message


@pytest.mark.parametrize(
    "fault", [ValueError("x"), RecursionError(), MemoryError(), WordlessError(), Panic("index out of bounds")], ids=repr
)
def test_any_exception_in_detection_is_a_failure(fault: BaseException) -> None:
    """The article is kept, the bug is named with its place."""
    outcome = make(fault).process(json.dumps(GOOD).encode())
    assert outcome.article is not None
    assert outcome.alerts == ()
    assert outcome.failure is not None
    assert outcome.failure.code is ReasonCode.DETECTION_FAILED
    assert "test_processing.py" in outcome.failure.message


def test_being_told_to_stop_is_no_failure() -> None:
    """Ctrl-C during detection ends the program."""
    with pytest.raises(KeyboardInterrupt):
        make(KeyboardInterrupt()).process(json.dumps(GOOD).encode())


def test_a_message_of_a_bug_is_one_harmless_bounded_line() -> None:
    """It goes into a header that people print."""
    outcome = make(ValueError("\x1b[31m\n\u202e" * 5000)).process(json.dumps(GOOD).encode())
    assert outcome.failure is not None
    assert len(outcome.failure.message) <= MAX_REASON
    assert outcome.failure.message.isprintable()


def test_the_size_limit_is_inclusive() -> None:
    """Exactly at the limit an article passes."""
    value = json.dumps(GOOD).encode()
    value += b" " * (1000 - len(value))
    assert Processor(FakeDetector(), max_bytes=1000).process(value).failure is None
    assert Processor(FakeDetector(), max_bytes=999).process(value).failure is not None


def test_the_seconds_of_each_stage_are_told() -> None:
    """Reading and detecting are timed apart."""
    told: list[str] = []
    observe: Callable[[str, float], None] = lambda stage, _: told.append(stage)  # noqa: E731 - one line says it
    Processor(FakeDetector(), observe=observe).process(json.dumps(GOOD).encode())
    assert told == ["read", "detect"]
