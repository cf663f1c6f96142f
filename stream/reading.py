"""JSON lines from files and pipes, plain or compressed, with every kind of damage told as a value.

Lines before the damage are given; what they hold is not looked at here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stream.archives.unpacking import BlownUpError, BrokenError, unpacked
from stream.unpack_limits import DEFAULT_LIMITS, UnpackLimits

STDIN = "-"
DEFAULT_LINE_BYTES = 10_000_000

BOM = b"\xef\xbb\xbf"
_UTF32_STARTS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"{\x00\x00\x00", b"\x00\x00\x00{")
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"\x00{")


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


def read_lines(
    paths: Iterable[str], *, max_bytes: int = DEFAULT_LINE_BYTES, limits: UnpackLimits = DEFAULT_LIMITS
) -> Iterator[Line | Damage]:
    """Give every line of the files, in order; empty ones are passed over. `-` is standard input.

    gzip, Zstandard, bzip2 and xz are known by their first bytes, so a pipe may carry them too. A line of more than
    *max_bytes* is a Damage and is not kept in memory. An unreadable file, or an archive beyond *limits*, is a fatal
    Damage; the next file is read all the same.
    """
    for path in paths:
        try:
            if path == STDIN:
                # Unbuffered: a thread that waits in here must not keep the program from ending.
                raw = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
                yield from lines_of("standard input", _json_lines(raw, limits), max_bytes)
            else:
                with Path(path).open("rb") as file:
                    yield from lines_of(path, _json_lines(file, limits), max_bytes)
        except OSError as cause:
            yield Damage(path, 1, f"cannot be opened: {cause.strerror or cause}", fatal=True)


def lines_of(path: str, chunks: Iterable[bytes], max_bytes: int) -> Iterator[Line | Damage]:
    """Give every line of the text that comes in *chunks*; a line of more than *max_bytes* is a Damage.

    Where they raise BrokenError, a fatal Damage is the last.
    """
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
        for chunk in chunks:
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
    except BrokenError as cause:
        # A line that the damage cuts is half a line: nothing to hand on.
        yield Damage(path, number, str(cause), fatal=True, over_limit=isinstance(cause, BlownUpError))
    else:
        yield from finish()


def text_of(file: BinaryIO, limits: UnpackLimits) -> Iterator[bytes]:
    """Give the unpacked bytes of a text in UTF-8. Raises BrokenError where it cannot be read any further."""
    texts = unpacked(file, limits)
    first = next(texts, b"")
    refuse_other_encodings(first)
    yield first.removeprefix(BOM)
    yield from texts


def _json_lines(file: BinaryIO, limits: UnpackLimits) -> Iterator[bytes]:
    texts = text_of(file, limits)
    first = next(texts, b"")
    opening = first.lstrip(b" \t\r\n").split(b"\n", 1)[0].rstrip()
    # A line that is a whole array is merely a bad line.
    if opening.startswith(b"[") and not opening.endswith(b"]"):
        raise BrokenError("this is one JSON array, not JSON lines; convert it first, for example with jq -c '.[]'")
    yield first
    yield from texts


def refuse_other_encodings(first: bytes) -> None:
    """Raise BrokenError when a text that begins with *first* is UTF-16 or UTF-32."""
    for starts, name in ((_UTF32_STARTS, "UTF-32"), (_UTF16_STARTS, "UTF-16")):
        if first.startswith(starts):
            raise BrokenError(
                f"the text is {name}, not UTF-8; convert it first, for example with iconv -f {name} -t UTF-8"
            )
