"""The figures of the incident workers, in a registry of their own."""

from __future__ import annotations

from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from schemas.incident import Lifecycle
from schemas.surge import SurgeState


class IncidentMetrics:
    """Counts what became of alerts: each figure when its batch is made, shortly before it is confirmed."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # its author left the annotation out
        self.registry = own = CollectorRegistry()
        ProcessCollector(registry=own)
        self._alerts = Counter(
            "rasid_incident_alerts",
            "Alerts: counted to an incident, ignored, or dead letters.",
            ["outcome"],
            registry=own,
        )
        self._revisions = Counter("rasid_incident_revisions", "Revisions of incidents.", ["lifecycle"], registry=own)
        self._surges = Counter("rasid_surges", "Revisions of surges.", ["state"], registry=own)
        # From zero on: Prometheus sees no increase in a series that begins with its first event.
        for lifecycle in (*Lifecycle, None):
            self._revisions.labels(lifecycle.value if lifecycle else "merged")
        for state in SurgeState:
            self._surges.labels(state.value)
        self.lag = Gauge("rasid_consumer_lag", "Messages not yet committed.", ["topic", "partition"], registry=own)
        self.assigned = Gauge("rasid_assigned_partitions", "Partitions that this worker has.", registry=own)

    def alert(self, outcome: Literal["counted", "ignored", "dead_letter"]) -> None:
        """Record an alert; repeated, late and background ones are ignored."""
        self._alerts.labels(outcome).inc()

    def revision(self, lifecycle: Lifecycle | None) -> None:
        """Record a revision, None for the tombstone of an incident that was merged."""
        self._revisions.labels(lifecycle.value if lifecycle else "merged").inc()

    def surge(self, state: SurgeState) -> None:
        """Record a revision of a surge."""
        self._surges.labels(state.value).inc()

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)
