from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.article import ALIASES, Article, derived_id

DAY = "2018-04-20T08:00:00+04:00"


def read(**fields: Any) -> Article:
    """An article of *fields* with a title and a date where these are not given."""
    return Article.model_validate({"title": "خبر", "published_at": DAY} | fields)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(DAY, datetime(2018, 4, 20, 8, tzinfo=timezone(timedelta(hours=4))), id="offset kept"),
        pytest.param("2018-04-20T08:00:00Z", datetime(2018, 4, 20, 8, tzinfo=UTC), id="Z"),
        pytest.param("2018-04-20 08:00:00", datetime(2018, 4, 20, 8, tzinfo=UTC), id="naive is UTC"),
        pytest.param(" 2018-04-20 ", datetime(2018, 4, 20, tzinfo=UTC), id="a day"),
        pytest.param("20180420", datetime(2018, 4, 20, tzinfo=UTC), id="ISO basic, not seconds"),
        pytest.param(
            "Fri, 20 Apr 2018 08:00:00 +0300",
            datetime(2018, 4, 20, 8, tzinfo=timezone(timedelta(hours=3))),
            id="RFC 2822",
        ),
        pytest.param("Fri, 20 Apr 2018 08:00:00 GMT", datetime(2018, 4, 20, 8, tzinfo=UTC), id="RFC 2822 GMT"),
        pytest.param(1524211200, datetime(2018, 4, 20, 8, tzinfo=UTC), id="seconds"),
        pytest.param(1524211200.5, datetime(2018, 4, 20, 8, 0, 0, 500_000, tzinfo=UTC), id="fractions of seconds"),
        pytest.param(1524211200000, datetime(2018, 4, 20, 8, tzinfo=UTC), id="milliseconds"),
        pytest.param("1524211200", datetime(2018, 4, 20, 8, tzinfo=UTC), id="digits"),
    ],
)
def test_dates_are_read_in_the_documented_forms(given: object, expected: datetime) -> None:
    """Each leniency gives the moment and keeps the offset that was written."""
    found = read(published_at=given).published_at
    assert found == expected
    assert found.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "given",
    ["yesterday", "20/04/2018", True, [], {}, 10**30, -1e300, float("inf"), float("nan"), "0001-01-01", "9999-12-31"],
    ids=str,
)
def test_other_dates_are_refused(given: object) -> None:
    """What is no date in a documented form is an error, never an exception of another kind."""
    with pytest.raises(ValidationError) as caught:
        read(published_at=given)
    assert caught.value.errors()[0]["loc"] == ("published_at",)


@pytest.mark.parametrize("given", [{}, {"published_at": None}, {"published_at": " "}], ids=["absent", "null", "blank"])
def test_a_date_is_required(given: dict[str, Any]) -> None:
    """Dates in the text cannot be resolved without it."""
    with pytest.raises(ValidationError) as caught:
        Article.model_validate({"title": "خبر"} | given)
    assert caught.value.errors()[0]["type"] == "missing"


@pytest.mark.parametrize(
    ("field", "alias"), [(field, alias) for field, aliases in ALIASES.items() for alias in aliases], ids=str
)
def test_aliases_of_crawlers_are_read(field: str, alias: str) -> None:
    """Each documented alias stands in for its field, also where the field is null or blank."""
    value: Any = DAY if field in {"published_at", "fetched_at"} else "قيمة"
    expected = getattr(read(**{field: value}), field)
    data: dict[str, Any] = {"title": "خبر", "published_at": DAY}
    for canonical in (None, "", "absent"):
        data = {"title": "خبر", "published_at": DAY} | {field: canonical, alias: value}
        if canonical == "absent":
            del data[field]
        assert getattr(Article.model_validate(data), field) == expected


def test_the_canonical_name_wins_over_its_aliases() -> None:
    """An alias is read only where the field itself says nothing."""
    assert read(title="أول", headline="ثان").title == "أول"


@pytest.mark.parametrize("name", ["title", "body", "url", "language", "source"])
@pytest.mark.parametrize("value", [5, 1.5, True, ["x"]], ids=str)
def test_texts_of_a_wrong_type_are_refused(name: str, value: object) -> None:
    """A number is not silently turned into text."""
    with pytest.raises(ValidationError):
        read(**{name: value})


def test_text_is_kept_as_received() -> None:
    """Entities, tatweel, marks, line ends and spaces stay, since offsets count code points of the text as received."""
    text = " &quot;قصـــف&quot;\u200f\r\n\u064b<b>x</b>\u00a0 "
    found = read(title=text, body=text)
    assert found.title == text
    assert found.body == text


def test_a_blank_title_is_kept_beside_a_body() -> None:
    """One of the two is enough."""
    assert read(title=" ", body="نص").title == " "
    assert read(title=None, body="نص").title == ""


@pytest.mark.parametrize(
    "given", [{"title": ""}, {"title": " \n", "body": "\t"}, {"title": None, "body": None}], ids=str
)
def test_an_article_needs_text(given: dict[str, Any]) -> None:
    """Blank title and body are told apart from other faults."""
    with pytest.raises(ValidationError) as caught:
        read(**given)
    assert caught.value.errors()[0]["type"] == "no_text"


def test_lone_surrogates_are_refused() -> None:
    """They could not be sent on as UTF-8."""
    with pytest.raises(ValidationError):
        read(title="\ud800")


def test_an_id_is_derived_from_the_url_else_from_the_text() -> None:
    """The same on any machine: the values here must never change."""
    assert read(url="https://example.org/1", body="نص").article_id == "url-18c17418f5ad82f063ef70de"
    assert read(title="x").article_id == derived_id(url=None, title="x", body="") == "text-14f825b2bbc32dd8d196367f"
    assert read(article_id=" ", title="x").article_id == "text-14f825b2bbc32dd8d196367f"
    assert read(title="x", body="").article_id != read(title="", body="x").article_id


def test_a_number_is_read_as_an_id() -> None:
    """Many crawlers number their articles; true is no number."""
    assert read(article_id=7).article_id == "7"
    with pytest.raises(ValidationError):
        read(article_id=True)


def test_names_inside_objects_are_read() -> None:
    """NewsAPI sends the source so, JSON-LD the author."""
    found = read(source={"id": None, "name": "BBC"}, author={"@type": "Person", "name": "س"}, keywords="حرب")
    assert (found.source, found.authors, found.tags) == ("BBC", ("س",), ("حرب",))


def test_unknown_fields_are_left_out() -> None:
    """They are neither kept nor refused."""
    assert "events" not in read(events=[1]).model_dump()


def test_an_article_survives_a_round_trip() -> None:
    """What we write, we read, with the same id and offset."""
    first = read(url="u", authors=["a"], fetched_at=1524211200)
    assert Article.model_validate_json(first.to_json()) == first
