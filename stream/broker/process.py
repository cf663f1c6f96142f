"""Server processes that are ours: start, tell whether they still run, pause, stop.

A pid alone proves nothing, since the system gives it to another process later. Ours are recognised by a *mark*, a text
that stands in their command line and in no other.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stream.broker.errors import BrokerError
from stream.broker.paths import cache_dir

PID_FILE = "pid"

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running server: its pid and the mark in its command line."""

    pid: int
    mark: str

    def is_running(self) -> bool:
        """Say whether the process exists and is the one that was started."""
        try:
            # Our own child: only its collected exit status proves that its ports are free again.
            ended, _ = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            # Started by another shell, or collected before.
            return self.mark in _command_line(self.pid)
        # Ours it is too while it ends and has no command line any more.
        return not ended and self.mark in (_command_line(self.pid) or self.mark)

    def stop(self, *, grace_seconds: float = 20.0) -> bool:
        """End the process: SIGTERM, and SIGKILL after *grace_seconds*. Return whether it ended in time by itself."""
        # A paused process would see SIGTERM only after being resumed.
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)
        if self._ended_within(grace_seconds):
            return True
        self.kill()
        return False

    def kill(self) -> None:
        """End the process at once, as a crash would (SIGKILL)."""
        self.send(signal.SIGKILL)
        self._ended_within(10.0)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process is gone."""
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _ended_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True


def spawn(
    command: Sequence[str], *, mark: str, log: Path, environ: Mapping[str, str], cwd: Path | None = None
) -> ServerProcess:
    """Start *command* in a session of its own, with both outputs appended to *log* and the pid written beside it.

    The own session keeps Ctrl-C from reaching the broker before those who use it have finished.
    """
    if not any(mark in word for word in command):
        raise ValueError(f"the mark {mark!r} does not stand in the command")
    with log.open("ab") as output:
        # No `with`: the process outlives this function, and perhaps this program.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=cwd,
            start_new_session=True,
        )
    # Popen warns when it is dropped while its process runs, which is what is wanted here.
    process.returncode = 0
    log.with_name(PID_FILE).write_text(str(process.pid), encoding="ascii")
    return ServerProcess(pid=process.pid, mark=mark)


def log_extract(log: Path, *, lines: int = 12) -> str:
    """Return what a log says went wrong: from its first error on, else its last lines; at most *lines*.

    The frames of Java's stack traces are left out.
    """
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    told = [line for line in text.splitlines() if line.strip() and not line.startswith("\tat ")]
    wrong = next((number for number, line in enumerate(told) if " ERROR " in line), None)
    chosen = told[-lines:] if wrong is None else told[wrong : wrong + lines]
    return "\n".join(chosen) or "(the log is empty)"


def failure(cause: BrokerError, log: Path) -> BrokerError:
    """Return *cause* with what the server's log says and where a copy is that stays when the server's folder goes.

    Without a log, *cause* alone.
    """
    if not log.exists():
        return cause
    kept = cache_dir() / f"{log.stem}-failed.log"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(log, kept)
    except OSError:
        kept = log
    return BrokerError(f"{cause}. Its log is {kept} and says:\n{log_extract(log)}")


def _command_line(pid: int) -> str:
    proc = Path("/proc")
    if proc.joinpath("self").exists():
        try:
            return proc.joinpath(str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout
