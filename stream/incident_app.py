"""The app of `rasid incidents`: alerts in, incidents and surges out.

Alerts go by their partition keys onto an internal topic, so that all accounts of one event meet in one partition;
incidents are counted by their scopes in the same way. Three agents, one group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from faust.types import EventT

from schemas.alert import Kind, Timing
from stream.consumption import Batches, add_agent, source_of
from stream.dead_letters import OutgoingRecord, SourceRecord, dead_letter
from stream.delivery import Delivery, UndeliveredError
from stream.exit_codes import ExitCode, WorkerError
from stream.incident_metrics import IncidentMetrics
from stream.incident_tasks import ORIGIN, IncidentTask, SurgeTask, alert_of
from stream.incidents.families import partition_key
from stream.kafka import make_producer
from stream.processing import Failure
from stream.settings import Settings
from stream.state_store import MemoryStore, RocksStore, StateStore
from stream.stateful_work import StatefulWork
from stream.worker_app import WorkerApp

_REBALANCE_SECONDS = 10.0


class Repartition:
    """Sends each alert, as it is, to where those that may be of the same event come together."""

    def __init__(self, settings: Settings, delivery: Delivery, metrics: IncidentMetrics) -> None:
        self._topics = settings.topics
        self._delivery = delivery
        self._metrics = metrics
        self.acked = 0
        """Alerts acked since the start."""

    async def handle(self, events: Sequence[EventT[bytes]]) -> None:
        """Send the alerts of *events* on, then ack them. Raises WorkerError."""
        records = [record for event in events if (record := self._routed(source_of(event)))]
        try:
            refused = await self._delivery.deliver(records)
        except UndeliveredError as fault:
            raise WorkerError(
                f"{fault} Nothing is lost: a restart goes on from there.", ExitCode.UNDELIVERED
            ) from fault
        if refused:
            topics = ", ".join(sorted({records[index].topic for index in refused}))
            raise WorkerError(
                f"An alert is larger than {topics} takes: `rasid topics check` tells the size that is needed.",
                ExitCode.UNDELIVERED,
            )
        for event in events:
            event.ack()
        self.acked += len(events)

    def _routed(self, source: SourceRecord) -> OutgoingRecord | None:
        alert = alert_of(source)
        if isinstance(alert, Failure):
            self._metrics.alert("dead_letter")
            return dead_letter(source, alert, topic=self._topics.dead_letters, failed_at=datetime.now(UTC))
        if alert.timing is not Timing.NEW:
            self._metrics.alert("ignored")
            return None
        # Each partition is in order, and none waits for the others: whoever reads on has to know whose order it is.
        origin = f"{alert.kind}-{source.partition}".encode()
        return OutgoingRecord(
            self._topics.incidents_repartition,
            partition_key(alert).encode(),
            source.value,
            (*source.headers, (ORIGIN, origin)),
        )


class Incidents:
    """The work of `rasid incidents`."""

    def __init__(self, settings: Settings, app: WorkerApp, metrics: IncidentMetrics) -> None:
        topics = settings.topics

        def is_current(event: EventT[bytes]) -> bool:
            return bool(event.message.generation_id == app.consumer_generation_id)

        self._delivery = Delivery(lambda: make_producer(settings), timeout=settings.delivery_timeout_seconds)
        self._repartition = Repartition(settings, self._delivery, metrics)
        self._stateful = {
            "incidents": StatefulWork(
                settings,
                source=topics.incidents_repartition,
                changelog=topics.incidents_changelog,
                make_store=partial(_store, settings, topics.incidents_changelog),
                make_task=lambda store: IncidentTask(store, topics, metrics=metrics),
                is_current=is_current,
            ),
            "surges": StatefulWork(
                settings,
                source=topics.surges_repartition,
                changelog=topics.surges_changelog,
                make_store=partial(_store, settings, topics.surges_changelog),
                make_task=lambda store: SurgeTask(store, topics, metrics=metrics),
                is_current=is_current,
            ),
        }
        alerts = tuple(topics.alerts(kind) for kind in Kind)
        self._batches = []
        for name, sources, handle in (
            ("repartition", alerts, self._repartition.handle),
            ("incidents", (topics.incidents_repartition,), self._stateful["incidents"].handle),
            ("surges", (topics.surges_repartition,), self._stateful["surges"].handle),
        ):
            batches = Batches(handle, fail=app.fail)
            self._batches.append(batches)
            add_agent(app, *sources, name=f"stream.incident_app.{name}", settings=settings, handle=batches.handle)

    @property
    def acked(self) -> int:
        """Alerts acked since the start."""
        return self._repartition.acked

    async def start(self) -> None:
        """Connect. The tables of outlets and of places are read at the first alert."""
        await self._delivery.start()

    async def drain(self, timeout: float) -> None:
        """Begin nothing more; wait for what was begun."""
        await asyncio.gather(*(batches.stop(timeout) for batches in self._batches))

    async def close(self) -> None:
        """Disconnect."""
        await self._release()
        await self._delivery.stop()

    async def on_revoked(self, *_: Any, **__: Any) -> None:
        """Finish the batches in work, then let go of all partitions, before others get them."""
        await asyncio.gather(*(work.suspend(_REBALANCE_SECONDS) for work in self._stateful.values()))
        await self._release()

    async def on_assigned(self, *_: Any, **__: Any) -> None:
        """Go on with the partitions that were given to us."""
        for work in self._stateful.values():
            work.resume()

    async def _release(self) -> None:
        for work in self._stateful.values():
            await work.release()


def _store(settings: Settings, changelog: str, partition: int) -> StateStore:
    if settings.state_dir is None:
        return MemoryStore()
    return RocksStore(settings.state_dir / changelog / str(partition))


def create_incident_app(settings: Settings) -> WorkerApp:
    """Return the app for *settings*, in a group of its own beside that of the workers. Raises SettingsError."""
    settings = settings.model_copy(update={"group_id": f"{settings.group_id}-incidents"})
    topics, metrics = settings.topics, IncidentMetrics()
    consumes = (*map(topics.alerts, Kind), topics.incidents_repartition, topics.surges_repartition)
    needs = (*(name for name in topics.all if name != topics.articles), *topics.internal)
    app = WorkerApp.make(settings, consumes=consumes, needs=needs, metrics=metrics)
    work = Incidents(settings, app, metrics)
    app.work = work
    app.on_partitions_revoked.connect(work.on_revoked)
    app.on_partitions_assigned.connect(work.on_assigned)
    return app
