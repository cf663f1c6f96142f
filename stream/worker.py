"""`rasid worker`: run the Faust worker in this process until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable

import faust
import structlog

from stream.app import create_app
from stream.exit_codes import ExitCode, WorkerError
from stream.logs import configure_logging
from stream.processing import Detector
from stream.settings import Settings, SettingsError
from stream.worker_app import WorkerApp

_STOP_SECONDS = 8.0
_log = structlog.stdlib.get_logger("stream.worker")


def run_worker(
    settings: Settings,
    *,
    load: Callable[[], Detector] | None = None,
    listening: Callable[[int], None] = lambda _: None,
) -> ExitCode:
    """Run a worker until SIGTERM or SIGINT, or until it cannot go on; return how it ended.

    Logs to standard error. *load* gives the detector, by default the packaged one; *listening* is told the port of
    health and metrics.
    """
    return run_app(settings, lambda: create_app(settings, load=load), listening=listening)


def run_app(
    settings: Settings, create: Callable[[], WorkerApp], *, listening: Callable[[int], None] = lambda _: None
) -> ExitCode:
    """Run the worker that *create* makes, in the same way."""
    configure_logging(settings)
    try:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        app = create()
    except SettingsError as cause:
        _log.error("worker_failed", reason=str(cause), exit_code=int(ExitCode.SETTINGS))
        return ExitCode.SETTINGS
    worker = faust.Worker(app, quiet=True, override_logging=False, redirect_stdouts=False, loop=loop)
    ending = threading.Timer(_STOP_SECONDS, _end_now, [app])
    ending.daemon = True
    app.on_listening = listening
    app.on_stopping = lambda: None if ending.ident else ending.start()
    guard = LoopGuard(loop, settings.stall_seconds)
    guard.start()
    failure = _run(worker, loop)
    guard.stop()
    ending.cancel()
    return _ending(app, failure)


def _run(worker: faust.Worker, loop: asyncio.AbstractEventLoop) -> BaseException | None:
    """Run *worker* to its end and return what ended it, None for a signal."""
    failure: BaseException | None = None
    # The name that the worker's signal handlers look for.
    worker._starting_fut = starting = asyncio.ensure_future(worker.start(), loop=loop)  # noqa: SLF001
    try:
        loop.run_until_complete(starting)
    except asyncio.CancelledError:
        pass
    except Exception as cause:  # noqa: BLE001 - `_ending` reports it
        failure = cause
    try:
        worker.stop_and_shutdown()
    except Exception as cause:  # noqa: BLE001 - Faust raises the reason of a crash once more
        failure = failure or cause
    return failure


def _end_now(app: WorkerApp) -> None:
    """End the process because stopping takes too long: with the broker gone, Faust would wait for it for minutes.

    Nothing is lost by that: what was not acked is processed again, what was not committed is repeated.
    """
    code = app.failure.exit_code if app.failure else ExitCode.OK
    _log.warning("stopping_took_too_long", seconds=_STOP_SECONDS, exit_code=int(code))
    logging.shutdown()
    os._exit(code)


def _ending(app: WorkerApp, failure: BaseException | None) -> ExitCode:
    known = app.failure or (failure if isinstance(failure, WorkerError) else None)
    if known is not None:
        _log.error("worker_ended", reason=str(known), exit_code=int(known.exit_code))
        return known.exit_code
    if failure is not None:
        _log.error("worker_ended", exc_info=failure, exit_code=int(ExitCode.FAILED))
        return ExitCode.FAILED
    return ExitCode.OK


class LoopGuard:
    """Ends the process when its event loop stands still for *seconds*: a loop that hangs cannot end itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        self._last = time.monotonic()
        self._done = threading.Event()

    def start(self) -> None:
        """Begin to watch."""
        threading.Thread(target=self._watch, name="loop-guard", daemon=True).start()

    def stop(self) -> None:
        """End watching."""
        self._done.set()

    def _watch(self) -> None:
        while not self._done.wait(min(5.0, self._seconds / 4)):
            if self._loop.is_closed():
                return
            self._loop.call_soon_threadsafe(self._tick)
            if time.monotonic() - self._last > self._seconds:
                _log.critical("event_loop_stands_still", seconds=self._seconds, exit_code=int(ExitCode.STALLED))
                os._exit(ExitCode.STALLED)

    def _tick(self) -> None:
        self._last = time.monotonic()
