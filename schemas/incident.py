"""An incident: one real-world event across articles."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas import SCHEMA_VERSION
from schemas.alert import Actor, CasualtyKind, Count, EventType, Kind, Occurred, Place, Source, Status
from schemas.base import Message, Moment


class Lifecycle(StrEnum):
    """What the newest revision did."""

    OPEN = "open"
    UPDATED = "updated"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    CLOSED = "closed"


class Figure(Message):
    """A toll as one article gave it."""

    kind: Literal[CasualtyKind.KILLED, CasualtyKind.INJURED]
    low: Count
    high: Count | None = Field(default=None, description="Null when the text gives no upper end.")
    source: Source | None = None
    article_id: str
    at: Moment


class Range(Message):
    """The current best figure."""

    low: Count
    high: Count | None = Field(default=None, description="Null when no upper end is known.")


class Toll(Message):
    """The current best figures, with all that led to them, oldest first. A later, lower figure is a correction."""

    killed: Range | None = None
    injured: Range | None = None
    history: tuple[Figure, ...] = ()


class Sources(Message):
    """Who reported the incident."""

    outlets: tuple[str, ...]
    independent: Count = Field(description="How many are left once copies of one wire story count once.")


class Headline(Message):
    """A one-line summary made from the slots."""

    ar: str
    en: str


class Incident(Message):
    """One real-world event across articles: its newest revision."""

    schema_version: str = SCHEMA_VERSION
    incident_id: str = Field(min_length=1, description="Stable over the incident's life.")
    revision: int = Field(ge=1)
    kind: Kind
    event_type: EventType
    status: Status
    lifecycle: Lifecycle
    occurred: Occurred = Occurred()
    place: Place | None = None
    actors: tuple[Actor, ...] = ()
    toll: Toll = Toll()
    sources: Sources
    alerts: tuple[str, ...] = Field(min_length=1, description="Ids of the alerts that it is made of.")
    first_seen: Moment
    last_seen: Moment
    severity: int = Field(ge=0, le=100)
    confidence: float = Field(ge=0, le=1)
    headline: Headline
