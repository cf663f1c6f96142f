"""Workers that are killed, stopped, added and removed while articles come in."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import pytest

from stream.broker import RunningBroker
from stream.exit_codes import ExitCode
from tests.faults.conftest import Figures, StandMaker
from tests.faults.ledger import check, position, wait_until_done
from tests.faults.load import Feed, make_load
from tests.faults.workers import WORKER, wait_until_shared
from tests.integration.stand import ROOT, Stand

pytestmark = pytest.mark.integration
SLOW_WORKER = (sys.executable, str(Path(__file__).parent / "support" / "slow_worker.py"))
_REASSIGNED_SECONDS = 30.0
"""How long partitions may wait for a worker: its start, the session timeout of 6 s, a rebalance, a busy machine."""


def test_workers_killed_again_and_again_leave_no_article_out(stand: Stand, fault_scale: str, figures: Figures) -> None:
    """Kill -9 in the middle of the work: every article has its alerts or its dead letter, as in an undisturbed run."""
    count, kills = {"small": (2_500, 3), "full": (100_000, 20)}[fault_scale]
    load = make_load(count)
    stand.produce(load.messages)
    chance = random.Random(kills)
    for kill in range(1, kills + 1):
        # Often in the small size: few kills are to find an offset committed in the middle of a batch.
        worker = stand.start(WORKER, cwd=ROOT, RASID_COMMIT_SECONDS={"small": "0.1", "full": "1"}[fault_scale])
        wait_until_done(stand, kill * count // (kills + 2))
        time.sleep(chance.uniform(0, 1))
        assert worker.process.poll() is None, worker.log
        worker.kill()
    assert position(stand).waiting > 0
    stand.start(WORKER, cwd=ROOT)
    ledger = check(stand, load, timeout=600)
    figures(kills=kills, **ledger.figures(load))


def test_a_worker_killed_in_a_slow_article_leaves_the_rest_of_its_batch_uncommitted(
    kafka: RunningBroker, make_stand: StandMaker, tmp_path: Path, figures: Figures
) -> None:
    """Kill -9 while the first message of a batch is slow: the offset has not jumped over it, and nothing is missing."""
    stand = make_stand(kafka.bootstrap, partitions=1)
    before, after = make_load(200), make_load(400, first=200)
    stand.produce(before.messages)
    began = tmp_path / "began"
    worker = stand.start(SLOW_WORKER, cwd=ROOT, TEST_BEGAN=str(began), TEST_SECONDS="60")
    wait_until_done(stand, len(before.messages))
    first, value = after.messages[0]
    # Long, too: the event loop goes on meanwhile, and with it the committing.
    slow = json.dumps(json.loads(value) | {"tags": ["slow", "x" * 50_000]}, ensure_ascii=False).encode()
    stand.produce([(first, slow), *after.messages[1:]])
    deadline = time.monotonic() + 30
    while not began.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert began.exists(), worker.log
    # Longer than the commit interval, so that a wrong offset would be committed by now.
    time.sleep(2 * stand.settings.commit_seconds)
    worker.kill()
    assert position(stand).done == len(before.messages)
    stand.start(WORKER, cwd=ROOT)
    ledger = check(stand, before + after)
    figures(**ledger.figures(before + after))


def test_workers_told_to_stop_under_load_end_cleanly(stand: Stand, fault_scale: str, figures: Figures) -> None:
    """SIGTERM in the middle: exit code 0 within 10 s, nothing missing after a restart, and nothing written twice."""
    count, stops = {"small": (2_000, 1), "full": (50_000, 10)}[fault_scale]
    load = make_load(count)
    stand.produce(load.messages)
    longest = 0.0
    for stop in range(1, stops + 1):
        worker = stand.start(WORKER, cwd=ROOT)
        wait_until_done(stand, stop * count // (stops + 2))
        began = time.monotonic()
        assert worker.stop(timeout=10) == ExitCode.OK, worker.log
        longest = max(longest, time.monotonic() - began)
    assert position(stand).waiting > 0
    stand.start(WORKER, cwd=ROOT)
    ledger = check(stand, load)
    assert ledger.repeats == 0
    figures(stops=stops, longest_stop_seconds=longest, **ledger.figures(load))


def test_partitions_move_from_one_worker_to_four_and_back(
    kafka: RunningBroker, make_stand: StandMaker, fault_scale: str, patience: float, figures: Figures
) -> None:
    """1, 4, then 1 worker under load, two of them killed: all partitions have an owner within 30 s, nothing is missing.

    Three join and share; two are killed; one of the two that are left is told to stop.
    """
    hold = {"small": 0, "full": 60}[fault_scale]
    stand = make_stand(kafka.bootstrap, partitions=8)
    with Feed(stand, rate=150) as feed:
        workers = [stand.start(WORKER, cwd=ROOT)]
        wait_until_shared(workers, partitions=8)
        time.sleep(hold)

        began = time.monotonic()
        workers += [stand.start(WORKER, cwd=ROOT) for _ in range(3)]
        wait_until_shared(workers, partitions=8)
        joined = time.monotonic() - began
        time.sleep(hold)

        began = time.monotonic()
        for worker in workers[:2]:
            worker.kill()
        wait_until_shared(workers[2:], partitions=8)
        killed = time.monotonic() - began
        time.sleep(hold)

        began = time.monotonic()
        assert workers[2].stop(timeout=10) == ExitCode.OK, workers[2].log
        wait_until_shared(workers[3:], partitions=8)
        stopped = time.monotonic() - began
        time.sleep(hold)
        load = feed.stop()
    ledger = check(stand, load)
    assert max(joined, killed, stopped) < patience * _REASSIGNED_SECONDS
    figures(
        **ledger.figures(load), seconds_to_join=joined, seconds_after_two_kills=killed, seconds_after_a_stop=stopped
    )
