"""The Faust app. `faust -A stream.app worker` finds it as `app`, made from the environment when first asked for."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Iterable
from typing import Any

import faust
import structlog
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError
from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials
from faust.types.auth import AuthProtocol, CredentialsT
from yarl import URL

from stream import agents
from stream.delivery import Delivery
from stream.exit_codes import ExitCode, WorkerError
from stream.health import Health
from stream.kafka import admin, make_producer, tls_context, token_provider
from stream.lag import BrokerLag
from stream.logs import configure_logging
from stream.metrics import Metrics
from stream.processing import Detector, Processor
from stream.settings import Settings, SettingsError, load_settings
from stream.watchdog import Partition

_log = structlog.stdlib.get_logger("stream.worker")
_DRAIN_SECONDS = 5.0
_ASKS = 5  # times, a second apart, that the brokers are asked for their topics when the worker starts


class RasidApp(faust.App):
    """A Faust app with the producer, the health server and the detector that the agents need."""

    settings: Settings
    load: Callable[[], Detector]
    metrics: Metrics
    pipeline: agents.Pipeline
    delivery: Delivery
    health: Health
    failure: WorkerError | None = None
    """Why the worker stopped by itself."""
    on_stopping: Callable[[], None] = staticmethod(lambda: None)
    """Called when stopping begins, once or more."""
    on_listening: Callable[[int], None] = staticmethod(lambda _: None)
    """Called with the port of the health server when it is there."""

    def _create_directories(self) -> None:
        # There are no tables on disk: no folder is left where the worker is started.
        pass

    async def on_start(self) -> None:
        """Check the broker and the topics, load the detector, serve health; raises WorkerError."""
        try:
            await _check_topics(self.settings)
            self.processor_from(self.load())
            # The lexicons stay for good: looking through them for garbage would halt everything for a moment each time.
            gc.collect()
            gc.freeze()
            await self.delivery.start()
            await self.health.start()
            self.on_listening(self.health.port)
        except WorkerError as failure:
            self.failure = failure
            raise
        await super().on_start()
        _log.info("worker_started", broker=self.settings.broker, group=self.settings.group_id)

    async def on_stop(self) -> None:
        """Finish the articles begun, then let Faust commit and leave the group."""
        self.on_stopping()
        await self.pipeline.stop(_DRAIN_SECONDS)
        await super().on_stop()

    async def on_shutdown(self) -> None:
        """Disconnect once the consumer has stopped."""
        await super().on_shutdown()
        await self.delivery.stop()
        await self.health.stop()
        _log.info("worker_stopped", acked=self.pipeline.acked)

    async def fail(self, failure: WorkerError) -> None:
        """Stop the worker because of *failure*; nothing more is acked."""
        if self.failure is None:
            self.failure = failure
            _log.error("worker_failed", reason=str(failure), exit_code=int(failure.exit_code))
            # From now on: a consumer that hangs may keep Faust from ever coming to `on_stop`.
            self.on_stopping()
            await self.crash(failure)

    def processor_from(self, detector: Detector) -> None:
        """Make the pipeline that detects with *detector*."""
        processor = Processor(
            detector,
            max_bytes=self.settings.max_article_bytes,
            publish_background=self.settings.publish_background,
            observe=self.metrics.observe,
        )
        self.pipeline.processor = processor


def create_app(settings: Settings, *, load: Callable[[], Detector] | None = None) -> RasidApp:
    """Return the app for *settings*; *load* gives the detector at the start, by default the packaged one.

    Raises SettingsError when a certificate file is wrong. Nothing connects before the app is started.
    """
    app = RasidApp(
        settings.group_id,
        broker=[URL(f"kafka://{address}") for address in settings.brokers],
        broker_credentials=_credentials(settings),
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / 4,
        broker_commit_interval=settings.commit_seconds,
        broker_max_poll_records=settings.batch_size,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=settings.dead_letter_bytes,
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        # In a rebalance nothing waits for a batch: what is unacked is processed again by its new owner.
        stream_wait_empty=False,
        web_enabled=False,
        worker_redirect_stdouts=False,
        autodiscover=False,
        logging_config=configure_logging(settings),
    )
    app.settings = settings
    app.load = load or (lambda: _packaged_detector(settings))
    app.metrics = Metrics()
    app.delivery = Delivery(lambda: make_producer(settings), timeout=settings.delivery_timeout_seconds)
    app.pipeline = agents.Pipeline(settings, delivery=app.delivery, metrics=app.metrics, fail=app.fail)
    app.health = Health(
        settings,
        metrics=app.metrics,
        lag_source=BrokerLag(settings),
        assigned=lambda: _assigned(app),
        fail=app.fail,
    )
    agents.register(app, app.pipeline, settings)
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


def _credentials(settings: Settings) -> CredentialsT | None:
    context = tls_context(settings)
    mechanism = settings.sasl_mechanism
    if mechanism == "OAUTHBEARER":
        found = OAuthCredentials(oauth_cb=token_provider(settings), ssl_context=context)
        # Faust leaves it at SASL_PLAINTEXT, whatever the context.
        found.protocol = AuthProtocol.SASL_SSL if settings.tls else AuthProtocol.SASL_PLAINTEXT
        return found
    if mechanism is not None:
        password = settings.sasl_password.get_secret_value() if settings.sasl_password else None
        return SASLCredentials(
            username=settings.sasl_username, password=password, mechanism=mechanism, ssl_context=context
        )
    return SSLCredentials(context) if context else None


def _assigned(app: RasidApp) -> Iterable[Partition] | None:
    """Return the partitions of the articles topic that the worker has; None while it has not joined its group."""
    if not app.started or app.rebalancing:
        return None
    try:
        assignment = app.consumer.assignment()
    except Exception:  # noqa: BLE001 - Faust has several ways to say that the consumer does not run yet
        return None
    return [Partition(tp.topic, tp.partition) for tp in assignment if tp.topic == app.settings.topics.articles]


async def _existing_topics(settings: Settings) -> set[str]:
    """Ask for the topics; of several brokers one that has just gone may be asked first, so ask again."""
    asked = 0
    while True:
        asked += 1
        try:
            async with admin(settings) as client:
                return set(await client.list_topics())
        except (KafkaConnectionError, NodeNotReadyError) as cause:
            if asked == _ASKS:
                message = f"A broker of {settings.broker} does not answer ({cause}). Check that all of them run."
                raise WorkerError(message, ExitCode.NO_BROKER) from cause
            await asyncio.sleep(1)


async def _check_topics(settings: Settings) -> None:
    topics = settings.topics
    existing = await _existing_topics(settings)
    needed = [name for name in topics.all if name not in {topics.incidents, topics.surges}]
    missing = [name for name in needed if name not in existing]
    if missing:
        raise WorkerError(
            f"No topic {', '.join(missing)} at {settings.broker}, or none that we may see. "
            "Run `rasid topics create`, or check RASID_TOPIC_PREFIX.",
            ExitCode.NO_TOPIC,
        )
