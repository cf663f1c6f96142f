"""A worker process for the demonstration: its own session, its log in a file, and its end assured, even by kill -9."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stream.broker.guardian import Guardian
from stream.broker.process import PID_FILE

# The worker drains within 10 s of SIGTERM.
_STOP_SECONDS = 15
_TAIL_LINES = 20
_COMMAND = ("-m", "stream.cli", "worker")


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A running worker."""

    process: subprocess.Popen[bytes]
    log: Path

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self.process.poll()

    def last_words(self) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:])


@contextmanager
def worker_process(variables: Mapping[str, str]) -> Iterator[WorkerProcess]:
    """Give a worker whose environment is ours with *variables*; on leaving, stop it and remove its log."""
    folder = Path(tempfile.mkdtemp(prefix="rasid-demo-"))
    guardian = Guardian(folder, mark=" ".join(_COMMAND))
    try:
        log = folder / "worker.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *_COMMAND],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **variables},
                # Ctrl-C is for us alone: the worker is told to stop when its turn comes.
                start_new_session=True,
            )
        try:
            (folder / PID_FILE).write_text(str(process.pid), encoding="ascii")
            yield WorkerProcess(process, log)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        guardian.release()
