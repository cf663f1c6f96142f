"""The files of the page: nothing is fetched from elsewhere, and both languages say everything."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from schemas.alert import AttackType, CasualtyKind, DatePrecision, DiplomacyType, PlacePrecision, Role, Stance, Status
from schemas.incident import Lifecycle
from stream.web.app import STATIC

OWN = sorted(path for path in STATIC.iterdir() if path.suffix in {".js", ".css", ".html", ".svg"})
STRINGS = json.loads((STATIC / "strings.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def base_map() -> Any:
    """Give the packaged map."""
    return json.loads((STATIC / "base-map.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_is_parsed_as_html_or_fetched_from_elsewhere(path: Path) -> None:
    """Besides the browser's own policy: no such call and no such address stands in our files."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser", text
    )
    addresses = set(re.findall(r"https?://[\w./-]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "https://www.w3.org/2000/svg"}
    if path.suffix == ".html":
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_both_languages_say_everything() -> None:
    """The same keys, none of them empty; Arabic has every form that its plurals take."""
    arabic, english = STRINGS["ar"], STRINGS["en"]
    assert arabic.keys() == english.keys()
    assert all(arabic.values())
    assert all(english.values())
    for key, forms in arabic.items():
        if key.startswith("count."):
            assert set(forms) == {"zero", "one", "two", "few", "many", "other"}
            assert set(english[key]) == {"one", "other"}


def test_every_value_of_the_contract_has_a_name() -> None:
    """A type that is added there shows here as missing."""
    wanted = {f"type.{one}" for one in (*AttackType, *DiplomacyType)}
    wanted |= {f"status.{one}" for one in Status} | {f"lifecycle.{one}" for one in Lifecycle}
    wanted |= {f"role.{one}" for one in Role} | {f"stance.{one}" for one in Stance} | {str(one) for one in CasualtyKind}
    wanted |= {f"place.{one}" for one in PlacePrecision}
    wanted |= {f"precision.{one}" for one in DatePrecision if one not in {"day", "unknown"}}
    assert wanted <= STRINGS["ar"].keys()


def test_every_word_that_is_asked_for_is_there() -> None:
    """No key shows itself in place of a word."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in OWN)
    asked = set(re.findall(r'\bt\("([\w.]+)"\)|data-t(?:-\w+)?="([\w.]+)"|counted\("([\w.]+)"', text))
    keys = {next(filter(None, groups)) for groups in asked}
    assert len(keys) > 50
    assert keys <= STRINGS["ar"].keys()


def test_what_others_made_has_its_licence_beside_it() -> None:
    """Leaflet and the typeface."""
    for folder in (STATIC / "vendor").iterdir():
        assert (folder / "LICENSE").stat().st_size > 500


def test_the_map_has_countries_and_towns_in_both_languages(base_map: Any) -> None:
    """Rings are closed, and nothing crosses the map at the 180th meridian."""
    countries = {one["id"]: one for one in base_map["countries"] if one["id"]}
    assert len(countries) > 200
    assert {"SY", "YE", "PS", "IL", "SD", "SS", "EH", "XK"} <= countries.keys()
    names = json.loads((STATIC / "countries.json").read_text(encoding="utf-8"))
    assert names["SY"] == {"en": "Syria", "ar": "سوريا"}
    assert countries.keys() - names.keys() == set()
    lon, lat = countries["SY"]["properties"]["label"]
    assert 36 < lon < 41
    assert 33 < lat < 37
    for country in base_map["countries"]:
        for polygon in country["geometry"]["coordinates"]:
            for ring in polygon:
                assert ring[0] == ring[-1]
                assert all(abs(a[0] - b[0]) < 90 for a, b in pairwise(ring))
    populations = [town[2] for town in base_map["towns"]]
    assert populations == sorted(populations, reverse=True)
    assert len(populations) > 2000
    assert all(town[3] and town[4] for town in base_map["towns"])
