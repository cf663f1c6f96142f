"""Where archives are: files, folders, globs, standard input, and addresses that fsspec opens (http, s3 and others)."""

from __future__ import annotations

import glob
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit, urlunsplit

from stream.archives.extras import MissingExtraError, optional
from stream.reading import STDIN, Damage

_ARTICLES = ".jsonl .ndjson .json .csv .tsv .parquet .txt .html .htm .xhtml .xml .sgm .sgml .warc .wet"
_PACKED = ".zip .gz .zst .bz2 .xz"
SUFFIXES = frozenset(f"{_ARTICLES} {_PACKED}".split())
"""In a folder, files that end otherwise are left alone."""

_WILD = frozenset("*?[")
_BLOCK = 1 << 20
_CONNECT_SECONDS, _READ_SECONDS = 30, 120


@dataclass(frozen=True, slots=True)
class Source:
    """One file, wherever it is. *name* is what people are shown, *mark* changes when the content does."""

    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    mark: str
    size: int | None = None
    modified: datetime | None = None
    is_seekable: bool = True


def sources(paths: Iterable[str]) -> Iterator[Source | Damage]:
    """Give the files that *paths* stand for: folders and globs are opened up, in the order of their names.

    What is not there is a Damage.
    """
    for path in paths:
        if path == STDIN:
            yield Source("standard input", _stdin, "", is_seekable=False)
        elif "://" in path:
            yield from _remote(path)
        elif Path(path).is_dir():
            yield from map(_local, _files_in(path))
        elif Path(path).exists() or not _WILD & set(path):
            yield _local(path)
        else:
            found = sorted(name for name in glob.iglob(path, recursive=True) if not Path(name).is_dir())  # noqa: PTH207 - pathlib's cannot take an absolute pattern
            if not found:
                yield Damage(path, 1, "no file is called so", fatal=True)
            yield from map(_local, found)


def _stdin() -> AbstractContextManager[BinaryIO]:
    # Unbuffered: a thread that waits in here must not keep the program from ending.
    return nullcontext(cast("BinaryIO", getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)))


def _files_in(folder: str) -> Iterator[str]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield str(Path(where) / name)


def _local(path: str) -> Source | Damage:
    try:
        status = Path(path).stat()
    except OSError as cause:
        return Damage(path, 1, f"cannot be opened: {cause.strerror or cause}", fatal=True)
    return Source(
        path,
        lambda: Path(path).open("rb"),
        f"{status.st_size} {status.st_mtime_ns}",
        status.st_size,
        datetime.fromtimestamp(status.st_mtime, UTC),
    )


def _remote(address: str) -> Iterator[Source | Damage]:
    shown = without_secrets(address)
    try:
        fsspec = optional("fsspec", f"opening {shown}")
        system, path = fsspec.core.url_to_fs(address, **_options(address))
        is_http = address.startswith(("http://", "https://"))
        if is_http:
            names = [path]
        elif _WILD & set(path):
            names = sorted(system.glob(path))
        else:
            names = sorted(system.find(path)) if system.isdir(path) else [path]
        if not names:
            yield Damage(shown, 1, "no file is called so", fatal=True)
        for name in names:
            yield _of_system(system, name, shown if len(names) == 1 else f"{shown.partition('://')[0]}://{name}")
    except Exception as cause:  # noqa: BLE001 - each file system of fsspec raises what its library does
        yield Damage(shown, 1, f"cannot be opened: {_words(cause)}", fatal=True)


def _of_system(system: Any, path: str, shown: str) -> Source:
    info = system.info(path)
    size = info.get("size")
    marks = [str(info.get(name)) for name in ("ETag", "etag", "LastModified", "mtime") if info.get(name)]

    def opened() -> BinaryIO:
        try:
            # Without a size there are no ranges to ask for: the answer is read as it comes.
            return cast("BinaryIO", system.open(path, "rb", block_size=0 if size is None else _BLOCK))
        except Exception as cause:
            raise OSError(_words(cause)) from cause

    return Source(shown, opened, " ".join([str(size), *marks]), size, is_seekable=size is not None)


def _options(address: str) -> dict[str, Any]:
    if not address.startswith(("http://", "https://")):
        return {}
    aiohttp = optional("aiohttp", "opening an address")
    # The default ends any download after five minutes.
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_READ_SECONDS)
    return {"client_kwargs": {"timeout": timeout}}


def _words(cause: Exception) -> str:
    """Return what went wrong in one line that repeats no address, since that may hold a key."""
    if isinstance(cause, MissingExtraError):
        return str(cause)
    if isinstance(cause, FileNotFoundError):
        return "there is no such file"
    if isinstance(cause, PermissionError):
        return "access is refused"
    if (status := getattr(cause, "status", None)) is not None:
        return f"the server answers {status}"
    if isinstance(cause, (ImportError, ValueError)) and "://" not in str(cause):
        return str(cause).splitlines()[0]
    return type(cause).__name__


def without_secrets(address: str) -> str:
    """Return *address* without user, password and query, in which keys stand."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class Counted(io.RawIOBase):
    """A file that tells *tally* how many bytes were read of it."""

    def __init__(self, file: BinaryIO, tally: Callable[[int], None]) -> None:
        self._file = file
        self._tally = tally
        self._read = getattr(file, "read1", file.read)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most *size* bytes, as they come. Raises OSError whatever the file's library raises."""
        try:
            data: bytes = self._read(size)
        except OSError:
            raise
        except Exception as cause:
            raise OSError(_words(cause)) from cause
        self._tally(len(data))
        return data
