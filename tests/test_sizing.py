"""Plans hold what they promise on the simulated day."""

from __future__ import annotations

import math

import pytest

from stream.sizing import WORLD_ARTICLES_A_DAY, Load, Worker, plan


@pytest.mark.parametrize("times", [1, 10, 100, 1_000])
def test_a_plan_keeps_the_wait_and_catches_up(times: int) -> None:
    """Articles never wait longer than asked, workers fit into the partitions, and an hour's outage is made good."""
    found = plan(Load(WORLD_ARTICLES_A_DAY * times), Worker(150), wait=60)
    assert 2 <= found.workers <= found.partitions
    assert found.longest_wait <= 60
    assert found.catch_up_minutes < 24 * 60
    assert found.memory_gb == pytest.approx(found.workers * 0.3)


def test_one_worker_less_would_be_too_few() -> None:
    """The plan is the smallest: workers whose rate together is that of one less need one more."""
    load = Load(WORLD_ARTICLES_A_DAY * 1_000)
    found = plan(load, Worker(150), wait=60)
    fewer = plan(load, Worker(150 * (found.workers - 1) / found.workers), wait=60)
    assert fewer.workers == found.workers + 1


def test_ten_times_the_news_needs_about_ten_times_the_workers() -> None:
    """Nothing in the plan grows faster than the volume."""
    small, large = (plan(Load(volume), Worker(150)) for volume in (20_000_000, 200_000_000))
    assert 8 <= large.workers / small.workers <= 10.5
    assert large.disk_gb == pytest.approx(10 * small.disk_gb)


def test_the_peak_is_what_comes_in_the_burst() -> None:
    """A day without a burst peaks at 1.8 times its mean."""
    mean = 864_000 / 86_400
    assert plan(Load(864_000, burst=1), Worker(150)).peak == pytest.approx(1.8 * mean, rel=0.01)
    assert plan(Load(864_000, burst=5), Worker(150)).peak > 5 * mean


def test_what_is_stored_counts_every_copy() -> None:
    """Articles of 5 kB and their alerts, 30 days, three times."""
    found = plan(Load(1_000_000), Worker(150), retention_days=30, copies=3)
    assert found.disk_gb == pytest.approx(1_000_000 * (5_000 + 0.8 * 3_000) * 30 * 3 / 1e9)
    assert math.isfinite(found.catch_up_minutes)
