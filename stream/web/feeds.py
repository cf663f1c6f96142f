"""Alerts and incidents for other programs: GeoJSON for maps, CAP for warning systems, Atom for feed readers."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # nosec B405
from datetime import UTC, datetime
from typing import Generic
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from schemas.alert import Alert
from schemas.incident import Incident, Lifecycle
from stream.alert_text import sentence
from stream.formats import cap, geojson
from stream.terminal import harmless_xml
from stream.web.api import API, Operation, not_here
from stream.web.query import Query
from stream.web.store import Entry, Item, Shelf, Store

ATOM = "application/atom+xml"

_EPOCH = datetime.fromtimestamp(0, UTC)


def feed_operations(store: Store) -> list[Operation]:
    """Return what is answered in the formats of others."""
    alerts, incidents = _Feed(store.alerts, "alerts"), _Feed(store.incidents, "incidents")
    return [
        Operation(f"{API}/alerts.geojson", alerts.geojson, media_type=geojson.MEDIA_TYPE, filtered=True, paged=True),
        Operation(
            f"{API}/incidents.geojson", incidents.geojson, media_type=geojson.MEDIA_TYPE, filtered=True, paged=True
        ),
        Operation(f"{API}/alerts.atom", alerts.atom, media_type=ATOM, filtered=True, paged=True),
        Operation(f"{API}/incidents.atom", incidents.atom, media_type=ATOM, filtered=True, paged=True),
        Operation(f"{API}/alerts/{{id}}/cap", alerts.cap, media_type=cap.MEDIA_TYPE),
        Operation(f"{API}/incidents/{{id}}/cap", incidents.cap, media_type=cap.MEDIA_TYPE),
    ]


class _Feed(Generic[Item]):
    """One shelf in all formats."""

    def __init__(self, shelf: Shelf[Item], name: str) -> None:
        self._shelf: Shelf[Item] = shelf
        self._name = name

    async def geojson(self, request: Request) -> Response:
        """A feature for each, the newest first; those without coordinates have no geometry."""
        found = _found(self._shelf, request)
        return Response(geojson.collection(entry.item for entry in found), media_type=geojson.MEDIA_TYPE)

    async def atom(self, request: Request) -> Response:
        """An Atom feed, the newest first; every entry links to its page and to its CAP message."""
        body = _atom(_found(self._shelf, request), self._name, request)
        return Response(body, media_type=ATOM)

    async def cap(self, request: Request) -> Response:
        """The newest CAP 1.2 message on it. An incident's later message updates or cancels the one before."""
        entry = self._shelf.get(request.path_params["id"])
        # No message on an incident that was retracted at once was ever given out, so there is none to take back.
        if entry is None or (entry.replaces is None and _is_retracted(entry.item)):
            return not_here("message")
        return Response(entry.cap.xml, media_type=cap.MEDIA_TYPE)


def _is_retracted(item: Alert | Incident) -> bool:
    return isinstance(item, Incident) and item.lifecycle is Lifecycle.RETRACTED


def _found(shelf: Shelf[Item], request: Request) -> list[Entry[Item]]:
    return Query.of(request.query_params).some(shelf)[0]


def _atom(entries: list[Entry[Item]], name: str, request: Request) -> str:
    base = str(request.base_url).rstrip("/")
    here = f"{base}{request.url.path}"
    if request.query_params:
        here += f"?{urlencode(request.query_params.multi_items())}"
    feed = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "ar"})
    _add(feed, "title", f"Rasid: {name}")
    _add(feed, "id", here)
    _link(feed, "self", here, ATOM)
    _link(feed, "alternate", f"{base}/", "text/html")
    _add(feed, "updated", max((entry.at for entry in entries), default=_EPOCH).isoformat())
    _add(ET.SubElement(feed, "author"), "name", "Rasid")
    for entry in entries:
        _entry(feed, entry, base, name)
    return f'<?xml version="1.0" encoding="UTF-8"?>{harmless_xml(ET.tostring(feed, encoding="unicode"))}'


def _entry(feed: ET.Element, entry: Entry[Item], base: str, name: str) -> None:
    item = entry.item
    part = ET.SubElement(feed, "entry")
    if isinstance(item, Alert):
        own_id, title, text = item.alert_id, item.article.title or sentence(item), sentence(item)
        told = item.article.published_at
    else:
        own_id, title, text = item.incident_id, item.headline.ar, item.headline.en
        told = item.first_seen
    path = quote(own_id, safe="")
    _add(part, "title", title)
    _add(part, "id", f"urn:rasid:{name}:{path}")
    _link(part, "alternate", f"{base}/{name}/{path}", "text/html")
    _link(part, "related", f"{base}{API}/{name}/{path}/cap", cap.MEDIA_TYPE)
    _add(part, "published", told.isoformat())
    _add(part, "updated", entry.at.isoformat())
    ET.SubElement(part, "category", term=item.kind.value)
    ET.SubElement(part, "category", term=item.event_type.value)
    _add(part, "summary", text)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = cap.xml_text(text)


def _link(parent: ET.Element, rel: str, href: str, media_type: str) -> None:
    ET.SubElement(parent, "link", rel=rel, href=href, type=media_type)
