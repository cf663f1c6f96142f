"""Where the state of one partition is at hand: in memory, or on disk in RocksDB. The changelog is what counts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, cast

from rocksdict import Options, Rdict, WriteBatch

_OFFSET = b"\0offset"
_WRITTEN = b"\0written"
_OWN = frozenset({_OFFSET, _WRITTEN})
TOMBSTONE_DAYS = 7
"""For how long the changelog keeps the mark of an entry that is gone."""
_STALE_SECONDS = (TOMBSTONE_DAYS - 1) * 86_400
_WRITE_BUFFER_BYTES = 8 * 1024 * 1024


class StateStoreError(Exception):
    """The folder of the state cannot be used. The text names it and says what to do."""


class StateStore(Protocol):
    """The newest entry of each key of a changelog, as bytes."""

    @property
    def offset(self) -> int:
        """The changelog's offset up to which the store has all of its entries."""
        ...

    def get(self, key: bytes) -> bytes | None:
        """Return the entry of *key*."""
        ...

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Give all entries in the order of their keys."""
        ...

    def write(self, entries: Mapping[bytes, bytes | None], *, offset: int) -> None:
        """Take over *entries*, None for those that are gone; the store is at *offset* then."""

    def close(self) -> None:
        """Let go of files."""


class MemoryStore:
    """A store that is read anew from the changelog at each start."""

    def __init__(self) -> None:
        self._entries: dict[bytes, bytes] = {}
        self.offset = 0

    def get(self, key: bytes) -> bytes | None:
        """Return the entry of *key*."""
        return self._entries.get(key)

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Give all entries in the order of their keys."""
        return iter(sorted(self._entries.items()))

    def write(self, entries: Mapping[bytes, bytes | None], *, offset: int) -> None:
        """Take over *entries*."""
        for key, value in entries.items():
            if value is None:
                self._entries.pop(key, None)
            else:
                self._entries[key] = value
        self.offset = offset

    def close(self) -> None:
        """Nothing is to be let go of."""


class RocksStore:
    """A store in the folder *folder*, which goes on where it ended. One process at a time.

    A copy that was not written to for days is thrown away: the changelog may no longer say what is gone since.
    Raises StateStoreError. *clock* gives seconds since 1970.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._db = _open(folder)
        written = float(self._db.get(_WRITTEN) or b"inf")
        if clock() - written > _STALE_SECONDS:
            self._db.close()
            shutil.rmtree(folder)
            self._db = _open(folder)

    @property
    def offset(self) -> int:
        """The changelog's offset up to which the store has all of its entries."""
        return int(self._db.get(_OFFSET) or b"0")

    def get(self, key: bytes) -> bytes | None:
        """Return the entry of *key*."""
        entry: bytes | None = self._db.get(key)
        return entry

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Give all entries in the order of their keys."""
        # Its types allow for more than the raw mode has.
        entries = cast("Iterator[tuple[bytes, bytes]]", self._db.items())
        return ((key, value) for key, value in entries if key not in _OWN)

    def write(self, entries: Mapping[bytes, bytes | None], *, offset: int) -> None:
        """Take over *entries* and *offset* as a whole."""
        batch = WriteBatch(raw_mode=True)
        for key, value in entries.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(_OFFSET, b"%d" % offset)
        batch.put(_WRITTEN, b"%d" % self._clock())
        self._db.write(batch)

    def close(self) -> None:
        """Let go of the files, so that another process may open them."""
        self._db.close()


def _open(folder: Path) -> Rdict:
    options = Options(raw_mode=True)
    options.set_write_buffer_size(_WRITE_BUFFER_BYTES)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Rdict(str(folder), options)
    except Exception as cause:
        # Of its own, RocksDB has no more to say than that.
        raise StateStoreError(
            f"The state in {folder} cannot be opened: {str(cause)[:200]}. Each process needs a folder of its own "
            "(RASID_STATE_DIR) that it may write to. What is in there can be deleted: it is read anew from Kafka."
        ) from cause
