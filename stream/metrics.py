"""The figures that `/metrics` shows, in a registry of their own so that several apps can live in one process."""

from __future__ import annotations

from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from stream.processing import Outcome

StageName = Literal["read", "detect", "deliver"]
_SECONDS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)


class Metrics:
    """Counts what the worker does."""

    def __init__(self) -> None:
        # A second series beside each counter that nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # its author left the annotation out
        self.registry = CollectorRegistry()
        own = self.registry
        self._articles = Counter("rasid_articles", "Messages taken from the articles topic.", ["outcome"], registry=own)
        self._alerts = Counter("rasid_alerts", "Alerts confirmed by the broker.", ["kind", "type"], registry=own)
        self._background = Counter("rasid_background_alerts", "Alerts left out as background.", registry=own)
        self._dead = Counter("rasid_dead_letters", "Dead letters confirmed by the broker.", ["reason"], registry=own)
        self._seconds = Histogram(
            "rasid_stage_seconds",
            "Seconds for an article (read, detect) or a batch (deliver).",
            ["stage"],
            buckets=_SECONDS,
            registry=own,
        )
        self.lag = Gauge("rasid_consumer_lag", "Articles not yet committed.", ["topic", "partition"], registry=own)
        self.assigned = Gauge("rasid_assigned_partitions", "Partitions that this worker has.", registry=own)

    def observe(self, stage: StageName, seconds: float) -> None:
        """Record the duration of a stage."""
        self._seconds.labels(stage).observe(seconds)

    def count(self, outcome: Outcome) -> None:
        """Record a message whose outcome is confirmed."""
        if outcome.failure is not None:
            self._articles.labels("dead_letter").inc()
            self._dead.labels(outcome.failure.code.value).inc()
            return
        self._articles.labels("alerts" if outcome.alerts else "nothing").inc()
        self._background.inc(outcome.background)
        for alert in outcome.alerts:
            self._alerts.labels(alert.kind.value, alert.event_type.value).inc()

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)
