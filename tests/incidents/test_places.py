from __future__ import annotations

import pytest

from schemas.alert import Place
from stream.incidents.parts import CONFLICT
from stream.incidents.places import distance_km, place_part
from tests.incidents.made import PLACES


def place(name: str) -> Place:
    """Return the place *name* of the tests."""
    return Place.model_validate({"text": name, **PLACES[name]})


def test_distance_is_that_of_a_great_circle() -> None:
    """A degree of latitude is 111.2 km, one of longitude at 60 degrees half of that."""
    here, north, east = (
        {"text": "x", "precision": "city", "lat": a, "lon": o} for a, o in ((60, 10), (61, 10), (60, 11))
    )
    assert distance_km(Place.model_validate(here), Place.model_validate(north)) == pytest.approx(111.2, abs=0.1)
    assert distance_km(Place.model_validate(here), Place.model_validate(east)) == pytest.approx(55.6, abs=0.1)


def test_a_place_without_coordinates_has_no_distance() -> None:
    """A country is too wide to have any."""
    assert distance_km(place("syria"), place("douma")) is None


@pytest.mark.parametrize(
    ("one", "other", "points"),
    [
        ("douma", "douma", 4),
        ("ghouta", "ghouta", 3),
        ("idlib", "idlib", 2),
        ("syria", "syria", 0),
        ("saraqib", "idlib", 1.5),
        ("douma", "ghouta", 1.5),
        ("douma", "syria", 0),
        ("ghouta", "idlib", -1),
        ("douma", "harasta", -2),
        ("douma", "saraqib", CONFLICT),
        ("douma", "mosul", CONFLICT),
        ("saraqib", "ghouta", CONFLICT),
        (None, "douma", -1),
        (None, None, -1),
    ],
)
def test_the_smaller_the_shared_place_the_louder_it_speaks(one: str | None, other: str | None, points: float) -> None:
    """Either way round."""
    places = [place(name) if name else None for name in (one, other)]
    assert place_part(places[0], places[1]).points == points
    assert place_part(places[1], places[0]).points == points


def test_another_reading_of_a_name_may_be_the_place() -> None:
    """The gazetteer knows several places of one name, and the other article made clear which."""
    doubtful = Place.model_validate(
        {
            **PLACES["mosul"],
            "text": "x",
            "name_en": "X",
            "lat": 30,
            "alternatives": [{**PLACES["mosul"], "geonames_id": 7}],
        }
    )
    clear = Place.model_validate({**PLACES["mosul"], "text": "x", "name_en": "X on the river", "geonames_id": 7})
    assert place_part(doubtful, clear).points == place_part(clear, doubtful).points == 2
