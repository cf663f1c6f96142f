"""Brokers that freeze, crash and come back while a worker has articles to read."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from stream.broker import LocalKafka
from tests.faults.conftest import Figures, StandMaker
from tests.faults.ledger import check, position, wait_until_done
from tests.faults.load import make_load
from tests.faults.supervisor import Supervisor
from tests.integration.stand import Stand

pytestmark = pytest.mark.integration
_PATIENCE_SECONDS = 120.0
"""A broker away for longer makes the worker end itself (RASID_DELIVERY_TIMEOUT_SECONDS); its supervisor restarts it."""


@pytest.mark.parametrize("seconds", [5, 60, 300])
def test_a_frozen_broker(
    cluster: LocalKafka, make_stand: StandMaker, fault_scale: str, figures: Figures, seconds: int
) -> None:
    """All brokers stop answering for 5, 60 or 300 s: the worker recovers without a hand, and nothing is missing.

    Up to a minute the same process goes on; for longer ones its supervisor may start it again.
    """
    if fault_scale == "small" and seconds > 5:
        pytest.skip("a long freeze: make faults")

    def freeze(_: Stand) -> None:
        cluster.pause()
        time.sleep(seconds)
        cluster.resume()

    _break(cluster, make_stand, fault_scale, figures, freeze, restarts=seconds > _PATIENCE_SECONDS / 2)


def test_brokers_that_crash_and_come_back_with_their_data(
    cluster: LocalKafka, make_stand: StandMaker, fault_scale: str, figures: Figures
) -> None:
    """Kill -9 of every broker, started again on the same data: the worker recovers, and nothing is missing."""

    def crash(_: Stand) -> None:
        cluster.kill()
        cluster.start()

    _break(cluster, make_stand, fault_scale, figures, crash)


def test_one_of_three_brokers_crashes(
    cluster: LocalKafka, make_stand: StandMaker, fault_scale: str, figures: Figures
) -> None:
    """Kill -9 of the broker that coordinates the workers' group: the other two carry on, and nothing is missing."""

    def crash(stand: Stand) -> None:
        cluster.nodes[_coordinator(stand) - 1].kill()

    _break(cluster, make_stand, fault_scale, figures, crash)
    assert not cluster.is_running()


def _break(
    cluster: LocalKafka,
    make_stand: StandMaker,
    fault_scale: str,
    figures: Figures,
    fault: Callable[[Stand], None],
    *,
    restarts: bool = False,
) -> None:
    """Do *fault* in the middle of the work, send more afterwards, and check that all of it came through."""
    count = {"small": 2_000, "full": 10_000}[fault_scale]
    stand = make_stand(cluster.bootstrap, replicas=3)
    before, after = make_load(count), make_load(count // 4, first=count)
    stand.produce(before.messages)
    with Supervisor(stand) as supervisor:
        wait_until_done(stand, count // 4)
        time.sleep(random.Random(count).uniform(0, 0.5))
        assert position(stand).waiting > 0
        fault(stand)
        began = time.monotonic()
        known = wait_until_done(stand, 0, timeout=300)
        recovery = 0.0
        if known.waiting:
            wait_until_done(stand, known.done + 1, timeout=300)
            recovery = time.monotonic() - began
        stand.produce(after.messages)
        load = before + after
        ledger = check(stand, load, timeout=300)
        if not restarts:
            assert supervisor.exit_codes == [], stand.workers[0].log[-5000:]
        figures(**ledger.figures(load), restarts=len(supervisor.exit_codes), recovery_seconds=recovery)


def _coordinator(stand: Stand) -> int:
    """Return the id of the broker that coordinates the group of *stand*."""

    async def ask() -> int:
        client = AIOKafkaAdminClient(bootstrap_servers=stand.settings.broker)
        await client.start()
        try:
            return int(await client.find_coordinator(stand.settings.group_id))
        finally:
            await client.close()

    return asyncio.run(ask())
