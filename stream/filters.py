"""Which alerts and incidents are wanted: one set of conditions for the command line, for the web and for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from schemas.alert import Actor, Alert, AttackType, DiplomacyType, EventType, Kind, Status
from schemas.base import CountryCode, Latitude, Longitude
from schemas.incident import Incident
from stream.words import has_all_words, has_phrase

EARTH_RADIUS_KM = 6371.0088


class FilterError(ValueError):
    """A condition cannot be read. The text names it, shows its value and says how it is written."""


class Parameter(StrEnum):
    """The conditions under their names on the command line and in a query string."""

    KIND = "kind"
    TYPE = "type"
    COUNTRY = "country"
    PROVINCE = "province"
    BBOX = "bbox"
    NEAR = "near"
    ACTOR = "actor"
    STATUS = "status"
    SEVERITY = "severity"
    CONFIDENCE = "confidence"
    SOURCES = "sources"
    WORDS = "words"


HELP: dict[Parameter, str] = {
    Parameter.KIND: "Only this kind: attack or diplomacy.",
    Parameter.TYPE: "Only this event type, e.g. air_strike or sanction.",
    Parameter.COUNTRY: "Only in this country: a code of two letters, e.g. SY.",
    Parameter.PROVINCE: "Only in this province, governorate or state, by its English name as alerts have it.",
    Parameter.BBOX: "Only inside this box: west,south,east,north in degrees, e.g. 35.7,32.3,42.4,37.3.",
    Parameter.NEAR: "Only within a distance of a point: latitude,longitude,kilometres, e.g. 36.2,37.16,50.",
    Parameter.ACTOR: "Only with this actor in any role: its id, or words of its name in Arabic or English.",
    Parameter.STATUS: "Only of this status: reported, alleged, denied, planned or foiled.",
    Parameter.SEVERITY: "Only of this severity or more, 0 to 100.",
    Parameter.CONFIDENCE: "Only of this confidence or more, 0 to 1.",
    Parameter.SOURCES: "Only incidents that so many independent sources report, or more.",
    Parameter.WORDS: "Only where all these words occur in title, evidence or headline, however they are spelt.",
}
"""What each condition means, for people."""

_MANY = frozenset(
    {
        *(Parameter.KIND, Parameter.TYPE, Parameter.COUNTRY, Parameter.PROVINCE),
        *(Parameter.ACTOR, Parameter.STATUS, Parameter.WORDS),
    }
)


def takes_many(parameter: Parameter) -> bool:
    """Say whether a condition may be given several times; one of its values is enough then."""
    return parameter in _MANY


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(_Part):
    """A bounding box in degrees; where *west* is greater than *east* it crosses the 180th meridian."""

    west: Longitude
    south: Latitude
    east: Longitude
    north: Latitude

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.south > self.north:
            raise ValueError(f"south {self.south:g} is greater than north {self.north:g}")
        return self

    def holds(self, lat: float, lon: float) -> bool:
        """Say whether a point is inside or on the edge."""
        if not self.south <= lat <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= lon <= self.east
        return lon >= self.west or lon <= self.east


class Circle(_Part):
    """All within *km* of a point, along the great circle."""

    lat: Latitude
    lon: Longitude
    km: float = Field(gt=0, le=20_100, allow_inf_nan=False)

    def holds(self, lat: float, lon: float) -> bool:
        """Say whether a point is inside or on the edge."""
        return distance_km(self.lat, self.lon, lat, lon) <= self.km


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance of two points given in degrees."""
    a, b = math.radians(lat), math.radians(other_lat)
    across = math.radians(other_lon - lon)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def _numbers(*names: str) -> BeforeValidator:
    def split(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = value.split(",")
        if len(parts) != len(names):
            raise ValueError(f"write {','.join(names)}")
        return dict(zip(names, (part.strip() for part in parts), strict=True))

    return BeforeValidator(split)


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


_Words = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\w")]


class Filter(BaseModel):
    """Conditions that all have to hold. Of a condition with several values, one has to fit; without any, all do.

    A place without coordinates is inside no box and near no point. An alert counts as one independent source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    kinds: tuple[Annotated[Kind, BeforeValidator(_lower)], ...] = Field(default=(), alias=Parameter.KIND)
    types: tuple[Annotated[EventType, BeforeValidator(_lower)], ...] = Field(default=(), alias=Parameter.TYPE)
    countries: tuple[Annotated[CountryCode, BeforeValidator(_upper)], ...] = Field(default=(), alias=Parameter.COUNTRY)
    provinces: tuple[_Words, ...] = Field(default=(), alias=Parameter.PROVINCE)
    box: Annotated[Box | None, _numbers("west", "south", "east", "north")] = Field(default=None, alias=Parameter.BBOX)
    near: Annotated[Circle | None, _numbers("lat", "lon", "km")] = Field(default=None, alias=Parameter.NEAR)
    actors: tuple[_Words, ...] = Field(default=(), alias=Parameter.ACTOR)
    statuses: tuple[Annotated[Status, BeforeValidator(_lower)], ...] = Field(default=(), alias=Parameter.STATUS)
    min_severity: int = Field(default=0, ge=0, le=100, alias=Parameter.SEVERITY)
    min_confidence: float = Field(default=0, ge=0, le=1, allow_inf_nan=False, alias=Parameter.CONFIDENCE)
    min_sources: int = Field(default=1, ge=1, alias=Parameter.SOURCES)
    words: tuple[_Words, ...] = Field(default=(), alias=Parameter.WORDS)

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Return the filter of texts by `Parameter`; None and empty lists mean no condition. Raises FilterError."""
        wanted = {str(name): value for name, value in given.items() if value is not None and value != ()}
        try:
            return cls.model_validate(wanted)
        except ValidationError as cause:
            faults = [_fault(fault) for fault in cause.errors(include_url=False)]
            # A type is looked for among those of both kinds, and missed in each.
            raise FilterError("\n".join(dict.fromkeys(faults))) from None

    @classmethod
    def from_query(cls, items: Iterable[tuple[str, str]]) -> Self:
        """Return the filter of a query string's pairs; an empty value is no condition. Raises FilterError."""
        given: dict[str, Any] = {}
        for name, value in items:
            if value == "":
                continue
            if name in _MANY:
                given[name] = (*given.get(name, ()), value)
            elif name in given:
                raise FilterError(f"{name} stands there twice; it takes one value")
            else:
                given[name] = value
        return cls.parse(given)

    def matches(self, item: Alert | Incident) -> bool:
        """Say whether all conditions hold for an alert or an incident."""
        return (
            (not self.kinds or item.kind in self.kinds)
            and (not self.types or item.event_type in self.types)
            and (not self.statuses or item.status in self.statuses)
            and item.severity >= self.min_severity
            and item.confidence >= self.min_confidence
            and (item.sources.independent if isinstance(item, Incident) else 1) >= self.min_sources
            and self._is_there(item)
            and (not self.actors or any(self._is_wanted(actor) for actor in item.actors))
            and (not self.words or self._says(item))
        )

    @cached_property
    def readable_kinds(self) -> tuple[Kind, ...]:
        """The kinds that can match at all: alerts of other kinds need not be read."""
        of_types = {Kind.ATTACK if isinstance(type_, AttackType) else Kind.DIPLOMACY for type_ in self.types}
        return tuple(k for k in Kind if (not self.kinds or k in self.kinds) and (not of_types or k in of_types))

    def _is_there(self, item: Alert | Incident) -> bool:
        areas = [area for area in (self.box, self.near) if area]
        if not (self.countries or self.provinces or areas):
            return True
        place = item.place
        return (
            place is not None
            and (not self.countries or place.country in self.countries)
            and (not self.provinces or any(has_phrase(place.admin1 or "", name) for name in self.provinces))
            and all(_inside(area, place.lat, place.lon) for area in areas)
        )

    def _is_wanted(self, actor: Actor) -> bool:
        names = [name for name in (actor.name_en, actor.name_ar, actor.text) if name]
        return any(wanted == actor.id or any(has_phrase(name, wanted) for name in names) for wanted in self.actors)

    def _says(self, item: Alert | Incident) -> bool:
        if isinstance(item, Alert):
            texts = [item.article.title, *(evidence.text for evidence in item.evidence)]
        else:
            texts = [item.headline.ar, item.headline.en, *(claim.text for claim in item.claims)]
        return any(has_all_words(texts, wanted) for wanted in self.words)


def _inside(area: Box | Circle, lat: float | None, lon: float | None) -> bool:
    return lat is not None and lon is not None and area.holds(lat, lon)


def _fault(fault: Any) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if name not in set(Parameter):
        return f"there is no condition {name!r}; there are {', '.join(Parameter)}"
    given = fault["input"]
    shown = f" {given!r}" if isinstance(given, str | int | float) else ""
    reason = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "enum":
        reason = f"it is none of {_choices(Parameter(name))}"
    return f"{name}{shown}: {reason}. {HELP[Parameter(name)]}"


def _choices(parameter: Parameter) -> str:
    match parameter:
        case Parameter.TYPE:
            return ", ".join([*AttackType, *DiplomacyType])
        case Parameter.STATUS:
            return ", ".join(Status)
        case _:
            return ", ".join(Kind)
