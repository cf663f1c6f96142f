"""Zip archives: each file in one is read as if it stood in a folder."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO

from stream.archives.sources import SUFFIXES
from stream.archives.unpacking import BlownUpError, BrokenError
from stream.unpack_limits import UnpackLimits

_CHUNK = 1 << 16
# The methods that zipfile unpacks in bounded pieces.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# For each file the list of contents has 46 bytes and its name, and zipfile keeps a kilobyte of it.
_MOST_LIST_BYTES = 20_000_000
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"


class Zipped:
    """A zip archive of *size* bytes. All its files together may not unpack beyond *limits*."""

    def __init__(self, file: BinaryIO, size: int, limits: UnpackLimits) -> None:
        _check_list(file, size)
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as cause:
            raise BrokenError(f"the zip archive is damaged ({cause})") from cause
        self._size = size
        self._limits = limits
        self._unpacked = 0

    def members(self) -> list[zipfile.ZipInfo]:
        """Return the files to read, in the order of their names."""
        wanted = (info for info in self._archive.infolist() if not info.is_dir() and _is_wanted(info.filename))
        return sorted(wanted, key=lambda info: info.filename)

    def chunks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Give the bytes of *member*. Raises BrokenError, BlownUpError."""
        if member.flag_bits & 1:
            raise BrokenError("this file of the zip archive is encrypted")
        if member.compress_type not in _METHODS:
            raise BrokenError(
                f"this file of the zip archive is packed by method {member.compress_type}; unpack it first"
            )
        try:
            with self._archive.open(member) as file:
                while chunk := file.read(_CHUNK):
                    room = self._limits.allowed(self._size) - self._unpacked
                    self._unpacked += len(chunk)
                    yield chunk[:room]
                    if len(chunk) > room:
                        excess = self._limits.excess(self._size, self._unpacked)
                        raise BlownUpError(f"the zip archive {excess}; if you trust it, unpack it into a folder")
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zlib.error) as cause:
            raise BrokenError(f"the zip archive is damaged ({cause})") from cause


def modified(member: zipfile.ZipInfo) -> datetime | None:
    """Return when the file was changed, in UTC for want of a zone."""
    try:
        return datetime(*member.date_time, tzinfo=UTC)
    except ValueError:
        return None


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in SUFFIXES and not any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _check_list(file: BinaryIO, size: int) -> None:
    """Raise BrokenError when the list of contents is so long that reading it would fill the memory."""
    file.seek(max(0, size - 70_000))
    tail = file.read()
    file.seek(0)
    end, end64 = tail.rfind(_END), tail.rfind(_END_64)
    try:
        long = struct.unpack_from("<L", tail, end + 12)[0] if end >= 0 else 0
        if long == 0xFFFFFFFF:
            long = struct.unpack_from("<Q", tail, end64 + 40)[0] if end64 >= 0 else 0
    except struct.error as cause:
        raise BrokenError("the zip archive is damaged (its list of contents is cut off)") from cause
    if long > _MOST_LIST_BYTES:
        raise BrokenError(
            f"the zip archive lists too many files ({long} bytes of names); unpack it into a folder first"
        )
