"""`/health/live`, `/health/ready` and `/metrics` over HTTP, and the watchdog that stops a worker that hangs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Protocol

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge

from stream.exit_codes import ExitCode, WorkerError
from stream.settings import Settings
from stream.watchdog import Backlog, Partition, Progress

_log = structlog.stdlib.get_logger(__name__)
_POLL_SECONDS = 2.0
_ANSWER_SECONDS = 15.0


Handler = Callable[[web.Request], Awaitable[web.Response]]


async def serve(settings: Settings, routes: Mapping[str, Handler]) -> tuple[web.AppRunner, int]:
    """Serve *routes* at the address of the settings and return the server with its port.

    Raises WorkerError when the address cannot be had.
    """
    app = web.Application()
    for path, handler in routes.items():
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    host, port = settings.health_host, settings.health_port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as cause:
        await runner.cleanup()
        raise WorkerError(
            f"Health and metrics cannot be served at {host}:{port}: {os.strerror(cause.errno or 0)}. "
            "Set RASID_HEALTH_PORT to a free port (0 takes one), or RASID_HEALTH_HOST.",
            ExitCode.PORT_TAKEN,
        ) from None
    port = runner.addresses[0][1]
    _log.info("health_listening", host=host, port=port)
    return runner, port


class LagSource(Protocol):
    """Where the lag comes from; asks the broker, since a hanging consumer would not know."""

    async def partitions(self) -> Iterable[Partition]:
        """Return every partition of the topics that are read."""
        ...

    async def backlogs(self, partitions: Iterable[Partition]) -> Mapping[Partition, Backlog]:
        """Return what waits in each of *partitions*."""
        ...

    async def has_message(self, partition: Partition, offset: int) -> bool:
        """Say whether a consumer that goes on at *offset* is given a message."""
        ...

    async def close(self) -> None:
        """Disconnect."""


class WorkerFigures(Protocol):
    """The figures of a worker."""

    @property
    def lag(self) -> Gauge:
        """Messages not yet committed, by topic and partition."""
        ...

    @property
    def assigned(self) -> Gauge:
        """How many partitions it has."""
        ...

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        ...


class Health:
    """The HTTP server and the watchdog of one worker.

    *assigned* gives the worker's partitions, or None while it has not joined its group; *fail* stops the worker.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        metrics: WorkerFigures,
        lag_source: LagSource,
        assigned: Callable[[], Iterable[Partition] | None],
        fail: Callable[[WorkerError], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._lag_source = lag_source
        self._assigned = assigned
        self._fail = fail
        self._progress = Progress(settings.stall_seconds)
        self._stalled = False
        self._runner: web.AppRunner | None = None
        self._watching: asyncio.Task[None] | None = None
        self.port = 0
        """The port served, once started."""

    async def start(self) -> None:
        """Serve and watch. Raises WorkerError when the address cannot be had."""
        routes = {"/health/live": self._live, "/health/ready": self._ready, "/metrics": self._show_metrics}
        self._runner, self.port = await serve(self._settings, routes)
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
        stalled = None
        while stalled is None:
            await asyncio.sleep(_POLL_SECONDS)
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    stalled = await self.look()
            except Exception as fault:  # noqa: BLE001 - a broker that does not answer is not mended by our stopping
                self._progress.pause()
                _log.debug("lag_unknown", error=type(fault).__name__)
        await self._fail(stalled)

    async def look(self) -> WorkerError | None:
        """Ask once what waits; return why the worker has to stop, if it is stalled. Raises what the source raises."""
        assigned = self._assigned()
        self._metrics.assigned.set(len(frozenset(assigned or ())))
        # A worker that cannot join its group, or whose rebalance never ends, would have nothing to be judged by.
        watched = frozenset(await self._lag_source.partitions() if assigned is None else assigned)
        backlogs = await self._lag_source.backlogs(watched)
        self._metrics.lag.clear()
        for partition, backlog in backlogs.items():
            self._metrics.lag.labels(partition.topic, str(partition.partition)).set(backlog.waiting)
        self._progress.update(backlogs)
        stall = self._progress.stalled
        if stall is None:
            return None
        if not await self._lag_source.has_message(stall.partition, stall.backlog.committed):
            # The end of a transaction takes an offset, and no consumer ever sees it.
            self._progress.excuse(stall.partition)
            return None
        self._stalled = True
        return WorkerError(
            f"{stall} and has not moved for {stall.seconds:.0f} s (RASID_STALL_SECONDS). Nothing is lost: start the "
            "worker again, and it goes on from there. If it stops at the same offset once more, look at the message "
            "at that offset, and whether the group may commit.",
            ExitCode.STALLED,
        )

    async def _live(self, request: web.Request) -> web.Response:
        del request
        longest = self._progress.longest
        body = {"live": not self._stalled, "stalled_seconds": round(longest.seconds if longest else 0.0, 1)}
        return web.json_response(body, status=503 if self._stalled else 200)

    async def _ready(self, request: web.Request) -> web.Response:
        del request
        count = len(frozenset(self._assigned() or ()))
        return web.json_response({"ready": count > 0, "partitions": count}, status=200 if count else 503)

    async def _show_metrics(self, request: web.Request) -> web.Response:
        del request
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
