"""The formats in which a subscriber gets what was delivered: one document for each message, and lines of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import orjson

from schemas.alert import Alert
from schemas.incident import Lifecycle
from schemas.wire_format import payload
from stream.formats import cap, cloudevents, csv_lines, geojson
from stream.formats.fields import ALERT_COLUMNS, INCIDENT_COLUMNS, gone_row, row
from stream.subscribe import Delivered, Gone
from stream.terminal import harmless_json


class Format(StrEnum):
    """The formats for programs."""

    JSONL = "jsonl"
    CSV = "csv"
    GEOJSON = "geojson"
    CAP = "cap"
    CLOUDEVENTS = "cloudevents"


@dataclass(frozen=True, slots=True)
class Output:
    """A format. *document* gives the text for a delivery, without a line end; None where there is nothing to say.

    *heading* begins a file; *line* makes a document part of one.
    """

    format: Format
    media_type: str
    document: Callable[[Delivered], str | None]
    heading: str = ""

    def line(self, document: str) -> str:
        """Return *document* as it stands in a file among others."""
        return geojson.sequence_record(document) if self.format is Format.GEOJSON else f"{document}\n"


def output(
    form: Format,
    *,
    incidents: bool = False,
    sender: str = cap.DEFAULT_SENDER,
    status: cap.MessageStatus = "Actual",
) -> Output:
    """Return the output of *form* for alerts or for incidents; *sender* and *status* are for CAP and CloudEvents."""
    match form:
        case Format.JSONL:
            return Output(form, "application/json", _json)
        case Format.CSV:
            heading = csv_lines.heading(INCIDENT_COLUMNS if incidents else ALERT_COLUMNS)
            return Output(form, csv_lines.MEDIA_TYPE, _csv, heading)
        case Format.GEOJSON:
            return Output(form, geojson.MEDIA_TYPE, _geojson)
        case Format.CAP:
            return Output(form, cap.MEDIA_TYPE, _Cap(cap.CapFeed(sender=sender, status=status)))
        case Format.CLOUDEVENTS:
            return Output(form, cloudevents.MEDIA_TYPE, _CloudEvents(sender))


def _json(delivered: Delivered) -> str:
    value = delivered.record.value
    if value is None:
        # What a tombstone says, in words: a line of JSON has to be one.
        gone = {"incident_id": delivered.id.removesuffix(".gone"), "lifecycle": Lifecycle.RETRACTED.value}
        return harmless_json(orjson.dumps(gone).decode())
    # As it was published, fields of newer versions included; written anew so that it is one line.
    return harmless_json(orjson.dumps(orjson.loads(payload(value))).decode())


def _csv(delivered: Delivered) -> str:
    item = delivered.item
    values = gone_row(item.incident_id) if isinstance(item, Gone) else row(item)
    return csv_lines.line(values).removesuffix("\n")


def _geojson(delivered: Delivered) -> str:
    item = delivered.item
    return geojson.gone_feature_text(item.incident_id) if isinstance(item, Gone) else geojson.feature_text(item)


@dataclass(frozen=True, slots=True)
class _Cap:
    feed: cap.CapFeed

    def __call__(self, delivered: Delivered) -> str | None:
        item = delivered.item
        if isinstance(item, Gone):
            made = self.feed.gone(item.incident_id, sent=delivered.published)
        else:
            made = self.feed.message(item, sent=item.detected_at if isinstance(item, Alert) else delivered.published)
        return made.xml if made else None


@dataclass(frozen=True, slots=True)
class _CloudEvents:
    source: str

    def __call__(self, delivered: Delivered) -> str:
        item, time = delivered.item, delivered.published
        if isinstance(item, Gone):
            return cloudevents.gone_event_text(item.incident_id, time=time, source=self.source)
        return cloudevents.event_text(item, time=time, source=self.source, traceparent=delivered.traceparent)
