"""stream/demo_worker.py: the demonstration's worker ends with it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

# Gives the pid and the folder of a worker, and then waits.
PROGRAM = """
import sys, time
from stream.demo_worker import worker_process
with worker_process({"RASID_BROKER": sys.argv[1]}) as worker:
    print(worker.process.pid, worker.log.parent, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "told to stop"])
def test_the_worker_ends_with_the_demonstration(number: signal.Signals) -> None:
    """Also after kill -9; and the folder of its log is removed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # A broker that never answers keeps the worker busy.
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen([sys.executable, "-c", PROGRAM, address], stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            pid, folder = program.stdout.readline().split()
            assert _command_line(pid)
            program.send_signal(number)
        deadline = time.monotonic() + 20
        while (_command_line(pid) or Path(folder).exists()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not _command_line(pid)
        assert not Path(folder).exists()


def _command_line(pid: str) -> bytes:
    """Return it, empty once the process is gone, which nobody collects here."""
    try:
        return Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return b""
