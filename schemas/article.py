"""An article as crawlers send it, read leniently in the ways listed here and in no other."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "article_id": ("id", "_id", "uuid", "guid", "doc_id"),
        "title": ("headline",),
        "body": ("text", "content", "maintext", "article_text", "full_text", "articleBody", "body_text"),
        "published_at": (
            *("date", "publish_date", "published_date", "published", "publishedAt", "date_publish"),
            *("datePublished", "date_published", "pubDate", "pub_date", "timestamp"),
        ),
        "source": ("source_name", "source_id", "source_domain", "site_name", "publisher", "outlet"),
        "url": ("link", "canonical_url"),
        "language": ("lang",),
        "fetched_at": ("crawled_at", "scraped_at", "date_download", "downloaded_at", "retrieved_at"),
        "authors": ("author", "byline"),
        "tags": ("keywords", "categories"),
    }
)
"""Field name -> other names under which crawlers send it, tried in order where the field is absent, null or blank."""

_MILLISECONDS_FROM = 100_000_000_000
_YEARS = range(1900, 2200)
_MAX_ID = 512
_DATE_LENIENCIES = (
    "ISO 8601 with an offset. Also read: ISO 8601 without an offset and a bare day (taken as UTC), RFC 2822 "
    f"('Wed, 18 Apr 2018 09:30:00 +0300'), and seconds or, from {_MILLISECONDS_FROM} on, milliseconds since 1970 as a "
    f"number or as its digits. Years {_YEARS.start} to {_YEARS.stop - 1}."
)


def derived_id(*, url: str | None, title: str, body: str) -> str:
    """Return the id of an article that came without one: from its URL, else from its text; the same everywhere."""
    if url:
        return "url-" + hashlib.sha256(url.encode()).hexdigest()[:24]
    return "text-" + hashlib.sha256(f"{title}\0{body}".encode()).hexdigest()[:24]


def _moment(value: object) -> object:
    """Return *value* as an aware datetime if it is one of the forms in `_DATE_LENIENCIES`; raise otherwise."""
    if value is None or isinstance(value, datetime):
        found = value
    elif isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise PydanticCustomError("date_type", "a date is a text or a number")
    else:
        try:
            found = _read_text(value) if isinstance(value, str) else _read_epoch(value)
        except (ValueError, OverflowError, IndexError, TypeError) as cause:
            raise PydanticCustomError("date_form", "not a date in any of the forms that are read") from cause
    if found is None:
        return None
    if found.utcoffset() is None:
        found = found.replace(tzinfo=UTC)
    if found.year not in _YEARS:
        raise PydanticCustomError("date_range", "the year is out of range")
    return found


def _read_text(text: str) -> datetime:
    stripped = text.strip()
    # Ten digits or more: eight are a day in ISO's basic form.
    if stripped.isascii() and stripped.isdigit() and len(stripped) >= 10:
        return _read_epoch(int(stripped))
    try:
        return datetime.fromisoformat(stripped)
    except ValueError:
        return parsedate_to_datetime(stripped)


def _read_epoch(number: float) -> datetime:
    if not math.isfinite(number):
        raise ValueError("not finite")
    step = timedelta(milliseconds=number) if abs(number) >= _MILLISECONDS_FROM else timedelta(seconds=number)
    return datetime(1970, 1, 1, tzinfo=UTC) + step


def _name(value: object) -> object:
    """Return the name inside {"name": …} or {"id": …}, as NewsAPI and JSON-LD send it; anything else unchanged."""
    if isinstance(value, Mapping):
        return value.get("name") or value.get("id")
    return value


def _names(value: object) -> object:
    """Return one name as a list of it, null as none, and each name of a list."""
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return [_name(item) for item in value]
    return [_name(value)]


def _identifier(value: object) -> object:
    """Return a whole number as its digits: many crawlers number their articles."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


LenientMoment = Annotated[
    AwareDatetime, BeforeValidator(_moment, json_schema_input_type=str | int | float)  # the forms it is read from
]
Names = Annotated[tuple[str, ...], BeforeValidator(_names, json_schema_input_type=list[str] | str | None)]


def _described(field: str, meaning: str) -> str:
    return f"{meaning} Also taken from: {', '.join(ALIASES[field])}."


class Article(BaseModel):
    """One news article.

    Texts are kept exactly as received, HTML entities included, since every offset counts code points of them. Fields
    not listed here are left out, not refused. The schema shows the canonical names; each field says which others are
    read where it is absent, null or blank. Title and body may be missing or blank, but not both.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    article_id: str = Field(
        default="",
        max_length=_MAX_ID,
        description=_described(
            "article_id",
            "Names the article for good. A whole number is read as its digits. Derived from the url when absent or "
            "blank, else from the text.",
        ),
    )
    title: str = Field(default="", description=_described("title", "Null is read as empty."))
    body: str = Field(default="", description=_described("body", "Null is read as empty."))
    published_at: LenientMoment = Field(description=_described("published_at", _DATE_LENIENCIES))
    source: Annotated[str | None, BeforeValidator(_name)] = Field(
        default=None,
        description=_described("source", 'The outlet\'s id or name. Of an object, its "name" or "id" is read.'),
    )
    url: str | None = Field(default=None, description=_described("url", "Kept as received, not checked."))
    language: str | None = Field(default=None, description=_described("language", "ISO 639-1."), examples=["ar"])
    fetched_at: LenientMoment | None = Field(
        default=None, description=_described("fetched_at", "In the forms of published_at.")
    )
    authors: Names = Field(default=(), description=_described("authors", 'A list, one name, or objects with a "name".'))
    tags: Names = Field(default=(), description=_described("tags", "A list or one tag."))

    @model_validator(mode="before")
    @classmethod
    def _under_canonical_names(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        fields = {}
        for name, aliases in ALIASES.items():
            found = next((data[key] for key in (name, *aliases) if not _is_blank(data.get(key))), None)
            # A blank title or body stays as received: offsets into it must hold.
            fields[name] = data.get(name) if found is None and name in {"title", "body"} else found
        fields = {name: value for name, value in fields.items() if value is not None}
        if "article_id" in fields:
            fields["article_id"] = _identifier(fields["article_id"])
        return fields

    @model_validator(mode="after")
    def _has_text_and_id(self) -> Self:
        if not self.title.strip() and not self.body.strip():
            raise PydanticCustomError("no_text", "title and body are both missing or blank")
        if not self.article_id.strip():
            # The model is frozen for its users; this is still its making.
            object.__setattr__(self, "article_id", derived_id(url=self.url, title=self.title, body=self.body))
        return self

    def to_json(self) -> bytes:
        """Return the article as UTF-8 JSON under the canonical names."""
        return self.model_dump_json().encode()
