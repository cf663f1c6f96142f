"""Common Alerting Protocol 1.2: an alert or an incident as a message that public warning systems read.

Each message has information in English and in Arabic. Rasid only reads the news, so nothing is ever `Observed`.
"""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET  # nosec B405
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Literal
from urllib.parse import quote, urlsplit

from schemas.alert import Alert, AttackType, DatePrecision, Kind, Place, PlacePrecision, Status
from schemas.incident import Incident, Lifecycle
from stream.alert_text import sentence, tolls, where
from stream.formats.fields import event_name, row
from stream.terminal import harmless_xml

MEDIA_TYPE = "application/cap+xml"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
DEFAULT_SENDER = "rasid"

MessageType = Literal["Alert", "Update", "Cancel"]
MessageStatus = Literal["Actual", "Exercise", "System", "Test", "Draft"]

# How far around its coordinates a place reaches, roughly, in km.
_RADIUS_KM = {
    PlacePrecision.POINT: 1,
    PlacePrecision.CITY: 10,
    PlacePrecision.AREA: 25,
    PlacePrecision.REGION: 75,
    PlacePrecision.COUNTRY: 300,
}
_SEVERITIES = ((75, "Extreme"), (50, "Severe"), (25, "Moderate"), (0, "Minor"))
# CAP's own border between likely and possible.
_LIKELY = 0.5
_FORBIDDEN_IN_NAMES = re.compile(r"[\s,<&]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PARAMETERS = (
    *("event_type", "status", "initiators", "targets", "killed_low", "killed_best", "killed_high"),
    *("injured_low", "injured_best", "injured_high", "severity", "confidence"),
    *("independent_sources", "outlets", "source", "article_id", "published_at"),
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What names a message for good; later messages refer to it by this."""

    sender: str
    identifier: str
    sent: str

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier},{self.sent}"


@dataclass(frozen=True, slots=True)
class CapMessage:
    """A message: its XML document, on one line without a line end, and what names it."""

    reference: Reference
    type: MessageType
    xml: str


def xml_text(text: str) -> str:
    """Return *text* with a replacement character for each that no XML document may have."""
    return _NOT_XML.sub("\ufffd", text)


def check_sender(sender: str) -> str:
    """Return *sender*, or raise ValueError where it has characters that CAP forbids in it."""
    if not sender or _FORBIDDEN_IN_NAMES.search(sender) or _NOT_XML.search(sender):
        raise ValueError(f"{sender!r} cannot name a sender: no space, comma, < or & may be in it")
    return sender


def message(
    item: Alert | Incident,
    *,
    sent: datetime,
    sender: str = DEFAULT_SENDER,
    status: MessageStatus = "Actual",
    replaces: Reference | None = None,
) -> CapMessage:
    """Return the message on *item*, sent at *sent*.

    It is an Alert, or an Update of the message that it *replaces*; a retracted incident cancels that one. The
    identifier is made from the content and the time, so the same message has the same one, and no other message has it.
    """
    cancels = isinstance(item, Incident) and item.lifecycle is Lifecycle.RETRACTED
    type_: MessageType = "Alert" if replaces is None else "Cancel" if cancels else "Update"
    own_id = item.alert_id if isinstance(item, Alert) else item.incident_id
    name = own_id if isinstance(item, Alert) else f"{own_id}.{item.revision}"
    reference = _reference(name, sender, sent, content=item.to_json())
    root = _head(reference, type_, status, replaces, incident_id=None if isinstance(item, Alert) else own_id)
    for language in ("en", "ar"):
        _info(root, item, language)
    return CapMessage(reference, type_, _document(root))


def cancellation(
    incident_id: str, *, replaces: Reference, sent: datetime, status: MessageStatus = "Actual"
) -> CapMessage:
    """Return the message that takes back *replaces*: the incident turned out to be another one and is gone."""
    sender = replaces.sender
    reference = _reference(f"{incident_id}.gone", sender, sent)
    root = _head(reference, "Cancel", status, replaces, incident_id=incident_id)
    return CapMessage(reference, "Cancel", _document(root))


class CapFeed:
    """Messages about items as they come: an incident's later revision updates or cancels the message before it.

    Remembers the last message of each incident, of *size* incidents at most: beyond, one told of again is new.
    """

    def __init__(self, *, sender: str = DEFAULT_SENDER, status: MessageStatus = "Actual", size: int = 100_000) -> None:
        self._sender = check_sender(sender)
        self._status: MessageStatus = status
        self._size = size
        self._last: dict[str, Reference] = {}

    def message(self, item: Alert | Incident, *, sent: datetime) -> CapMessage | None:
        """Return the message on *item*, which becomes the one that the next on the same incident refers to.

        None for an incident that is retracted while no message on it stands: there is nothing to take back.
        """
        if isinstance(item, Alert):
            return message(item, sent=sent, sender=self._sender, status=self._status)
        before = self._last.pop(item.incident_id, None)
        if before is None and item.lifecycle is Lifecycle.RETRACTED:
            return None
        made = message(item, sent=sent, sender=self._sender, status=self._status, replaces=before)
        if made.type != "Cancel":
            self._last[item.incident_id] = made.reference
            if len(self._last) > self._size:
                del self._last[next(iter(self._last))]
        return made

    def gone(self, incident_id: str, *, sent: datetime) -> CapMessage | None:
        """Return the cancellation of an incident that is no more, or None where no message on it stands."""
        before = self._last.pop(incident_id, None)
        if before is None:
            return None
        return cancellation(incident_id, replaces=before, sent=sent, status=self._status)


def _reference(name: str, sender: str, sent: datetime, *, content: bytes = b"") -> Reference:
    # Not made from what it replaces: whoever begins to read later names the same message alike.
    moment = _time(sent)
    digest = hashlib.sha256(f"{sender}\0{moment}\0{name}\0".encode() + content).hexdigest()
    return Reference(sender, f"{quote(name, safe='')}.{digest[:12]}", moment)


def _head(
    reference: Reference,
    type_: MessageType,
    status: MessageStatus,
    replaces: Reference | None,
    *,
    incident_id: str | None,
) -> ET.Element:
    root = ET.Element("alert", xmlns=NAMESPACE)
    _add(root, "identifier", reference.identifier)
    _add(root, "sender", reference.sender)
    _add(root, "sent", reference.sent)
    _add(root, "status", status)
    _add(root, "msgType", type_)
    _add(root, "scope", "Public")
    if type_ == "Cancel":
        _add(root, "note", "The incident was withdrawn, or turned out to be part of another one.")
    if replaces:
        _add(root, "references", str(replaces))
    if incident_id:
        _add(root, "incidents", quote(incident_id, safe=""))
    return root


def _info(root: ET.Element, item: Alert | Incident, language: Literal["en", "ar"]) -> None:
    info = ET.SubElement(root, "info")
    _add(info, "language", language)
    for category in _categories(item):
        _add(info, "category", category)
    _add(info, "event", event_name(item.event_type, language))
    _add(info, "urgency", "Future" if item.status is Status.PLANNED else "Past")
    _add(info, "severity", next(name for least, name in _SEVERITIES if item.severity >= least))
    _add(info, "certainty", _certainty(item))
    if isinstance(item, Alert):
        for scheme, code in item.codes:
            _pair(info, "eventCode", scheme.upper(), code)
    _add(info, "onset", _onset(item))
    _add(info, "headline", _headline(item, language))
    if isinstance(item, Alert):
        _add(info, "description", sentence(item))
        _add(info, "web", _web(item.article.url))
    values = row(item)
    for name in _PARAMETERS:
        _pair(info, "parameter", name, values.get(name))
    if item.place:
        _area(info, item.place, language)


def _categories(item: Alert | Incident) -> tuple[str, ...]:
    if item.kind is Kind.DIPLOMACY:
        return ("Other",)
    return ("Security", "CBRNE") if item.event_type is AttackType.CHEMICAL else ("Security",)


def _certainty(item: Alert | Incident) -> str:
    if item.status is Status.DENIED:
        return "Unlikely"
    return "Likely" if item.confidence > _LIKELY and item.status is not Status.ALLEGED else "Possible"


def _onset(item: Alert | Incident) -> str | None:
    """The first moment of the day on which it began, in the article's own zone."""
    if item.occurred.start is None or item.occurred.precision is not DatePrecision.DAY:
        return None
    told = item.article.published_at if isinstance(item, Alert) else item.first_seen
    return _time(datetime.combine(item.occurred.start, time(), told.tzinfo))


def _headline(item: Alert | Incident, language: Literal["en", "ar"]) -> str:
    if isinstance(item, Incident):
        return item.headline.en if language == "en" else item.headline.ar
    if language == "ar":
        return item.article.title or sentence(item)
    event = ", ".join(part for part in (event_name(item.event_type, language), where(item.place)) if part)
    return ": ".join(part for part in (event, tolls(item.casualties)) if part)


def _web(url: str | None) -> str | None:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return quote(url or "", safe="%/:=&?~#+!$,;'@()*[]")


def _area(info: ET.Element, place: Place, language: Literal["en", "ar"]) -> None:
    area = ET.SubElement(info, "area")
    name = (place.name_en if language == "en" else place.name_ar) or place.text
    parts = [name, place.admin1, place.country] if language == "en" else [name]
    _add(area, "areaDesc", ", ".join(dict.fromkeys(part for part in parts if part)) or "?")
    if place.lat is not None and place.lon is not None:
        _add(area, "circle", f"{place.lat:.4f},{place.lon:.4f} {_RADIUS_KM[place.precision]}")
    _pair(area, "geocode", "ISO 3166-1", place.country)
    _pair(area, "geocode", "GeoNames", place.geonames_id)


def _time(moment: datetime) -> str:
    """CAP's form: whole seconds, and UTC written as -00:00."""
    text = moment.replace(microsecond=0).isoformat()
    # Zones of long ago had seconds, which the form has no room for.
    if moment.tzinfo in {None, UTC} or len(text) != len("2025-01-01T00:00:00+00:00") or text.endswith("+00:00"):
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")
    return text


def _pair(parent: ET.Element, name: str, key: str, value: str | float | None) -> None:
    if value not in {None, ""}:
        pair = ET.SubElement(parent, name)
        _add(pair, "valueName", key)
        _add(pair, "value", str(value))


def _add(parent: ET.Element, name: str, text: str | None) -> None:
    if text:
        ET.SubElement(parent, name).text = xml_text(text)


def _document(root: ET.Element) -> str:
    body = ET.tostring(root, encoding="unicode")
    # Line ends become numbers too, so that a message is one line.
    return f'<?xml version="1.0" encoding="UTF-8"?>{harmless_xml(body)}'
