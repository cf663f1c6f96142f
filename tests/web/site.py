"""The service over a store that a test fills, on a port of its own, in a thread."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn

from schemas.alert import Alert
from schemas.article import Article
from schemas.incident import Incident
from stream.settings import load_settings
from stream.web.app import make_app
from stream.web.live import Change, Live
from stream.web.store import Store

T = TypeVar("T")

START = datetime(2025, 3, 1, 8, tzinfo=UTC)
"""When the broker got the first message; each further one came a second later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Site:
    """Started by `with`. What is added becomes known to open pages too."""

    def __init__(self, **flags: Any) -> None:
        self.settings = load_settings(flags={"serve_max_items": 1000} | flags)
        self.store = Store(max_items=self.settings.serve_max_items, max_text_bytes=1_000_000)
        self.store.state = "live"
        self.live = Live()
        self.url = ""
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        app = make_app(self.settings, self.store, self.live)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, lifespan="off", access_log=False, server_header=False
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < deadline
            assert self._thread.is_alive()
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.do(self.live.close)
        self._server.should_exit = True
        self._thread.join(20)

    def do(self, act: Callable[[], T]) -> T:
        """Run *act* where the service runs, as what comes from Kafka would be."""
        if self._loop is None or not self._thread.is_alive():
            return act()
        done: list[T] = []
        over = threading.Event()

        def run() -> None:
            try:
                done.append(act())
            finally:
                over.set()

        self._loop.call_soon_threadsafe(run)
        assert over.wait(10)
        return done[0]

    def add(self, *items: Alert | Incident) -> None:
        """Let alerts and incidents come."""
        for item in items:
            self._count += 1
            at = START + timedelta(seconds=self._count)
            self.do(lambda item=item, at=at: self._add(item, at))  # type: ignore[misc]

    def add_text(self, article: Article) -> None:
        """Let an article come."""
        self.do(lambda: self.store.texts.add(article.article_id, article.to_json()))

    def remove(self, incident_id: str) -> None:
        """Let an incident's tombstone come."""

        def act() -> None:
            self.store.remove_incident(incident_id)
            self.live.tell(Change("incident-removed", self.store.number, id=incident_id))

        self.do(act)

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """Ask for *path*."""
        wanted = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, headers=wanted, method=method)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.headers, refused.read())

    def _add(self, item: Alert | Incident, at: datetime) -> None:
        if isinstance(item, Alert):
            assert self.store.add_alert(item, at)
            self.live.tell(Change("alert", self.store.number, item))
        else:
            assert self.store.add_incident(item, at)
            self.live.tell(Change("incident", self.store.number, item))

    def _run(self) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await self._server.serve()

        asyncio.run(serve())
