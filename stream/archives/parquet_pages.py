"""How large the pages of a Parquet file say they are: the readers make room for that before anything is checked.

The footer tells sizes too, but nothing holds it to them.
"""

from __future__ import annotations

from typing import Any, BinaryIO

_MOST_HEADER_BYTES = 1 << 16
_DEEPEST = 8
# Of the compact protocol of Thrift, by their numbers.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_UNPACKED_SIZE, _PACKED_SIZE = 2, 3


class PageError(ValueError):
    """The header of a page cannot be read."""


def unpacked_sizes(file: BinaryIO, chunk: Any) -> int:
    """Return what the pages of a column *chunk* (pyarrow's metadata of it) unpack to together, by their own headers.

    Raises PageError, OSError.
    """
    dictionary = chunk.dictionary_page_offset
    start = min(chunk.data_page_offset, dictionary) if dictionary else chunk.data_page_offset
    at, end, total = start, start + chunk.total_compressed_size, 0
    while at < end:
        file.seek(at)
        header = _Header(file.read(_MOST_HEADER_BYTES))
        sizes = header.numbers()
        unpacked, packed = sizes.get(_UNPACKED_SIZE, -1), sizes.get(_PACKED_SIZE, -1)
        if unpacked < 0 or packed < 0:
            raise PageError("a page has no size")
        total += unpacked
        at += header.at + packed
    return total


class _Header:
    """A struct in the compact protocol; *at* is where reading stands."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def numbers(self, depth: int = 0) -> dict[int, int]:
        """Return the whole numbers of the struct by their fields, and stand behind it."""
        if depth > _DEEPEST:
            raise PageError("a page's header is too deep")
        found: dict[int, int] = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._number()
            value = self._value(head & 15, depth)
            if value is not None:
                found[field] = value
        return found

    def _value(self, kind: int, depth: int) -> int | None:
        if kind in (_I16, _I32, _I64):
            return self._number()
        if kind in (_LIST, _SET):
            self._skip_list(depth)
        elif kind == _STRUCT:
            self.numbers(depth + 1)
        elif kind in (_BYTE, _DOUBLE):
            self.at += 8 if kind == _DOUBLE else 1
        elif kind == _BINARY:
            size = self._varint()
            self.at += size
        elif kind not in (_TRUE, _FALSE):
            raise PageError(f"a page's header has a field of kind {kind}")
        return None

    def _skip_list(self, depth: int) -> None:
        head = self._byte()
        count = self._varint() if head >> 4 == 15 else head >> 4
        for _ in range(count):
            # In a list, a truth has a byte of its own.
            self._value(_BYTE if head & 15 in (_TRUE, _FALSE) else head & 15, depth)
            if self.at > len(self._data):
                raise PageError("a page's header is cut off")

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise PageError("a page's header is cut off")
        self.at += 1
        return self._data[self.at - 1]

    def _varint(self) -> int:
        value, shift = 0, 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise PageError("a number in a page's header has no end")

    def _number(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
