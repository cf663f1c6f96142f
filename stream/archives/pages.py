"""Web pages: their readable text, by trafilatura."""

from __future__ import annotations

from typing import Any, BinaryIO

from stream.archives.extras import optional
from stream.archives.records import Part, Record, Records
from stream.archives.texts import date_of

MOST_BYTES = 1_000_000
"""The longest page that is read, in bytes: the extraction of some pages takes more than a second for each megabyte."""

_MOMENT = "%Y-%m-%dT%H:%M:%S%z"


def read_page(file: BinaryIO, part: Part) -> Records:
    """Give the article of one HTML file. Its date is the page's own, else that of `date_of`."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        yield part.damage(1, f"the page is longer than the limit of {MOST_BYTES} bytes")
        return
    try:
        fields = article_of_page(content, date=date_of(part))
    except ValueError as cause:
        yield part.damage(1, str(cause))
        return
    if fields is None:
        part.passed_over["page without readable text"] += 1
    else:
        yield Record(1, fields)


def article_of_page(content: bytes, *, url: str | None = None, date: str | None = None) -> dict[str, Any] | None:
    """Return an article's fields from a web page, or None where there is no readable text.

    *date* stands in for the page's own where it has none. Raises ValueError for a page that cannot be taken apart, and
    MissingExtraError.
    """
    trafilatura = optional("trafilatura", "reading web pages")
    try:
        found = trafilatura.bare_extraction(
            content,
            url=url,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            date_extraction_params={"original_date": True, "extensive_search": False, "outputformat": _MOMENT},
        )
    except Exception as cause:
        # The edge: pages break parsers in ways that nobody lists.
        raise ValueError(f"the page cannot be taken apart ({type(cause).__name__})") from cause
    if found is None or not (found.text or "").strip():
        return None
    title, text = found.title or "", found.text
    return {
        "title": title,
        # The headline is often the first line of the text, too.
        "body": text.removeprefix(title).lstrip("\n") if title and text.startswith(f"{title}\n") else text,
        "published_at": _sooner(found.date, date),
        "url": found.url or url,
        "source": found.sitename or found.hostname,
        "authors": found.author,
    }


def _sooner(own: str | None, other: str | None) -> str | None:
    """Return the page's own date; of one day told twice, the one that tells the hour."""
    if not own:
        return other
    return other if "T00:00:00" in own and other and other[:10] == own[:10] else own
