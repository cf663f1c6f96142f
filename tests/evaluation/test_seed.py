"""The article that the project began with: what an analyst must be told of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.alert import Alert, Kind, Role
from schemas.article import Article
from stream.detection import load_detector

SEED = Path(__file__).parents[3] / "shared" / "eval" / "seed.jsonl"


@pytest.fixture(scope="module")
def alerts() -> list[Alert]:
    """The new alerts of the article."""
    if not SEED.exists():
        pytest.skip("the marked news is not here")
    article = Article.model_validate(json.loads(SEED.read_text(encoding="utf-8")))
    found = load_detector().detect(article, detected_at=datetime(2026, 1, 1, tzinfo=UTC))
    return [alert for alert in found if alert.timing == "new"]


def test_the_attack_on_al_mayadin_is_told_in_full(alerts: list[Alert]) -> None:
    """Type, both sides, place with coordinates, day, toll of both sides and the source."""
    here = [
        a
        for a in alerts
        if a.kind is Kind.ATTACK and a.place and a.place.lat and abs(a.place.lat - 35.02) < 0.1 and a.casualties
    ]
    assert len(here) == 1
    attack = here[0]
    assert attack.event_type == "armed_clash"
    assert attack.status == "reported"
    assert {"group.islamic_state", "state.syrian_government"} <= {actor.id for actor in attack.actors}
    assert (Role.INITIATOR, "group.islamic_state") in {(actor.role, actor.id) for actor in attack.actors}
    assert str(attack.occurred.start) == str(attack.occurred.end) == "2018-04-18"
    assert sum(c.low for c in attack.casualties if c.kind == "killed") == 38
    assert "ngo.sohr" in {claim.source.id for claim in attack.claims}


def test_the_retreat_of_the_security_council_in_sweden_is_told(alerts: list[Alert]) -> None:
    """A meeting of the Council, with Sweden as its place."""
    assert any(
        a.kind is Kind.DIPLOMACY
        and a.event_type == "consult"
        and a.place is not None
        and a.place.country == "SE"
        and "igo.unsc" in {actor.id for actor in a.actors}
        for a in alerts
    )
