"""Traces: what an alert carries on, and which spans there are."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from schemas.article import Article
from schemas.dead_letter import ReasonCode, Stage
from stream.dead_letters import Header, SourceRecord
from stream.processing import Failure, Outcome
from stream.settings import load_settings
from stream.settings_errors import SettingsError
from stream.tracing import NoTracing, OpenTelemetry, Tracing, tracing_of

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = ("traceparent", f"00-{TRACE}-{SPAN}-01".encode())
ARTICLE = Article(article_id="a1", title="ق", published_at=datetime(2026, 1, 1, tzinfo=UTC))


def source(*headers: Header) -> SourceRecord:
    """An article with these headers."""
    return SourceRecord("rasid.articles", 3, 17, b"k", b"{}", headers)


def run(tracing: Tracing, *headers: Header, outcome: Outcome) -> tuple[Header, ...]:
    """Trace one article with one alert; return what the alert carries."""
    with tracing.article(source(*headers)) as trace:
        pass
    carried = trace.alert("rasid.alerts.attack", "alert-1")
    trace.end(outcome)
    tracing.close()
    return carried


def test_without_tracing_alerts_carry_what_the_article_brought() -> None:
    """Trace headers byte for byte, even where they are none, and no others."""
    odd = ("tracestate", b"\xff,,")
    assert run(NoTracing(), ("other", b"x"), PARENT, odd, outcome=Outcome(ARTICLE)) == (PARENT, odd)
    assert run(NoTracing(), outcome=Outcome(ARTICLE)) == ()


def test_the_trace_of_an_article_goes_on_in_its_alerts() -> None:
    """One trace id from the crawler on; detection and alerts are spans beneath the article's."""
    exporter = InMemorySpanExporter()
    headers = dict(run(OpenTelemetry(exporter, group="g"), PARENT, outcome=Outcome(ARTICLE)))
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"process rasid.articles", "detect", "send rasid.alerts.attack"}
    for span in spans.values():
        assert f"{span.context.trace_id:032x}" == TRACE
    article, sent = spans["process rasid.articles"], spans["send rasid.alerts.attack"]
    assert article.parent is not None
    assert f"{article.parent.span_id:016x}" == SPAN
    assert article.kind is SpanKind.CONSUMER
    assert article.attributes is not None
    assert article.attributes["messaging.kafka.offset"] == 17
    assert article.attributes["rasid.article_id"] == "a1"
    for below in (sent, spans["detect"]):
        assert below.parent is not None
        assert below.parent.span_id == article.context.span_id
    assert headers["traceparent"].decode() == f"00-{TRACE}-{sent.context.span_id:016x}-01"


def test_an_article_without_a_trace_begins_one() -> None:
    """And so does one whose header is damaged."""
    for headers in ((), (("traceparent", b"\xff00-x"),)):
        exporter = InMemorySpanExporter()
        carried = dict(run(OpenTelemetry(exporter, group="g"), *headers, outcome=Outcome(ARTICLE)))
        (root,) = [span for span in exporter.get_finished_spans() if span.parent is None]
        assert carried["traceparent"].split(b"-")[1].decode() == f"{root.context.trace_id:032x}"


def test_what_the_sampler_leaves_out_is_left_out_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alert says so to those who come after."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    exporter = InMemorySpanExporter()
    carried = dict(run(OpenTelemetry(exporter, group="g"), outcome=Outcome(ARTICLE)))
    flags = int(carried["traceparent"].rpartition(b"-")[2], 16)
    assert not flags & 1
    assert exporter.get_finished_spans() == ()


def test_a_failure_marks_the_span() -> None:
    """With the code of the dead letter."""
    exporter = InMemorySpanExporter()
    failure = Failure(Stage.DECODE, ReasonCode.NOT_JSON, "no JSON")
    run(OpenTelemetry(exporter, group="g"), outcome=Outcome(None, failure=failure))
    (span,) = [span for span in exporter.get_finished_spans() if span.kind is SpanKind.CONSUMER]
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["error.type"] == "not_json"


class Hanging(SpanExporter):
    """A collector that never answers."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002 - the signature is theirs
        time.sleep(60)
        return SpanExportResult.FAILURE


def test_a_collector_that_hangs_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker ends all the same."""
    monkeypatch.setattr("stream.tracing._CLOSE_SECONDS", 0.2)
    began = time.monotonic()
    run(OpenTelemetry(Hanging(), group="g"), outcome=Outcome(ARTICLE))
    assert time.monotonic() - began < 20


def test_it_is_off_unless_asked_for() -> None:
    """Nothing of OpenTelemetry is loaded then."""
    assert isinstance(tracing_of(load_settings()), NoTracing)
    found = tracing_of(load_settings(flags={"otlp_endpoint": "http://127.0.0.1:1/"}))
    assert isinstance(found, OpenTelemetry)
    found.close()


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsError, match=r"pip install 'rasid\[otel\]'"):
        tracing_of(load_settings(flags={"otlp_endpoint": "http://127.0.0.1:1"}))
