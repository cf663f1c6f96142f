"""JSON lines from files and pipes, plain or compressed, with every kind of damage told as a value.

Lines before the damage are given; what they hold is not looked at here.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

STDIN = "-"
DEFAULT_LINE_BYTES = 10_000_000

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_BOM = b"\xef\xbb\xbf"
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"\x00{")
_PLAIN_CHUNK = 1 << 16
# Compressed bytes are taken in small bites: 1 KB of Zstandard can be 32 MB of text, and no more.
_PACKED_CHUNK = 1 << 10


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, without its line end. *number* counts from 1, empty lines included."""

    path: str
    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """What could not be read: one line (*number*), or the rest of the file from that line on when *fatal*."""

    path: str
    number: int
    reason: str
    fatal: bool

    def __str__(self) -> str:
        return f"{self.path}:{self.number}: {self.reason}"


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Broken(Exception):  # noqa: N818 - a signal between two functions of this module, never an error outside
    """The bytes of a file end here; the text says why."""


def read_lines(paths: Iterable[str], *, max_bytes: int = DEFAULT_LINE_BYTES) -> Iterator[Line | Damage]:
    """Give every line of the files, in order; empty ones are passed over. `-` is standard input.

    gzip and Zstandard are known by their first bytes, so a pipe may carry them too. A line of more than *max_bytes*
    is a Damage and is not kept in memory. An unreadable file is a fatal Damage; the next file is read all the same.
    """
    for path in paths:
        try:
            if path == STDIN:
                # Unbuffered: a thread that waits in here must not keep the program from ending.
                yield from _lines("standard input", getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), max_bytes)
            else:
                with Path(path).open("rb") as file:
                    yield from _lines(path, file, max_bytes)
        except OSError as cause:
            yield Damage(path, 1, f"cannot be opened: {cause.strerror or cause}", fatal=True)


def _lines(path: str, file: BinaryIO, max_bytes: int) -> Iterator[Line | Damage]:
    number = 1
    pending: list[bytes] = []
    held = 0

    def finish() -> Iterator[Line | Damage]:
        if held > max_bytes:
            reason = f"the line is {held} bytes long, more than the limit of {max_bytes}"
            yield Damage(path, number, reason, fatal=False)
        elif data := b"".join(pending).rstrip(b"\r"):
            yield Line(path, number, data)

    try:
        for chunk in _text(file):
            *ends, rest = chunk.split(b"\n")
            for piece in ends:
                pending.append(piece)
                held += len(piece)
                yield from finish()
                number, held = number + 1, 0
                pending.clear()
            held += len(rest)
            if held > max_bytes:
                pending.clear()
            else:
                pending.append(rest)
    except _Broken as cause:
        # A line that the damage cuts is half a line: nothing to hand on.
        yield Damage(path, number, str(cause), fatal=True)
    else:
        yield from finish()


def _text(file: BinaryIO) -> Iterator[bytes]:
    """Give the unpacked bytes. Raises _Broken where the file cannot be read any further."""
    chunks = _chunks(file, _PACKED_CHUNK)
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= len(_ZSTD_MAGIC):
            break
    packed = start.startswith((_GZIP_MAGIC, _ZSTD_MAGIC))
    texts = _unpacked(start, chunks) if packed else _plain(start, file)
    first = next(texts, b"")
    if first.startswith(_UTF16_STARTS):
        raise _Broken("the text is UTF-16, not UTF-8; convert it first, for example with iconv -f UTF-16 -t UTF-8")
    opening = first.lstrip(_BOM + b" \t\r\n").split(b"\n", 1)[0].rstrip()
    # A line that is a whole array is merely a bad line.
    if opening.startswith(b"[") and not opening.endswith(b"]"):
        raise _Broken("this is one JSON array, not JSON lines; convert it first, for example with jq -c '.[]'")
    yield first.removeprefix(_BOM)
    yield from texts


def _plain(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    yield start
    yield from _chunks(file, _PLAIN_CHUNK)


def _unpacked(start: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    name, damaged = ("gzip", zlib.error) if start.startswith(_GZIP_MAGIC) else ("Zstandard", zstandard.ZstdError)
    unpacker: _Unpacker | None = None
    waiting = start
    while waiting:
        if unpacker is None:
            unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if name == "gzip" else _zstd()
        try:
            text = unpacker.decompress(waiting)
        except damaged as cause:
            raise _Broken(f"the {name} data is damaged ({cause})") from cause
        if text:
            yield text
        waiting = b""
        if unpacker.eof:
            # An archive may be several, one after the other.
            waiting, unpacker = unpacker.unused_data, None
        waiting = waiting or next(chunks, b"")
    if unpacker is not None:
        raise _Broken(f"the {name} data ends too early: the archive is cut off")


def _zstd() -> _Unpacker:
    return zstandard.ZstdDecompressor().decompressobj()


def _chunks(file: BinaryIO, size: int) -> Iterator[bytes]:
    # read1 where there is one: a pipe's lines go on as they come, not when a chunk is full.
    read = getattr(file, "read1", file.read)
    while True:
        try:
            chunk = read(size)
        except OSError as cause:
            raise _Broken(f"cannot be read: {cause.strerror or cause}") from cause
        if not chunk:
            return
        yield chunk
