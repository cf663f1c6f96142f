"""Whether a worker gets on: the committed offsets of its partitions move while articles wait there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Backlog(NamedTuple):
    """What waits in a partition: the group's committed offset (-1 for none), and how many messages lie beyond it."""

    committed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Stall:
    """A partition in which messages wait and whose committed offset has not moved for *seconds*."""

    partition: Partition
    backlog: Backlog
    seconds: float

    def __str__(self) -> str:
        place = f"partition {self.partition.partition} of {self.partition.topic}"
        offset = f"stands at {self.backlog.committed}" if self.backlog.committed >= 0 else "was never set"
        return f"{self.backlog.waiting} messages wait in {place}, whose committed offset {offset}"


class Progress:
    """Adds up, for each partition, the time in which messages waited and the committed offset stood still.

    Only time between two looks counts, so that a broker that was away for an hour is not held against the worker.
    """

    def __init__(self, stall_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._stall_seconds = stall_seconds
        self._clock = clock
        self._looked: float | None = None
        self._stalls: dict[Partition, Stall] = {}

    def update(self, backlogs: Mapping[Partition, Backlog]) -> None:
        """Record what waits now in the partitions that are watched; others are forgotten."""
        now = self._clock()
        elapsed = 0.0 if self._looked is None else now - self._looked
        self._looked = now
        stalls = {}
        for partition, backlog in backlogs.items():
            if not backlog.waiting:
                continue
            known = self._stalls.get(partition)
            stands = known is not None and known.backlog.committed == backlog.committed
            stalls[partition] = Stall(partition, backlog, known.seconds + elapsed if known and stands else 0.0)
        self._stalls = stalls

    def pause(self) -> None:
        """The broker does not answer: the time until it does is not counted."""
        self._looked = None

    def excuse(self, partition: Partition) -> None:
        """Begin anew for *partition*: it looked stalled and is not."""
        self._stalls.pop(partition, None)

    @property
    def longest(self) -> Stall | None:
        """The longest stall, also one that is still shorter than the limit."""
        return max(self._stalls.values(), key=lambda stall: stall.seconds, default=None)

    @property
    def stalled(self) -> Stall | None:
        """The longest stall if it has reached the limit."""
        longest = self.longest
        return longest if longest is not None and longest.seconds >= self._stall_seconds else None
