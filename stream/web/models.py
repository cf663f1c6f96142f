"""What the API answers, beside alerts and incidents themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.alert import Alert
from schemas.incident import Incident
from stream.web.store import State


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


_TEXTS = Field(description="Ids of those articles whose text is held.")


class Alerts(_Answer):
    """Some alerts, the newest first."""

    items: tuple[Alert, ...]
    next: int | None = Field(description="Give it as `before` to go on; null after the last.")


class Incidents(_Answer):
    """Some incidents, the last revised first."""

    items: tuple[Incident, ...]
    next: int | None = Field(description="Give it as `before` to go on; null after the last.")


class AlertView(_Answer):
    """An alert, and the incident that it was counted to."""

    alert: Alert
    incident_id: str | None
    texts: tuple[str, ...] = _TEXTS


class IncidentView(_Answer):
    """An incident with those of its alerts that are still held."""

    incident: Incident
    alerts: tuple[Alert, ...]
    texts: tuple[str, ...] = _TEXTS


class Highlight(_Answer):
    """A sentence that states an event. Offsets count code points of the field."""

    alert_id: str
    field: Literal["title", "body"]
    start: int
    end: int
    trigger: str


class ArticleView(_Answer):
    """An article as it was received, with the sentences that raised alerts."""

    article_id: str
    title: str
    body: str
    url: str | None
    source: str | None
    published_at: datetime
    highlights: tuple[Highlight, ...]


class DayCount(_Answer):
    """How many happened on one day."""

    day: date
    attack: int
    diplomacy: int


class ProvinceCount(_Answer):
    """How many happened in one province, and how many people were killed there at the best figures."""

    country: str
    province: str = Field(description="Its English name as alerts have it: a value of the filter `province`.")
    name_ar: str | None = Field(description="Its Arabic name, where the gazetteer has one.")
    attack: int
    diplomacy: int
    killed: int


class Spot(_Answer):
    """Everything that has the same coordinates, to the hundredth of a degree."""

    lat: float
    lon: float
    name_ar: str
    name_en: str
    attack: int
    diplomacy: int
    severity: int = Field(description="The highest.")
    ids: tuple[str, ...] = Field(description="The newest few.")


class Summary(_Answer):
    """Counts of all that matches, whatever the page."""

    total: int
    without_place: int = Field(description="How many have no coordinates and are on no map.")
    killed: int
    injured: int
    newest: date | None = Field(description="The last day on which any of it was told.")
    days: tuple[DayCount, ...] = Field(description="Days on which something happened, in order.")
    provinces: tuple[ProvinceCount, ...] = Field(description="Those with most, at most 100.")
    countries: dict[str, int]
    types: dict[str, int]
    spots: tuple[Spot, ...] = Field(description="Places on the map, those with most last, at most 2,000.")


class Service(_Answer):
    """Whether what is shown is live, and how much is held."""

    state: State = Field(description="loading: reads what is there. silent: the broker does not answer.")
    alerts: int
    incidents: int
    newest: datetime | None = Field(description="When the broker got the newest of them.")
    hours: float = Field(description="How far back the topics were read.")
    version: str
