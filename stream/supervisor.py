"""`rasid worker --processes N`: several workers of one group, each in a process of its own, watched by this one."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
from pydantic import SecretStr

from stream.exit_codes import NEEDS_A_PERSON, ExitCode, WorkerError
from stream.logs import configure_logging
from stream.settings import Settings
from stream.supervised_health import SupervisedHealth

_COMMAND = (sys.executable, "-m", "stream.supervised_worker")
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
# A process that ran for so long is started again at once: what ended it is not what the last pause was for.
_STEADY_SECONDS = 60.0
# A worker ends within 10 s of SIGTERM by itself.
_STOP_SECONDS = 12.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_log = structlog.stdlib.get_logger("stream.worker")


def run_workers(settings: Settings, *, processes: int, command: Sequence[str] = _COMMAND) -> ExitCode:
    """Run *processes* workers until SIGTERM or SIGINT, or until a person is needed; return how that ended.

    One that crashes is started again. *command* starts one; `stream.supervised_worker` is its other side.
    """
    configure_logging(settings)
    return asyncio.run(Supervisor(settings, processes=processes, command=command).run())


class Child:
    """One worker process and its successors. *port* is where it serves health, 0 until it does."""

    def __init__(self, settings: Settings, *, number: int, command: Sequence[str]) -> None:
        self.number = number
        self.port = 0
        self.starts = 0
        self._message = json.dumps({"process": number, "settings": _values(settings)}).encode() + b"\n"
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> int:
        """Start it and return its exit code, negative for a signal."""
        ours, theirs = socket.socketpair()
        with theirs:
            # A session of its own: Ctrl-C is for the supervisor alone, which passes it on.
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=theirs.fileno(), start_new_session=True
            )
        self._process = process
        self.starts += 1
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            with suppress(OSError, ValueError):
                writer.write(self._message)
                self.port = int(await reader.readline() or b"0")
            return await process.wait()
        finally:
            self.port = 0
            self._process = None
            # It ends when this side is closed, however we end.
            writer.close()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


class Supervisor:
    """Keeps *processes* workers running and serves their health and figures together."""

    def __init__(self, settings: Settings, *, processes: int, command: Sequence[str]) -> None:
        # Each on a free port of its own, which only this process asks.
        own = settings.model_copy(update={"health_host": "127.0.0.1", "health_port": 0})
        self.children = [Child(own, number=number, command=command) for number in range(1, processes + 1)]
        self._health = SupervisedHealth(settings, self.children)
        self._stopping = asyncio.Event()
        self._code = ExitCode.OK

    async def run(self) -> ExitCode:
        """Run until told to stop, or until a worker ends with a code that a restart does not help; return the code."""
        try:
            await self._health.start()
        except WorkerError as failure:
            _log.error("worker_failed", reason=str(failure), exit_code=int(failure.exit_code))
            return failure.exit_code
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stopping.set)
        keeping = [asyncio.create_task(self._keep(child)) for child in self.children]
        _log.info("processes_started", processes=len(keeping))
        await self._stopping.wait()
        await self._stop(keeping)
        await self._health.stop()
        _log.info("processes_stopped", exit_code=int(self._code))
        return self._code

    async def _keep(self, child: Child) -> None:
        """Run *child* again and again, with longer and longer pauses while it ends soon."""
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await child.run()
            if self._stopping.is_set():
                return
            if code in NEEDS_A_PERSON:
                _log.error("process_failed", process=child.number, exit_code=code, consequence="all processes stop")
                self._code = ExitCode(code)
                self._stopping.set()
                return
            if time.monotonic() - began > _STEADY_SECONDS:
                pause = _FIRST_PAUSE
            _log.warning("process_ended", process=child.number, exit_code=code, restart_in_seconds=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _stop(self, keeping: Sequence[asyncio.Task[None]]) -> None:
        """Let every process finish what it has begun, and end those that do not."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        _, hanging = await asyncio.wait(keeping, timeout=_STOP_SECONDS)
        if hanging:
            _log.warning("stopping_took_too_long", seconds=_STOP_SECONDS, processes=len(hanging))
            for child in self.children:
                child.signal(signal.SIGKILL)
        await asyncio.gather(*keeping)


def _values(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON takes them, secrets included: they go over a socket that nobody else has."""
    values = settings.model_dump(exclude_none=True)
    return {
        name: value.get_secret_value()
        if isinstance(value, SecretStr)
        else value
        if isinstance(value, bool | int | float)
        else str(value)
        for name, value in values.items()
    }
