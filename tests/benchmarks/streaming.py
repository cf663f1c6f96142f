"""The worker through a real Kafka: its rate beside that of detection alone, its latency, its start and its memory."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence

import orjson

from stream.broker import RunningBroker
from stream.detection.detector import load_detector
from tests.benchmarks import pipeline
from tests.benchmarks.alone import alerts_of, processor, warm_up
from tests.benchmarks.articles import Corpus
from tests.benchmarks.rows import Figures, Row
from tests.integration.stand import ROOT, Stand

WORKER = (sys.executable, "-m", "stream.cli", "worker")
_FORWARDER = (sys.executable, "-m", "tests.benchmarks.forwarder", "{source}", "{target}", "{group}")


class StreamingRows:
    """Measures on *broker* with articles of *corpus*; *quick* takes few of them."""

    def __init__(self, broker: RunningBroker, corpus: Corpus, *, quick: bool) -> None:
        self._bootstrap = broker.bootstrap
        self._corpus = corpus
        self._seconds = 4 if quick else 12
        self._rounds = 1 if quick else 3
        self._processor = processor(load_detector())
        self._full_rate = 0.0

    def throughput(self) -> Iterator[Row]:
        """Yield the rows of one worker and of two. Raises ValueError when one of them makes other alerts."""
        warm_up(self._processor, self._corpus.values(200))
        alone, used = self._alone(self._corpus.values(300, first=200))
        count = max(600, min(20_000, int(alone * self._seconds)))
        values = self._corpus.values(count)
        expected = {_id(alert) for value in values for alert in alerts_of(self._processor, value)}
        forwarded = self._corpus.values(4_000 if self._seconds < 10 else 20_000)
        rates: list[tuple[float, ...]] = []
        costs: list[tuple[float, float]] = []
        memory = 0.0
        for _ in range(self._rounds):
            alone, used = self._alone(values)
            worker = pipeline.run(self._bootstrap, values, command=WORKER, outputs=len(expected), identity=_id)
            two = pipeline.run(
                self._bootstrap, values, command=(*WORKER, "--processes", "2"), outputs=len(expected), identity=_id
            )
            for made in (worker, two):
                if made.outputs.keys() != expected:
                    raise ValueError(
                        f"the alerts of the worker are not those of detection alone: {len(made.outputs)} there, "
                        f"{len(expected)} here, {len(expected & made.outputs.keys())} in both"
                    )
            bytes_ = pipeline.run(self._bootstrap, forwarded, command=_FORWARDER, outputs=len(forwarded), identity=_key)
            if sorted(bytes_.outputs.values()) != sorted(forwarded):
                raise ValueError("the forwarder lost or changed messages")
            rates.append((alone, worker.rate, two.rate, bytes_.rate))
            costs.append((worker.microseconds, used))
            memory = max(memory, worker.megabytes)
        alones, ones, twos, forwards = zip(*rates, strict=True)
        self._full_rate = Figures(ones).median
        share, beside, factor = (
            Figures.ratios(ones, alones),
            Figures.ratios(ones, forwards),
            Figures.ratios(twos, ones),
        )
        workers, detections = zip(*costs, strict=True)
        used_share, rate = Figures.ratios(detections, workers), Figures(ones)
        yield Row(
            "worker through Kafka, one process / detection alone",
            f"{share.shown()}; {rate.shown(' articles/s', 0)}, of {Figures(alones).median:,.0f}; "
            f"by processor time {used_share.shown()}: {Figures(workers).median:,.0f} us an article, "
            f"of which detection {Figures(detections).median:,.0f}",
            "at least 0.60",
            share.median >= 0.6,
        )
        yield Row(
            "worker through Kafka, one process / Faust agent that forwards bytes in confirmed batches",
            f"{beside.shown()}; the forwarder {Figures(forwards).shown(' messages/s', 0)}",
            "at least 0.25",
            beside.median >= 0.25,
        )
        yield Row("two processes / one", factor.shown(), "at least 1.7", factor.median >= 1.7)
        yield Row("memory of a worker at most", f"**{memory:.0f}** MB resident", "at most 300 MB", memory <= 300)

    def latency(self) -> Iterator[Row]:
        """Yield the row of the time from an article's sending to its alerts' arrival, at half of the full rate."""
        rate = (self._full_rate or self._measured_rate()) / 2
        values = self._corpus.values(int(rate * self._seconds * 2))
        stand = Stand(self._bootstrap, partitions=pipeline.PARTITIONS)
        try:
            stand.create_topics()
            worker = stand.start(WORKER, cwd=ROOT)
            pipeline.wait_until_ready(worker.health_url(), worker)
            # Caches fill first.
            asyncio.run(pipeline.latencies(stand, self._corpus.values(300, first=len(values)), rate))
            p50, p99 = pipeline.percentiles(asyncio.run(pipeline.latencies(stand, values, rate)))
            worker.stop(20)
        finally:
            stand.close()
        yield Row(
            f"latency from article sent to alert received, at {rate:,.0f} articles/s (half of the full rate)",
            f"p50 **{p50:.0f}** ms, p99 **{p99:.0f}** ms",
            "p50 at most 25 ms, p99 at most 150 ms",
            p50 <= 25 and p99 <= 150,
        )

    def start(self) -> Iterator[Row]:
        """Yield the row of the time until a worker is ready."""
        loaded: list[float] = []
        ready: list[float] = []
        used: list[float] = []
        for _ in range(self._rounds):
            stand = Stand(self._bootstrap, partitions=pipeline.PARTITIONS)
            try:
                stand.create_topics()
                began, began_clock = time.time(), time.perf_counter()
                worker = stand.start(WORKER, cwd=ROOT)
                pipeline.wait_until_ready(worker.health_url(), worker)
                ready.append(time.perf_counter() - began_clock)
                used.append(pipeline.processor_seconds(worker.process.pid))
                loaded.append(pipeline.log_moment(worker, "health_listening") - began)
                worker.stop(20)
            finally:
                stand.close()
        yield Row(
            "start of a worker: from its command to partitions assigned, lexicons compiled before",
            f"{Figures(tuple(ready)).shown(' s', 1)}; lexicons compiled after {Figures(tuple(loaded)).shown(' s', 1)}; "
            f"processor time {Figures(tuple(used)).shown(' s', 1)}",
            "at most 3 s",
            Figures(tuple(ready)).median <= 3,
        )

    def _alone(self, values: Sequence[bytes]) -> tuple[float, float]:
        """Return articles a second, and processor microseconds an article, of detection in this process."""
        began, began_clock = time.process_time(), time.perf_counter()
        for value in values:
            alerts_of(self._processor, value)
        took, used = time.perf_counter() - began_clock, time.process_time() - began
        return len(values) / took, used / len(values) * 1e6

    def _measured_rate(self) -> float:
        list(self.throughput())
        return self._full_rate


def _key(article: bytes) -> str:
    return pipeline.key_of(article).decode()


def _id(alert: bytes) -> str:
    return str(orjson.loads(alert)["alert_id"])
