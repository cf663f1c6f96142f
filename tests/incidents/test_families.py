from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest

from schemas.alert import AttackType, DiplomacyType, EventType
from stream.incidents.families import family, partition_key, type_points
from stream.incidents.parts import CONFLICT
from tests.incidents.made import alert

TYPES: tuple[EventType, ...] = (*AttackType, *DiplomacyType)


@pytest.mark.parametrize(
    ("event", "place", "key"),
    [
        ("air_strike", "douma", "attack:SY"),
        ("shelling", "idlib", "attack:SY"),
        ("bombing", "syria", "attack:SY"),
        ("bombing", None, "attack:-"),
        ("territory", "douma", "territory:SY"),
        ("consult", "vienna", "consult:-"),
        ("consult", None, "consult:-"),
    ],
)
def test_alerts_have_a_stated_home(event: str, place: str | None, key: str) -> None:
    """A town, its province and its country are at home together; diplomacy is at home with its type."""
    assert partition_key(alert("a", event, place)) == key


def test_types_of_two_families_are_never_one_event() -> None:
    """What does not meet on one partition would not have matched either."""
    for one, other in combinations_with_replacement(TYPES, 2):
        assert (type_points(one, other) > CONFLICT) == (family(one) == family(other)), (one, other)


def test_types_are_compared_either_way() -> None:
    """It does not matter which came first."""
    for one, other in product(TYPES, repeat=2):
        assert type_points(one, other) == type_points(other, one)
