"""Topics of its own on the real broker, workers as processes, and independent clients, for one test."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from schemas.alert import Kind
from stream.settings import Settings, load_settings
from stream.topics import TopicPlan, create_topics

PROGRAM = Path(__file__).parent / "support" / "worker_process.py"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Received:
    """A message as a subscriber got it."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process and where it logs."""

    process: subprocess.Popen[bytes]
    log_file: Any

    @property
    def log(self) -> str:
        return Path(self.log_file.name).read_text(encoding="utf-8")

    def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self, timeout: float = 10) -> int:
        """SIGTERM; return the exit code. Raises TimeoutExpired when it does not end in time."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def health_url(self, timeout: float = 90) -> str:
        """Where it serves health, once it says so."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for line in self.log.splitlines():
                event = json.loads(line)
                if event["event"] == "health_listening":
                    return f"http://127.0.0.1:{event['port']}"
            time.sleep(0.1)
        raise AssertionError(f"no health address in the log:\n{self.log}")


class Stand:
    """A prefix and a group of its own; ends every worker that it started."""

    def __init__(self, bootstrap: str, *, partitions: int = 4, replicas: int = 1, **flags: Any) -> None:
        name = f"test-{uuid.uuid4().hex[:8]}"
        own = {"broker": bootstrap, "topic_prefix": f"{name}.", "group_id": name, "session_timeout_seconds": 6}
        self.settings: Settings = load_settings(flags=own | flags)
        self.workers: list[Worker] = []
        self.supervised = False
        """Somebody starts another worker when one ends."""
        self._partitions = partitions
        self._replicas = replicas

    @property
    def alert_topics(self) -> tuple[str, str]:
        return self.settings.topics.alerts(Kind.ATTACK), self.settings.topics.alerts(Kind.DIPLOMACY)

    @property
    def is_left_alone(self) -> bool:
        """Whether every worker that was started has ended, and none will come."""
        return (
            not self.supervised
            and bool(self.workers)
            and all(worker.process.poll() is not None for worker in self.workers)
        )

    def create_topics(self, *, internal: bool = False) -> None:
        """Create the topics of the contract, and those of the incident agents if *internal*."""
        topics = self.settings.topics

        async def create() -> None:
            client = AIOKafkaAdminClient(bootstrap_servers=self.settings.broker)
            await client.start()
            try:
                configs = {
                    "max.message.bytes": str(self.settings.dead_letter_bytes),
                    "message.timestamp.type": "LogAppendTime",
                }
                wanted = (*topics.all, *(topics.internal if internal else ()))
                await create_topics(
                    client, [TopicPlan(topic, self._partitions, self._replicas, configs) for topic in wanted]
                )
            finally:
                await client.close()

        asyncio.run(create())

    def produce(self, messages: Iterable[tuple[bytes | None, bytes | None]], headers: Sequence[Any] = ()) -> None:
        async def send() -> None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self.settings.broker,
                max_request_size=8_000_000,
                linger_ms=5,
            )
            await producer.start()
            try:
                topic = self.settings.topics.articles
                sent = [
                    await producer.send(topic, value, key=key, headers=list(headers) or None) for key, value in messages
                ]
                await asyncio.gather(*sent)
            finally:
                await producer.stop()

        asyncio.run(send())

    def read(
        self, *topics: str, until: Callable[[list[Received]], bool], timeout: float = 40, extra: float = 0
    ) -> list[Received]:
        """All messages of *topics* from the beginning, once *until* holds and *extra* more seconds are over."""

        async def receive() -> list[Received]:
            consumer = AIOKafkaConsumer(
                *topics,
                bootstrap_servers=self.settings.broker,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=8_000_000,
            )
            await consumer.start()
            received: list[Received] = []
            deadline = time.monotonic() + timeout
            try:
                while time.monotonic() < deadline:
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        received += [Received(r.topic, r.key, r.value, dict(r.headers)) for r in records]
                    if until(received):
                        deadline = min(deadline, time.monotonic() + extra)
                        if not extra:
                            break
            finally:
                await consumer.stop()
            return received

        return asyncio.run(receive())

    def start(self, command: Sequence[str] | None = None, *, cwd: Path | None = None, **environ: str) -> Worker:
        own = {
            "RASID_BROKER": self.settings.broker,
            "RASID_TOPIC_PREFIX": self.settings.topic_prefix,
            "RASID_GROUP_ID": self.settings.group_id,
            "RASID_SESSION_TIMEOUT_SECONDS": "6",
            "RASID_HEALTH_PORT": "0",
            "RASID_LOG_FORMAT": "json",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RASID_")}
        # A file: a pipe that nobody reads would stop the worker once it is full.
        log = tempfile.NamedTemporaryFile(prefix="rasid-worker-", suffix=".log")  # noqa: SIM115 - closed in `close`
        process = subprocess.Popen(
            command or [sys.executable, str(PROGRAM)],
            env=kept | own | environ,
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd=cwd,
        )
        worker = Worker(process, log)
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.log_file.close()


def article(number: int, **fields: Any) -> tuple[bytes, bytes]:
    """Key and value of an article with the id *number*."""
    data = {
        "article_id": f"a{number}",
        "title": "خبر" + "x" * (number % 2),
        "published_at": "2018-04-20T08:00:00+04:00",
    }
    return f"a{number}".encode(), json.dumps(data | fields, ensure_ascii=False).encode()


def ids(messages: Iterable[Received]) -> set[str]:
    """The article ids of alerts."""
    return {json.loads(message.value or b"{}")["article"]["article_id"] for message in messages}


def get(url: str) -> tuple[int, str]:
    """Status and body of *url*."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - http on loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
