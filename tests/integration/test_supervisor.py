"""Several workers of one group under a supervisor: `rasid worker --processes N`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stream.broker import RunningBroker
from stream.exit_codes import ExitCode
from tests.integration.stand import ROOT, Stand, Worker, article, get, ids

pytestmark = pytest.mark.integration
PROGRAM = (sys.executable, str(Path(__file__).parent / "support" / "supervised_process.py"))


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Give topics of its own on the session's Kafka, and end the workers afterwards."""
    made = Stand(kafka.bootstrap)
    made.create_topics()
    yield made
    made.close()


def start(stand: Stand, **environ: Any) -> Worker:
    """A supervisor of two workers whose detector makes one alert of each article."""
    return stand.start(PROGRAM, PYTHONPATH=str(ROOT), **environ)


def supervisor_url(worker: Worker) -> str:
    """Where the supervisor serves: its line names no process."""
    until(lambda: any(_is_supervisors(event) for event in events(worker)))
    port = next(event["port"] for event in events(worker) if _is_supervisors(event))
    return f"http://127.0.0.1:{port}"


def events(worker: Worker) -> list[dict[str, Any]]:
    """The log so far."""
    return [json.loads(line) for line in worker.log.splitlines() if line.endswith("}")]


def _is_supervisors(event: dict[str, Any]) -> bool:
    return event["event"] == "health_listening" and "process" not in event


def until(holds: Callable[[], bool], timeout: float = 60) -> None:
    """Wait until *holds*; fails when it does not in time."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    """The processes that *pid* started and that still run."""
    lines = subprocess.run(["ps", "-o", "pid=,stat=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line.split()[0]) for line in lines.stdout.splitlines() if "Z" not in line.split()[1]]


def is_gone(pid: int) -> bool:
    """Say whether the process *pid* has ended, waited for or not."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return True


def test_processes_share_the_work_and_a_crashed_one_comes_back(stand: Stand) -> None:
    """Both have partitions; kill -9 of one loses nothing; one address tells of both; SIGTERM ends all with 0."""
    supervisor = start(stand)
    url = supervisor_url(supervisor)

    def shared() -> bool:
        status, body = get(f"{url}/health/ready")
        shares = [each["partitions"] for each in json.loads(body)["processes"].values()]
        return status == 200 and shares == [2, 2]

    until(shared)
    stand.produce([article(number) for number in range(50)])
    first = children(supervisor.process.pid)
    assert len(first) == 2
    os.kill(first[0], signal.SIGKILL)
    stand.produce([article(number) for number in range(50, 100)])
    alerts = stand.read(*stand.alert_topics, until=lambda got: len(ids(got)) == 100, timeout=60)
    assert ids(alerts) == {f"a{number}" for number in range(100)}
    until(shared)
    status, metrics = get(f"{url}/metrics")
    assert status == 200
    assert {'rasid_process_up{process="1"} 1.0', 'rasid_process_up{process="2"} 1.0'} <= set(metrics.splitlines())
    restarts = [line.split()[1] for line in metrics.splitlines() if line.startswith("rasid_process_restarts_total{")]
    assert sorted(restarts) == ["0.0", "1.0"]
    assert {
        label for label in ('process="1"', 'process="2"') if f"rasid_assigned_partitions{{{label}}}" in metrics
    } == {
        'process="1"',
        'process="2"',
    }
    assert get(f"{url}/health/live")[0] == 200
    last = children(supervisor.process.pid)
    assert supervisor.stop(15) == ExitCode.OK
    assert all(is_gone(pid) for pid in last)


def test_workers_end_with_a_supervisor_that_is_killed(stand: Stand) -> None:
    """SIGKILL of the supervisor leaves no worker behind."""
    supervisor = start(stand)
    until(lambda: sum(event["event"] == "worker_started" for event in events(supervisor)) == 2)
    workers = children(supervisor.process.pid)
    assert len(workers) == 2
    supervisor.kill()
    until(lambda: all(is_gone(pid) for pid in workers), timeout=20)


@pytest.mark.parametrize("code", [ExitCode.NO_DEAD_LETTERS, ExitCode.REFUSED])
def test_an_end_that_no_restart_helps_is_the_end_of_all(stand: Stand, code: ExitCode) -> None:
    """The supervisor ends with the code of the worker, so that what watches it does not restart it either."""
    supervisor = start(stand, TEST_WORKER=str(int(code)))
    assert supervisor.process.wait(20) == code


def test_a_worker_that_stops_for_a_restart_is_started_again_with_pauses(stand: Stand) -> None:
    """Each end is in the log with its code and the pause, and pauses grow."""
    supervisor = start(stand, TEST_WORKER=str(int(ExitCode.STALLED)))

    def ends() -> list[dict[str, Any]]:
        return [event for event in events(supervisor) if event["event"] == "process_ended" and event["process"] == 1]

    until(lambda: len(ends()) >= 3)
    assert {event["exit_code"] for event in ends()} == {ExitCode.STALLED}
    assert [event["restart_in_seconds"] for event in ends()[:3]] == [0.5, 1.0, 2.0]
    url = supervisor_url(supervisor)
    assert get(f"{url}/health/ready")[0] == 503
    assert get(f"{url}/health/live")[0] == 200
    assert supervisor.stop() == ExitCode.OK


def test_the_command_hands_its_settings_on(stand: Stand) -> None:
    """`rasid worker --processes 2` with the settings of its flags, the shipped detector and one address."""
    command = [
        sys.executable,
        "-m",
        "stream.cli",
        "worker",
        "--processes",
        "2",
        "--prefix",
        stand.settings.topic_prefix,
    ]
    worker = stand.start(command, cwd=ROOT, RASID_TOPIC_PREFIX="another.")
    url = supervisor_url(worker)
    until(lambda: get(f"{url}/health/ready")[0] == 200)
    assert json.loads(get(f"{url}/health/ready")[1])["partitions"] == 4
    worker.process.send_signal(signal.SIGINT)
    assert worker.process.wait(15) == ExitCode.OK


def test_an_address_that_is_taken_is_told_at_once(stand: Stand) -> None:
    """Before any worker is started."""
    first = start(stand, TEST_WORKER=str(int(ExitCode.STALLED)))
    port = supervisor_url(first).rpartition(":")[2]
    second = start(stand, RASID_HEALTH_PORT=port)
    assert second.process.wait(20) == ExitCode.PORT_TAKEN
    assert not any(event["event"] == "processes_started" for event in events(second))
