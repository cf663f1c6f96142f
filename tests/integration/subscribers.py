"""Alerts and incidents put onto the topics of a stand, and `rasid subscribe` run on them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from click.testing import CliRunner, Result

from schemas.alert import Alert
from schemas.incident import Incident
from stream.cli import main
from stream.topics import TopicPlan
from stream.topics import create_topics as create
from tests.integration.stand import Stand

SECRET = "a secret that both sides know"


def publish(stand: Stand, *items: Alert | Incident | str) -> None:
    """Put *items* onto their topics in order, as a worker does; a text is the id of an incident that is gone."""
    topics = stand.settings.topics

    async def send() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=stand.settings.broker)
        await producer.start()
        try:
            for item in items:
                if isinstance(item, Alert):
                    topic, key = topics.alerts(item.kind), item.article.article_id
                    headers = [("alert-id", item.alert_id.encode())]
                else:
                    topic, key = topics.incidents, item if isinstance(item, str) else item.incident_id
                    headers = [("incident-id", key.encode())]
                value = None if isinstance(item, str) else item.to_json()
                await producer.send_and_wait(topic, value, key=key.encode(), headers=headers)
        finally:
            await producer.stop()

    asyncio.run(send())


def create_topics(stand: Stand, *names: str) -> None:
    """Make topics of one partition besides those of the contract."""

    async def run() -> None:
        client = AIOKafkaAdminClient(bootstrap_servers=stand.settings.broker)
        await client.start()
        try:
            await create(client, [TopicPlan(name, 1, 1) for name in names])
        finally:
            await client.close()

    asyncio.run(run())


def environ(stand: Stand) -> dict[str, str]:
    """Return the environment of a command that uses the topics of *stand*."""
    return os.environ | {
        "RASID_BROKER": stand.settings.broker,
        "RASID_TOPIC_PREFIX": stand.settings.topic_prefix,
        "RASID_SESSION_TIMEOUT_SECONDS": "6",
        "RASID_WEBHOOK_SECRET": SECRET,
    }


def command(*arguments: str) -> list[str]:
    """Return the command line of `rasid subscribe`."""
    return [sys.executable, "-m", "stream.cli", "subscribe", *arguments]


def subscribe(stand: Stand, *arguments: str, code: int = 0) -> Result:
    """Run `rasid subscribe`, in this process, from the earliest message; it must end with *code*.

    Without `--max-messages` it ends when nothing comes for a while.
    """
    idle = "30" if "--max-messages" in arguments else "1"
    own = ["--from", "earliest"] if "--from" not in arguments else []
    done = CliRunner().invoke(main, ["subscribe", "--idle-timeout", idle, *own, *arguments], env=environ(stand))
    assert done.exit_code == code, done.output
    return done


class Receiver:
    """A web server on loopback that keeps what is posted to it, and answers with *answers* in turn, then with 200."""

    def __init__(self, answers: Iterable[int] = (), headers: dict[str, str] | None = None) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        left = list(answers)
        posts = self.posts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(left.pop(0) if left else 200)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815 - the name is http.server's

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?key=hidden"

    @contextmanager
    def serving(self) -> Iterator[Receiver]:
        """Answer while the block runs."""
        Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
