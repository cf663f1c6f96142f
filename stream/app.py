"""The Faust app. `faust -A stream.app worker` finds it as `app`, made from the environment when first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from stream import agents
from stream.delivery import Delivery
from stream.exit_codes import ExitCode, WorkerError
from stream.kafka import make_producer
from stream.metrics import Metrics
from stream.processing import Detector, Processor
from stream.settings import Settings, SettingsError, load_settings
from stream.tracing import Tracing, tracing_of
from stream.worker_app import WorkerApp


class Detection:
    """The work of `rasid worker`: articles in, alerts out. *load* gives what makes alerts of articles."""

    def __init__(
        self, pipeline: agents.Pipeline, delivery: Delivery, tracing: Tracing, load: Callable[[], Processor]
    ) -> None:
        self._pipeline = pipeline
        self._delivery = delivery
        self._tracing = tracing
        self._load = load

    @property
    def acked(self) -> int:
        """Articles acked since the start."""
        return self._pipeline.acked

    async def start(self) -> None:
        """Load the detector and connect. Raises WorkerError."""
        self._pipeline.processor = self._load()
        await self._delivery.start()

    async def drain(self, timeout: float) -> None:
        """Begin no further article; wait for those begun."""
        await self._pipeline.stop(timeout)

    async def close(self) -> None:
        """Disconnect."""
        await self._delivery.stop()
        self._tracing.close()


def create_app(settings: Settings, *, load: Callable[[], Detector] | None = None) -> WorkerApp:
    """Return the app for *settings*; *load* gives the detector at the start, by default the packaged one.

    Raises SettingsError when a certificate file is wrong or an extra is missing. Nothing connects before the start.
    """
    topics, metrics = settings.topics, Metrics()
    needs = [name for name in topics.all if name not in {topics.incidents, topics.surges}]
    app = WorkerApp.make(settings, consumes=[topics.articles], needs=needs, metrics=metrics)
    delivery = Delivery(lambda: make_producer(settings), timeout=settings.delivery_timeout_seconds)
    tracing = tracing_of(settings)
    pipeline = agents.Pipeline(settings, delivery=delivery, metrics=metrics, fail=app.fail, tracing=tracing)

    def processor() -> Processor:
        detector = load() if load else _packaged_detector(settings)
        metrics.loaded(detector.lexicon_version)
        return Processor(
            detector,
            max_bytes=settings.max_article_bytes,
            publish_background=settings.publish_background,
            observe=metrics.observe,
        )

    app.work = Detection(pipeline, delivery, tracing, processor)
    agents.register(app, pipeline, settings)
    return app


def __getattr__(name: str) -> Any:
    """Make `app` when Faust asks for it, so that importing this module reads no settings."""
    if name != "app":
        raise AttributeError(name)
    try:
        made = create_app(load_settings())
    except SettingsError as cause:
        sys.stderr.write(f"{cause}\n")
        raise SystemExit(ExitCode.SETTINGS) from None
    globals()["app"] = made
    return made


def _packaged_detector(settings: Settings) -> Detector:
    # Late: the lexicons take a moment, and tests bring detectors of their own.
    from stream.detection.detector import load_detector  # noqa: PLC0415

    try:
        return load_detector(settings.overlays)
    except (ValueError, OSError) as cause:
        raise WorkerError(f"The lexicons cannot be loaded: {cause}", ExitCode.BAD_DATA) from cause
