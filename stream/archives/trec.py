"""Documents between <DOC> and </DOC>, as the ANT corpus and other collections in TREC's style have them.

They look like XML and are none: `&`, `<` and `"` stand in addresses and texts as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import BinaryIO

from stream.archives.records import Part, Record, Records
from stream.reading import Damage

# A tag of the collection -> the article's field. The first that has a value counts.
_FIELDS: Mapping[str, str] = {
    "DOCNO": "article_id",
    "DOCID": "article_id",
    "ID": "article_id",
    "URL": "url",
    "SRC": "source",
    "SOURCE": "source",
    "CAT": "tags",
    "CATEGORY": "tags",
    "TITLE": "title",
    "HEADLINE": "title",
    "HEAD": "title",
    "TIME": "published_at",
    "DATETIME": "published_at",
    "DATE": "published_at",
    "AUTHOR": "authors",
    "TEXT": "body",
    "BODY": "body",
}
_TAG = re.compile(r"<(?P<name>[A-Z]{2,12})>(?P<value>.*?)</(?P=name)>", re.DOTALL)
_OPENING = re.compile(rb"<DOC(?: [^>\n]{0,1000})?>")
_CLOSING = b"</DOC>"
_START = re.compile(rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<[A-Za-z]{1,20}>\s*)?<DOC[ >]")


def is_trec(head: bytes) -> bool:
    """Say whether a text that begins with *head* is such a collection."""
    return _START.match(head) is not None


def read_trec(file: BinaryIO, part: Part) -> Records:
    """Give each document; one that is too long, not in the encoding or not closed is a Damage."""
    number, size, inside = 0, 0, False
    held: list[bytes] = []
    while line := file.readline(part.max_bytes + 1):
        while line:
            if not inside:
                opening = _OPENING.search(line)
                if opening is None:
                    break
                number, size, inside = number + 1, 0, True
                held.clear()
                line = line[opening.end() :]
            text, end, line = line.partition(_CLOSING)
            size += len(text)
            if size <= part.max_bytes:
                held.append(text)
            if end:
                inside = False
                yield _document(b"".join(held), size, number, part)
    if inside:
        yield part.damage(number, "the document has no </DOC>: the file is cut off", fatal=True)


def _document(content: bytes, size: int, number: int, part: Part) -> Record | Damage:
    if size > part.max_bytes:
        return part.damage(number, f"the document is {size} bytes long, more than the limit of {part.max_bytes}")
    try:
        text = content.decode(part.encoding)
    except UnicodeDecodeError as cause:
        return part.damage(number, f"the document is not {cause.encoding}; --encoding names another one")
    fields: dict[str, str] = {}
    for found in _TAG.finditer(text):
        name = _FIELDS.get(found["name"])
        value = found["value"].strip()
        if name and value:
            fields.setdefault(name, value)
    return Record(number, fields)
