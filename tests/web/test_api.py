from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

import jsonschema
import pytest

from stream.filters import Parameter
from tests.incidents.made import alert
from tests.web.conftest import News
from tests.web.site import Answer, Site

JSON = "application/json"


def valid(site: Site, path: str, answer: Answer) -> Any:
    """The answer's content, after the schema that the OpenAPI document has for *path* has accepted it."""
    document = site.get("/api/v1/openapi.json").json
    said = document["paths"][path]["get"]["responses"][str(answer.status)]["content"]
    content_type = answer.headers.get_content_type()
    schema = {**said[content_type]["schema"], "components": document["components"]}
    jsonschema.validate(answer.json, schema, jsonschema.Draft202012Validator)
    return answer.json


@pytest.mark.parametrize("of", ["alerts", "incidents"])
def test_lists_are_valid_and_the_newest_come_first(still_site: Site, news: News, of: str) -> None:
    """Page by page everything is given once."""
    ids: list[str] = []
    path = f"/api/v1/{of}"
    following: int | None = None
    while True:
        answer = still_site.get(f"{path}?limit=4" + (f"&before={following}" if following else ""))
        page = valid(still_site, path, answer)
        ids += [item[f"{of[:-1]}_id"] for item in page["items"]]
        assert len(page["items"]) <= 4
        following = page["next"]
        if following is None:
            break
    expected = [alert.alert_id for alert in news.alerts] if of == "alerts" else [i.incident_id for i in news.incidents]
    assert ids == expected[::-1]


def test_a_filter_is_that_of_subscribe(still_site: Site, news: News) -> None:
    """The same names, the same meaning; days come on top."""
    syrian = still_site.get("/api/v1/alerts?country=sy&kind=attack").json["items"]
    assert syrian
    assert {(item["place"]["country"], item["kind"]) for item in syrian} == {("SY", "attack")}
    day = syrian[0]["occurred"]["start"]
    same = still_site.get(f"/api/v1/alerts?since={day}&until={day}").json["items"]
    assert {item["occurred"]["start"] or item["article"]["published_at"][:10] for item in same} == {day}
    assert len(same) < len(news.alerts)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("severity=hot", "severity 'hot'", id="no number"),
        pytest.param("colour=red", "there is no condition 'colour'", id="no such condition"),
        pytest.param("limit=0", "limit", id="no page"),
        pytest.param("since=yesterday", "since 'yesterday'", id="no day"),
    ],
)
def test_a_query_that_cannot_be_read_is_explained(still_site: Site, query: str, words: str) -> None:
    """For people, as a problem document."""
    for path in ("/api/v1/alerts", "/api/v1/alerts/summary", "/api/v1/events", "/api/v1/alerts.atom"):
        if "limit" in query and path.endswith("events"):
            continue
        answer = still_site.get(f"{path}?{query}")
        assert answer.status == 400
        assert answer.headers.get_content_type() == "application/problem+json"
        assert words in valid(still_site, path, answer)["detail"]


def test_one_alert_one_incident_and_their_article(still_site: Site, news: News) -> None:
    """They refer to each other."""
    incident = next(one for one in news.incidents if len(one.alerts) >= 1)
    view = valid(still_site, "/api/v1/incidents/{id}", still_site.get(f"/api/v1/incidents/{incident.incident_id}"))
    assert [one["alert_id"] for one in view["alerts"]] == list(incident.alerts)
    own = view["alerts"][0]
    alert_view = valid(still_site, "/api/v1/alerts/{id}", still_site.get(f"/api/v1/alerts/{own['alert_id']}"))
    assert alert_view == {
        "alert": own,
        "incident_id": incident.incident_id,
        "texts": [own["article"]["article_id"]],
    }
    article = valid(still_site, "/api/v1/article", still_site.get(f"/api/v1/article?id={own['article']['article_id']}"))
    mark = next(one for one in article["highlights"] if one["alert_id"] == own["alert_id"])
    assert article[mark["field"]][mark["start"] : mark["end"]] == own["evidence"][0]["text"]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("/api/v1/alerts/none", "/api/v1/alerts/{id}"),
        ("/api/v1/incidents/none", "/api/v1/incidents/{id}"),
        ("/api/v1/article?id=none", "/api/v1/article"),
        ("/api/v1/article", "/api/v1/article"),
        ("/api/v1/alerts/none/cap", "/api/v1/alerts/{id}/cap"),
    ],
)
def test_what_is_not_held_is_not_found(still_site: Site, asked: str, path: str) -> None:
    """As a problem document."""
    answer = still_site.get(asked)
    assert answer.status == 404
    assert valid(still_site, path, answer)["status"] == 404


def test_the_summary_counts_what_the_list_gives(still_site: Site, news: News) -> None:
    """Days, types, countries and spots add up."""
    path = "/api/v1/alerts/summary"
    summary = valid(still_site, path, still_site.get(path))
    assert summary["total"] == len(news.alerts)
    assert sum(day["attack"] + day["diplomacy"] for day in summary["days"]) == len(news.alerts)
    assert sum(summary["types"].values()) == len(news.alerts)
    on_map = sum(spot["attack"] + spot["diplomacy"] for spot in summary["spots"])
    assert on_map + summary["without_place"] == len(news.alerts)
    assert on_map == sum(bool(one.place and one.place.lat is not None) for one in news.alerts)
    idlib = next(one for one in summary["provinces"] if one["province"] == "Idlib Governorate")
    assert idlib["name_ar"] == "محافظة إدلب"
    assert idlib["killed"] >= 9


def test_a_summary_is_counted_anew_after_a_change(site: Site, news: News) -> None:
    """What was counted before is not given again."""
    path = "/api/v1/alerts/summary?kind=attack"
    before = site.get(path).json["total"]
    assert site.get(path).json["total"] == before
    site.add(alert("another"))
    assert site.get(path).json["total"] == before + 1


def test_events_come_as_they_happen_and_only_those_asked_for(site: Site) -> None:
    """A stream with a filter; what was missed is told again after a break."""

    def events(count: int, query: str, **headers: str) -> list[dict[str, Any]]:
        request = urllib.request.Request(f"{site.url}/api/v1/events{query}", headers=headers)  # noqa: S310 - loopback
        found: list[dict[str, Any]] = []
        with urllib.request.urlopen(request, timeout=10) as stream:  # noqa: S310 - loopback
            assert stream.headers.get_content_type() == "text/event-stream"
            assert stream.readline() == b"retry: 2000\n"
            if not headers:
                site.add(alert("here"), alert("there", place="vienna"), alert("here too"))
            block: dict[str, Any] = {}
            while len(found) < count:
                name, _, value = stream.readline().decode().rstrip("\n").partition(": ")
                if name:
                    block[name] = json.loads(value) if name == "data" else value
                elif block:
                    found.append(block)
                    block = {}
        return found

    first, second = events(2, "?country=SY")
    assert [first["event"], first["data"]["alert_id"]] == ["alert", "here"]
    assert second["data"]["alert_id"] == "here too"
    (again,) = events(1, "?country=SY", **{"Last-Event-ID": first["id"]})
    assert again == second
    for unknown in (first["id"].replace(site.live.name, "00000000"), "0", "x-1", f"{site.live.name}-{'9' * 30}"):
        (reset,) = events(1, "", **{"Last-Event-ID": unknown})
        assert reset["event"] == "reset", "told by a server that is gone: its numbers mean nothing here"


def test_asking_for_the_head_of_the_stream_ends(site: Site) -> None:
    """Nobody would read what comes."""
    assert site.get("/api/v1/events", method="HEAD").headers.get_content_type() == "text/event-stream"
    assert site.live.listeners == 0


def test_the_document_has_every_operation_with_its_filters(still_site: Site) -> None:
    """Every path is answered, every parameter is explained, and every reference leads somewhere."""
    document = still_site.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert reference in document["components"]["schemas"]
    operations = {path: methods["get"] for path, methods in document["paths"].items()}
    assert len({one["operationId"] for one in operations.values()}) == len(operations) == 15
    assert all(one["summary"] for one in operations.values())
    filtered = {parameter["name"]: parameter for parameter in operations["/api/v1/alerts"]["parameters"]}
    assert set(filtered) == {*Parameter, "since", "until", "limit", "before"}
    assert all(parameter["description"] for parameter in filtered.values())
    for path in operations:
        if "{" not in path and not path.endswith("events"):
            assert still_site.get(f"{path}").status in {200, 404}


def test_the_state_is_told(site: Site, news: News) -> None:
    """Also to what looks after the process."""
    status = valid(site, "/api/v1/status", site.get("/api/v1/status"))
    assert (status["state"], status["alerts"]) == ("live", len(news.alerts))
    assert site.get("/health/live").status == 200
    assert site.get("/health/ready").status == 200
    site.store.state = "silent"
    assert site.get("/health/ready").status == 503
    assert site.get("/health/live").status == 200
