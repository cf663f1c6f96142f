"""The figures that `/metrics` shows, in a registry of their own so that several apps can live in one process.

Names follow Prometheus: a base unit at the end, `_total` for what only grows, labels with few values.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from schemas.dead_letter import ReasonCode
from stream.processing import Outcome

StageName = Literal["read", "detect", "deliver"]
_STAGE_SECONDS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_TOPIC_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)
_PUBLICATION_SECONDS = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 43_200, 86_400, 604_800)


class Metrics:
    """Counts what the worker does. *clock* gives seconds since 1970."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        # A second series beside each counter that nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # its author left the annotation out
        self._clock = clock
        self.registry = CollectorRegistry()
        own = self.registry
        ProcessCollector(registry=own)
        self._articles = Counter("rasid_articles", "Messages taken from the articles topic.", ["outcome"], registry=own)
        self._alerts = Counter("rasid_alerts", "Alerts confirmed by the broker.", ["kind", "type"], registry=own)
        self._background = Counter("rasid_background_alerts", "Alerts left out as background.", registry=own)
        self._dead = Counter("rasid_dead_letters", "Dead letters confirmed by the broker.", ["reason"], registry=own)
        # From zero on: Prometheus sees no increase in a series that begins with its first event.
        for name in ("alerts", "nothing", "dead_letter"):
            self._articles.labels(name)
        for code in ReasonCode:
            self._dead.labels(code.value)
        self._stage = Histogram(
            "rasid_stage_duration_seconds",
            "Seconds for an article (read, detect) or a batch (deliver).",
            ["stage"],
            buckets=_STAGE_SECONDS,
            registry=own,
        )
        self._from_topic = Histogram(
            "rasid_topic_to_alert_seconds",
            "Seconds from an article's entry into its topic until its alert is confirmed.",
            buckets=_TOPIC_SECONDS,
            registry=own,
        )
        self._from_publication = Histogram(
            "rasid_publication_to_alert_seconds",
            "Seconds from an article's publication until its alert is confirmed.",
            buckets=_PUBLICATION_SECONDS,
            registry=own,
        )
        self.lag = Gauge("rasid_consumer_lag", "Articles not yet committed.", ["topic", "partition"], registry=own)
        self.assigned = Gauge("rasid_assigned_partitions", "Partitions that this worker has.", registry=own)
        self._build = Gauge("rasid_build_info", "Always 1.", ["version", "lexicon_version"], registry=own)

    def loaded(self, lexicon_version: str) -> None:
        """Record which program runs with which lexicons."""
        self._build.clear()
        self._build.labels(version("rasid"), lexicon_version).set(1)

    def observe(self, stage: StageName, seconds: float) -> None:
        """Record the duration of a stage."""
        self._stage.labels(stage).observe(seconds)

    def count(self, outcome: Outcome, *, entered: float | None = None) -> None:
        """Record a message whose outcome is confirmed; *entered* is when its topic took it, seconds since 1970."""
        if outcome.failure is not None:
            self._articles.labels("dead_letter").inc()
            self._dead.labels(outcome.failure.code.value).inc()
            return
        self._articles.labels("alerts" if outcome.alerts else "nothing").inc()
        self._background.inc(outcome.background)
        now = self._clock()
        for alert in outcome.alerts:
            self._alerts.labels(alert.kind.value, alert.event_type.value).inc()
            # Clocks differ, and some articles are published tomorrow.
            self._from_publication.observe(max(0.0, now - alert.article.published_at.timestamp()))
            if entered is not None:
                self._from_topic.observe(max(0.0, now - entered))

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)
