"""`rasid incidents` as processes on the real broker, and what an undisturbed run would have made of the same log."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.alert import Alert
from stream.dead_letters import SourceRecord
from stream.incident_metrics import IncidentMetrics
from stream.incident_tasks import IncidentTask, SurgeTask
from stream.state_store import MemoryStore
from tests.incidents.made import ACTORS, PLACES, START, alert
from tests.integration.stand import ROOT, Stand, Worker, get

COMMAND = (sys.executable, "-m", "stream.cli", "incidents")


@dataclass(frozen=True, slots=True)
class Told:
    """The newest value of each key that a topic holds, None for a tombstone, and all its records."""

    newest: dict[bytes, bytes | None]
    records: tuple[SourceRecord, ...]


class IncidentStand(Stand):
    """Topics of its own, alerts in, and processes of `rasid incidents`."""

    def run(self, **environ: str) -> Worker:
        """Start a process."""
        return self.start(COMMAND, cwd=ROOT, RASID_LOG_LEVEL="info", **environ)

    def send(self, alerts: Iterable[Alert]) -> None:
        """Put *alerts* onto their topics, in their order."""

        async def produce() -> None:
            producer = AIOKafkaProducer(bootstrap_servers=self.settings.broker, linger_ms=5)
            await producer.start()
            try:
                topics = self.settings.topics
                sent = [
                    await producer.send(
                        topics.alerts(item.kind), item.to_json(), item.article.article_id.encode(), headers=TRACE
                    )
                    for item in alerts
                ]
                await asyncio.gather(*sent)
            finally:
                await producer.stop()

        asyncio.run(produce())

    def produce_to(self, topic: str, messages: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Put *messages*, keys and values, onto *topic* as they are."""

        async def produce() -> None:
            producer = AIOKafkaProducer(bootstrap_servers=self.settings.broker)
            await producer.start()
            try:
                for key, value in messages:
                    await producer.send_and_wait(topic, value, key)
            finally:
                await producer.stop()

        asyncio.run(produce())

    def told(self, topic: str) -> Told:
        """Return all that was committed to *topic*."""

        async def read() -> Told:
            consumer = AIOKafkaConsumer(bootstrap_servers=self.settings.broker, isolation_level="read_committed")
            await consumer.start()
            try:
                tps = [TopicPartition(topic, number) for number in range(self._partitions)]
                ends = await consumer.end_offsets(tps)
                consumer.assign(tps)
                await consumer.seek_to_beginning(*tps)
                records: list[SourceRecord] = []
                deadline = time.monotonic() + 60
                while [tp for tp in tps if await consumer.position(tp) < ends[tp]]:
                    assert time.monotonic() < deadline, f"{topic} cannot be read to its end"
                    for got in (await consumer.getmany(timeout_ms=200)).values():
                        records += [
                            SourceRecord(
                                r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp / 1000
                            )
                            for r in got
                        ]
                return Told({r.key or b"": r.value for r in records}, tuple(records))
            finally:
                await consumer.stop()

        return asyncio.run(read())

    def counted(self) -> set[str]:
        """Return the ids of the alerts that the newest revisions name."""
        values = self.told(self.settings.topics.incidents).newest.values()
        return {id_ for value in values if value for id_ in json.loads(value)["alerts"]}

    def wait_until_counted(self, alerts: Iterable[Alert], timeout: float = 120) -> None:
        """Return once every alert is in an incident. Fails when one is not in time."""
        wanted = {item.alert_id for item in alerts}
        deadline = time.monotonic() + timeout
        found: set[str] = set()
        while not wanted <= found:
            assert time.monotonic() < deadline, (
                f"{len(wanted - found)} alerts are missing\n{self.workers[-1].log[-3000:]}"
            )
            time.sleep(0.3)
            found = self.counted()

    def undisturbed(self, topic: str, task: type[IncidentTask | SurgeTask]) -> dict[bytes, bytes | None]:
        """Return the newest values that *task* makes of all that *topic* holds, without any disturbance."""
        made: dict[bytes, bytes | None] = {}
        records = self.told(topic).records
        for partition in range(self._partitions):
            store = MemoryStore()
            own = task(store, self.settings.topics, metrics=IncidentMetrics())
            for record in records:
                if record.partition == partition:
                    own.process(record)
                    changes = own.changes()
                    store.write(changes.entries, offset=0)
                    made.update(_identified(sent) for sent in changes.records if _is_told(sent))
        return made

    def surges(self) -> dict[bytes, bytes | None]:
        """Return the newest revision of each surge."""
        return dict(map(_identified, self.told(self.settings.topics.surges).records))


TRACE = [("traceparent", b"00-abc-def-01")]


def _is_told(record: Any) -> bool:
    topic: str = record.topic
    return topic.endswith((".incidents", ".alerts.surge"))


def _identified(record: Any) -> tuple[bytes, bytes | None]:
    headers = dict(record.headers)
    return headers.get("surge-id") or headers["incident-id"], record.value


def done_by(worker: Worker) -> int:
    """Return how many alerts *worker* has counted since its start."""
    figures = get(f"{worker.health_url()}/metrics")[1]
    found = re.search(r'^rasid_incident_alerts_total{outcome="counted"} (\S+)', figures, re.MULTILINE)
    return int(float(found[1])) if found else 0


def wait_until_done_by(worker: Worker, count: int, timeout: float = 120) -> None:
    """Return once *worker* has counted so many alerts. Fails when it has not in time."""
    deadline = time.monotonic() + timeout
    while done_by(worker) < count:
        assert time.monotonic() < deadline, worker.log[-3000:]
        time.sleep(0.05)


def archive(count: int, *, seed: int = 1) -> list[Alert]:
    """Return *count* alerts of a fortnight in the order of publication: many of one event, and most of the last day."""
    chance = random.Random(seed)
    places, actors = sorted(PLACES), sorted(set(ACTORS) - {"gunmen"})
    made = []
    for number in range(count):
        hours = 14 * 24 * min(2.2 * number / count, 0.93 + 0.07 * number / count)
        day = START.date().toordinal() + int(hours // 24) - chance.choice([0, 0, 1])
        common: dict[str, Any] = {"hours": hours, "day": type(START.date()).fromordinal(day).isoformat()}
        more: dict[str, Any] = {"killed": chance.choice([None, 5, 12, 30]), "outlet": chance.choice("vwxyz")}
        if chance.random() < 0.6:
            event = chance.choice(["air_strike", "shelling", "bombing", "territory"])
            by, to = chance.sample(["syria", "rebels", "is", "russia"], 2)
            made.append(alert(f"a{number}", event, chance.choice(places), by, to, **common, **more))
        else:
            event = chance.choice(["consult", "accuse", "threaten"])
            by, to = chance.sample(actors, 2)
            made.append(alert(f"a{number}", event, None, by, to, **common, **more))
    return made
