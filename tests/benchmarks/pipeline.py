"""Topics that are filled, a worker that empties them, and how fast it did."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import time
import urllib.error
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import ConsumerRecord

from tests.integration.stand import ROOT, Stand, Worker, get

PARTITIONS = 8
# The beginning, when caches are empty, and the end, when one process has nothing left, are not measured.
_FIRST, _LAST = 0.15, 0.85
_TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class Run:
    """What came out of a run: articles a second and processor microseconds an article; the highest memory, in MB."""

    rate: float
    microseconds: float
    megabytes: float
    outputs: dict[str, bytes]


def run(
    bootstrap: str,
    values: Sequence[bytes],
    *,
    command: Sequence[str],
    outputs: int,
    identity: Callable[[bytes], str],
    settings: Mapping[str, str] | None = None,
) -> Run:
    """Fill a topic with *values*, then start *command* and measure until it has made *outputs* messages of them.

    What is repeated when a second process joins counts once: *identity* tells messages apart. The words {source},
    {target} and {group} in the command stand for names of topics and group.
    """
    stand = Stand(bootstrap, partitions=PARTITIONS)
    try:
        stand.create_topics()
        asyncio.run(_fill(stand, values))
        names = {
            "source": stand.settings.topics.articles,
            "target": stand.alert_topics[0],
            "group": stand.settings.group_id,
        }
        worker = stand.start([part.format(**names) for part in command], cwd=ROOT, **(settings or {}))
        records, used = asyncio.run(_outputs(stand, worker, outputs, identity))
        peak = peak_megabytes(worker.process.pid)
        worker.stop(20)
        return Run(
            _rate(sorted(record.timestamp for record in records.values()), len(values)),
            used * outputs / len(values) * 1e6,
            peak,
            {name: record.value for name, record in records.items()},
        )
    finally:
        stand.close()


async def _fill(stand: Stand, values: Sequence[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stand.settings.broker, linger_ms=20, max_request_size=8_000_000)
    await producer.start()
    try:
        topic = stand.settings.topics.articles
        sent = [await producer.send(topic, value, key=key_of(value)) for value in values]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


def key_of(value: bytes) -> bytes:
    """Return the key of an article."""
    return str(orjson.loads(value)["article_id"]).encode()


async def _outputs(
    stand: Stand, worker: Worker, count: int, identity: Callable[[bytes], str]
) -> tuple[dict[str, ConsumerRecord], float]:
    """Return all messages of the alert topics once there are *count*, and the processor seconds for each.

    Until then only their number is asked for, now and then: who reads along slows the worker down.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=stand.settings.broker, max_partition_fetch_bytes=8_000_000)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for topic in stand.alert_topics for number in range(PARTITIONS)]
        consumer.assign(partitions)
        deadline = time.monotonic() + _TIMEOUT
        looks: list[tuple[int, float]] = []
        while (there := sum((await consumer.end_offsets(partitions)).values())) < count:
            looks += [(there, processor_seconds(worker.process.pid))] if there else []
            if worker.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the worker did not do its work:\n{worker.log[-3000:]}")
            await asyncio.sleep(0.3)
        looks.append((there, processor_seconds(worker.process.pid)))
        used = (looks[-1][1] - looks[0][1]) / max(1, looks[-1][0] - looks[0][0])
        await consumer.seek_to_beginning()
        records: dict[str, ConsumerRecord] = {}
        while len(records) < count and time.monotonic() < deadline:
            for found in (await consumer.getmany(timeout_ms=1000)).values():
                for record in found:
                    records.setdefault(identity(record.value), record)
        return records, used
    finally:
        await consumer.stop()


def _rate(milliseconds: Sequence[int], articles: int) -> float:
    """Return articles a second in the middle of a run whose outputs were sent at *milliseconds*."""
    first, last = (milliseconds[int(part * (len(milliseconds) - 1))] for part in (_FIRST, _LAST))
    # A batch has one time: all of it is done then.
    done = sum(first < each <= last for each in milliseconds) / len(milliseconds)
    return done * articles / (last - first) * 1000


def wait_until_ready(url: str, worker: Worker, timeout: float = 60) -> None:
    """Return once the worker at *url* has partitions."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            if get(f"{url}/health/ready")[0] == 200:
                return
        except (urllib.error.URLError, TimeoutError):
            pass
        if worker.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the worker is not ready:\n{worker.log[-3000:]}")
        time.sleep(0.02)


async def latencies(stand: Stand, values: Sequence[bytes], rate: float) -> list[float]:
    """Send *values*, *rate* a second, and return the ms from sending an article to each of its alerts' arrival."""
    broker = stand.settings.broker
    consumer = AIOKafkaConsumer(*stand.alert_topics, bootstrap_servers=broker, auto_offset_reset="earliest")
    producer = AIOKafkaProducer(bootstrap_servers=broker, linger_ms=0, acks="all")
    await consumer.start()
    await producer.start()
    sent: dict[bytes, float] = {}
    found: list[float] = []

    async def receive() -> None:
        async for record in consumer:
            # Others are of an earlier call.
            if record.key in sent:
                found.append((time.perf_counter() - sent[record.key]) * 1000)  # noqa: PERF401 - grows while it is read

    receiving = asyncio.create_task(receive())
    try:
        began = time.perf_counter()
        for number, (key, value) in enumerate([(key_of(value), value) for value in values]):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            sent[key] = time.perf_counter()
            await producer.send(stand.settings.topics.articles, value, key=key)
        await producer.flush()
        # The last ones come.
        before = -1
        while before < len(found):
            before = len(found)
            await asyncio.sleep(3)
        if receiving.done():
            receiving.result()
        return found
    finally:
        receiving.cancel()
        await producer.stop()
        await consumer.stop()


def percentiles(figures: Sequence[float]) -> tuple[float, float]:
    """Return the 50th and the 99th percentile."""
    cuts = statistics.quantiles(figures, n=100)
    return cuts[49], cuts[98]


def log_moment(worker: Worker, event: str) -> float:
    """Return when the worker logged *event* first, as POSIX time. Raises StopIteration when it did not."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in worker.log.splitlines()]
    return datetime.fromisoformat(next(line["time"] for line in lines if line["event"] == event)).timestamp()


def tree(pid: int) -> list[int]:
    """Return *pid* and the processes that it started, theirs too."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text(encoding="ascii").split()] if children.exists() else []
    return [pid, *(each for child in found for each in tree(child))]


def processor_seconds(pid: int) -> float:
    """Return what *pid* and those it started have used."""
    ticks = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> float:
    """Return the highest resident memory of *pid*, or of that process of those it started that had the most."""
    return max(_status(each, "VmHWM") for each in tree(pid))


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of *pid* and of those it started together."""
    return sum(_status(each, "VmRSS") for each in tree(pid))


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith(f"{name}:")), 0.0)
