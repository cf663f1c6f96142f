"""stream/incident_text.py: incidents in words for people."""

from __future__ import annotations

import pytest

from schemas.alert import CasualtyKind
from schemas.incident import Figure, Lifecycle, Range, Toll
from stream.incident_text import incident_text
from stream.terminal import visible
from tests.formats.made import bare, full, hostile, incident
from tests.incidents.made import START, alert, claim


def test_every_part_of_an_incident() -> None:
    """What, where, when, who, toll, sources, headline and its life."""
    words = incident_text(incident(full(), revision=3, lifecycle=Lifecycle.CORRECTED))
    assert words.what == "shelling"
    assert words.status == "corrected"
    assert words.where == "Saraqib, Idlib, SY"
    assert words.when == "2018-04-07"
    assert words.toll == "3 killed, 5 (5–) injured"
    assert words.says == "1 independent of 1: outlet of a"
    assert words.sentence.startswith("3 قتلى")
    assert "revision 3 · told of 2018-04-07 12:00 to 2018-04-07 12:00" in words.origin


def test_claims_beyond_reports_are_named() -> None:
    """A denial is news; that somebody reports it is not."""
    made = incident(alert("a", claims=(claim("army", "denies"), claim("agency", "reports"))))
    assert incident_text(made).says.endswith("; army denies it")


@pytest.mark.parametrize(
    ("low", "best", "high", "text"), [(3, 3, 3, "3 killed"), (2, 3, 5, "3 (2–5) killed"), (3, 3, None, "3 (3–) killed")]
)
def test_ranges(low: int, best: int, high: int | None, text: str) -> None:
    """The best figure, and the others where they differ."""
    made = incident(full())
    figure = Figure(kind=CasualtyKind.KILLED, low=low, article_id="a", at=START)
    toll = Toll(killed=Range(low=low, best=best, high=high), history=(figure,))
    assert incident_text(made.model_copy(update={"toll": toll})).toll == text


def test_an_incident_that_tells_nothing_has_empty_parts() -> None:
    """No word stands for what is unknown."""
    words = incident_text(incident(bare()))
    assert (words.where, words.who, words.toll, words.status) == ("", "", "", "")


def test_no_part_can_drive_the_terminal() -> None:
    """Every string went through `visible`."""
    words = incident_text(incident(hostile()))
    for name in words.__slots__:
        assert visible(getattr(words, name)) == getattr(words, name)
    assert r"\x1b[2J" in words.where
