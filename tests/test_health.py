from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Mapping

import aiohttp
import pytest

from stream import health as module
from stream.exit_codes import ExitCode, WorkerError
from stream.health import Health
from stream.metrics import Metrics
from stream.settings import load_settings
from stream.watchdog import Backlog, Partition, Progress

PARTITION = Partition("articles", 0)


class FakeLag:
    def __init__(self, count: int = 0, fault: Exception | None = None, *, visible: bool = True) -> None:
        self.count = count
        self.fault = fault
        self.visible = visible

    async def partitions(self) -> list[Partition]:
        return [PARTITION]

    async def backlogs(self, partitions: Iterable[Partition]) -> Mapping[Partition, Backlog]:
        if self.fault:
            raise self.fault
        return dict.fromkeys(partitions, Backlog(3, self.count))

    async def has_message(self, partition: Partition, offset: int) -> bool:
        assert (partition, offset) == (PARTITION, 3)
        return self.visible

    async def close(self) -> None:
        pass


class Stopped(list[WorkerError]):
    async def fail(self, error: WorkerError) -> None:
        self.append(error)


def make(lag: FakeLag, *, assigned: Iterable[Partition] | None = (PARTITION,), port: int = 0) -> tuple[Health, Stopped]:
    """A health server with fakes behind it, and what it stopped the worker with."""
    stopped = Stopped()
    settings = load_settings(flags={"health_port": port, "stall_seconds": 5})
    made = Health(
        settings,
        metrics=Metrics(),
        lag_source=lag,
        assigned=lambda: assigned,
        fail=stopped.fail,
    )
    return made, stopped


async def get(health: Health, path: str) -> tuple[int, str]:
    """Status and body."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{health.port}{path}") as answer:
        return answer.status, await answer.text()


@pytest.mark.asyncio
async def test_the_server_answers() -> None:
    """Live, ready with the number of partitions, and the lag among the figures."""
    health, stopped = make(FakeLag(7))
    await health.start()
    try:
        await health.look()
        assert (await get(health, "/health/live"))[0] == 200
        assert await get(health, "/health/ready") == (200, '{"ready": true, "partitions": 1}')
        assert 'rasid_consumer_lag{partition="0",topic="articles"} 7.0' in (await get(health, "/metrics"))[1]
    finally:
        await health.stop()
    assert stopped == []


@pytest.mark.asyncio
async def test_without_partitions_a_worker_is_not_ready() -> None:
    """A load balancer or an operator can see that it does nothing yet."""
    health, _ = make(FakeLag(), assigned=())
    await health.start()
    try:
        assert (await get(health, "/health/ready"))[0] == 503
    finally:
        await health.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("assigned", [pytest.param((PARTITION,), id="has it"), pytest.param(None, id="never joined")])
async def test_the_watchdog_stops_a_worker_that_hangs(
    monkeypatch: pytest.MonkeyPatch, assigned: Iterable[Partition] | None
) -> None:
    """It says 503 and ends the worker with a code of its own, also one whose rebalance never ends."""
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.01)
    health, stopped = make(FakeLag(7), assigned=assigned)
    now = 0.0
    health._progress = Progress(5, clock=lambda: now)
    await health.start()
    try:
        await asyncio.sleep(0.05)
        assert stopped == []
        assert (await get(health, "/health/live"))[0] == 200
        now = 6.0
        await asyncio.sleep(0.05)
        assert (await get(health, "/health/live"))[0] == 503
        assert [error.exit_code for error in stopped] == [ExitCode.STALLED]
        assert "7 messages wait in partition 0 of articles, whose committed offset stands at 3" in str(stopped[0])
    finally:
        await health.stop()


@pytest.mark.asyncio
async def test_an_offset_that_no_consumer_ever_sees_is_no_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a transaction counts as a message to the broker."""
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.01)
    health, stopped = make(FakeLag(1, visible=False))
    now = 0.0
    health._progress = Progress(5, clock=lambda: now)
    await health.start()
    for _ in range(3):
        await asyncio.sleep(0.05)
        now += 6
    await health.stop()
    assert stopped == []


@pytest.mark.asyncio
async def test_a_broker_that_does_not_answer_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a lag known to be there, stopping would mend nothing."""
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.01)
    health, stopped = make(FakeLag(fault=ConnectionError()))
    await health.start()
    await asyncio.sleep(0.05)
    await health.stop()
    assert stopped == []


@pytest.mark.asyncio
async def test_a_taken_port_is_told() -> None:
    """Address, cause and setting are named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        health, _ = make(FakeLag(), port=port)
        with pytest.raises(WorkerError, match=f"127.0.0.1:{port}: Address already in use.*RASID_HEALTH_PORT") as caught:
            await health.start()
    assert caught.value.exit_code is ExitCode.PORT_TAKEN
