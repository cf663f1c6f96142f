"""stream/filters.py: which alerts and incidents are wanted."""

from __future__ import annotations

import math
from typing import Any

import pytest

from schemas.alert import Alert, AttackType, Kind
from schemas.incident import Incident
from stream.filters import HELP, Box, Circle, Filter, FilterError, Parameter, distance_km, takes_many
from stream.incidents.lifecycle import Incidents
from tests.incidents.made import START, alert

SHELLING = alert("a", "shelling", "jisr", "syria", "rebels", text="قصفٌ مدفعي على جسر الشغور", status="alleged")


def _incident(*alerts: Alert) -> Incident:
    """Return the one incident of *alerts*."""
    incidents = Incidents()
    revisions = [incidents.apply(each, now=START)[0].incident for each in alerts]
    assert revisions[-1] is not None
    return revisions[-1]


@pytest.mark.parametrize(
    ("name", "fits", "fits_not"),
    [
        ("kind", "attack", "diplomacy"),
        ("kind", "ATTACK", "Diplomacy"),
        ("type", "shelling", "air_strike"),
        ("country", "sy", "IQ"),
        ("province", "idlib", "Aleppo"),
        ("bbox", "36,35.5,37,36", "36.1,35.5,37,36"),
        ("bbox", "36.06,35.81,36.06,35.81", "170,-90,-170,90"),
        ("near", "35.81,36.06,1", "33.57,36.40,100"),
        ("actor", "state.syrian_government", "state.syrian"),
        ("actor", "REBELS", "rebel"),
        ("status", "alleged", "reported"),
        ("severity", "50", "51"),
        ("confidence", "0.6", "0.61"),
        ("words", "الشغور قصف", "الشغور غارة"),
        ("words", "title", "titles"),
        ("sources", "1", "2"),
    ],
)
def test_a_condition_alone(name: str, fits: str, fits_not: str) -> None:
    """Each lets through what fits and nothing else, alerts and incidents alike; empty values are no condition."""
    assert Filter.from_query([(name, fits)]).matches(SHELLING)
    assert not Filter.from_query([(name, fits_not)]).matches(SHELLING)
    assert Filter.from_query([(name, "")]).matches(SHELLING)
    if name != "words":
        assert Filter.from_query([(name, fits)]).matches(_incident(SHELLING))
        assert not Filter.from_query([(name, fits_not)]).matches(_incident(SHELLING))


def test_several_values_are_alternatives_and_conditions_add_up() -> None:
    """Of a condition one value has to fit; all conditions have to hold."""
    query = [("country", "IQ"), ("country", "SY"), ("type", "shelling"), ("actor", "is"), ("actor", "rebels")]
    assert Filter.from_query(query).matches(SHELLING)
    assert not Filter.from_query([*query, ("severity", "90")]).matches(SHELLING)
    assert Filter().matches(SHELLING)


def test_a_place_that_has_no_point_is_in_no_area() -> None:
    """Unknown and too wide ones are left out by a box and by a distance, not by the country."""
    wide, nowhere = alert("a", place="syria"), alert("b", place=None)
    for area in (("bbox", "-180,-90,180,90"), ("near", "0,0,20100")):
        assert not Filter.from_query([area]).matches(wide)
        assert not Filter.from_query([area]).matches(nowhere)
    assert Filter(countries=("SY",)).matches(wide)
    assert not Filter(countries=("SY",)).matches(nowhere)
    assert not Filter(provinces=("Idlib",)).matches(wide)


def test_actors_are_known_by_either_name() -> None:
    """The id, the words of the article, the Arabic and the English name; words of a name, with particles."""
    actor = {
        "role": "target",
        "text": "لقوات الدعم السريع",
        "id": "group.rsf",
        "name_ar": "قوات الدعم السريع",
        "name_en": "Rapid Support Forces",
    }
    wanted = alert("a", actors=[actor])
    for name in ("group.rsf", "قوّات الدعم", "rapid support", "السريع"):
        assert Filter(actors=(name,)).matches(wanted), name
    for name in ("group", "قوات السريع", "support rapid"):
        assert not Filter(actors=(name,)).matches(wanted), name


def test_independent_sources_count_for_incidents() -> None:
    """Two outlets of their own words."""
    one = alert("a", "shelling", "jisr", outlet="قناة أ", text="قصف على البلدة أوقع ضحايا كثيرين صباح الاثنين")
    two = alert("b", "shelling", "jisr", outlet="صحيفة ب", text="سقطت قذائف عدة في وسط السوق وفق شهود عيان", hours=1)
    incident = _incident(one, two)
    assert incident.sources.independent == 2
    assert Filter(min_sources=2).matches(incident)
    assert not Filter(min_sources=3).matches(incident)
    assert not Filter(min_sources=2).matches(one)


def test_words_of_incidents_are_those_of_headlines_and_claims() -> None:
    """In both languages."""
    incident = _incident(SHELLING)
    assert Filter(words=("shelling jisr",)).matches(incident)
    assert Filter(words=("قصف",)).matches(incident)
    assert not Filter(words=("title",)).matches(incident)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ([("kind", "war")], "kind 'war': it is none of attack, diplomacy"),
        ([("type", "boom")], "type 'boom': it is none of armed_clash, air_strike"),
        ([("status", "x")], "status 'x': it is none of reported, alleged"),
        ([("country", "Syria")], "country 'SYRIA'"),
        ([("bbox", "1,2,3")], "bbox '1,2,3': write west,south,east,north."),
        ([("bbox", "1,50,2,40")], "south 50 is greater than north 40"),
        ([("bbox", "1,2,3,x")], "bbox 'x'"),
        ([("near", "36,37,0")], "near '0'"),
        ([("near", "nan,37,5")], "near 'nan'"),
        ([("near", "36,37,inf")], "near 'inf'"),
        ([("severity", "101")], "severity '101'"),
        ([("severity", "1"), ("severity", "2")], "severity stands there twice"),
        ([("confidence", "nan")], "confidence 'nan'"),
        ([("sources", "0")], "sources '0'"),
        ([("words", "--")], "words '--'"),
        ([("colour", "red")], "there is no condition 'colour'; there are kind, type"),
    ],
)
def test_what_cannot_be_read_is_told(query: list[tuple[str, str]], message: str) -> None:
    """Which condition, its value, and how it is written."""
    with pytest.raises(FilterError) as error:
        Filter.from_query(query)
    assert message in str(error.value)
    name = query[0][0]
    if name in set(Parameter) and "twice" not in message:
        assert HELP[Parameter(name)] in str(error.value)


def test_every_condition_is_explained_and_has_a_field() -> None:
    """Under the same names everywhere."""
    assert {field.alias for field in Filter.model_fields.values()} == set(Parameter) == set(HELP)
    many = {field.alias for field in Filter.model_fields.values() if field.default == ()}
    assert {name for name in Parameter if takes_many(name)} == many


def test_the_kinds_that_need_to_be_read() -> None:
    """What asks for a type of one kind needs not the topic of the other."""
    assert Filter().readable_kinds == (Kind.ATTACK, Kind.DIPLOMACY)
    assert Filter(types=(AttackType.SHELLING,)).readable_kinds == (Kind.ATTACK,)
    assert Filter(kinds=(Kind.DIPLOMACY,)).readable_kinds == (Kind.DIPLOMACY,)
    assert Filter(kinds=(Kind.DIPLOMACY,), types=(AttackType.SHELLING,)).readable_kinds == ()


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ({"west": 170, "south": -10, "east": -170, "north": 10}, {(0, 175): True, (0, -175): True, (0, 0): False}),
        ({"west": -10, "south": -10, "east": 10, "north": 10}, {(10, 10): True, (10.1, 0): False, (0, -10.1): False}),
    ],
    ids=["across the 180th meridian", "edges"],
)
def test_boxes(box: dict[str, Any], inside: dict[tuple[float, float], bool]) -> None:
    """The edge is inside."""
    assert {point: Box(**box).holds(*point) for point in inside} == inside


def test_distances() -> None:
    """Damascus to Aleppo is about 310 km; half round the world is the greatest there is."""
    assert distance_km(33.51, 36.29, 36.20, 37.16) == pytest.approx(310, rel=0.02)
    assert distance_km(0, 179, 0, -179) == pytest.approx(222.4, rel=0.01)
    assert distance_km(0, 0, 0, 180) == pytest.approx(math.pi * 6371.0088)
    assert Circle(lat=90, lon=0, km=1).holds(90, 123)
