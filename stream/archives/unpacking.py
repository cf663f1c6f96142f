"""The bytes of a file, unpacked where its first bytes say that it is packed, and never beyond the limits."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import zstandard

from stream.unpack_limits import UnpackLimits


class BrokenError(Exception):
    """The bytes of a file end here; the text says why."""


class BlownUpError(BrokenError):
    """An archive unpacks to more than its limits allow."""


def _whole(unpacker: Any, packed: bytes) -> Iterator[bytes]:
    yield unpacker.decompress(packed)


def _in_pieces(unpacker: Any, packed: bytes) -> Iterator[bytes]:
    # 50 bytes of bzip2 can be 45 MB of text.
    yield unpacker.decompress(packed, _PIECE)
    while not unpacker.eof and not unpacker.needs_input:
        yield unpacker.decompress(b"", _PIECE)


@dataclass(frozen=True, slots=True)
class _Packing:
    """A way to pack one stream. *tool* unpacks it by hand; *padding* may stand between two streams."""

    magic: bytes
    name: str
    tool: str
    damaged: type[Exception]
    unpacker: Callable[[], Any]
    pieces: Callable[[Any, bytes], Iterator[bytes]]
    padding: bytes = b""

    def unpadded(self, packed: bytes) -> bytes:
        """Return *packed* from where the next stream begins."""
        return packed.lstrip(self.padding) if self.padding else packed


_PIECE = 1 << 20
# `xz -9` needs 65 MB to unpack.
_XZ_MEMORY = 256 << 20
_PACKINGS = (
    _Packing(b"\x1f\x8b", "gzip", "gzip -dc", zlib.error, lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), _whole),
    _Packing(
        b"\x28\xb5\x2f\xfd",
        "Zstandard",
        "zstd -dc",
        zstandard.ZstdError,
        lambda: zstandard.ZstdDecompressor().decompressobj(),
        _whole,
    ),
    _Packing(b"BZh", "bzip2", "bzip2 -dc", OSError, bz2.BZ2Decompressor, _in_pieces),
    _Packing(
        b"\xfd7zXZ\x00",
        "xz",
        "xz -dc",
        lzma.LZMAError,
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
        _in_pieces,
        padding=b"\0",
    ),
)
ZIP = b"PK\x03\x04"
# Archives that are not read -> what reads them.
_FOREIGN = {
    ZIP: "zip archive; unpack it first, for example with unzip -p",
    b"PK\x05\x06": "zip archive, and an empty one",
    b"PK\x07\x08": "zip archive in parts; put it together and unpack it first",
    b"7z\xbc\xaf\x27\x1c": "7z archive; unpack it first, for example with 7z x -so",
    b"Rar!\x1a\x07": "rar archive; unpack it first",
}
_TAR_AT, _TAR = 257, b"ustar"
# The start of a file is looked at once so much of it is there.
_LONGEST_START = 8
_PLAIN_CHUNK = 1 << 16
# Compressed bytes are taken in small bites: 1 KB of Zstandard can be 32 MB of text, and no more.
_PACKED_CHUNK = 1 << 10


def unpacked(file: BinaryIO, limits: UnpackLimits) -> Iterator[bytes]:
    """Give the bytes of *file*, unpacked if they are gzip, Zstandard, bzip2 or xz.

    A pipe's bytes are given as they come. Raises BrokenError where the file cannot be read any further: cut, damaged,
    an archive of another kind, an archive in an archive; BlownUpError where it goes beyond *limits*.
    """
    chunks = _chunks(file, _PACKED_CHUNK)
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= _LONGEST_START:
            break
    packing = _packing_of(start)
    if packing is None:
        texts = _plain(start, file)
        first = start
        next(texts)
    else:
        texts = _unpack(packing, start, chunks, limits)
        first = next(texts, b"")
    refuse_archive(first, packed=packing is not None)
    yield first
    yield from texts


def _packing_of(start: bytes) -> _Packing | None:
    return next((packing for packing in _PACKINGS if start.startswith(packing.magic)), None)


def refuse_archive(start: bytes, *, packed: bool) -> None:
    """Raise BrokenError when what begins with *start* is an archive, where none may be: *packed* ones hold no other."""
    name = next((name for magic, name in _FOREIGN.items() if start.startswith(magic)), None)
    if start[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        name = "tar archive; unpack it into a folder first, and give that"
    if packed and (name or _packing_of(start)):
        raise BrokenError("the archive holds another archive; unpack the outer one first")
    if name:
        raise BrokenError(f"this is a {name}")


def _plain(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    yield start
    yield from _chunks(file, _PLAIN_CHUNK)


def _unpack(packing: _Packing, start: bytes, chunks: Iterator[bytes], limits: UnpackLimits) -> Iterator[bytes]:
    unpacker: Any = None
    waiting = start
    packed, text_bytes = len(start), 0
    while waiting:
        unpacker = unpacker or packing.unpacker()
        pieces = packing.pieces(unpacker, waiting)
        while True:
            try:
                text = next(pieces, None)
            except packing.damaged as cause:
                raise BrokenError(f"the {packing.name} data is damaged ({cause})") from cause
            if text is None:
                break
            room = limits.allowed(packed) - text_bytes
            text_bytes += len(text)
            if text:
                # What is below the limit was asked for, and may hold good lines.
                yield text[:room]
            if len(text) > room:
                raise BlownUpError(_beyond(packing, limits.excess(packed, text_bytes)))
        waiting = b""
        if unpacker.eof:
            # An archive may be several, one after the other.
            waiting, unpacker = packing.unpadded(unpacker.unused_data), None
        while not waiting and (chunk := next(chunks, b"")):
            packed += len(chunk)
            waiting = chunk if unpacker else packing.unpadded(chunk)
    if unpacker is not None:
        raise BrokenError(f"the {packing.name} data ends too early: the archive is cut off")


def _beyond(packing: _Packing, excess: str) -> str:
    return f"the {packing.name} data {excess}; if you trust it, unpack it yourself, for example with {packing.tool}"


def _chunks(file: BinaryIO, size: int) -> Iterator[bytes]:
    # read1 where there is one: a pipe's lines go on as they come, not when a chunk is full.
    read = getattr(file, "read1", file.read)
    while True:
        try:
            chunk = read(size)
        except OSError as cause:
            raise BrokenError(f"cannot be read: {cause.strerror or cause}") from cause
        if not chunk:
            return
        yield chunk
