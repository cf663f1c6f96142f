from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stream.broker.process import ServerProcess, log_extract, spawn

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
OBEDIENT = "import time; print('up', flush=True); time.sleep(60)"


def started(program: str, folder: Path) -> ServerProcess:
    """Start a Python program and wait until it wrote its first line."""
    log = folder / "log"
    process = spawn([sys.executable, "-c", program, "mark-of-ours"], mark="mark-of-ours", log=log, environ=os.environ)
    deadline = time.monotonic() + 20
    while "up" not in log_extract(log):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def test_a_server_ends_by_itself_on_stop(tmp_path: Path) -> None:
    """SIGTERM is enough for a program that heeds it."""
    process = started(OBEDIENT, tmp_path)
    assert process.is_running()
    assert process.stop(grace_seconds=10)
    assert not process.is_running()


def test_a_server_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    """After the grace time a stop is enforced."""
    process = started(STUBBORN, tmp_path)
    assert not process.stop(grace_seconds=0.2)
    assert not process.is_running()


def test_a_frozen_server_can_be_stopped(tmp_path: Path) -> None:
    """A stop wakes the process first, so that it can end cleanly."""
    process = started(OBEDIENT, tmp_path)
    process.send(signal.SIGSTOP)
    assert process.stop(grace_seconds=10)


def test_a_foreign_process_with_our_old_pid_is_never_touched() -> None:
    """A stale pid file does not end somebody else's program."""
    foreign = subprocess.Popen([sys.executable, "-c", OBEDIENT], stdout=subprocess.PIPE)
    try:
        assert foreign.stdout
        assert foreign.stdout.readline() == b"up\n"
        stale = ServerProcess(pid=foreign.pid, mark="a mark that it does not carry")
        assert not stale.is_running()
        assert stale.stop()
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_a_mark_must_stand_in_the_command(tmp_path: Path) -> None:
    """A process that could not be recognised later is not started."""
    with pytest.raises(ValueError, match="mark"):
        spawn(["true"], mark="absent", log=tmp_path / "log", environ={})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(None, "(the log is empty)", id="no log"),
        pytest.param("", "(the log is empty)", id="empty"),
        pytest.param("one\ntwo\nthree\n", "two\nthree", id="no error: the end"),
        pytest.param("x\n1 ERROR bad\n\tat frame\nCaused by: y\nz", "1 ERROR bad\nCaused by: y", id="from the error"),
    ],
)
def test_a_log_is_shown_from_its_first_error_on(tmp_path: Path, text: str | None, told: str) -> None:
    """Error messages carry the lines that explain, and never fail themselves."""
    log = tmp_path / "log"
    if text is not None:
        log.write_text(text, encoding="utf-8")
    assert log_extract(log, lines=2) == told
