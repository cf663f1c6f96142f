"""Many articles to alerts without Kafka, in one process or in several, in the order in which they came."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stream.detection.detector import load_detector
from stream.processing import Failure, Processor
from stream.reading import Damage, Line
from stream.terminal import harmless_json

_BATCH_LINES = 32
_BATCH_BYTES = 1_000_000
# For each process this many batches are read ahead: enough to keep it busy, and memory stays bounded.
_BATCHES_AHEAD = 3
# So few are done before another process would have loaded its lexicons.
_FEW_BATCHES = 3


class DetectorError(RuntimeError):
    """The detector cannot be made: a lexicon is wrong. The text says which and why."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a Processor is made of, in a form that can be sent to another process."""

    overlays: tuple[Path, ...]
    max_bytes: int
    publish_background: bool
    detected_at: datetime | None

    def processor(self) -> Processor:
        """Return a new Processor. Raises DetectorError."""
        try:
            detector = load_detector(self.overlays)
        except (ValueError, OSError) as cause:
            raise DetectorError(f"the lexicons cannot be loaded: {cause}") from cause
        fixed = self.detected_at
        return Processor(
            detector,
            max_bytes=self.max_bytes,
            publish_background=self.publish_background,
            clock=lambda: fixed or datetime.now(UTC),
        )


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of one line: the JSON of each alert, harmless on a terminal, or why it was refused."""

    path: str
    number: int
    alerts: tuple[str, ...] = ()
    failure: Failure | None = None


Item = Line | Damage
Result = LineResult | Damage


def usable_cores() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def detect_lines(items: Iterable[Item], recipe: Recipe, *, processes: int = 1) -> Generator[Result]:
    """Give the result of every line, in order; damages pass through at their place.

    With several *processes* lines go out in batches and at most a few batches are held, however long the input is; of
    an input that is short, this process does all. Raises DetectorError.
    """
    if processes == 1:
        processor = recipe.processor()
        for item in items:
            yield _result(processor, item)
        return
    batches = _batches(items)
    first = list(itertools.islice(batches, _FEW_BATCHES))
    if len(first) < _FEW_BATCHES:
        yield from detect_lines(itertools.chain.from_iterable(first), recipe)
        return
    pool = ProcessPoolExecutor(
        processes,
        # A fork of a process with threads (the progress display has one) may hang.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_process,
        initargs=(recipe,),
    )
    waiting: deque[Future[list[Result]]] = deque()
    try:
        for batch in itertools.chain(first, batches):
            waiting.append(pool.submit(_detect_batch, batch))
            if len(waiting) > processes * _BATCHES_AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.data) if isinstance(item, Line) else 0
        if len(batch) == _BATCH_LINES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _result(processor: Processor, item: Item) -> Result:
    if isinstance(item, Damage):
        return item
    outcome = processor.process(item.data)
    alerts = tuple(harmless_json(alert.to_json().decode()) for alert in outcome.alerts)
    return LineResult(item.path, item.number, alerts, outcome.failure)


_processor: Processor | DetectorError | None = None


def _start_process(recipe: Recipe) -> None:
    global _processor  # noqa: PLW0603 - the executor's initialiser has nowhere else to leave it
    # Ctrl-C reaches every process of the terminal; the first one alone decides how to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _processor = recipe.processor()
    except DetectorError as fault:
        # Raised here it would be told nowhere.
        _processor = fault


def _detect_batch(items: list[Item]) -> list[Result]:
    if isinstance(_processor, DetectorError):
        raise _processor
    if _processor is None:
        raise RuntimeError("the process was not initialised")
    return [_result(_processor, item) for item in items]
