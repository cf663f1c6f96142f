from __future__ import annotations

from collections import Counter

from stream.detection.resources import load_yaml as load_lexicon
from stream.incidents.outlets import agency, agency_of_outlet, byline, outlet
from stream.incidents.resources import load_yaml

OUTLETS = load_yaml("outlets.yaml")["outlets"]
AGENCIES = load_yaml("agencies.yaml")["agencies"]


def test_every_owner_has_a_source_of_the_fact() -> None:
    """Nobody is called a party's without a reason that can be looked up."""
    assert [row["id"] for row in OUTLETS if bool(row.get("owners")) != bool(row.get("basis"))] == []


def test_every_actor_in_the_data_is_one_of_the_detectors() -> None:
    """A misspelt id would mark nothing, silently."""
    known = {row["id"] for row in load_lexicon("actors.yaml")}
    named = {owner for row in OUTLETS for owner in row.get("owners", ()) if not owner.startswith("state.")}
    named |= {row["actor"] for row in AGENCIES if "actor" in row}
    named |= {organ for organs in load_yaml("outlets.yaml")["organs"].values() for organ in organs}
    assert named - known == set()


def test_no_two_outlets_share_a_name_or_a_domain() -> None:
    """Else one would be taken for the other."""
    names = Counter(name for row in OUTLETS for name in {row["id"], *row["names"], *row.get("domains", ())})
    assert [name for name, count in names.items() if count > 1] == []


def test_every_name_finds_its_outlet() -> None:
    """Names, ids and domains alike."""
    for row in OUTLETS:
        for name in (row["id"], row["en"], *row["names"], *row.get("domains", ())):
            assert outlet(name).name == row["en"], name


def test_every_agency_is_found_by_each_of_its_names() -> None:
    """In running text, and the short ones in brackets."""
    for row in AGENCIES:
        for name in row.get("names", ()):
            assert byline(f"وقالت {name} اليوم") == row["id"], name
        for name in row.get("short", ()):
            assert byline(f"دبي ({name}) اليوم") == row["id"], name


def test_every_agency_is_an_outlet_too() -> None:
    """What it publishes itself and what others copy have one witness."""
    for row in AGENCIES:
        assert agency_of_outlet(agency(row["id"]).name) == row["id"]
