"""CloudEvents 1.0 in structured JSON: an alert or a revision of an incident as an event."""

from __future__ import annotations

from datetime import datetime

import orjson

from schemas.alert import Alert
from schemas.incident import Incident
from stream.terminal import harmless_json

MEDIA_TYPE = "application/cloudevents+json"
DEFAULT_SOURCE = "rasid"

_TYPE = "org.rasid"


def event_text(
    item: Alert | Incident, *, time: datetime, source: str = DEFAULT_SOURCE, traceparent: str | None = None
) -> str:
    """Return *item* as an event on one line; *time* is when it was published, *source* a URI reference.

    The id is the alert's, or the incident's with its revision: an event that is delivered again has the same.
    """
    if isinstance(item, Alert):
        id_, type_, subject = item.alert_id, f"alert.{item.kind.value}", item.article.article_id
    else:
        id_, type_, subject = f"{item.incident_id}.{item.revision}", "incident.revised", item.incident_id
    more = {"traceparent": traceparent} if traceparent else {}
    return _event(id_, type_, item.to_json(), subject=subject, time=time.isoformat(), source=source, **more)


def gone_event_text(incident_id: str, *, time: datetime, source: str = DEFAULT_SOURCE) -> str:
    """Return the event that an incident is none any more, since it turned out to be part of another one."""
    id_ = f"{incident_id}.gone"
    return _event(id_, "incident.gone", b"null", subject=incident_id, time=time.isoformat(), source=source)


def _event(id_: str, type_: str, data: bytes, **attributes: str) -> str:
    event = {"specversion": "1.0", "id": id_, "type": f"{_TYPE}.{type_}", **attributes}
    rest = {"datacontenttype": "application/json", "data": orjson.Fragment(data)}
    return harmless_json(orjson.dumps(event | rest).decode())
