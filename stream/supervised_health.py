"""Health and figures of all workers of a supervisor under one address, as one worker alone serves its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import aiohttp
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from stream.health import serve
from stream.settings import Settings

_ANSWER_SECONDS = 3.0


class Served(Protocol):
    """A worker process: its number, the port of its health server (0: none now), and how often it was started."""

    number: int
    port: int
    starts: int


class SupervisedHealth:
    """The HTTP server of a supervisor; it asks each of *children* anew for every answer."""

    def __init__(self, settings: Settings, children: Sequence[Served]) -> None:
        self._settings = settings
        self._children = children
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Serve. Raises WorkerError when the address cannot be had."""
        routes = {"/health/live": self._live, "/health/ready": self._ready, "/metrics": self._metrics}
        self._runner, _ = await serve(self._settings, routes)
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_ANSWER_SECONDS), trust_env=False)

    async def stop(self) -> None:
        """End serving."""
        if self._client is not None:
            await self._client.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _live(self, request: web.Request) -> web.Response:
        """A process that is down is being started again; only one that says that it hangs makes this one not live."""
        del request
        answers = await self._ask_all("/health/live")
        live = all(status == web.HTTPOk.status_code for status, _ in answers.values())
        return _answer(live=live, processes=answers)

    async def _ready(self, request: web.Request) -> web.Response:
        """All processes answer, and they have partitions; one of them may have none where there are fewer."""
        del request
        answers = await self._ask_all("/health/ready")
        partitions = sum(body["partitions"] for _, body in answers.values())
        ready = len(answers) == len(self._children) and partitions > 0
        return _answer(ready=ready, partitions=partitions, processes=answers)

    async def _metrics(self, request: web.Request) -> web.Response:
        del request
        texts = await self._ask_all("/metrics")
        families = [*merged({number: text for number, (_, text) in texts.items()}), *self._own(texts)]
        return web.Response(body=generate_latest(_Collected(families)), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _own(self, answering: Mapping[int, Any]) -> list[Metric]:
        up = GaugeMetricFamily("rasid_process_up", "1 if the worker process answers.", labels=["process"])
        restarts = CounterMetricFamily(
            "rasid_process_restarts", "How often the worker process was started again.", labels=["process"]
        )
        for child in self._children:
            up.add_metric([str(child.number)], float(child.number in answering))
            restarts.add_metric([str(child.number)], float(max(0, child.starts - 1)))
        return [up, restarts]

    async def _ask_all(self, path: str) -> dict[int, tuple[int, Any]]:
        """Return status and body of each process that answers."""
        found = await asyncio.gather(*(self._ask(child, path) for child in self._children))
        return {child.number: answer for child, answer in zip(self._children, found, strict=True) if answer}

    async def _ask(self, child: Served, path: str) -> tuple[int, Any] | None:
        if self._client is None or not child.port:
            return None
        try:
            async with self._client.get(f"http://127.0.0.1:{child.port}{path}") as answer:
                is_json = answer.content_type == "application/json"
                return answer.status, await (answer.json() if is_json else answer.text())
        except (aiohttp.ClientError, TimeoutError):
            return None


class _Collected:
    """What `generate_latest` wants to be given."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def merged(texts: Mapping[int, str]) -> list[Metric]:
    """Return the figures of *texts*, each in the text format, under the label `process`."""
    families: dict[str, Metric] = {}
    for number, text in texts.items():
        for found in text_string_to_metric_families(text):
            family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
            for sample in found.samples:
                family.add_sample(sample.name, {**sample.labels, "process": str(number)}, sample.value)
    return list(families.values())


def _answer(*, processes: Mapping[int, tuple[int, Any]], **said: bool | int) -> web.Response:
    """Return what is *said*, its first value deciding the status, with the answer of each process."""
    body = {**said, "processes": {str(number): body for number, (_, body) in processes.items()}}
    good = next(iter(said.values()))
    return web.json_response(body, status=200 if good else 503)
