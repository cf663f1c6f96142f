"""A surge: more independent incidents in a province or around an actor than its own recent past lets expect."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas import SCHEMA_VERSION
from schemas.alert import Count
from schemas.base import CountryCode, Message, Moment

Incidents = Annotated[float, Field(ge=0, description="Incidents a day.")]


class SurgeState(StrEnum):
    """What the newest revision did; late or corrected incidents can withdraw a surge."""

    RAISED = "raised"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"


class ProvinceScope(Message):
    """All attacks in one first-level division of a country."""

    kind: Literal["province"] = "province"
    country: CountryCode
    admin1: str = Field(min_length=1, description="The governorate, province or state, in English.")

    @property
    def key(self) -> str:
        """The scope as one string: the key of its messages."""
        return f"province:{self.country}:{self.admin1}"


class ActorScope(Message):
    """All attacks in which one actor took part, on either side."""

    kind: Literal["actor"] = "actor"
    actor_id: str = Field(min_length=1, description="Stable id of a known actor.")

    @property
    def key(self) -> str:
        """The scope as one string: the key of its messages."""
        return f"actor:{self.actor_id}"


Scope = ProvinceScope | ActorScope


class Baseline(Message):
    """The days that the count is compared with, and how many incidents they had."""

    start: date
    end: date = Field(
        description="The last day; the two days after it are left out, so that a slow rise is not learned."
    )
    mean: Incidents
    deviation: Incidents = Field(description="The standard deviation, at least the method's minimum.")


class Surge(Message):
    """More independent incidents on one day than expected, in one scope. All dates are days of the events."""

    schema_version: str = SCHEMA_VERSION
    surge_id: str = Field(min_length=1, description="The same scope and day give the same id.")
    revision: int = Field(ge=1)
    state: SurgeState
    method: Literal["EARS C2"] = "EARS C2"
    scope: Scope
    day: date
    count: Count
    threshold: Incidents = Field(description="The count has to be above this.")
    score: float = Field(description="Standard deviations above the mean.")
    baseline: Baseline
    incidents: tuple[str, ...] = Field(description="Ids of the incidents of that day, sorted.")
    as_of: Moment = Field(description="When the newest of the articles was published that led to this revision.")
