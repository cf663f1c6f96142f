from __future__ import annotations

import pytest

from schemas.dead_letter import ReasonCode, Stage
from stream.circuit_breaker import CircuitBreaker
from stream.exit_codes import ExitCode
from stream.processing import Failure, Outcome

FINE = Outcome(None)
OURS = Outcome(None, failure=Failure(Stage.DETECT, ReasonCode.DETECTION_FAILED, "KeyError at places.py:7 in find: x"))
MALFORMED = Outcome(None, failure=Failure(Stage.DECODE, ReasonCode.NOT_JSON, "no"))


@pytest.mark.parametrize(
    ("limit", "outcomes", "is_open"),
    [
        pytest.param(3, [OURS, OURS], False, id="fewer"),
        pytest.param(3, [OURS, OURS, OURS], True, id="as many"),
        pytest.param(3, [OURS, OURS, FINE, OURS], False, id="one was fine in between"),
        pytest.param(3, [MALFORMED] * 50, False, id="malformed input never counts"),
        pytest.param(3, [OURS, MALFORMED, OURS, MALFORMED, OURS], True, id="malformed input does not end a row"),
        pytest.param(0, [OURS] * 500, False, id="no limit"),
    ],
)
def test_only_failures_of_our_own_in_a_row_count(limit: int, outcomes: list[Outcome], is_open: bool) -> None:
    """It opens once as many articles as the limit says have failed in detection, and none was processed between."""
    breaker = CircuitBreaker(limit)
    for outcome in outcomes:
        breaker.add(outcome)
    assert breaker.is_open is is_open


def test_the_error_says_what_failed_and_what_to_do() -> None:
    """With the last failure, the setting, and a code of its own."""
    breaker = CircuitBreaker(1)
    breaker.add(OURS)
    error = breaker.error()
    assert error.exit_code is ExitCode.BROKEN
    for words in ("KeyError at places.py:7", "RASID_MAX_CONSECUTIVE_FAILURES", "Roll back", "dead-letters replay"):
        assert words in str(error)
