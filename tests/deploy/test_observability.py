"""Dashboard, alert rules and traces: against what a running worker shows, on a real Kafka and a real Prometheus."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from stream.broker import RunningBroker
from tests.integration import stand as helpers

FOLDER = Path(__file__).parents[2] / "deploy" / "observability"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01".encode()


def tool(name: str) -> str:
    """The path of a program of Debian's package prometheus; without it the test is left out, except in CI."""
    found = shutil.which(name)
    if found is None:
        message = f"{name} is not installed. On Debian: apt-get install prometheus"
        raise pytest.fail.Exception(message) if os.environ.get("CI") else pytest.skip.Exception(message)
    return found


@pytest.fixture(scope="module")
def dashboard() -> ModuleType:
    """Load the program that writes the dashboard."""
    spec = importlib.util.spec_from_file_location("rasid_dashboard", FOLDER / "dashboard.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_dashboard_is_up_to_date(dashboard: ModuleType) -> None:
    """`python deploy/observability/dashboard.py` writes what is committed."""
    assert (FOLDER / "dashboard.json").read_text(encoding="utf-8") == dashboard.text()


def test_no_panel_lies_over_another(dashboard: ModuleType) -> None:
    """Each place of the grid has one panel at most, and none is beyond its edge."""
    places: set[tuple[int, int]] = set()
    for panel in dashboard.dashboard()["panels"]:
        at = panel["gridPos"]
        own = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not own & places
        assert max(x for x, _ in own) < 24
        places |= own


def test_alerts_fire_when_they_should_and_only_then() -> None:
    """The cases of alerts.test.yaml pass, and there are some for each rule."""
    promtool = tool("promtool")
    rules = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    cases = (FOLDER / "alerts.test.yaml").read_text(encoding="utf-8")
    assert [rule["alert"] for rule in rules if rule["alert"] not in cases] == []
    for command in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]):
        done = subprocess.run([promtool, *command], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "rule", [rule["alert"] for rule in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"][0]["rules"]]
)
def test_the_cases_miss_no_rule(rule: str, tmp_path: Path) -> None:
    """Without a rule its case fails: the test above can fail."""
    promtool = tool("promtool")
    rules = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))
    rules["groups"][0]["rules"] = [each for each in rules["groups"][0]["rules"] if each["alert"] != rule]
    (tmp_path / "alerts.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    shutil.copy(FOLDER / "alerts.test.yaml", tmp_path)
    done = subprocess.run(
        [promtool, "test", "rules", "alerts.test.yaml"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode != 0


class Collector:
    """An OpenTelemetry collector that keeps the spans it is sent over HTTP."""

    def __init__(self) -> None:
        spans: list[Any] = []
        self.spans = spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Encoding"] in {None, "identity"}
                request = ExportTraceServiceRequest.FromString(body)
                spans.extend(s for r in request.resource_spans for scope in r.scope_spans for s in scope.spans)
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Prometheus:
    """Prometheus on a free port, which asks *targets* every second under the committed rules."""

    def __init__(self, folder: Path, targets: list[str]) -> None:
        config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        (scrape,) = config["scrape_configs"]
        # One address in place of Docker's names.
        del scrape["dns_sd_configs"]
        scrape["static_configs"] = [{"targets": targets}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        shutil.copy(FOLDER / "alerts.yaml", folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._url = f"http://127.0.0.1:{port}/api/v1"
        self._process = subprocess.Popen(
            [
                tool("prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--log.level=error",
            ]
        )

    def ask(self, what: str, **parameters: str) -> Any:
        """The data of an answer. Raises OSError while Prometheus is not up."""
        url = f"{self._url}/{what}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - http on loopback
            return json.load(answer)["data"]

    def series(self, query: str) -> list[Any]:
        """What a query finds now."""
        try:
            found: list[Any] = self.ask("query", query=query)["result"]
        except OSError:
            return []
        return found

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)


def eventually(condition: Any, seconds: float = 60) -> Any:
    """What *condition* returns once it is true, or at last."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """Give a collector of traces."""
    made = Collector()
    yield made
    made.close()


@pytest.fixture(scope="module")
def stand(kafka: RunningBroker, collector: Collector) -> Iterator[helpers.Stand]:
    """Give a worker that sends traces and has seen one article of each outcome."""
    made = helpers.Stand(kafka.bootstrap)
    try:
        rasid = str(Path(sys.executable).with_name("rasid"))
        assert made.start([rasid, "topics", "create"]).process.wait(60) == 0
        made.start(RASID_OTLP_ENDPOINT=collector.url)
        made.start([rasid, "incidents"])
        made.produce([helpers.article(n) for n in range(6)], headers=[("traceparent", PARENT)])
        made.produce([helpers.article(6, title="background"), (b"bad", b"{")])
        made.read(*made.alert_topics, until=lambda got: len(got) >= 6)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def prometheus(stand: helpers.Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Give a Prometheus that watches the worker."""
    _, worker, incidents = stand.workers
    targets = [each.health_url().removeprefix("http://") for each in (worker, incidents)]
    made = Prometheus(tmp_path_factory.mktemp("prometheus"), targets)
    try:
        assert eventually(lambda: made.series('sum(up{job="rasid"}) == 2')), incidents.log
        # Something has to happen between two looks for a rate to be one.
        stand.produce([helpers.article(10), helpers.article(11), helpers.article(12, title="background"), (b"b", b"{")])
        assert eventually(lambda: made.series("sum(rate(rasid_alerts_total[10s])) > 0")), worker.log
        yield made
    finally:
        made.close()


@pytest.mark.integration
def test_every_panel_shows_something(prometheus: Prometheus, dashboard: ModuleType) -> None:
    """Each query of the dashboard finds figures of a worker that runs."""
    queries = {query for panel in dashboard.PANELS for query, _ in panel.queries}
    assert len(queries) > 15
    for query in queries:
        filled = query.replace("$__rate_interval", "30s")
        assert eventually(functools.partial(prometheus.series, filled), 20), query


@pytest.mark.integration
def test_every_rule_can_be_evaluated(prometheus: Prometheus) -> None:
    """Without an error, over series that the worker shows; in a quiet minute none fires."""

    def rules() -> list[Any]:
        (group,) = prometheus.ask("rules")["groups"]
        return [rule for rule in group["rules"] if rule["health"] != "unknown"]

    found = eventually(lambda: rules() if len(rules()) >= 8 else None)
    assert {(rule["name"], rule["health"]) for rule in found} == {(rule["name"], "ok") for rule in found}
    assert {rule["name"] for rule in found if rule["state"] == "firing"} == set()
    shown = set(prometheus.ask("label/__name__/values"))
    text = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")
    wanted = {word for word in text.replace("(", " ").replace("{", " ").replace("[", " ").split() if "_total" in word}
    wanted |= {"rasid_consumer_lag", "rasid_topic_to_alert_seconds_bucket", "process_resident_memory_bytes"}
    assert wanted - shown == set()


@pytest.mark.integration
def test_the_trace_of_an_article_leads_to_its_alerts(stand: helpers.Stand, collector: Collector) -> None:
    """Spans of the crawler's trace reach the collector, and each alert names the span that sent it."""
    alerts = stand.read(*stand.alert_topics, until=lambda got: len(got) >= 6)
    carried = {message.headers["traceparent"].decode() for message in alerts if b'"a1' not in (message.value or b"")}
    mine = {value.split("-")[2] for value in carried if value.split("-")[1] == TRACE}
    assert len(mine) >= 5
    assert eventually(lambda: mine <= {span.span_id.hex() for span in collector.spans})
    spans = {span.span_id.hex(): span for span in list(collector.spans)}
    for own in mine:
        article = spans[spans[own].parent_span_id.hex()]
        assert article.name == f"process {stand.settings.topics.articles}"
        assert article.parent_span_id.hex() == PARENT.decode().split("-")[2]
        assert article.start_time_unix_nano <= spans[own].start_time_unix_nano <= article.end_time_unix_nano
