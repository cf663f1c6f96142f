"""Messages and texts that nobody thought of: what hypothesis makes, for a bounded time."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.article import ALIASES
from stream.detection.detector import load_detector
from tests.faults.hostile import HOSTILE_TEXTS
from tests.fuzzing.checks import check_message, check_text
from tests.integration.stand import ROOT

SAMPLES = (ROOT / "stream" / "samples" / "articles.jsonl").read_bytes().splitlines()
BODIES = [json.loads(line)["body"] for line in SAMPLES]
WORDS = sorted({word for body in BODIES for word in body.split()})
# Also clauses, in which triggers, places, dates and tolls stand together.
CLAUSES = sorted({clause for body in BODIES for clause in re.split(r"[.،\n]", body) if clause.strip()})

bounded = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
)

# Words of news, what joins them, what normalisation unfolds or drops, and any character at all.
pieces = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(CLAUSES),
    st.sampled_from(
        [*HOSTILE_TEXTS.values(), " ", ". ", "، ", "\n", '"', "«", "(", "و", "ال", "\u064b", "\ufefb", "\r"]
    ),
    st.sampled_from(
        ["قتل", "أصيب", "غارة", "دعا", "اتفق", "بين", "مئة", "3", "١٢", "1,5", "يوم", "أمس", "عام", "2018"]
    ),
    st.characters(exclude_categories=["Cs"]),
)
texts = st.lists(st.tuples(pieces, st.sampled_from(["", " ", " "])), max_size=60).map(
    lambda parts: "".join(piece + joint for piece, joint in parts)
)
moments = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them naive
names = st.sampled_from([*ALIASES, *(alias for aliases in ALIASES.values() for alias in aliases)])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def detector() -> Any:
    """Give the packaged detector."""
    return load_detector()


@bounded
@given(data=st.data())
def test_any_bytes_are_an_article_or_a_dead_letter(detector: Any, data: Any) -> None:
    """Bytes of any kind, and sample articles with some of their bytes replaced, removed or doubled."""
    if data.draw(st.booleans()):
        check_message(detector, data.draw(st.binary(max_size=300)))
        return
    sample = data.draw(st.sampled_from(SAMPLES))
    at = data.draw(st.integers(0, len(sample)))
    rest = data.draw(st.integers(at, min(len(sample), at + 40)))
    check_message(detector, sample[:at] + data.draw(st.binary(max_size=8)) + sample[rest:])


@bounded
@given(fields=st.dictionaries(names | st.text(max_size=10), values, max_size=8))
def test_any_object_is_an_article_or_a_dead_letter(detector: Any, fields: dict[str, Any]) -> None:
    """Values of any type under the names that are read."""
    check_message(detector, json.dumps(fields).encode())


@bounded
@given(title=texts, body=texts, published_at=moments)
@example(title="قتل", body="", published_at=datetime(1900, 1, 1, tzinfo=UTC))
@example(title="قتل 3 يوم 29 فبراير", body="", published_at=datetime(2199, 12, 31, tzinfo=UTC))
def test_any_text_is_detected_in(detector: Any, title: str, body: str, published_at: datetime) -> None:
    """Detection raises nothing, alerts quote the text as received, and a second time they are the same."""
    if title.strip() or body.strip():
        check_text(detector, title, body, published_at)
