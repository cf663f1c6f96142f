"""CSV and its kin: a header, then one record a row."""

from __future__ import annotations

import csv
import sys
from typing import BinaryIO

from stream.archives.records import Part, Record, Records, canonical, no_text_among

_DELIMITERS = ",;\t|"
_SKIP = 1 << 16


class _BadRowError(ValueError):
    """A row that cannot be read; the next one can."""


class _TextLines:
    """The decoded lines of a file, as csv wants them: a row may take several, but no more than *max_bytes*."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        self.number = 0
        self.held = 0
        self._file = file
        self._part = part

    def __iter__(self) -> _TextLines:
        return self

    def __next__(self) -> str:
        limit = self._part.max_bytes
        line = self._file.readline(limit + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.held += len(line)
        if len(line) > limit:
            while not line.endswith(b"\n") and (line := self._file.readline(_SKIP)):
                self.held += len(line)
        if self.held > limit:
            raise _BadRowError(f"the row is {self.held} bytes long and more; the limit is {limit}. Is a quote missing?")
        try:
            return line.decode(self._part.encoding)
        except UnicodeDecodeError as cause:
            raise _BadRowError(f"the line is not {cause.encoding}; --encoding names another one") from cause


def read_table(file: BinaryIO, part: Part) -> Records:
    """Give the rows of a CSV file; comma, semicolon, tab or bar, whichever the header has most of, parts the columns.

    A row that is too long or not in the encoding is a Damage, and the next is read.
    """
    # Rows are bounded as a whole, so fields need no limit of their own.
    csv.field_size_limit(sys.maxsize)
    lines = _TextLines(file, part)
    try:
        first = next(lines, "")
    except _BadRowError as cause:
        yield part.damage(1, f"the header cannot be read: {cause}", fatal=True)
        return
    delimiter = max(_DELIMITERS, key=first.count)
    header = [canonical(name, part.wanted) for name in next(csv.reader([first], delimiter=delimiter), [])]
    if header and (advice := no_text_among(header, part.wanted)):
        yield part.damage(1, advice, fatal=True)
        return
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.held = 0
        number = lines.number + 1
        try:
            row = next(rows, None)
        except (_BadRowError, csv.Error) as cause:
            yield part.damage(number, str(cause))
            continue
        if row is None:
            return
        fields: dict[str, str] = {}
        for name, value in zip(header, row, strict=False):
            if value:
                # Of columns with the same name, the first counts.
                fields.setdefault(name, value)
        if fields:
            yield Record(number, fields)
