"""Detection alone: an article's JSON in, the JSON of its alerts out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from stream.detection.detector import Detector
from stream.processing import Processor

Item = TypeVar("Item")
AT = datetime(2025, 1, 1, tzinfo=UTC)


def processor(detector: Detector, *, max_bytes: int = 100_000) -> Processor:
    """Return a processor whose alerts are the same at any time."""
    return Processor(detector, max_bytes=max_bytes, clock=lambda: AT)


def alerts_of(one: Processor, value: bytes) -> list[bytes]:
    """Return the alerts of the article *value* as JSON: what every path does. Raises ValueError when it is refused."""
    outcome = one.process(value)
    if outcome.failure is not None:
        raise ValueError(f"{outcome.failure.code.value}: {outcome.failure.message}")
    return [alert.to_json() for alert in outcome.alerts]


def seconds(work: Callable[[Item], Any], items: Iterable[Item]) -> float:
    """Return the processor seconds that *work* on each of *items* takes."""
    began = time.process_time()
    for item in items:
        work(item)
    return time.process_time() - began


def best(work: Callable[[Item], Any], items: Sequence[Item]) -> float:
    """Return the least of five times: a scan is so short that what ran before it would count most."""
    return min(seconds(work, items) for _ in range(5))


def warm_up(one: Processor, values: Sequence[bytes]) -> None:
    """Let caches fill as they are in a worker that has run for a while."""
    for value in values:
        one.process(value)
