"""Articles in any number, with the alerts and dead letters that an undisturbed run makes of them."""

from __future__ import annotations

import asyncio
import functools
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer

from stream.detection.detector import load_detector
from stream.processing import Processor
from tests.integration.stand import ROOT, Stand

_WHOLE = 50
"""Every so many articles one has its body too; the others are a title, so that a run is quick."""
_MALFORMED = 97
"""Every so many messages one is no article at all."""
_LETTERS = "بتثجحخدذرزسشصضطظعغفقكلمنه"


@dataclass(frozen=True, slots=True)
class Load:
    """Messages as key and value, the ids of all alerts that they have to raise, and the values of all dead letters."""

    messages: tuple[tuple[bytes, bytes], ...]
    alert_ids: frozenset[str]
    dead: frozenset[bytes]

    def __add__(self, other: Load) -> Load:
        return Load(self.messages + other.messages, self.alert_ids | other.alert_ids, self.dead | other.dead)


def make_load(count: int, *, first: int = 0, name: str = "load", new_words: int = 0) -> Load:
    """Return *count* messages made of the sample articles, the one numbered *first* and those after it.

    Their ids begin with *name*; each text ends in *new_words* words that no other has.
    """
    messages: list[tuple[bytes, bytes]] = []
    alert_ids: set[str] = set()
    dead: set[bytes] = set()
    for number in range(first, first + count):
        key, value = _message(name, number, new_words)
        messages.append((key, value))
        found = _alert_ids(value)
        if found is None:
            dead.add(value)
        else:
            alert_ids |= found
    return Load(tuple(messages), frozenset(alert_ids), frozenset(dead))


class Feed:
    """Sends messages to *stand*, *rate* of them a second, from entering the context until `stop` or its end.

    Each text ends in *new_words* words that no other has.
    """

    def __init__(self, stand: Stand, *, rate: float, new_words: int = 0) -> None:
        self._stand = stand
        self._rate = rate
        self._new_words = new_words
        self._stopping = threading.Event()
        self._thread = ThreadPoolExecutor(1, "feed")

    def __enter__(self) -> Self:
        self._sent = self._thread.submit(lambda: asyncio.run(self._send()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.shutdown()

    def stop(self) -> Load:
        """Return what was sent and confirmed. Raises what sending raised."""
        self._stopping.set()
        return make_load(self._sent.result(), new_words=self._new_words)

    async def _send(self) -> int:
        producer = AIOKafkaProducer(bootstrap_servers=self._stand.settings.broker, linger_ms=0, acks="all")
        await producer.start()
        try:
            began = time.monotonic()
            confirmations: list[asyncio.Future[Any]] = []
            while not self._stopping.is_set():
                key, value = _message("load", len(confirmations), self._new_words)
                confirmations.append(await producer.send(self._stand.settings.topics.articles, value, key=key))
                await asyncio.sleep(max(0.0, began + len(confirmations) / self._rate - time.monotonic()))
            return len(await asyncio.gather(*confirmations))
        finally:
            await producer.stop()


@functools.cache
def _processor() -> Processor:
    return Processor(load_detector(()))


@functools.cache
def _alert_ids(value: bytes) -> frozenset[str] | None:
    """Return the ids of the alerts that detection alone makes of *value*, or None where it becomes a dead letter."""
    outcome = _processor().process(value)
    return None if outcome.failure else frozenset(alert.alert_id for alert in outcome.alerts)


@functools.cache
def _samples() -> tuple[dict[str, Any], ...]:
    lines = (ROOT / "stream" / "samples" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def _message(name: str, number: int, new_words: int) -> tuple[bytes, bytes]:
    samples = _samples()
    sample = samples[number % len(samples)]
    kept = sample if number % _WHOLE == 0 else {field: sample[field] for field in ("title", "published_at", "source")}
    article_id = f"{name}-{number}"
    if new_words:
        chance = random.Random(number)
        new = " ".join("".join(chance.choices(_LETTERS, k=8)) for _ in range(new_words))
        kept = kept | {"body": f"{kept.get('body', '')}\n{new}"}
    value = json.dumps(kept | {"article_id": article_id}, ensure_ascii=False).encode()
    if number % _MALFORMED == 1:
        value = value[:-1]
    return article_id.encode(), value
