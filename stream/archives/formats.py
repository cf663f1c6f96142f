"""The formats, how each is known, and what reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType

from stream.archives.documents import is_document, read_document
from stream.archives.pages import read_page
from stream.archives.parquet import read_parquet
from stream.archives.records import Reader
from stream.archives.tables import read_table
from stream.archives.texts import read_text
from stream.archives.trec import is_trec, read_trec
from stream.archives.warc import read_warc


class Format(StrEnum):
    """What an archive is written in."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    TEXT = "text"
    HTML = "html"
    WARC = "warc"
    TREC = "trec"
    GDELT = "gdelt"


READERS: Mapping[Format, Reader] = MappingProxyType(
    {
        Format.JSON: read_document,
        Format.CSV: read_table,
        Format.PARQUET: read_parquet,
        Format.TEXT: read_text,
        Format.HTML: read_page,
        Format.WARC: read_warc,
        Format.TREC: read_trec,
    }
)
"""JSON lines are read apart, since they are sent as they stand; GDELT's lists are CSV, JSON or JSON lines."""

SEEKING = frozenset([Format.PARQUET])
"""Formats that begin with their end."""

_BY_SUFFIX: Mapping[str, Format] = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.TEXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
}
_PACKED_SUFFIX = re.compile(r"(?:\.gz|\.zst|\.bz2|\.xz)$")
PARQUET_MAGIC = b"PAR1"
_WARC = b"WARC/"


def recognise(path: str, head: bytes) -> Format:
    """Return the format of a file by how its unpacked content begins, else by its name; JSON lines if neither tells."""
    name = _PACKED_SUFFIX.sub("", PurePosixPath(path).name.lower())
    if head.startswith((PARQUET_MAGIC, _WARC)):
        return Format.PARQUET if head.startswith(PARQUET_MAGIC) else Format.WARC
    if is_trec(head):
        return Format.TREC
    if name.endswith(".gal.json"):
        return Format.GDELT
    if named := _BY_SUFFIX.get(PurePosixPath(name).suffix):
        return named
    if head.lstrip().startswith(b"<"):
        return Format.HTML
    return Format.JSON if is_document(head) else Format.JSONL


def gdelt_form(head: bytes) -> Format:
    """Return in which format one of GDELT's lists is that begins with *head*."""
    if not head.lstrip().startswith((b"{", b"[")):
        return Format.CSV
    return Format.JSON if is_document(head) else Format.JSONL
