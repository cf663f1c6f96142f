"""An incident: one real-world event across articles."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas import SCHEMA_VERSION
from schemas.alert import Actor, CasualtyKind, Claim, Count, EventType, Kind, Occurred, Place, Source, Status, Victims
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
    victims: Victims | None = Field(default=None, description="The side that it counts; null: all.")
    source: Source | None = None
    article_id: str
    at: Moment
    standing: bool = Field(default=True, description="False once outdated by a newer figure, or withdrawn.")
    corrects: bool = Field(default=False, description="True where the same source gave a higher figure before.")


class Range(Message):
    """The current figures: the lowest, the best and the highest that stand, as in UCDP's low, best and high."""

    low: Count
    best: Count = Field(description="The figure that most independent outlets give; of several, the newest.")
    high: Count | None = Field(default=None, description="Null when no upper end is known.")


class Toll(Message):
    """The current best figures, with all that led to them, oldest first. A later, lower figure is a correction."""

    killed: Range | None = None
    injured: Range | None = None
    history: tuple[Figure, ...] = ()
    cumulative: tuple[Figure, ...] = Field(
        default=(), description="Tolls over several events, such as since a campaign began: never part of the range."
    )


class Sources(Message):
    """Who reported the incident."""

    outlets: tuple[str, ...]
    independent: Count = Field(description="How many are left once copies of one wire story count once.")
    party_owned: tuple[str, ...] = Field(default=(), description="Those outlets that a party to the event owns.")


class AttributedClaim(Claim):
    """A claim, with the article that carries it."""

    article_id: str
    at: Moment


class Joining(Message):
    """Why an alert was counted to the incident: points for and against, and the sum that was needed."""

    alert_id: str
    score: float
    threshold: float
    reasons: tuple[str, ...] = Field(examples=[("type: both air_strike: +2", "place: both Douma: +4")])


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
    claims: tuple[AttributedClaim, ...] = Field(default=(), description="Denials too: they delete nothing.")
    sources: Sources
    alerts: tuple[str, ...] = Field(min_length=1, description="Ids of the alerts that it is made of.")
    why_merged: tuple[Joining, ...] = Field(default=(), description="One for each alert after the first.")
    absorbed: tuple[str, ...] = Field(
        default=(), description="Ids of incidents that turned out to be this one; their topic entries are tombstones."
    )
    first_seen: Moment
    last_seen: Moment
    severity: int = Field(ge=0, le=100)
    confidence: float = Field(ge=0, le=1)
    headline: Headline
