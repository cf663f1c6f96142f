"""What every worker of ours is: a Faust app that checks its topics, serves health and ends with a reason."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, Self

import faust
import structlog
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError
from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials
from faust.types.auth import AuthProtocol, CredentialsT
from yarl import URL

from stream.committed_reading import CommittedTransport
from stream.exit_codes import ExitCode, WorkerError
from stream.health import Health, WorkerFigures
from stream.kafka import admin, tls_context, token_provider
from stream.lag import BrokerLag
from stream.logs import configure_logging
from stream.settings import Settings
from stream.watchdog import Partition

_log = structlog.stdlib.get_logger("stream.worker")
_DRAIN_SECONDS = 5.0
_ASKS = 5  # times, a second apart, that the brokers are asked for their topics when the worker starts


class Work(Protocol):
    """What a worker does with its messages."""

    @property
    def acked(self) -> int:
        """Messages acked since the start."""
        ...

    async def start(self) -> None:
        """Load and connect what it needs. Raises WorkerError."""

    async def drain(self, timeout: float) -> None:
        """Begin nothing more; wait until what was begun is acked, for *timeout* seconds at most."""

    async def close(self) -> None:
        """Disconnect."""


class WorkerApp(faust.App):
    """A Faust app with its work, its health server, and the reason why it ended."""

    settings: Settings
    work: Work
    health: Health
    consumes: frozenset[str]
    """The topics that its agents read."""
    needs: Sequence[str]
    """The topics that have to exist."""
    failure: WorkerError | None = None
    """Why the worker stopped by itself."""
    on_stopping: Callable[[], None] = staticmethod(lambda: None)
    """Called when stopping begins, once or more."""
    on_listening: Callable[[int], None] = staticmethod(lambda _: None)
    """Called with the port of the health server when it is there."""

    @classmethod
    def make(cls, settings: Settings, *, consumes: Iterable[str], needs: Sequence[str], metrics: WorkerFigures) -> Self:
        """Return an app in the group of *settings*, without its work and its agents.

        Raises SettingsError when a certificate file is wrong. Nothing connects before the app is started.
        """
        app = cls(
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
        app.consumes = frozenset(consumes)
        app.needs = needs
        app.health = Health(
            settings,
            metrics=metrics,
            lag_source=BrokerLag(settings, sorted(app.consumes)),
            assigned=app.assigned,
            fail=app.fail,
        )
        return app

    def _new_transport(self) -> CommittedTransport:
        return CommittedTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        # There are no tables on disk: no folder is left where the worker is started.
        pass

    async def on_start(self) -> None:
        """Check the broker and the topics, start the work, serve health; raises WorkerError."""
        try:
            await self._check_topics()
            await self.work.start()
            # What was loaded stays for good: looking through it for garbage would halt everything for a moment each
            # time.
            gc.collect()
            gc.freeze()
            await self.health.start()
            self.on_listening(self.health.port)
        except WorkerError as failure:
            self.failure = failure
            raise
        await super().on_start()
        _log.info("worker_started", broker=self.settings.broker, group=self.settings.group_id)

    async def on_stop(self) -> None:
        """Finish what was begun, then let Faust commit and leave the group."""
        self.on_stopping()
        await self.work.drain(_DRAIN_SECONDS)
        await super().on_stop()

    async def on_shutdown(self) -> None:
        """Disconnect once the consumer has stopped."""
        await super().on_shutdown()
        await self.work.close()
        await self.health.stop()
        _log.info("worker_stopped", acked=self.work.acked)

    async def fail(self, failure: WorkerError) -> None:
        """Stop the worker because of *failure*; nothing more is acked."""
        if self.failure is None:
            self.failure = failure
            _log.error("worker_failed", reason=str(failure), exit_code=int(failure.exit_code))
            # From now on: a consumer that hangs may keep Faust from ever coming to `on_stop`.
            self.on_stopping()
            await self.crash(failure)

    def assigned(self) -> Iterable[Partition] | None:
        """Return the partitions that the worker has; None while it has not joined its group."""
        if not self.started or self.rebalancing:
            return None
        try:
            assignment = self.consumer.assignment()
        except Exception:  # noqa: BLE001 - Faust has several ways to say that the consumer does not run yet
            return None
        return [Partition(tp.topic, tp.partition) for tp in assignment if tp.topic in self.consumes]

    async def _check_topics(self) -> None:
        existing = await _existing_topics(self.settings)
        missing = [name for name in self.needs if name not in existing]
        if missing:
            raise WorkerError(
                f"No topic {', '.join(missing)} at {self.settings.broker}, or none that we may see. "
                "Run `rasid topics create`, or check RASID_TOPIC_PREFIX.",
                ExitCode.NO_TOPIC,
            )


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
