"""Starts a worker again whenever it ends, as `restart: unless-stopped` in deploy/ does."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from tests.faults.workers import WORKER
from tests.integration.stand import ROOT, Stand, Worker

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 60.0


class Supervisor:
    """Keeps one worker of *stand* running while the context lasts; *exit_codes* tells how each earlier one ended."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self.exit_codes: list[int] = []

    def __enter__(self) -> Self:
        self._stand.supervised = True
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._stand.supervised = False

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        worker: Worker = self._stand.start(WORKER, cwd=ROOT)
        while not self._done.wait(0.1):
            code = worker.process.poll()
            if code is None:
                continue
            self.exit_codes.append(code)
            if self._done.wait(pause):
                return
            pause = min(2 * pause, _LONGEST_PAUSE)
            worker = self._stand.start(WORKER, cwd=ROOT)
