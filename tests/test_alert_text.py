"""stream/alert_text.py: alerts in words for people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from schemas.alert import Alert
from stream.alert_text import alert_text

SENTENCE = "قُتل ثلاثة في غارة جوية على البلدة، بحسب الشرطة."


def make_alert(**changes: Any) -> Alert:
    """Return an attack alert with *changes*."""
    fields: dict[str, Any] = {
        "alert_id": "a1",
        "kind": "attack",
        "event_type": "air_strike",
        "timing": "new",
        "status": "reported",
        "evidence": [
            {"field": "body", "start": 0, "end": len(SENTENCE), "text": SENTENCE, "trigger": "غارة", "rule": "r"}
        ],
        "severity": 50,
        "confidence": 0.75,
        "article": {
            "article_id": "x",
            "source": "قناة",
            "title": "عنوان",
            "published_at": datetime(2024, 10, 16, 12, tzinfo=UTC),
        },
        "detector": {"version": "1", "lexicon_version": "1"},
        "detected_at": datetime(2024, 10, 16, 13, tzinfo=UTC),
        **changes,
    }
    return Alert.model_validate(fields)


def _actor(role: str, text: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "text": text, **more}


@pytest.mark.parametrize(
    ("actors", "who"),
    [
        pytest.param([], "", id="none"),
        pytest.param([_actor("initiator", "أ", name_en="A"), _actor("target", "ب")], "A → ب", id="direction"),
        pytest.param([_actor("initiator", "أ"), _actor("initiator", "ب")], "أ, ب", id="two-sided"),
        pytest.param([_actor("target", "ب")], "unknown → ب", id="no-initiator"),
        pytest.param(
            [_actor("initiator", "أ"), _actor("mediator", "ج"), _actor("venue_host", "د")],
            "أ; mediated by ج; hosted by د",
            id="others",
        ),
    ],
)
def test_who_acts_on_whom(actors: list[dict[str, Any]], who: str) -> None:
    """Initiators come before the arrow, targets behind it, under their usual English names where there are any."""
    assert alert_text(make_alert(actors=actors)).who == who


def _toll(kind: str, low: int, high: int | None, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "low": low, "high": high, "text": "x", **more}


@pytest.mark.parametrize(
    ("casualties", "toll"),
    [
        pytest.param([], "", id="none"),
        pytest.param([_toll("killed", 3, 3), _toll("injured", 20, None)], "3 killed, 20+ injured", id="kinds"),
        pytest.param(
            [_toll("killed", 3, 5, victims={"text": "مدنيين"})], "3–5 killed (مدنيين)", id="range-and-victims"
        ),
        pytest.param(
            [_toll("killed", 12, 12, source={"text": "أ"}), _toll("killed", 16, 16, source={"text": "ب"})],
            "12 killed (says أ), 16 killed (says ب)",
            id="competing",
        ),
        pytest.param(
            [_toll("killed", 9, 9, scope="cumulative", source={"text": "أ"})],
            "9 killed (so far, over several events)",
            id="cumulative",
        ),
    ],
)
def test_tolls(casualties: list[dict[str, Any]], toll: str) -> None:
    """Figures that compete name their sources."""
    assert alert_text(make_alert(casualties=casualties)).toll == toll


@pytest.mark.parametrize(
    ("occurred", "when"),
    [
        pytest.param({}, "", id="unknown"),
        pytest.param(
            {"start": date(2024, 10, 16), "end": date(2024, 10, 16), "precision": "day"}, "2024-10-16", id="day"
        ),
        pytest.param(
            {"start": date(2024, 10, 14), "end": date(2024, 10, 16), "precision": "day"},
            "2024-10-14 to 2024-10-16",
            id="days",
        ),
        pytest.param(
            {"start": date(2024, 10, 1), "end": date(2024, 10, 31), "precision": "month"}, "2024-10", id="month"
        ),
        pytest.param({"start": date(2024, 1, 1), "end": date(2024, 12, 31), "precision": "year"}, "2024", id="year"),
        pytest.param({"end": date(2024, 12, 31)}, "until 2024-12-31", id="open-start"),
    ],
)
def test_when(occurred: dict[str, Any], when: str) -> None:
    """A date is as exact as the article's."""
    assert alert_text(make_alert(occurred=occurred)).when == when


def test_where_names_nothing_twice() -> None:
    """The place, its province and its country, each once."""
    place = {"text": "إدلب", "name_en": "Idlib", "admin1": "Idlib", "country": "SY", "precision": "city"}
    assert alert_text(make_alert(place=place)).where == "Idlib, SY"


def test_who_says_so() -> None:
    """The claims inside the article, else the outlet."""
    claims = [{"source": {"text": "الشرطة"}, "stance": "reports", "text": "x"}] * 2
    assert alert_text(make_alert(claims=claims)).says == "الشرطة reports it"
    assert alert_text(make_alert()).says == "قناة, naming no source"


def test_no_part_of_an_article_can_drive_the_terminal() -> None:
    """Every string that comes out went through `visible`."""
    bad = "x\x1b[2J\u202e\x9b"
    alert = make_alert(
        actors=[_actor("initiator", bad), _actor("target", bad)],
        casualties=[_toll("killed", 1, 1, victims={"text": bad}, source={"text": bad})] * 2,
        claims=[{"source": {"text": bad}, "stance": "denies", "text": bad}],
        place={"text": bad, "admin1": bad, "precision": "city"},
        evidence=[{"field": "body", "start": 0, "end": len(bad), "text": bad, "trigger": bad, "rule": "r"}],
        article={"article_id": bad, "source": bad, "title": bad, "published_at": datetime(2024, 1, 1, tzinfo=UTC)},
    )
    words = alert_text(alert)
    shown = "".join(getattr(words, name) for name in words.__slots__)
    assert r"\x1b[2J\u202e\x9b" in shown
    assert not {"\x1b", "\u202e", "\x9b"} & set(shown)
