"""Where the state of one partition is at hand: in memory, or on disk in RocksDB. The changelog is what counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol


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
