from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from schemas.alert import Alert
from schemas.incident import Toll
from stream.incidents.accounts import Account
from stream.incidents.tolls import toll as toll_of
from tests.incidents.made import alert, toll

WIRE = (
    "قال مسؤول في مستشفى المدينة إن تسعة أشخاص قتلوا حين قصفت طائرات حربية حيا سكنيا مكتظا قرب السوق الكبيرة مساء السبت"
)
CIVILIANS = {"text": "civilians", "id": "civilians", "is_civilian": True}
SOLDIERS = {"text": "soldiers", "id": "military"}


def told(*alerts: Alert) -> Toll:
    """Return the toll that *alerts* give together."""
    return toll_of(sorted((Account.of(a) for a in alerts), key=lambda account: account.order))


CASES: dict[str, tuple[Sequence[Alert], tuple[int, int, int | None]]] = {
    "one figure": ([alert("a", killed=5)], (5, 5, 5)),
    "at least so many": ([alert("a", casualties=(toll(5, high=None),))], (5, 5, None)),
    "the sides of one article add up": (
        [alert("a", casualties=(toll(3, victims=CIVILIANS), toll(2, victims=SOLDIERS)))],
        (5, 5, 5),
    ),
    "a source's newest figure stands alone": (
        [alert("a", killed=25, outlet="x"), alert("b", killed=38, outlet="x", hours=2)],
        (38, 38, 38),
    ),
    "a source's correction stands alone": (
        [alert("a", killed=50, outlet="x"), alert("b", killed=30, outlet="x", hours=2)],
        (30, 30, 30),
    ),
    "sources compete; of two with one outlet each the newer is best": (
        [alert("a", killed=25), alert("b", killed=38, hours=2)],
        (25, 38, 38),
    ),
    "the figure of most independent outlets is best": (
        [alert("a", killed=25), alert("b", killed=25, hours=1), alert("c", killed=38, hours=2)],
        (25, 25, 38),
    ),
    "copies of one wire story are one outlet": (
        [alert("a", killed=9, text=WIRE), alert("b", killed=9, text=WIRE, hours=1), alert("c", killed=12, hours=2)],
        (9, 12, 12),
    ),
    "a figure half a day old still competes": ([alert("a", killed=25), alert("b", killed=38, hours=12)], (25, 38, 38)),
    "an older one is outdated": ([alert("a", killed=25), alert("b", killed=38, hours=12.1)], (38, 38, 38)),
    "who is quoted counts, not who quotes": (
        [
            alert("a", casualties=(toll(25, by="sohr"),)),
            alert("b", casualties=(toll(31, by="sohr"),), hours=2),
        ],
        (31, 31, 31),
    ),
    "the highest figure is open": (
        [alert("a", killed=25), alert("b", casualties=(toll(25, high=None),), hours=1)],
        (25, 25, None),
    ),
    "dozens after a figure say nothing new": (
        [
            alert("a", killed=60),
            alert("b", casualties=(toll(20, high=None),), hours=20),
            alert("c", casualties=(toll(1, high=None),), hours=21),
        ],
        (60, 60, 60),
    ),
    "a figure tells more than the dozens before": (
        [alert("a", casualties=(toll(20, high=None),)), alert("b", killed=41, hours=1)],
        (41, 41, 41),
    ),
    "at least more than before is a figure": (
        [alert("a", killed=60), alert("b", casualties=(toll(70, high=None),), hours=2)],
        (60, 70, None),
    ),
    "a toll of many events is not this event's": (
        [alert("a", killed=4), alert("b", casualties=(toll(900, scope="cumulative"),), hours=1)],
        (4, 4, 4),
    ),
}


@pytest.mark.parametrize(("alerts", "expected"), CASES.values(), ids=CASES.keys())
def test_low_best_and_high(alerts: Sequence[Alert], expected: tuple[int, int, int | None]) -> None:
    """The stated rules, in whatever order the alerts come."""
    for order in permutations(alerts):
        killed = told(*order).killed
        assert killed is not None
        assert (killed.low, killed.best, killed.high) == expected


def test_killed_and_injured_are_counted_apart() -> None:
    """Each has figures of its own."""
    made = told(alert("a", casualties=(toll(3), toll(11, kind="injured"))))
    assert made.killed is not None
    assert made.injured is not None
    assert (made.killed.best, made.injured.best) == (3, 11)


def test_the_history_keeps_every_figure() -> None:
    """By side and source, oldest first; it says which stand and which correct a figure of the same source."""
    made = told(
        alert("b", casualties=(toll(30, by="ministry", victims=CIVILIANS),), hours=3),
        alert("a", casualties=(toll(50, by="ministry"),)),
        alert("c", casualties=(toll(20, by="army"),), hours=4),
    )
    assert [
        (f.article_id, f.low, f.source and f.source.id, f.victims and f.victims.id, f.standing, f.corrects)
        for f in made.history
    ] == [
        ("a", 50, "ministry", None, False, False),
        ("b", 30, "ministry", "civilians", True, True),
        ("c", 20, "army", None, True, False),
    ]


def test_cumulative_tolls_are_kept_apart() -> None:
    """They are shown, and never part of the history or the range."""
    made = told(alert("a", casualties=(toll(900, scope="cumulative"), toll(4))))
    assert [figure.low for figure in made.cumulative] == [900]
    assert [figure.low for figure in made.history] == [4]


def test_the_figure_of_a_withdrawn_account_does_not_stand() -> None:
    """It stays in the history."""
    made = told(alert("a", killed=9, outlet="x"), alert("b", status="denied", outlet="x", hours=1))
    assert made.killed is None
    assert [(figure.low, figure.standing) for figure in made.history] == [(9, False)]
