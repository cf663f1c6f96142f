"""CSV (RFC 4180) that a spreadsheet may open: no text in it is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from stream.formats.fields import Row, Value
from stream.terminal import visible

MEDIA_TYPE = "text/csv; charset=utf-8"

# What spreadsheets begin a formula with, the full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def heading(columns: Iterable[str]) -> str:
    """Return the line of column names."""
    return _line(columns)


def line(values: Row) -> str:
    """Return *values* as one line with its end; a text that a spreadsheet would run begins with an apostrophe."""
    return _line(_cell(value) for value in values.values())


def _cell(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or value.startswith(_FORMULA) else text


def _line(values: Iterable[Value]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()
