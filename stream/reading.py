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

from stream.unpack_limits import DEFAULT_LIMITS, UnpackLimits

STDIN = "-"
DEFAULT_LINE_BYTES = 10_000_000

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_PACKED = (_GZIP_MAGIC, _ZSTD_MAGIC)
# Archives that are not read -> what reads them.
_FOREIGN = {
    b"PK\x03\x04": "zip archive; unpack it first, for example with unzip -p",
    b"PK\x05\x06": "zip archive, and an empty one",
    b"PK\x07\x08": "zip archive in parts; put it together and unpack it first",
    b"BZh": "bzip2 archive; unpack it first, for example with bzip2 -dc",
    b"\xfd7zXZ\x00": "xz archive; unpack it first, for example with xz -dc",
    b"7z\xbc\xaf\x27\x1c": "7z archive; unpack it first, for example with 7z x -so",
    b"Rar!\x1a\x07": "rar archive; unpack it first",
}
_BOM = b"\xef\xbb\xbf"
_UTF32_STARTS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"{\x00\x00\x00", b"\x00\x00\x00{")
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"\x00{")
# The start of a file is looked at once so much of it is there.
_LONGEST_START = 8
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
    """What could not be read: one line (*number*), or the rest of the file from that line on when *fatal*.

    *over_limit*: the file is an archive that unpacks to more than is allowed.
    """

    path: str
    number: int
    reason: str
    fatal: bool
    over_limit: bool = False

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


class _BlownUp(_Broken):
    """An archive unpacks to more than its limits allow."""


def read_lines(
    paths: Iterable[str], *, max_bytes: int = DEFAULT_LINE_BYTES, limits: UnpackLimits = DEFAULT_LIMITS
) -> Iterator[Line | Damage]:
    """Give every line of the files, in order; empty ones are passed over. `-` is standard input.

    gzip and Zstandard are known by their first bytes, so a pipe may carry them too. A line of more than *max_bytes*
    is a Damage and is not kept in memory. An unreadable file, or an archive beyond *limits*, is a fatal Damage; the
    next file is read all the same.
    """
    for path in paths:
        try:
            if path == STDIN:
                # Unbuffered: a thread that waits in here must not keep the program from ending.
                raw = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
                yield from _lines("standard input", raw, max_bytes, limits)
            else:
                with Path(path).open("rb") as file:
                    yield from _lines(path, file, max_bytes, limits)
        except OSError as cause:
            yield Damage(path, 1, f"cannot be opened: {cause.strerror or cause}", fatal=True)


def _lines(path: str, file: BinaryIO, max_bytes: int, limits: UnpackLimits) -> Iterator[Line | Damage]:
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
        for chunk in _text(file, limits):
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
        yield Damage(path, number, str(cause), fatal=True, over_limit=isinstance(cause, _BlownUp))
    else:
        yield from finish()


def _text(file: BinaryIO, limits: UnpackLimits) -> Iterator[bytes]:
    """Give the unpacked bytes. Raises _Broken where the file cannot be read any further."""
    chunks = _chunks(file, _PACKED_CHUNK)
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= _LONGEST_START:
            break
    for magic, name in _FOREIGN.items():
        if start.startswith(magic):
            raise _Broken(f"this is a {name}")
    texts = _unpacked(start, chunks, limits) if start.startswith(_PACKED) else _plain(start, file)
    first = next(texts, b"")
    _refuse_other_text(first)
    if start.startswith(_PACKED) and first.startswith((*_PACKED, *_FOREIGN)):
        raise _Broken("the archive holds another archive; unpack the outer one first")
    yield first.removeprefix(_BOM)
    yield from texts


def _refuse_other_text(first: bytes) -> None:
    """Raise _Broken when a text that begins with *first* is no JSON lines in UTF-8."""
    for starts, name in ((_UTF32_STARTS, "UTF-32"), (_UTF16_STARTS, "UTF-16")):
        if first.startswith(starts):
            raise _Broken(f"the text is {name}, not UTF-8; convert it first, for example with iconv -f {name} -t UTF-8")
    opening = first.lstrip(_BOM + b" \t\r\n").split(b"\n", 1)[0].rstrip()
    # A line that is a whole array is merely a bad line.
    if opening.startswith(b"[") and not opening.endswith(b"]"):
        raise _Broken("this is one JSON array, not JSON lines; convert it first, for example with jq -c '.[]'")


def _plain(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    yield start
    yield from _chunks(file, _PLAIN_CHUNK)


def _unpacked(start: bytes, chunks: Iterator[bytes], limits: UnpackLimits) -> Iterator[bytes]:
    name, damaged = ("gzip", zlib.error) if start.startswith(_GZIP_MAGIC) else ("Zstandard", zstandard.ZstdError)
    unpacker: _Unpacker | None = None
    waiting = start
    packed, unpacked = len(start), 0
    while waiting:
        if unpacker is None:
            unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if name == "gzip" else _zstd()
        try:
            text = unpacker.decompress(waiting)
        except damaged as cause:
            raise _Broken(f"the {name} data is damaged ({cause})") from cause
        room = limits.allowed(packed) - unpacked
        unpacked += len(text)
        if text:
            # What is below the limit was asked for, and may hold good lines.
            yield text[:room]
        if len(text) > room:
            raise _BlownUp(_beyond(limits, name, packed, unpacked))
        waiting = b""
        if unpacker.eof:
            # An archive may be several, one after the other.
            waiting, unpacker = unpacker.unused_data, None
        if not waiting:
            waiting = next(chunks, b"")
            packed += len(waiting)
    if unpacker is not None:
        raise _Broken(f"the {name} data ends too early: the archive is cut off")


def _beyond(limits: UnpackLimits, name: str, packed: int, unpacked: int) -> str:
    tool = "gzip -dc" if name == "gzip" else "zstd -dc"
    limit = f"{limits.most} in all" if unpacked > limits.most else f"{limits.ratio} for each packed byte"
    return (
        f"the {name} data unpacks from {packed} bytes to {unpacked} and more, which is beyond the limit of {limit}; "
        f"if you trust it, unpack it yourself, for example with {tool}"
    )


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
