"""Archives in any of the formats, from anywhere, as lines of JSON: one article each."""

from __future__ import annotations

import io
import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import orjson

from stream.archives.extras import MissingExtraError
from stream.archives.formats import PARQUET_MAGIC, READERS, SEEKING, Format, gdelt_form, recognise
from stream.archives.gdelt import from_gdelt, is_gdelt
from stream.archives.mapping import FieldMap
from stream.archives.records import Part, Record
from stream.archives.sources import Counted, Source, sources
from stream.archives.unpacking import ZIP, BlownUpError, BrokenError, refuse_archive, unpacked
from stream.archives.zipped import Zipped, modified
from stream.reading import BOM, DEFAULT_LINE_BYTES, Damage, Line, lines_of, refuse_other_encodings
from stream.unpack_limits import DEFAULT_LIMITS, UnpackLimits

Item = Line | Damage


@dataclass(slots=True)
class ArchiveReader:
    """Reads archives. *form* is None where each file's own format is to be found out.

    *tally* is told the bytes read from disk or network; *passed_over* counts what is no article, by reason.
    """

    form: Format | None = None
    field_map: FieldMap = field(default_factory=FieldMap)
    encoding: str = "utf-8"
    max_bytes: int = DEFAULT_LINE_BYTES
    limits: UnpackLimits = DEFAULT_LIMITS
    tally: Callable[[int], None] = lambda _: None
    passed_over: Counter[str] = field(default_factory=Counter)

    def read(self, paths: Iterable[str]) -> Iterator[Item]:
        """Give every article of *paths* as a line of JSON; JSON lines come as they stand unless fields are mapped.

        Every fault is a Damage, and the next file is read all the same.
        """
        for source in sources(paths):
            if isinstance(source, Damage):
                yield source
            else:
                yield from self._source(source)

    def _source(self, source: Source) -> Iterator[Item]:
        part = Part(
            source.name,
            source.modified,
            source.size,
            self.max_bytes,
            self.encoding,
            self.field_map.columns,
            self.limits,
            self.passed_over,
        )
        try:
            with source.open() as file, ExitStack() as stack:
                counted = cast("BinaryIO", Counted(file, self.tally))
                head = _head(counted)
                chunks = itertools.chain([head], _rest(counted))
                if head.startswith((ZIP, PARQUET_MAGIC)):
                    seekable = file if source.is_seekable else _spooled(chunks, stack, part)
                    seekable.seek(0)
                    yield from (
                        self._zip(seekable, part)
                        if head.startswith(ZIP)
                        else self._records(Format.PARQUET, seekable, part)
                    )
                else:
                    packed = cast("BinaryIO", _Chunks(chunks))
                    yield from self._content(part, unpacked(packed, self.limits), stack)
        except OSError as cause:
            yield part.damage(1, f"cannot be opened: {cause.strerror or cause}", fatal=True)
        except BrokenError as cause:
            yield part.damage(1, str(cause), fatal=True, over_limit=isinstance(cause, BlownUpError))

    def _zip(self, file: BinaryIO, part: Part) -> Iterator[Item]:
        file.seek(0, io.SEEK_END)
        archive = Zipped(file, file.tell(), self.limits)
        for member in archive.members():
            inner = Part(
                f"{part.path}/{member.filename}",
                modified(member) or part.modified,
                member.compress_size,
                self.max_bytes,
                self.encoding,
                part.wanted,
                self.limits,
                self.passed_over,
            )
            stopped = False
            with ExitStack() as stack:
                for item in self._content(inner, _unpacked_once(archive.chunks(member)), stack):
                    stopped = isinstance(item, Damage) and item.over_limit
                    yield item
            if stopped:
                return

    def _content(self, part: Part, chunks: Iterator[bytes], stack: ExitStack) -> Iterator[Item]:
        """Give the articles of one file's bytes; what cuts them short is the last Damage."""
        try:
            first = next(chunks, b"")
            form = self.form or recognise(part.path, first)
            if form not in (Format.PARQUET, Format.WARC):
                refuse_other_encodings(first)
                first = first.removeprefix(BOM)
        except BrokenError as cause:
            yield part.damage(1, str(cause), fatal=True, over_limit=isinstance(cause, BlownUpError))
            return
        chunks = itertools.chain([first], chunks)
        gdelt = form is Format.GDELT
        if gdelt:
            form = gdelt_form(first)
        if form is Format.JSONL:
            yield from self._json_lines(part, chunks, gdelt=gdelt)
        elif form in SEEKING:
            try:
                spool = _spooled(chunks, stack, part)
            except BrokenError as cause:
                yield part.damage(1, str(cause), fatal=True, over_limit=isinstance(cause, BlownUpError))
            else:
                yield from self._records(form, spool, part)
        else:
            yield from self._records(form, cast("BinaryIO", io.BufferedReader(_Chunks(chunks))), part, gdelt=gdelt)

    def _records(self, form: Format, file: BinaryIO, part: Part, *, gdelt: bool = False) -> Iterator[Item]:
        number = 0
        try:
            for item in READERS[form](file, part):
                if isinstance(item, Damage):
                    yield item
                else:
                    number = item.number
                    yield self._line(part, item, gdelt=gdelt)
        except (BrokenError, MissingExtraError) as cause:
            yield part.damage(number + 1, str(cause), fatal=True, over_limit=isinstance(cause, BlownUpError))

    def _json_lines(self, part: Part, chunks: Iterator[bytes], *, gdelt: bool) -> Iterator[Item]:
        for item in lines_of(part.path, chunks, self.max_bytes):
            if isinstance(item, Damage) or not (gdelt or self.field_map):
                yield item
                continue
            try:
                fields = orjson.loads(item.data)
            except orjson.JSONDecodeError:
                # It becomes a dead letter, as it would without a mapping.
                fields = None
            yield self._line(part, Record(item.number, fields), gdelt=gdelt) if isinstance(fields, dict) else item

    def _line(self, part: Part, record: Record, *, gdelt: bool) -> Line:
        fields: dict[str, Any] = dict(record.fields)
        if gdelt or is_gdelt(fields):
            fields = from_gdelt(fields)
        if self.field_map:
            fields = self.field_map.apply(fields)
        kept = {name: value for name, value in fields.items() if value is not None}
        return Line(part.path, record.number, orjson.dumps(kept, default=str, option=orjson.OPT_NON_STR_KEYS))


class _Chunks(io.RawIOBase):
    """The bytes that come in chunks, as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most *size* bytes, those of one chunk."""
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._left = chunk
        if size < 0:
            size = len(self._left)
        data, self._left = self._left[:size], self._left[size:]
        return data

    def readinto(self, buffer: Any) -> int:
        """Fill *buffer* with what one chunk has."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


_HEAD = len(ZIP)
_READ = 1 << 16


def _unpacked_once(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    refuse_archive(first, packed=True)
    yield first
    yield from chunks


def _head(file: BinaryIO) -> bytes:
    head = b""
    while len(head) < _HEAD and (chunk := file.read(_READ)):
        head += chunk
    return head


def _rest(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_READ):
        yield chunk


def _spooled(chunks: Iterable[bytes], stack: ExitStack, part: Part) -> BinaryIO:
    """Return *chunks* as a file on disk that can be sought in."""
    spool = stack.enter_context(tempfile.TemporaryFile(prefix="rasid-"))  # noqa: SIM115 - the stack closes it
    for chunk in chunks:
        spool.write(chunk)
    if part.size is None:
        part.size = spool.tell()
    spool.seek(0)
    return cast("BinaryIO", spool)
