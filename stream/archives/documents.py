"""One JSON document that holds many articles: an array, or an object with `articles`."""

from __future__ import annotations

import re
from typing import BinaryIO

import orjson

from stream.archives.records import Part, Record, Records

_MOST_BYTES = 64 << 20
_OPENING = re.compile(rb'\s*(?:\[|\{\s*(?:"status"\s*:\s*"\w*"\s*,\s*"totalResults"\s*:\s*\d+\s*,\s*)?"articles"\s*:)')


def is_document(head: bytes) -> bool:
    """Say whether a text that begins with *head* is one JSON document rather than JSON lines."""
    first = head.lstrip().split(b"\n", 1)[0].strip()
    return first == b"{" or _OPENING.match(head) is not None


def read_document(file: BinaryIO, part: Part) -> Records:
    """Give each object of the array. The document is held in memory, so it may have 64 MB at most."""
    text = file.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        reason = f"one JSON document of more than {_MOST_BYTES} bytes; make it JSON lines, for example with jq -c '.[]'"
        yield part.damage(1, reason, fatal=True)
        return
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as cause:
        yield part.damage(cause.lineno, f"the JSON document is damaged: {cause}", fatal=True)
        return
    if isinstance(data, dict):
        listed = data.get("articles")
        data = listed if isinstance(listed, list) else [data]
    for number, item in enumerate(data if isinstance(data, list) else [data], start=1):
        if isinstance(item, dict):
            yield Record(number, item)
        else:
            yield part.damage(number, f"the item is of type {type(item).__name__}, not an object")
