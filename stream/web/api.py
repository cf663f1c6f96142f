"""What the service answers: an operation is a path, what it is for, and the function that answers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version

import orjson
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from schemas.alert import Alert
from schemas.article import Article
from schemas.wire_format import payload
from stream.web import models
from stream.web.live import Change, Live
from stream.web.problems import problem
from stream.web.query import Query
from stream.web.store import Item, Shelf, Store
from stream.web.summary import summarise

API = "/api/v1"
# So that a proxy does not take a quiet stream for a dead one.
_QUIET_SECONDS = 15.0
_REMEMBERED_SUMMARIES = 32

Answer = Callable[[Request], Awaitable[Response]]


class Api:
    """The JSON API over a store."""

    def __init__(self, store: Store, live: Live, *, hours: float) -> None:
        self._store = store
        self._live = live
        self._hours = hours
        self._counting = asyncio.Lock()
        self._summaries: dict[tuple[str, str], tuple[int, bytes]] = {}

    async def status(self, request: Request) -> Response:
        """Whether the service is live, and how much it holds."""
        del request
        store = self._store
        newest = [entry.at for entry in (next(iter(store.alerts), None), next(iter(store.incidents), None)) if entry]
        return _json(
            models.Service(
                state=store.state,
                alerts=len(store.alerts),
                incidents=len(store.incidents),
                newest=max(newest, default=None),
                hours=self._hours,
                version=version("rasid"),
            )
        )

    async def alerts(self, request: Request) -> Response:
        """Alerts, the newest first."""
        query = Query.of(request.query_params)
        found, following = query.some(self._store.alerts)
        return _json(models.Alerts(items=tuple(entry.item for entry in found), next=following))

    async def incidents(self, request: Request) -> Response:
        """Incidents, the last revised first."""
        query = Query.of(request.query_params)
        found, following = query.some(self._store.incidents)
        return _json(models.Incidents(items=tuple(entry.item for entry in found), next=following))

    async def alert(self, request: Request) -> Response:
        """One alert, and the incident that it was counted to."""
        entry = self._store.alerts.get(request.path_params["id"])
        if entry is None:
            return not_here("alert")
        incident_id = self._store.incident_of(entry.item.alert_id)
        return _json(models.AlertView(alert=entry.item, incident_id=incident_id, texts=self._texts(entry.item)))

    async def incident(self, request: Request) -> Response:
        """One incident, with those of its alerts that are still held."""
        entry = self._store.incidents.get(request.path_params["id"])
        if entry is None:
            return not_here("incident")
        found = [self._store.alerts.get(id_) for id_ in entry.item.alerts]
        alerts = tuple(alert.item for alert in found if alert)
        return _json(models.IncidentView(incident=entry.item, alerts=alerts, texts=self._texts(*alerts)))

    def _texts(self, *alerts: Alert) -> tuple[str, ...]:
        ids = dict.fromkeys(alert.article.article_id for alert in alerts)
        return tuple(id_ for id_ in ids if self._store.texts.get(id_))

    async def article(self, request: Request) -> Response:
        """One article as it was received, with the sentences that raised alerts."""
        raw = self._store.texts.get(request.query_params.get("id", ""))
        if raw is None:
            return not_here("article")
        article = Article.model_validate(orjson.loads(payload(raw)))
        return _json(
            models.ArticleView(
                article_id=article.article_id,
                title=article.title,
                body=article.body,
                url=article.url,
                source=article.source,
                published_at=article.published_at,
                highlights=tuple(
                    models.Highlight(
                        alert_id=entry.item.alert_id,
                        field=evidence.field,
                        start=evidence.start,
                        end=evidence.end,
                        trigger=evidence.trigger,
                    )
                    for entry in self._store.alerts
                    if entry.item.article.article_id == article.article_id
                    for evidence in entry.item.evidence
                ),
            )
        )

    async def alert_summary(self, request: Request) -> Response:
        """Counts of alerts by day, province, country and type, and what stands where on the map."""
        return await self._summary(request, self._store.alerts)

    async def incident_summary(self, request: Request) -> Response:
        """Counts of incidents by day, province, country and type, and what stands where on the map."""
        return await self._summary(request, self._store.incidents)

    async def _summary(self, request: Request, shelf: Shelf[Item]) -> Response:
        # Many pages ask the same after each change.
        key = (request.url.path, request.url.query)
        query = Query.of(request.query_params)
        async with self._counting:
            number, body = self._summaries.get(key, (-1, b""))
            if number != self._store.number:
                number, entries = self._store.number, tuple(shelf)
                # A second may go by: in a thread, so that what comes is told meanwhile.
                body = await asyncio.to_thread(
                    lambda: summarise(filter(query.matches, entries)).model_dump_json().encode()
                )
                self._summaries.pop(key, None)
                self._summaries[key] = (number, body)
                if len(self._summaries) > _REMEMBERED_SUMMARIES:
                    del self._summaries[next(iter(self._summaries))]
        return Response(body, media_type="application/json")

    async def events(self, request: Request) -> Response:
        """What comes, as server-sent events: `alert`, `incident`, `incident-removed`, `state` and `reset`.

        The data is the alert or the incident itself; of a removed incident its id. Last-Event-ID is honoured.
        """
        query = Query.of(request.query_params)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        stream = self._stream(query, self._last_seen(request.headers.get("Last-Event-ID")))
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    def _last_seen(self, event_id: str | None) -> int | None:
        """The number of the last change that the page knows; -1 if another server told it, None if it knows none."""
        if not event_id:
            return None
        name, _, number = event_id.partition("-")
        return int(number) if name == self._live.name and re.fullmatch("[0-9]{1,18}", number) else -1

    async def _stream(self, query: Query, after: int | None) -> AsyncIterator[bytes]:
        # A first line at once: the browser then knows that it is connected.
        yield b"retry: 2000\n\n"
        async for change in self._live.changes(after=after, quiet_seconds=_QUIET_SECONDS):
            if change is None:
                yield b": quiet\n\n"
            elif change.item is None or query.filter.matches(change.item):
                yield self._event(change)
            # So that one page cannot keep the others waiting.
            await asyncio.sleep(0)

    def _event(self, change: Change) -> bytes:
        number = f"id: {self._live.name}-{change.number}\n".encode() if change.number else b""
        data = change.item.to_json() if change.item else orjson.dumps(change.id)
        return b"%bevent: %b\ndata: %b\n\n" % (number, change.name.encode(), data)


def not_here(what: str) -> Response:
    """Return the answer for something that is not in the store."""
    return problem(404, f"There is no such {what} here, or it is older than what is held.")


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(by_alias=True), media_type="application/json")


async def bad_request(request: Request, cause: Exception) -> Response:
    """Answer a query that cannot be read."""
    del request
    return problem(400, str(cause))


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the service answers."""

    path: str
    answer: Answer
    model: type[BaseModel] | None = None
    media_type: str = "application/json"
    filtered: bool = False
    """Whether it takes the filters and the days."""
    paged: bool = False
    query: tuple[str, str] | None = None
    """A parameter of its own: its name and what it is."""


def operations(api: Api) -> list[Operation]:
    """Return everything that the JSON API answers."""
    return [
        Operation(f"{API}/status", api.status, models.Service),
        Operation(f"{API}/alerts", api.alerts, models.Alerts, filtered=True, paged=True),
        Operation(f"{API}/alerts/summary", api.alert_summary, models.Summary, filtered=True),
        Operation(f"{API}/alerts/{{id}}", api.alert, models.AlertView),
        Operation(f"{API}/incidents", api.incidents, models.Incidents, filtered=True, paged=True),
        Operation(f"{API}/incidents/summary", api.incident_summary, models.Summary, filtered=True),
        Operation(f"{API}/incidents/{{id}}", api.incident, models.IncidentView),
        Operation(f"{API}/article", api.article, models.ArticleView, query=("id", "The article's id.")),
        Operation(f"{API}/events", api.events, media_type="text/event-stream", filtered=True),
    ]
