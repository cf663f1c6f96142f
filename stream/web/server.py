"""The service as a whole: the topics are followed and the page is served, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn

from stream.exit_codes import ExitCode, WorkerError
from stream.logs import configure_logging
from stream.settings import Settings
from stream.web.app import make_app
from stream.web.following import Follower
from stream.web.guard import check_settings
from stream.web.live import Live
from stream.web.store import Store

_log = structlog.stdlib.get_logger("stream.web")
_STOP_SECONDS = 3


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; the log tells the address.

    Raises SettingsError, WorkerError when the address cannot be had, ConnectError, MissingTopicError, and KafkaError.
    """
    check_settings(settings)
    configure_logging(settings)
    # What it says of itself is said here already.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with _listen(settings.serve_host, settings.serve_port) as listener:
        store = Store(max_items=settings.serve_max_items, max_text_bytes=settings.serve_text_mb * 1_000_000)
        live = Live()
        server = _Server(make_app(settings, store, live), live)
        following = asyncio.create_task(Follower(settings, store, live).run())
        # Nobody reads a page that is never filled.
        following.add_done_callback(lambda _: server.stop())
        _log.info("serving", url=_address(settings.serve_host, listener.getsockname()[1]))
        try:
            await server.serve(sockets=[listener])
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


class _Server(uvicorn.Server):
    """Ends the streams of open pages first: they would go on for ever. Signals are ours: 0 is the exit code then."""

    def __init__(self, app: object, live: Live) -> None:
        super().__init__(
            uvicorn.Config(
                app,  # type: ignore[arg-type]
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                proxy_headers=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._live = live

    def stop(self) -> None:
        """End the streams, then the server."""
        self._live.close()
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGTERM and SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    """Give a socket that listens there. Raises WorkerError when the address cannot be had."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family)
    except OSError as cause:
        reason = os.strerror(cause.errno) if cause.errno and cause.errno > 0 else str(cause)
        raise WorkerError(
            f"The page cannot be served at {host}:{port}: {reason}. "
            "Set RASID_SERVE_PORT or --port to a free port (0 takes one), or RASID_SERVE_HOST.",
            ExitCode.PORT_TAKEN,
        ) from None
    with listener:
        yield listener


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
