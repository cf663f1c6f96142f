"""`/health/live`, `/health/ready` and `/metrics` over HTTP, and the watchdog that stops a worker that hangs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple, Protocol

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from stream.exit_codes import ExitCode, WorkerError
from stream.metrics import Metrics
from stream.settings import Settings

_log = structlog.stdlib.get_logger(__name__)
_POLL_SECONDS = 2.0


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class LagSource(Protocol):
    """Where the lag comes from; asks the broker, since a hanging consumer would not know."""

    async def lag(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """Return how many messages each partition holds beyond the group's committed offset."""
        ...

    async def close(self) -> None:
        """Disconnect."""


class Progress:
    """Judges liveness: with messages waiting, some must be processed within *stall_seconds*."""

    def __init__(self, stall_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._stall_seconds = stall_seconds
        self._clock = clock
        self._since: float | None = None
        self._seen: object = None

    def update(self, *, lag: int, mark: object) -> None:
        """Record the current *lag*; a *mark* other than the last one means that something moved."""
        if lag == 0:
            self._since = None
        elif self._since is None or mark != self._seen:
            self._since = self._clock()
        self._seen = mark

    def forget(self) -> None:
        """The lag is not known: nothing is held against the worker until it is."""
        self._since = None

    @property
    def stalled_seconds(self) -> float:
        """Seconds for which messages have waited and nothing moved."""
        return 0.0 if self._since is None else self._clock() - self._since

    @property
    def is_live(self) -> bool:
        """Whether the worker is doing its work, or has none."""
        return self.stalled_seconds < self._stall_seconds


class Health:
    """The HTTP server and the watchdog of one worker.

    *assigned* gives the worker's partitions, *acked* a number that grows with its work, *fail* stops the worker.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        metrics: Metrics,
        lag_source: LagSource,
        assigned: Callable[[], Iterable[Partition]],
        acked: Callable[[], int],
        fail: Callable[[WorkerError], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._lag_source = lag_source
        self._assigned = assigned
        self._acked = acked
        self._fail = fail
        self._progress = Progress(settings.stall_seconds)
        self._runner: web.AppRunner | None = None
        self._watching: asyncio.Task[None] | None = None
        self.port = 0
        """The port served, once started."""

    async def start(self) -> None:
        """Serve and watch. Raises WorkerError when the address cannot be had."""
        app = web.Application()
        app.router.add_get("/health/live", self._live)
        app.router.add_get("/health/ready", self._ready)
        app.router.add_get("/metrics", self._show_metrics)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        host, port = self._settings.health_host, self._settings.health_port
        try:
            site = web.TCPSite(self._runner, host, port)
            await site.start()
        except OSError as cause:
            await self._runner.cleanup()
            raise WorkerError(
                f"Health and metrics cannot be served at {host}:{port}: {os.strerror(cause.errno or 0)}. "
                "Set RASID_HEALTH_PORT to a free port (0 takes one), or RASID_HEALTH_HOST.",
                ExitCode.PORT_TAKEN,
            ) from None
        self.port = self._runner.addresses[0][1]
        _log.info("health_listening", host=host, port=self.port)
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End both."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        if self._runner is not None:
            await self._runner.cleanup()
        await self._lag_source.close()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001 - a broker that does not answer is not mended by our stopping
                self._progress.forget()
                _log.debug("lag_unknown", error=type(fault).__name__)
            if not self._progress.is_live:
                waited = self._progress.stalled_seconds
                message = f"Articles wait, but none was processed for {waited:.0f} s (RASID_STALL_SECONDS)."
                await self._fail(WorkerError(message, ExitCode.STALLED))
                return

    async def look(self) -> None:
        """Ask for the lag once and judge by it. Raises what the lag source raises."""
        partitions = frozenset(self._assigned())
        self._metrics.assigned.set(len(partitions))
        lag = await self._lag_source.lag(partitions)
        self._metrics.lag.clear()
        for partition, count in lag.items():
            self._metrics.lag.labels(partition.topic, str(partition.partition)).set(count)
        self._progress.update(lag=sum(lag.values()), mark=(self._acked(), partitions))

    async def _live(self, request: web.Request) -> web.Response:
        del request
        live = self._progress.is_live
        body = {"live": live, "stalled_seconds": round(self._progress.stalled_seconds, 1)}
        return web.json_response(body, status=200 if live else 503)

    async def _ready(self, request: web.Request) -> web.Response:
        del request
        count = len(frozenset(self._assigned()))
        return web.json_response({"ready": count > 0, "partitions": count}, status=200 if count else 503)

    async def _show_metrics(self, request: web.Request) -> web.Response:
        del request
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
