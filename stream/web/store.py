"""What the page shows, in memory and bounded: the newest alerts and incidents, and the texts of their articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from schemas.alert import Alert, CasualtyKind
from schemas.incident import Incident
from stream.formats import cap
from stream.web import facts
from stream.web.texts import Texts

Item = TypeVar("Item", Alert, Incident)

State = Literal["loading", "live", "silent"]
"""`loading`: what is there is read. `live`: what comes is shown. `silent`: the broker does not answer."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[Item]):
    """An alert or an incident as it lies in the store."""

    item: Item
    at: datetime
    """When the broker got it."""
    number: int
    """Where it stands among all that came: the greater, the newer."""
    day: date
    killed: int
    injured: int
    replaces: cap.Reference | None = None
    """The CAP message that one on this item updates or cancels."""

    @property
    def cap(self) -> cap.CapMessage:
        """The item as a CAP message: always the same one, under the same identifier."""
        return cap.message(self.item, sent=self.at, replaces=self.replaces)


class Shelf(Generic[Item]):
    """The newest *size* items by id, the newest last. One that comes again in another revision goes to the end."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: dict[str, Entry[Item]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry[Item]]:
        """Give the entries, the newest first."""
        return reversed(self._entries.values())

    def get(self, id_: str) -> Entry[Item] | None:
        """Return the entry of that id, or None."""
        return self._entries.get(id_)

    def put(self, id_: str, entry: Entry[Item]) -> list[Entry[Item]]:
        """Lay *entry* on top and return those that no longer have room."""
        self._entries.pop(id_, None)
        self._entries[id_] = entry
        return [self.take(next(iter(self._entries)))] if len(self._entries) > self._size else []

    def take(self, id_: str) -> Entry[Item]:
        """Remove and return an entry. Raises KeyError."""
        return self._entries.pop(id_)


class Store:
    """Alerts, incidents and texts. Every change gets a number, so that a page can say what it has seen."""

    def __init__(self, *, max_items: int, max_text_bytes: int) -> None:
        self.alerts: Shelf[Alert] = Shelf(max_items)
        self.incidents: Shelf[Incident] = Shelf(max_items)
        self.texts = Texts(max_text_bytes)
        self.number = 0
        self.state: State = "loading"
        self._incident_of: dict[str, str] = {}

    def incident_of(self, alert_id: str) -> str | None:
        """Return the id of the incident that an alert was counted to, if it is here."""
        return self._incident_of.get(alert_id)

    def add_alert(self, alert: Alert, at: datetime) -> Entry[Alert] | None:
        """Keep an alert; None if it is here already: delivery is at least once."""
        if self.alerts.get(alert.alert_id):
            return None
        entry = self._entry(alert, at)
        self.texts.want(alert.article.article_id)
        for old in self.alerts.put(alert.alert_id, entry):
            self.texts.release(old.item.article.article_id)
        return entry

    def add_incident(self, incident: Incident, at: datetime) -> Entry[Incident] | None:
        """Keep the newest revision of an incident; None if this one, or a later one, is here already."""
        id_ = incident.incident_id
        before = self.incidents.get(id_)
        if before and before.item.revision >= incident.revision:
            return None
        entry = self._entry(incident, at, before.cap.reference if before else None)
        if before:
            self._unlink(before)
        for old in self.incidents.put(id_, entry):
            self._unlink(old)
        self._incident_of.update(dict.fromkeys(incident.alerts, id_))
        return entry

    def remove_incident(self, incident_id: str) -> bool:
        """Forget an incident that turned out to be another one; say whether it was here."""
        if not self.incidents.get(incident_id):
            return False
        self._next()
        self._unlink(self.incidents.take(incident_id))
        return True

    def _entry(self, item: Item, at: datetime, replaces: cap.Reference | None = None) -> Entry[Item]:
        """What is counted is worked out once here: it is asked for again and again."""
        killed, injured = (facts.toll(item, kind) for kind in (CasualtyKind.KILLED, CasualtyKind.INJURED))
        return Entry(item, at, self._next(), facts.day(item), killed, injured, replaces)

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _unlink(self, entry: Entry[Incident]) -> None:
        for alert_id in entry.item.alerts:
            # An incident that absorbs another has its alerts before that one's tombstone comes.
            if self._incident_of.get(alert_id) == entry.item.incident_id:
                del self._incident_of[alert_id]
