"""Which open incidents may be one with an account, found without a look at all of them.

Incidents are filed under their partition key and what has to agree: an attack under the cell of a grid in which its
place lies, a diplomatic move under each of its sides. What tells neither may be one with anything. Nothing that
matching would accept is left out, but for places of one name that lie more than a cell apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import TypeVar

from schemas.alert import Kind, Place, PlacePrecision
from stream.incidents.matching import Slots, may_match
from stream.incidents.sides import TOGETHER

_LAT, _LON = 1.5, 3.0
"""Degrees: nowhere south of 65° N is a cell narrower than the 110 km at which the widest place is apart for sure."""
_Under = TypeVar("_Under", bound=Hashable)
_ANY = ""
"""Where incidents are filed that tell nothing that has to agree."""


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    tags: tuple[Hashable, ...]
    slots: Slots
    closes_at: datetime


class Index:
    """The open incidents by id."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._filed: dict[tuple[str, Hashable], dict[str, None]] = {}
        self._by_key: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._entries

    def closes_at(self, id_: str) -> datetime:
        """Return when the incident closes. Raises KeyError."""
        return self._entries[id_].closes_at

    def add(self, id_: str, key: str, slots: Slots, closes_at: datetime) -> None:
        """File an incident."""
        entry = _Entry(key, _tags(slots) or (_ANY,), slots, closes_at)
        self._entries[id_] = entry
        self._by_key.setdefault(key, {})[id_] = None
        for tag in entry.tags:
            self._filed.setdefault((key, tag), {})[id_] = None

    def remove(self, id_: str) -> None:
        """Take an incident out. Raises KeyError."""
        entry = self._entries.pop(id_)
        _take(self._by_key, entry.key, id_)
        for tag in entry.tags:
            _take(self._filed, (entry.key, tag), id_)

    def candidates(self, key: str, slots: Slots, now: datetime) -> Iterator[str]:
        """Give the incidents that are open at *now* and may be one with *slots*, each once, in a fixed order."""
        tags = _wanted(slots)
        if not tags:
            found = self._by_key.get(key, {})
        else:
            filed = (self._filed.get((key, tag), {}) for tag in (*tags, _ANY))
            found = {id_: None for ids in filed for id_ in ids}
        for id_ in found:
            entry = self._entries[id_]
            if entry.closes_at >= now and may_match(slots, entry.slots):
                yield id_


def _take(filed: dict[_Under, dict[str, None]], under: _Under, id_: str) -> None:
    ids = filed[under]
    del ids[id_]
    if not ids:
        del filed[under]


def _tags(slots: Slots) -> tuple[Hashable, ...]:
    return _cells(slots.place) if slots.kind is Kind.ATTACK else _side_tags(slots)


def _wanted(slots: Slots) -> tuple[Hashable, ...]:
    """Under which tags to look; none: look at all."""
    if slots.kind is not Kind.ATTACK:
        return _side_tags(slots)
    around = ((row + i, column + j) for row, column in _cells(slots.place) for i in (-1, 0, 1) for j in (-1, 0, 1))
    return tuple(dict.fromkeys(around))


def _side_tags(slots: Slots) -> tuple[Hashable, ...]:
    sides = slots.sides
    return tuple(sorted(sides.participants if slots.event_type in TOGETHER else sides.initiators))


def _cells(place: Place | None) -> tuple[tuple[int, int], ...]:
    """The cells of a place and of all that its name may be read as; none where one of them has no coordinates."""
    if place is None:
        return ()
    cells: dict[tuple[int, int], None] = {}
    for reading in (place, *place.alternatives):
        if reading.precision is PlacePrecision.COUNTRY or reading.lat is None or reading.lon is None:
            return ()
        cells[floor(reading.lat / _LAT), floor(reading.lon / _LON)] = None
    return tuple(cells)
