"""The worker as it is shipped, in a process of its own, and when several of them share their partitions."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from tests.integration.stand import Worker, get

WORKER = (sys.executable, "-m", "stream.cli", "worker")


def wait_until_shared(workers: Sequence[Worker], *, partitions: int = 4, timeout: float = 120) -> None:
    """Return once *workers* share all *partitions*, each with some. Fails when they do not in time."""
    deadline = time.monotonic() + timeout
    shares: list[int] = []
    while time.monotonic() < deadline:
        shares = [json.loads(get(f"{worker.health_url()}/health/ready")[1])["partitions"] for worker in workers]
        if sum(shares) == partitions and all(shares):
            return
        time.sleep(0.1)
    raise AssertionError(f"{partitions} partitions are shared as {shares}\n{workers[-1].log[-3000:]}")
