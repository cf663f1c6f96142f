"""An alert: one event in one article, all its mentions merged."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas import SCHEMA_VERSION
from schemas.base import CountryCode, Latitude, Longitude, Message, Moment

MAX_EVIDENCE = 600
"""Code points of the longest evidence."""

Count = Annotated[int, Field(ge=0)]


class Kind(StrEnum):
    """The two kinds of event, each with a topic of its own."""

    ATTACK = "attack"
    DIPLOMACY = "diplomacy"


class AttackType(StrEnum):
    """What kind of attack."""

    ARMED_CLASH = "armed_clash"
    AIR_STRIKE = "air_strike"
    SHELLING = "shelling"
    BOMBING = "bombing"
    SUICIDE_BOMBING = "suicide_bombing"
    SHOOTING = "shooting"
    CHEMICAL = "chemical"
    ABDUCTION = "abduction"
    INTERCEPTION = "interception"
    TERRITORY = "territory"
    OTHER_ATTACK = "other_attack"


class DiplomacyType(StrEnum):
    """What kind of diplomatic move, in PLOVER's names."""

    CONSULT = "consult"
    AGREE = "agree"
    SUPPORT = "support"
    AID = "aid"
    CONCEDE = "concede"
    REQUEST = "request"
    ACCUSE = "accuse"
    REJECT = "reject"
    THREATEN = "threaten"
    SANCTION = "sanction"
    MOBILIZE = "mobilize"


EventType = AttackType | DiplomacyType


class Timing(StrEnum):
    """`new`: happened, said or announced within 7 days before publication, or coming. `background`: the rest."""

    NEW = "new"
    BACKGROUND = "background"


class Status(StrEnum):
    """How the article tells the event."""

    REPORTED = "reported"
    ALLEGED = "alleged"
    DENIED = "denied"
    PLANNED = "planned"
    FOILED = "foiled"


class DatePrecision(StrEnum):
    """How exact the dates of an event are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


class PlacePrecision(StrEnum):
    """How far the coordinates stand for the place."""

    POINT = "point"
    CITY = "city"
    AREA = "area"
    REGION = "region"
    COUNTRY = "country"


class Role(StrEnum):
    """What an actor does in the event. Where both sides act, every participant is an initiator."""

    INITIATOR = "initiator"
    TARGET = "target"
    MEDIATOR = "mediator"
    VENUE_HOST = "venue_host"


class CasualtyKind(StrEnum):
    """What befell the victims."""

    KILLED = "killed"
    INJURED = "injured"
    MISSING = "missing"
    ABDUCTED = "abducted"
    DISPLACED = "displaced"
    ARRESTED = "arrested"


class CasualtyScope(StrEnum):
    """Whether a toll counts this event, or several over time."""

    INCIDENT = "incident"
    CUMULATIVE = "cumulative"


class Stance(StrEnum):
    """What a source does with the event."""

    REPORTS = "reports"
    CLAIMS_RESPONSIBILITY = "claims_responsibility"
    ACCUSES = "accuses"
    DENIES = "denies"
    CONFIRMS = "confirms"


class Codes(Message):
    """The published codes that the event maps to; null where a scheme has none."""

    plover: str | None = Field(default=None, examples=["ASSAULT/aerial"])
    cameo: str | None = Field(default=None, examples=["195"])
    acled: str | None = Field(default=None, examples=["Air/drone strike"])


class Occurred(Message):
    """When, as days in the article's own time zone; both ends are included and null when unknown."""

    start: date | None = None
    end: date | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    text: str | None = Field(default=None, description="The words that gave the date, as received.")
    start_reason: str | None = Field(default=None, description="How the first day was worked out.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"the last day {self.end} is before the first {self.start}")
        return self


class PlaceReading(Message):
    """A place of the gazetteer. Coordinates are null for what is too wide to have any."""

    name_ar: str | None = None
    name_en: str | None = None
    country: CountryCode | None = None
    admin1: str | None = Field(default=None, description="The governorate, province or state, in English.")
    lat: Latitude | None = None
    lon: Longitude | None = None
    geonames_id: int | None = None
    precision: PlacePrecision


class Place(PlaceReading):
    """Where: the best reading, and the others that the same name allows."""

    text: str = Field(description="The name as received.")
    alternatives: tuple[PlaceReading, ...] = ()


class Actor(Message):
    """Who took part."""

    role: Role
    text: str = Field(description="The name or phrase as received.")
    id: str | None = Field(default=None, description="Stable id of a known actor.")
    name_ar: str | None = None
    name_en: str | None = None
    type: str | None = Field(default=None, description="The actor's type in the lexicon.", examples=["state", "army"])
    country: CountryCode | None = None
    is_civilian: bool = False


class Victims(Message):
    """Who was hit."""

    text: str = Field(description="The words as received.")
    id: str | None = None
    is_civilian: bool = False


class Source(Message):
    """Who says so, inside the article."""

    text: str = Field(description="The name or phrase as received.")
    id: str | None = Field(default=None, description="Stable id of a known actor.")


class Casualties(Message):
    """One toll. Competing tolls stand side by side, each with its source."""

    kind: CasualtyKind
    low: Count
    high: Count | None = Field(default=None, description="Null when the text gives no upper end.")
    victims: Victims | None = None
    text: str = Field(description="The words of the toll as received.")
    scope: CasualtyScope = CasualtyScope.INCIDENT
    source: Source | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high is not None and self.high < self.low:
            raise ValueError(f"the high end {self.high} is below the low end {self.low}")
        return self


class Weapon(Message):
    """What was used."""

    text: str = Field(description="The words as received.")
    id: str | None = None
    class_: str | None = Field(default=None, alias="class")


class Claim(Message):
    """What a source says about the event."""

    source: Source
    stance: Stance
    text: str = Field(description="The words of the claim as received.")


class Evidence(Message):
    """The sentence or clause that states the event. Offsets count code points of the field as received."""

    field: Literal["title", "body"]
    start: Count
    end: Count = Field(description="One past the last code point.")
    text: str = Field(min_length=1, max_length=MAX_EVIDENCE)
    trigger: str = Field(description="The words that name the event.")
    rule: str = Field(description="The id of the lexicon entry that fired.")

    @model_validator(mode="after")
    def _covers_its_text(self) -> Self:
        if self.end - self.start != len(self.text):
            raise ValueError(f"{self.start} to {self.end} is not the length of the text, {len(self.text)}")
        return self


class ArticleReference(Message):
    """The article that the event was found in."""

    article_id: str
    url: str | None = None
    source: str | None = None
    title: str
    published_at: Moment


class DetectorReference(Message):
    """What found the event."""

    version: str
    lexicon_version: str


class Alert(Message):
    """One event in one article, all its mentions merged."""

    schema_version: str = SCHEMA_VERSION
    alert_id: str = Field(
        min_length=1,
        description="The same article and lexicon version give the same id, on any machine, at any time.",
    )
    kind: Kind
    event_type: EventType
    mode: str | None = Field(default=None, description="A finer PLOVER mode.")
    codes: Codes = Codes()
    timing: Timing
    status: Status
    occurred: Occurred = Occurred()
    place: Place | None = None
    actors: tuple[Actor, ...] = ()
    casualties: tuple[Casualties, ...] = ()
    weapons: tuple[Weapon, ...] = ()
    claims: tuple[Claim, ...] = ()
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    severity: int = Field(ge=0, le=100)
    severity_reasons: tuple[str, ...] = ()
    confidence: float = Field(ge=0, le=1, description="Of the alerts at 0.8, about 80 % are right.")
    article: ArticleReference
    detector: DetectorReference
    detected_at: Moment

    @model_validator(mode="after")
    def _type_is_of_its_kind(self) -> Self:
        types = AttackType if self.kind is Kind.ATTACK else DiplomacyType
        if not isinstance(self.event_type, types):
            raise ValueError(f"{self.event_type} is no type of {self.kind}")  # noqa: TRY004 - pydantic wants ValueError
        return self
