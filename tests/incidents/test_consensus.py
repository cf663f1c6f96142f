from __future__ import annotations

from schemas.alert import Alert
from stream.incidents.accounts import Account
from stream.incidents.consensus import Consensus, consensus
from tests.incidents.made import alert


def agreed(*alerts: Alert) -> Consensus:
    """Return what *alerts* agree on."""
    return consensus([Account.of(a) for a in alerts])


def test_the_most_frequent_type_is_taken_and_the_earliest_of_several() -> None:
    """An attack without means only when no account tells them."""
    assert agreed(alert("a", "shelling"), alert("b"), alert("c")).event_type == "air_strike"
    assert agreed(alert("a", "shelling"), alert("b")).event_type == "shelling"
    assert agreed(alert("a", "other_attack"), alert("b", "other_attack"), alert("c")).event_type == "air_strike"


def test_a_town_that_enough_accounts_name_is_taken_before_the_province() -> None:
    """One of four is enough, one of five is not."""
    town, province = alert("t", place="saraqib"), alert("p", place="idlib")
    of_four, of_five = agreed(town, *[province] * 3), agreed(town, *[province] * 4)
    assert of_four.place is not None
    assert of_five.place is not None
    assert (of_four.place.name_en, of_five.place.name_en) == ("Saraqib", "Idlib Governorate")


def test_a_day_is_taken_before_a_month() -> None:
    """And a stated one before that of publication."""
    month = alert("m", day=("2018-04-01", "2018-04-30"), precision="month")
    assert agreed(month, alert("d"), alert("n", day=None, hours=30)).occurred.precision == "day"


def test_an_actor_has_the_role_that_most_accounts_give_it() -> None:
    """The most named comes first; one that few name is left out."""
    told = agreed(
        *(alert(f"a{n}", by="syria", to="rebels") for n in range(4)),
        alert("b", by="rebels", to="syria"),
        alert("c", by="is"),
    )
    assert [(actor.id, actor.role) for actor in told.actors] == [
        ("state.syrian_government", "initiator"),
        ("group.syrian_opposition", "target"),
    ]


def test_withdrawn_accounts_count_only_if_all_are() -> None:
    """The denial itself names no place here, and the incident keeps the one that was told."""
    told, denied = alert("a", outlet="x"), alert("b", place=None, status="denied", outlet="x", hours=1)
    other = alert("c", place="mosul", hours=2)
    assert agreed(told, denied).place is None
    assert (found := agreed(told, denied, other).place) is not None
    assert found.name_en == "Mosul"
