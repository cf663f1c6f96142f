"""From the bytes of one message to alerts or a reason: the one path that worker, `detect` and `replay` share."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Literal, Protocol

import orjson
from pydantic import ValidationError

from schemas.alert import Alert, Timing
from schemas.article import Article
from schemas.dead_letter import ReasonCode, Stage
from schemas.wire_format import payload
from stream.terminal import visible

MAX_REASON = 500
"""Code points of the longest failure message."""

Headers = Sequence[tuple[str, bytes]]

_NUMBER_WORDS = re.compile(rb"\b(?:NaN|Infinity)\b")


class Detector(Protocol):
    """What finds the events in an article. `stream.detection.load_detector` gives the real one."""

    @property
    def lexicon_version(self) -> str:
        """A hash of the lexicons that are loaded."""
        ...

    def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
        """Return an alert for each event in *article*, of every timing."""
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message could not be processed. *message* is one bounded line without control characters."""

    stage: Stage
    code: ReasonCode
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: an article with its alerts, or a failure (then with the article if it was read).

    *background* counts the alerts that were left out since their events are background.
    """

    article: Article | None
    alerts: tuple[Alert, ...] = ()
    failure: Failure | None = None
    background: int = 0


class _Refused(Exception):  # noqa: N818 - a signal inside this module that carries the failure, never seen outside
    def __init__(self, stage: Stage, code: ReasonCode, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(stage, code, _one_line(message))


def _unobserved(stage: Literal["read", "detect"], seconds: float) -> None:
    del stage, seconds


def _now() -> datetime:
    return datetime.now(UTC)


class Processor:
    """Turns messages into outcomes.

    *max_bytes* bounds an article's value, *clock* gives `detected_at`, *observe* is told the seconds of each stage.
    """

    def __init__(
        self,
        detector: Detector,
        *,
        max_bytes: int = 100_000,
        publish_background: bool = False,
        clock: Callable[[], datetime] = _now,
        observe: Callable[[Literal["read", "detect"], float], None] = _unobserved,
    ) -> None:
        self._detector = detector
        self._max_bytes = max_bytes
        self._publish_background = publish_background
        self._clock = clock
        self._observe = observe

    def process(self, value: bytes | None, headers: Headers = ()) -> Outcome:
        """Return what becomes of the message *value*; no value makes this raise."""
        del headers  # Nothing in them changes the outcome today; callers pass them so that it may.
        began = perf_counter()
        try:
            article = read_article(value, max_bytes=self._max_bytes)
        except _Refused as refused:
            return Outcome(None, failure=refused.failure)
        read = perf_counter()
        outcome = self.detect(article)
        self._observe("read", read - began)
        self._observe("detect", perf_counter() - read)
        return outcome

    def detect(self, article: Article) -> Outcome:
        """Return the alerts of *article*; an exception in the detector becomes a failure."""
        try:
            found = self._detector.detect(article, detected_at=self._clock())
            alerts = tuple(a for a in found if self._publish_background or a.timing is not Timing.BACKGROUND)
            return Outcome(article, alerts, background=len(found) - len(alerts))
        except BaseException as bug:  # the edge: the article becomes a dead letter and the worker goes on
            # A panic in a Rust extension is no Exception to Python, and yet only this article's trouble.
            if not isinstance(bug, Exception) and type(bug).__name__ != "PanicException":
                raise
            return Outcome(article, failure=detection_failure(bug))


def read_article(value: bytes | None, *, max_bytes: int) -> Article:
    """Return the article in *value*; raises a private signal that `Processor.process` turns into a failure."""
    if value is None:
        raise _Refused(Stage.RECEIVE, ReasonCode.TOMBSTONE, "the message has no value")
    if len(value) > max_bytes:
        raise _Refused(Stage.RECEIVE, ReasonCode.TOO_LARGE, f"{len(value)} bytes; the limit is {max_bytes}")
    data = _decode(payload(value))
    if not isinstance(data, dict):
        raise _Refused(
            Stage.DECODE, ReasonCode.NOT_AN_OBJECT, f"the JSON is of type {type(data).__name__}, not an object"
        )
    try:
        return Article.model_validate(data)
    except ValidationError as cause:
        raise _refusal(cause) from cause


def _decode(value: bytes) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as cause:
        raise _Refused(Stage.DECODE, _json_reason(value, str(cause)), str(cause)) from cause


def _json_reason(value: bytes, message: str) -> ReasonCode:
    """Return why orjson refused *value*; it says so in words alone, which a test pins down."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return ReasonCode.INVALID_UTF8
    if "surrogate" in message:
        return ReasonCode.LONE_SURROGATE
    if "depth" in message or "recursion" in message:
        return ReasonCode.TOO_DEEP
    at = re.search(r"\(char (\d+)\)$", message)
    # orjson counts code points and stops at the word's first or second letter.
    place = len(value.decode()[: int(at[1])].encode()) if at else 0
    if "infinity" in message or any(abs(word.start() - place) <= 2 for word in _NUMBER_WORDS.finditer(value)):
        return ReasonCode.NON_FINITE_NUMBER
    return ReasonCode.NOT_JSON


def _refusal(error: ValidationError) -> _Refused:
    """Return the refusal for the first fault in *error*: the field and the fault, never the value."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    fault = faults[0]
    field = ".".join(map(str, fault["loc"]))
    if fault["type"] == "no_text":
        return _Refused(Stage.VALIDATE, ReasonCode.NO_TEXT, fault["msg"])
    if fault["type"] == "missing" and field == "published_at":
        return _Refused(Stage.VALIDATE, ReasonCode.NO_DATE, "published_at is missing, and so is each of its aliases")
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return _Refused(Stage.VALIDATE, ReasonCode.INVALID_FIELD, f"{field}: {fault['msg']}{more}")


def detection_failure(bug: BaseException) -> Failure:
    """Return the failure that *bug*, raised while an article's alerts were made, stands for: what and where."""
    frames = traceback.extract_tb(bug.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    try:
        words = str(bug)
    except Exception:  # noqa: BLE001 - an exception that cannot even be shown
        words = "(no text)"
    return Failure(Stage.DETECT, ReasonCode.DETECTION_FAILED, _one_line(f"{type(bug).__name__}{place}: {words}"))


def _one_line(text: str) -> str:
    shown = visible(text[: 2 * MAX_REASON])
    return shown if len(shown) <= MAX_REASON else shown[: MAX_REASON - 1] + "…"
