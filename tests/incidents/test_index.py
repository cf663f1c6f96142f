from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Alert
from stream.incidents.accounts import Account
from stream.incidents.families import partition_key
from stream.incidents.index import Index
from stream.incidents.matching import Facets, match
from tests.incidents.made import START, alert

LATER = START + timedelta(days=30)


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    """An alert of any kind, with and without each of its slots."""
    event = draw(st.sampled_from(["air_strike", "shelling", "armed_clash", "other_attack", "consult", "accuse"]))
    sides = st.sampled_from(["", "syria", "is", "russia lavrov", "us", "rebels"])
    day = draw(st.none() | st.integers(0, 6))
    return alert(
        "x",
        event,
        draw(st.none() | st.sampled_from(["douma", "harasta", "ghouta", "saraqib", "idlib", "syria", "jisr", "mosul"])),
        draw(sides),
        draw(sides),
        hours=draw(st.integers(0, 150)),
        day=None if day is None else (START + timedelta(days=day)).date().isoformat(),
        killed=draw(st.sampled_from([None, 5, 30])),
        article=draw(st.sampled_from(["p", "q"])),
    )


def facets(item: Alert) -> Facets:
    """Return what is compared of an alert."""
    return Facets.of((Account.of(item),))


@settings(max_examples=300, deadline=None)
@given(alerts(), alerts())
def test_whatever_matching_accepts_is_a_candidate(one: Alert, other: Alert) -> None:
    """The index only spares comparisons whose end is known."""
    if partition_key(one) != partition_key(other):
        return
    index = Index()
    index.add("i", partition_key(other), facets(other).slots, LATER)
    found = list(index.candidates(partition_key(one), facets(one).slots, START))
    assert found == ["i"] or not match(facets(one), facets(other)).is_one_event


@pytest.mark.parametrize(
    ("filed", "sought", "found"),
    [
        pytest.param(("douma", 0), ("harasta", 0), True, id="neighbours"),
        pytest.param(("douma", 0), ("saraqib", 0), False, id="another province"),
        pytest.param(("douma", 0), ("douma", 3), False, id="another day"),
        pytest.param(("idlib", 0), ("saraqib", 0), True, id="a province without coordinates"),
    ],
)
def test_what_is_elsewhere_or_of_another_day_is_no_candidate(
    filed: tuple[str, int], sought: tuple[str, int], *, found: bool
) -> None:
    """However many there are of it."""
    index = Index()
    made = [
        facets(alert("x", place=place, day=(START + timedelta(days=day)).date().isoformat()))
        for place, day in (filed, sought)
    ]
    index.add("i", "k", made[0].slots, LATER)
    assert list(index.candidates("k", made[1].slots, START)) == (["i"] if found else [])


def test_what_was_removed_or_is_closed_is_no_candidate() -> None:
    """Nor anything under another key."""
    index = Index()
    slots = facets(alert("x")).slots
    index.add("i", "k", slots, LATER)
    assert list(index.candidates("other", slots, START)) == []
    assert list(index.candidates("k", slots, LATER + timedelta(seconds=1))) == []
    assert len(index) == 1
    index.remove("i")
    assert (len(index), list(index.candidates("k", slots, START))) == (0, [])
