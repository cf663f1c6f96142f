from __future__ import annotations

import pytest

from schemas.alert import Alert
from stream.incidents.accounts import Account
from stream.incidents.matching import THRESHOLD, Facets, Match, match
from tests.incidents.made import alert, toll

NEXT_DAY = "2018-04-08"
COPY = (
    "قصفت طائرات حربية حيا سكنيا في المدينة مساء السبت ما أسفر عن مقتل وإصابة العشرات بحسب ما قاله شهود عيان لمراسلنا"
)


def compared(one: Alert, other: Alert) -> Match:
    """Return how well two alerts fit one event."""
    return match(Facets.of((Account.of(one),)), Facets.of((Account.of(other),)))


ONE_EVENT = {
    "an air strike told as shelling": (alert("a"), alert("b", "shelling")),
    "an air strike told as bombing by the same army": (
        alert("a", by="syria"),
        alert("b", "bombing", by="syrian_state"),
    ),
    "a shooting told as an attack with the same toll": (
        alert("a", "shooting", killed=7),
        alert("b", "other_attack", killed=7),
    ),
    "a salvo told as intercepted": (alert("a", "shelling"), alert("b", "interception", status="foiled")),
    "the town, and its province with the same doer": (
        alert("a", place="saraqib", by="syria"),
        alert("b", place="idlib", by="syria"),
    ),
    "the town, and its province with the same toll": (
        alert("a", place="saraqib", killed=12),
        alert("b", place="idlib", killed=12),
    ),
    "the town, and the area around it": (alert("a", by="syria"), alert("b", place="ghouta", by="syria")),
    "the town, and its country with the same doer and toll": (
        alert("a", by="syria", killed=40),
        alert("b", place="syria", by="syria", killed=40),
    ),
    "an alias of the doer": (alert("a", by="syria"), alert("b", by="syrian_state")),
    "one names the doer, one does not": (alert("a", by="syria"), alert("b", by="gunmen")),
    "the toll rises": (alert("a", killed=2), alert("b", killed=38, hours=20)),
    "one without a date, told the next morning": (alert("a"), alert("b", day=None, hours=20)),
    "a day apart, with one large toll": (
        alert("a", killed=41, by="syria"),
        alert("b", day=NEXT_DAY, killed=41, by="syria"),
    ),
    "a day apart, in copied words": (
        alert("a", by="syria", text=COPY),
        alert("b", by="syria", day=NEXT_DAY, text=COPY),
    ),
    "both sides of a fight, each as the attacker": (
        alert("a", "armed_clash", by="syria", to="rebels"),
        alert("b", "armed_clash", by="rebels", to="syria"),
    ),
    "told twice by one article, which all slots show": (
        alert("a", by="syria", article="x"),
        alert("b", by="syria", article="x"),
    ),
    "a meeting told by both sides": (
        alert("a", "consult", "vienna", "lavrov", "iran"),
        alert("b", "consult", None, "zarif", "russia"),
    ),
    "an accusation without its date": (
        alert("a", "accuse", None, "us", "iran"),
        alert("b", "accuse", None, "us", "iran", day=None),
    ),
}
APART = {
    "one city, one day, different actors": (alert("a", "bombing", by="syria"), alert("b", "bombing", by="is")),
    "the next day, the same actors": (alert("a", by="syria"), alert("b", by="syria", day=NEXT_DAY)),
    "the next day, the same small toll": (
        alert("a", by="syria", killed=2),
        alert("b", by="syria", day=NEXT_DAY, killed=2),
    ),
    "a neighbouring town": (alert("a", by="syria"), alert("b", place="harasta", by="syria")),
    "another country": (alert("a", by="is", killed=20), alert("b", place="mosul", by="is", killed=20)),
    "the town, and its province with nothing else in common": (alert("a", place="saraqib"), alert("b", place="idlib")),
    "the town, and another province": (alert("a", by="syria"), alert("b", place="idlib", by="syria")),
    "a country on one day": (alert("a", place="syria"), alert("b", place="syria")),
    "nowhere on one day": (alert("a", place=None, by="syria"), alert("b", place=None, by="syria")),
    "ground taken, beside the fighting for it": (
        alert("a", "territory", by="syria", to="rebels"),
        alert("b", "armed_clash", by="syria", to="rebels"),
    ),
    "an attack and a threat": (alert("a", by="us", to="iran"), alert("b", "threaten", by="us", to="iran")),
    "two events of one article": (alert("a", article="x"), alert("b", article="x")),
    "two events of one article, under its title": (
        alert("a", article="x", text=COPY),
        alert("b", article="x", text=COPY),
    ),
    "a minister's two meetings of one day": (
        alert("a", "consult", "vienna", "lavrov", "iran"),
        alert("b", "consult", "vienna", "lavrov", "turkey"),
    ),
    "the ministers meet and the presidents call": (
        alert("a", "consult", None, "lavrov zarif"),
        alert("b", "consult", None, "putin iran", text="a call"),
    ),
    "each accuses the other": (alert("a", "accuse", None, "us", "iran"), alert("b", "accuse", None, "iran", "us")),
    "one accuses two": (alert("a", "accuse", None, "us", "iran"), alert("b", "accuse", None, "us", "russia")),
    "a meeting next week": (
        alert("a", "consult", None, "us", "iran"),
        alert("b", "consult", None, "us", "iran", day="2018-04-14", status="planned"),
    ),
}


@pytest.mark.parametrize("pair", ONE_EVENT.values(), ids=ONE_EVENT.keys())
def test_one_event(pair: tuple[Alert, Alert]) -> None:
    """These are one event, whichever is compared with which."""
    assert compared(*pair).is_one_event, compared(*pair).parts
    assert compared(*reversed(pair)).is_one_event


@pytest.mark.parametrize("pair", APART.values(), ids=APART.keys())
def test_apart(pair: tuple[Alert, Alert]) -> None:
    """These look alike and are two events, whichever is compared with which."""
    assert not compared(*pair).is_one_event, compared(*pair).parts
    assert not compared(*reversed(pair)).is_one_event


def test_a_match_explains_itself() -> None:
    """Each part that counts is named with its points; they add up to the score, beside the threshold."""
    found = compared(alert("a", killed=12, by="syria"), alert("b", "shelling", killed=12, by="syrian_state"))
    told = found.joining("b")
    assert told.reasons == (
        "type: air_strike and shelling: +1",
        "place: both Douma: +4",
        "date: 2018-04-07: +2",
        "initiators: both SY: +2",
        "killed: both 12: +2",
    )
    assert (told.alert_id, told.score, told.threshold) == ("b", 11, THRESHOLD)


def test_a_toll_that_falls_steeply_speaks_against_one_event() -> None:
    """A rise as bodies are found does not; a later, far smaller figure is more often of another attack."""
    rise = compared(alert("a", killed=3), alert("b", killed=60, hours=2))
    fall = compared(alert("a", killed=60), alert("b", killed=3, hours=2))
    assert rise.score - fall.score == 1.5


def test_tolls_of_several_events_are_not_compared() -> None:
    """A toll since the war began is no sign of one event."""
    over_time = (toll(500, scope="cumulative"),)
    alone = compared(alert("a"), alert("b"))
    assert compared(alert("a", casualties=over_time), alert("b", casualties=over_time)).score == alone.score
