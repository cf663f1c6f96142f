from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.alert import Alert, AttackType, Casualties, Evidence, Kind, Occurred, Weapon


def alert(**fields: Any) -> Alert:
    """A valid alert with *fields* replaced."""
    data = {
        "alert_id": "x",
        "kind": "attack",
        "event_type": "shelling",
        "timing": "new",
        "status": "reported",
        "evidence": [{"field": "body", "start": 3, "end": 6, "text": "قصف", "trigger": "قصف", "rule": "attack.x"}],
        "severity": 40,
        "confidence": 0.8,
        "article": {"article_id": "a", "title": "t", "published_at": "2018-04-20T08:00:00+04:00"},
        "detector": {"version": "0", "lexicon_version": "0"},
        "detected_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Alert.model_validate(data | fields)


def test_an_alert_goes_out_under_the_names_of_the_contract() -> None:
    """Dates are days, event types lower case, a weapon's class is called class, offsets keep their zone."""
    made = alert(
        occurred={"start": "2018-04-18", "end": "2018-04-18", "precision": "day"},
        weapons=[Weapon(text="صاروخ", class_="missile")],
    )
    wire = json.loads(made.to_json())
    assert wire["schema_version"] == "1.0"
    assert wire["event_type"] == "shelling"
    assert wire["occurred"]["start"] == "2018-04-18"
    assert wire["weapons"] == [{"text": "صاروخ", "id": None, "class": "missile"}]
    assert wire["article"]["published_at"] == "2018-04-20T08:00:00+04:00"
    assert Alert.model_validate_json(made.to_json()) == made


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"event_type": "consult"}, id="a diplomatic type of an attack"),
        pytest.param({"kind": "diplomacy"}, id="an attack type of a move"),
        pytest.param({"extra": 1}, id="an unknown field"),
        pytest.param({"evidence": []}, id="no evidence"),
        pytest.param({"severity": 101}, id="severity above 100"),
        pytest.param({"confidence": 1.1}, id="confidence above 1"),
        pytest.param({"detected_at": datetime(2026, 1, 1)}, id="a naive time"),  # noqa: DTZ001 - the point
    ],
)
def test_what_contradicts_the_contract_is_refused(fields: dict[str, Any]) -> None:
    """A bug of ours shows at once, not at a subscriber."""
    with pytest.raises(ValidationError):
        alert(**fields)


def test_evidence_is_bounded_and_measures_its_text() -> None:
    """At most 600 code points, and the offsets span exactly the text."""
    common: dict[str, Any] = {"field": "title", "start": 0, "trigger": "x", "rule": "r"}
    assert Evidence(end=600, text="ن" * 600, **common).end == 600
    with pytest.raises(ValidationError):
        Evidence(end=601, text="ن" * 601, **common)
    with pytest.raises(ValidationError):
        Evidence(end=5, text="ن" * 4, **common)


def test_ends_are_not_before_starts() -> None:
    """Neither in dates nor in tolls."""
    with pytest.raises(ValidationError):
        Occurred(start=date(2018, 4, 2), end=date(2018, 4, 1))
    with pytest.raises(ValidationError):
        Casualties.model_validate({"kind": "killed", "low": 3, "high": 2, "text": "x"})


def test_alerts_are_frozen() -> None:
    """A message does not change after it is made."""
    with pytest.raises(ValidationError):
        alert().kind = Kind.DIPLOMACY  # type: ignore[misc]
    assert alert().event_type is AttackType.SHELLING
