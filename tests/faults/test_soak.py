"""A worker at a steady rate for a long time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.conftest import Figures
from tests.faults.ledger import check, read
from tests.faults.load import Feed
from tests.faults.workers import WORKER, wait_until_shared
from tests.integration.stand import ROOT, Stand

pytestmark = pytest.mark.integration
_SAMPLE_SECONDS = 0.5
_RATE = 100
_NEW_WORDS = 5
"""How many words each article has that no other has: what is remembered of words must stay bounded."""
_WARM_UP = 1 / 3
"""The part of the run in which memory may still grow: caches fill."""


def test_memory_and_latency_stay_flat(stand: Stand, fault_scale: str, patience: float, figures: Figures) -> None:
    """At 100 articles/s memory stops growing after the warm-up, and an alert takes as long at the end as at first.

    Each article brings words never seen before.

    After the first third the resident size grows by less than 10 MB in all and, over the 30 minutes of the full size,
    at less than 10 MB an hour. Of the latencies from an article to its alert, the 50th and 99th percentile of the last
    third are at most three times those of the first, or below a second: the rest is left to the machine.
    """
    seconds = {"small": 15, "full": 1_800}[fault_scale]
    worker = stand.start(WORKER, cwd=ROOT)
    wait_until_shared([worker])
    began = time.monotonic()
    sizes: list[tuple[float, float]] = []
    with Feed(stand, rate=_RATE, new_words=_NEW_WORDS) as feed:
        while (elapsed := time.monotonic() - began) < seconds:
            sizes.append((elapsed, _resident_megabytes(worker.process.pid)))
            time.sleep(_SAMPLE_SECONDS)
        load = feed.stop()
    ledger = check(stand, load)
    warm = [(at, size) for at, size in sizes if at > _WARM_UP * seconds]
    slope = statistics.linear_regression(*zip(*warm, strict=True)).slope
    first, last = _latencies(stand)
    figures(
        **ledger.figures(load),
        rss_mb=sizes[-1][1],
        mb_an_hour_after_warm_up=slope * 3_600,
        ms_p50_p99_first_third=_shown(first),
        ms_p50_p99_last_third=_shown(last),
    )
    assert slope * (warm[-1][0] - warm[0][0]) < 10
    assert fault_scale == "small" or slope * 3_600 < 10
    for early, late in zip(first, last, strict=True):
        assert late < max(3 * early, patience * 1_000)


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def _latencies(stand: Stand) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the 50th and 99th percentile, in ms, of the first and of the last third, from article to alert."""
    sent = {record.key: record.at for record in read(stand, stand.settings.topics.articles)}
    alerts = sorted(read(stand, *stand.alert_topics), key=lambda record: sent[record.key])
    waits = [record.at - sent[record.key] for record in alerts]
    third = len(waits) // 3
    return _percentiles(waits[:third]), _percentiles(waits[-third:])


def _percentiles(waits: Sequence[int]) -> tuple[float, float]:
    cuts = statistics.quantiles(waits, n=100)
    return cuts[49], cuts[98]


def _shown(percentiles: Sequence[float]) -> str:
    return " ".join(f"{value:.0f}" for value in percentiles)
