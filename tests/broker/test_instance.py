"""The lasting broker, across processes as across shells."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.broker.ports import accepts
from stream.broker.ready import addresses, wait_until_ready
from stream.exit_codes import ExitCode

CALL = "from stream.cli.broker import broker; broker(prog_name='rasid broker')"


class Shell:
    """Runs `rasid broker`, each time in a new process, with a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self._environ = {name: value for name, value in os.environ.items() if name != "RASID_BROKER"}
        # No Docker engine can be reached there, so that the local process is taken on every machine.
        self._environ |= {"XDG_STATE_HOME": str(state), "DOCKER_HOST": "tcp://127.0.0.1:1"}

    def __call__(self, *words: str, expect: int = 0, **environ: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", CALL, *words],
            capture_output=True,
            text=True,
            timeout=180,
            env=self._environ | environ,
            check=False,
        )
        assert done.returncode == expect, done.stderr
        return done


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell in which no broker was started; what it started is stopped at the end."""
    run = Shell(tmp_path)
    (tmp_path / "rasid" / "broker").mkdir(parents=True)
    yield run
    state = tmp_path / "rasid" / "broker" / "broker.json"
    if state.exists() and "}" in state.read_text(encoding="utf-8"):
        run("stop")


@pytest.mark.integration
def test_a_broker_started_in_one_shell_is_used_and_stopped_in_others(shell: Shell) -> None:
    """Start prints the address alone on stdout, a second start changes nothing, and stop ends it."""
    first = shell("start")
    address = first.stdout.strip()
    assert "local Java process" in first.stderr
    wait_until_ready(address, timeout=5.0)

    second = shell("start")
    assert second.stdout.strip() == address
    assert "runs already" in second.stderr
    status = json.loads(shell("status", "--json").stdout)
    assert status["answers"]
    assert Path(status["log"]).is_file()

    shell("stop")
    assert "No broker was started" in shell("status", expect=ExitCode.NO_BROKER).stdout
    assert not accepts(*addresses(address)[0], timeout=1.0)


@pytest.mark.integration
def test_a_crashed_broker_is_noticed_and_started_again_at_its_address(shell: Shell) -> None:
    """A pid file left by a crash neither blocks a start nor passes for a running broker."""
    address = shell("start").stdout
    os.kill(json.loads(shell("status", "--json").stdout)["pid"], signal.SIGKILL)
    assert "is gone" in shell("status", expect=ExitCode.NO_BROKER).stdout
    again = shell("start")
    assert again.stdout == address
    assert "starting it again" in again.stderr


def test_a_pid_that_belongs_to_another_program_is_not_taken_for_the_broker(shell: Shell, tmp_path: Path) -> None:
    """After a reboot the pid may be anybody's: it is neither reported as running nor ended."""
    stale = {"kind": "kafka", "bootstrap": "127.0.0.1:1", "pid": os.getpid(), "mark": "no such server.properties"}
    (tmp_path / "rasid" / "broker" / "broker.json").write_text(json.dumps(stale), encoding="utf-8")
    assert "is gone" in shell("status", expect=ExitCode.NO_BROKER).stdout
    assert "No broker was running" in shell("stop").stderr


def test_a_damaged_state_file_is_named(shell: Shell, tmp_path: Path) -> None:
    """The error says which file to delete."""
    (tmp_path / "rasid" / "broker" / "broker.json").write_text("{", encoding="utf-8")
    assert "broker.json is damaged" in shell("status", expect=ExitCode.NO_BROKER).stderr


def test_stopping_what_does_not_run_is_no_error(shell: Shell) -> None:
    """Stop can be called at any time."""
    assert "No broker was running" in shell("stop").stderr


def test_nothing_is_started_beside_a_named_broker(shell: Shell) -> None:
    """Where RASID_BROKER names one that is down, start says so and starts no other."""
    done = shell("start", expect=ExitCode.NO_BROKER, RASID_BROKER="127.0.0.1:1")
    assert "which RASID_BROKER names" in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("command", ["start", "stop", "status", "which"])
def test_every_command_shows_an_example(shell: Shell, command: str) -> None:
    """Help ends with a line that can be typed."""
    assert f"rasid broker {command}" in shell(command, "--help").stdout.split("Example:")[1]
