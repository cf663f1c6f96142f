"""Text files, one article each: the date is in the file's path, or it is the file's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import BinaryIO

from stream.archives.records import Part, Record, Records

_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<sep>[-_./]?)(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)
_LONGEST_TITLE = 300


def read_text(file: BinaryIO, part: Part) -> Records:
    """Give the file as one article: its first line is the title if more follows."""
    content = file.read(part.max_bytes + 1)
    if len(content) > part.max_bytes:
        yield part.damage(1, f"the text is longer than the limit of {part.max_bytes} bytes")
        return
    try:
        text = content.decode(part.encoding).replace("\r\n", "\n").strip()
    except UnicodeDecodeError as cause:
        yield part.damage(1, f"the text is not {cause.encoding}; --encoding names another one")
        return
    if not text:
        part.passed_over["empty text"] += 1
        return
    title, _, body = text.partition("\n")
    if not body.strip() or len(title) > _LONGEST_TITLE:
        title, body = "", text
    yield Record(1, {"title": title.strip(), "body": body.strip(), "published_at": date_of(part)})


def date_of(part: Part) -> str | None:
    """Return the last date in the path (2024-01-31, 20240131, 2024/01/31), else the time of the file if it has one."""
    for found in reversed(list(_DATE.finditer(part.path))):
        try:
            return datetime(int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=UTC).isoformat()
        except ValueError:
            continue
    return part.modified.isoformat() if part.modified else None
