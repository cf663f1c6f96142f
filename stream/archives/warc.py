"""WARC: the pages that a crawler stored, as Common Crawl's news archives have them, and their texts (WET)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from stream.archives.extras import optional
from stream.archives.pages import MOST_BYTES, article_of_page
from stream.archives.records import Part, Record, Records
from stream.archives.unpacking import BrokenError

_MOST_HEADER_BYTES = 1_000_000
_PAGES = ("text/html", "application/xhtml+xml")
_OK = "200"


def read_warc(file: BinaryIO, part: Part) -> Records:
    """Give the article of every page; requests, pictures and error pages are passed over and counted.

    An article without a date of its own has that of its crawl. Raises BrokenError, MissingExtraError.
    """
    for number, record in enumerate(_records(file), start=1):
        kind, media = record.rec_type, _media_type(record)
        if kind == "conversion" and media == "text/plain":
            read = _text
        elif kind in ("response", "resource") and media in _PAGES and _is_ok(record):
            read = _page
        else:
            part.passed_over["record that is no page"] += kind not in ("warcinfo", "request", "metadata", "revisit")
            continue
        try:
            content = _content(record)
            fields = read(content, record) if len(content) <= MOST_BYTES else None
        except BrokenError:
            raise
        except Exception as cause:
            if isinstance(cause, ImportError):
                raise
            yield part.damage(number, f"the record cannot be read ({type(cause).__name__})")
            continue
        if len(content) > MOST_BYTES:
            yield part.damage(number, f"the page is longer than the limit of {MOST_BYTES} bytes")
        elif fields is None:
            part.passed_over["page without readable text"] += 1
        else:
            yield Record(number, fields)


def _records(file: BinaryIO) -> Iterator[Any]:
    archive = _archive(file)
    load_failed = optional("warcio.exceptions", "reading WARC").ArchiveLoadFailed
    parse_failed = optional("warcio.statusandheaders", "reading WARC").StatusAndHeadersParserException
    while True:
        try:
            archive.reader.header_bytes = 0
            record = next(archive, None)
        except (load_failed, parse_failed) as cause:
            raise BrokenError("the WARC data is damaged, or it is none") from cause
        except (EOFError, UnicodeError, ValueError) as cause:
            raise BrokenError(f"the WARC data is damaged ({type(cause).__name__})") from cause
        if record is None:
            return
        yield record


def _archive(file: BinaryIO) -> Any:
    """Return warcio's iterator, with headers that cannot fill the memory and no words of the archive on stderr."""
    iterators = optional("warcio.archiveiterator", "reading WARC")
    readers = optional("warcio.bufferedreaders", "reading WARC")
    failed = optional("warcio.exceptions", "reading WARC").ArchiveLoadFailed

    class Bounded(readers.DecompressingBufferedReader):  # type: ignore[misc, name-defined]  # loaded on demand
        header_bytes = 0

        def readline(self, length: int | None = None) -> bytes:
            line: bytes = super().readline(length or _MOST_HEADER_BYTES)
            self.header_bytes += len(line)
            if self.header_bytes >= _MOST_HEADER_BYTES:
                raise failed("headers without an end")
            return line

    class Quiet(iterators.ArchiveIterator):  # type: ignore[misc, name-defined]  # loaded on demand
        def _consume_blanklines(self) -> tuple[bytes | None, int]:
            # What follows a record is nothing but line ends, or its length was wrong and nothing after it is sure.
            size = 0
            while line := self.reader.readline():
                if line.strip():
                    if not line.startswith(b"WARC/"):
                        raise failed("a record is longer than it says")
                    return line, size
                size += len(line)
            return None, size

    archive = Quiet(file)
    archive.reader = Bounded(file, decomp_type=None)
    return archive


def _media_type(record: Any) -> str:
    headers = record.http_headers if record.rec_type == "response" else None
    value = headers.get_header("Content-Type") if headers else record.rec_headers.get_header("Content-Type")
    return (value or "").partition(";")[0].strip().lower()


def _is_ok(record: Any) -> bool:
    return record.http_headers is None or record.http_headers.get_statuscode() == _OK


def _content(record: Any) -> bytes:
    source = record.content_stream()
    parts: list[bytes] = []
    size = 0
    while size <= MOST_BYTES and (part := source.read(MOST_BYTES + 1 - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _page(content: bytes, record: Any) -> dict[str, Any] | None:
    return article_of_page(content, url=_address(record), date=record.rec_headers.get_header("WARC-Date"))


def _text(content: bytes, record: Any) -> dict[str, Any] | None:
    text = content.decode("utf-8", errors="replace").strip()
    title, _, body = text.partition("\n")
    date = record.rec_headers.get_header("WARC-Date")
    return {"title": title, "body": body, "published_at": date, "url": _address(record)} if text else None


def _address(record: Any) -> str | None:
    address = record.rec_headers.get_header("WARC-Target-URI")
    with contextlib.suppress(AttributeError):
        return str(address).strip("<>")
    return None
