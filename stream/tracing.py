"""Traces from an article to its alerts, by OpenTelemetry's conventions; nothing of it is loaded unless it is on.

An article's span begins when it is taken up and ends when everything that came of it is confirmed. Beneath it are a
span for detection and one for each alert, whose `traceparent` the alert carries on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from stream.dead_letters import Header, SourceRecord
from stream.processing import Outcome
from stream.settings import Settings
from stream.settings_errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

TRACE_HEADERS = ("traceparent", "tracestate")
_SEND_SECONDS = 2
_CLOSE_SECONDS = 4.0


class ArticleTrace(Protocol):
    """The trace of one article."""

    def alert(self, topic: str, alert_id: str) -> tuple[Header, ...]:
        """Return the headers that the alert carries on."""
        ...

    def end(self, outcome: Outcome) -> None:
        """All that came of the article is confirmed."""


class Tracing(Protocol):
    """Where traces begin."""

    @contextmanager
    def article(self, source: SourceRecord) -> Iterator[ArticleTrace]:
        """Begin the trace of an article, which is read and searched within the context."""
        ...

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""


class _Carried:
    """An article's own headers."""

    def __init__(self, headers: tuple[Header, ...]) -> None:
        self._headers = headers

    def alert(self, topic: str, alert_id: str) -> tuple[Header, ...]:
        del topic, alert_id
        return self._headers

    def end(self, outcome: Outcome) -> None:
        pass


class NoTracing:
    """Makes no spans: alerts carry the trace headers that their article brought."""

    @contextmanager
    def article(self, source: SourceRecord) -> Iterator[ArticleTrace]:
        """Keep the headers of the article."""
        yield _Carried(tuple((name, value) for name, value in source.headers if name in TRACE_HEADERS))

    def close(self) -> None:
        """Nothing waits."""


class OpenTelemetry:
    """Makes spans and hands them to *exporter*, in a thread of its own.

    OTEL_TRACES_SAMPLER and the other variables of OpenTelemetry hold; by default every trace is sent.
    """

    def __init__(self, exporter: SpanExporter, *, group: str) -> None:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - optional, and slow to load
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        self._provider = TracerProvider(resource=Resource.create({"service.name": "rasid"}), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("rasid")
        self._propagator = TraceContextTextMapPropagator()
        self._group = group

    @contextmanager
    def article(self, source: SourceRecord) -> Iterator[ArticleTrace]:
        """Begin a span beneath the one that the article's `traceparent` names, or a trace of its own."""
        from opentelemetry.trace import SpanKind, set_span_in_context  # noqa: PLC0415

        carried = {name: value.decode("latin-1") for name, value in source.headers if name in TRACE_HEADERS}
        span = self._tracer.start_span(
            f"process {source.topic}",
            self._propagator.extract(carried),
            SpanKind.CONSUMER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": source.topic,
                "messaging.destination.partition.id": str(source.partition),
                "messaging.kafka.offset": source.offset,
                "messaging.consumer.group.name": self._group,
            },
        )
        inside = set_span_in_context(span)
        with self._tracer.start_as_current_span("detect", inside):
            yield _Spans(self, span, inside)

    def send(self, topic: str, alert_id: str, inside: Any) -> tuple[Any, tuple[Header, ...]]:
        """Begin the span of an alert; return it with the headers that lead to it."""
        from opentelemetry.trace import SpanKind, set_span_in_context  # noqa: PLC0415

        span = self._tracer.start_span(
            f"send {topic}",
            inside,
            SpanKind.PRODUCER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "send",
                "messaging.destination.name": topic,
                "messaging.message.id": alert_id,
            },
        )
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, set_span_in_context(span))
        return span, tuple((name, value.encode()) for name, value in carrier.items())

    def close(self) -> None:
        """Send what waits; a collector that does not answer holds nothing up."""
        closing = threading.Thread(target=self._provider.shutdown, name="tracing-close", daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)


class _Spans:
    """The spans of one article: its own and those of its alerts."""

    def __init__(self, tracing: OpenTelemetry, span: Any, inside: Any) -> None:
        self._tracing = tracing
        self._span = span
        self._inside = inside
        self._alerts: list[Any] = []

    def alert(self, topic: str, alert_id: str) -> tuple[Header, ...]:
        span, headers = self._tracing.send(topic, alert_id, self._inside)
        self._alerts.append(span)
        return headers

    def end(self, outcome: Outcome) -> None:
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415

        now = time.time_ns()
        for span in self._alerts:
            span.end(now)
        if outcome.article is not None:
            self._span.set_attribute("rasid.article_id", outcome.article.article_id)
        self._span.set_attribute("rasid.alerts", len(outcome.alerts))
        if outcome.failure is not None:
            self._span.set_attribute("error.type", outcome.failure.code.value)
            self._span.set_status(Status(StatusCode.ERROR, outcome.failure.message))
        self._span.end(now)


def tracing_of(settings: Settings) -> Tracing:
    """Return what the settings ask for. Raises SettingsError where OpenTelemetry is not installed."""
    if settings.otlp_endpoint is None:
        return NoTracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            "RASID_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: pip install 'rasid[otel]'."
        ) from None
    exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces", timeout=_SEND_SECONDS)
    return OpenTelemetry(exporter, group=settings.group_id)
