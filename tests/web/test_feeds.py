from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path

import xmlschema

from schemas.incident import Lifecycle
from stream.formats.cap import NAMESPACE
from tests.formats.made import hostile, incident
from tests.incidents.made import alert
from tests.web.conftest import News
from tests.web.site import Site

CAP = xmlschema.XMLSchema(Path(__file__).parents[1] / "formats" / "CAP-v1.2.xsd")
ATOM = "{http://www.w3.org/2005/Atom}"


def read(text: str) -> ET.Element:
    """Parse what the service gave."""
    return ET.fromstring(text)  # noqa: S314 - our own


def test_geojson_has_a_feature_for_each(still_site: Site, news: News) -> None:
    """The same ids and filters as the list has."""
    answer = still_site.get("/api/v1/alerts.geojson?kind=attack&limit=500")
    assert answer.headers.get_content_type() == "application/geo+json"
    features = answer.json["features"]
    listed = still_site.get("/api/v1/alerts?kind=attack&limit=500").json["items"]
    assert [one["id"] for one in features] == [one["alert_id"] for one in listed]
    for one, item in zip(features, listed, strict=True):
        place = item["place"]
        point = [place["lon"], place["lat"]] if place and place["lat"] is not None else None
        assert (one["geometry"] or {"coordinates": None})["coordinates"] == point


def test_atom_entries_lead_to_pages_and_to_cap(still_site: Site) -> None:
    """Every link answers, ids are for good, and the CAP message is valid."""
    for of in ("alerts", "incidents"):
        feed = read(still_site.get(f"/api/v1/{of}.atom?limit=5").text)
        entries = feed.findall(f"{ATOM}entry")
        assert len(entries) == 5
        for entry in [feed, *entries]:
            for name in ("title", "id", "updated"):
                assert entry.findtext(f"{ATOM}{name}")
            assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated", "")).tzinfo
            for link in entry.findall(f"{ATOM}link"):
                answer = still_site.get(link.attrib["href"].removeprefix(still_site.url))
                assert answer.status == 200
                assert answer.headers.get_content_type() == link.attrib["type"]
                if link.attrib["type"] == "application/cap+xml":
                    CAP.validate(answer.text)
        again = read(still_site.get(f"/api/v1/{of}.atom?limit=5").text)
        assert ET.tostring(again) == ET.tostring(feed)


def test_a_later_cap_message_updates_and_cancels(site: Site) -> None:
    """The identifier is another one each time."""
    first = incident(alert("x"))
    path = f"/api/v1/incidents/{first.incident_id}/cap"
    seen: list[tuple[str, str, str]] = []
    for revision, lifecycle in enumerate((Lifecycle.OPEN, Lifecycle.UPDATED, Lifecycle.RETRACTED), start=1):
        site.add(first.model_copy(update={"revision": revision, "lifecycle": lifecycle}))
        text = site.get(path).text
        assert text == site.get(path).text
        CAP.validate(text)
        root = read(text)
        names = ("msgType", "identifier", "references")
        seen.append(tuple(root.findtext(f"{{{NAMESPACE}}}{name}", "") for name in names))  # type: ignore[arg-type]
    assert [type_ for type_, _, _ in seen] == ["Alert", "Update", "Cancel"]
    assert len({identifier for _, identifier, _ in seen}) == 3
    assert [references.split(",")[1:2] for _, _, references in seen] == [[], [seen[0][1]], [seen[1][1]]]


def test_harm_in_a_text_is_text_in_every_feed(site: Site) -> None:
    """No characters that drive a terminal, no markup out of the article."""
    harmful = hostile("harm")
    site.add(harmful, incident(harmful))
    for path in ("/api/v1/alerts.atom", "/api/v1/incidents.atom", "/api/v1/alerts.geojson", "/api/v1/alerts/harm/cap"):
        answer = site.get(path)
        assert not {"\x1b", "\x00", "\u202e", "\x9b"} & set(answer.text), path
        if "json" in answer.headers.get_content_type():
            json.loads(answer.text)
        else:
            assert not [one for one in read(answer.text).iter() if one.tag.endswith("script")]
