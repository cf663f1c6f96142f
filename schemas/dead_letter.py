"""A dead letter: the original bytes of a message that could not be processed, with the reason in its headers."""

from __future__ import annotations

from enum import StrEnum


class DeadLetterHeader(StrEnum):
    """Names of the headers on a dead letter. All values are UTF-8 text."""

    ERROR_STAGE = "error-stage"
    ERROR_CODE = "error-code"
    ERROR_MESSAGE = "error-message"
    ORIGIN_TOPIC = "origin-topic"
    ORIGIN_PARTITION = "origin-partition"
    ORIGIN_OFFSET = "origin-offset"
    FAILED_AT = "failed-at"


class Stage(StrEnum):
    """Where processing stopped: values of `error-stage`."""

    RECEIVE = "receive"
    DECODE = "decode"
    VALIDATE = "validate"
    DETECT = "detect"
    PUBLISH = "publish"


class ReasonCode(StrEnum):
    """Why processing stopped: values of `error-code`."""

    TOMBSTONE = "tombstone"
    TOO_LARGE = "too_large"
    INVALID_UTF8 = "invalid_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    LONE_SURROGATE = "lone_surrogate"
    NON_FINITE_NUMBER = "non_finite_number"
    NOT_AN_OBJECT = "not_an_object"
    NO_TEXT = "no_text"
    NO_DATE = "no_date"
    INVALID_FIELD = "invalid_field"
    DETECTION_FAILED = "detection_failed"
    ALERT_TOO_LARGE = "alert_too_large"


REASONS: dict[ReasonCode, str] = {
    ReasonCode.TOMBSTONE: "The message has no value.",
    ReasonCode.TOO_LARGE: "The value has more bytes than the worker's limit.",
    ReasonCode.INVALID_UTF8: "The value is not UTF-8.",
    ReasonCode.NOT_JSON: "The value is not one JSON document.",
    ReasonCode.TOO_DEEP: "The JSON is nested too deeply.",
    ReasonCode.LONE_SURROGATE: "A string holds half of a surrogate pair.",
    ReasonCode.NON_FINITE_NUMBER: "A number is NaN, infinite, or too large to be finite.",
    ReasonCode.NOT_AN_OBJECT: "The JSON is not an object.",
    ReasonCode.NO_TEXT: "Title and body are both missing or blank.",
    ReasonCode.NO_DATE: "There is no publication date.",
    ReasonCode.INVALID_FIELD: "A field has a wrong type or a value that cannot be read.",
    ReasonCode.DETECTION_FAILED: "The detector raised an exception: a bug of ours.",
    ReasonCode.ALERT_TOO_LARGE: "An alert of the article is larger than the broker takes.",
}
"""What each code means, for people."""
