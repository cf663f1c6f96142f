"""Surges: a province or an actor with more independent incidents on a day than its own recent past lets expect.

The method is C2 of the Early Aberration Reporting System (Hutwagner, Thompson, Seeman and Treadwell, Journal of Urban
Health 80, 2003, i89 to i96): the count of a day against mean and standard deviation of 7 days, with the 2 days between
left out; more than 3 standard deviations above is a surge. For sparse counts the deviation is taken as at least 0.5, as
the R package `surveillance` recommends after Burkom. Two additions of our own: a surge has at least 3 incidents, and
there is none before a scope has been watched for a whole baseline. On made counts without any surge (Poisson, 20,000
days) the method raises one on 0 to 4 days in 1,000 below one incident in three days, and on 20 to 30 from one a day on:
seven days are a small sample. Subscribers who want fewer take the higher scores.

Everything goes by the day of the event. A day's verdict follows from the incidents alone, so their order changes only
the revisions on the way to it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from schemas.alert import DatePrecision, Kind, Role, Status
from schemas.base import Message, Moment
from schemas.incident import Incident, Lifecycle
from schemas.surge import ActorScope, Baseline, ProvinceScope, Scope, Surge, SurgeState

BASELINE = 7
"""Days that a count is compared with."""
GUARD = 2
"""Days between those and the day that is judged."""
DEVIATIONS = 3.0
"""How many standard deviations above the mean are a surge."""
LEAST_DEVIATION = 0.5
"""Incidents a day: the deviation of a quieter baseline is taken as this."""
LEAST_COUNT = 3
"""Incidents: fewer on a day are no surge."""
KEPT = 30
"""Days before the newest that are kept; what happened earlier comes too late to be counted."""

_NO_EVENT = frozenset({Status.DENIED, Status.PLANNED})
_ACTING = frozenset({Role.INITIATOR, Role.TARGET})
_ROLES_ONLY = ("generic.", "civilians.")


class Verdict(Message):
    """The surge that was last told of a day."""

    revision: int
    raised: bool
    incidents: tuple[str, ...]


class Series(Message):
    """What is known of one scope: the incidents of each day, and what was told. Serialises to JSON for a table."""

    scope: Scope
    since: date
    days: Mapping[date, tuple[str, ...]] = {}
    told: Mapping[date, Verdict] = {}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A day's count against its baseline."""

    count: int
    threshold: float
    score: float
    baseline: Baseline

    @property
    def is_surge(self) -> bool:
        """Say whether the count is above the threshold, and is no handful."""
        return self.count >= LEAST_COUNT and self.count > self.threshold


def scopes(incident: Incident) -> tuple[Scope, ...]:
    """Return the scopes in which *incident* counts: its province and its known actors. Diplomacy has none."""
    if incident.kind is not Kind.ATTACK:
        return ()
    place = incident.place
    provinces: tuple[Scope, ...] = ()
    if place and place.country and place.admin1:
        provinces = (ProvinceScope(country=place.country, admin1=place.admin1),)
    ids = {actor.id for actor in incident.actors if actor.id and actor.role in _ACTING}
    return (*provinces, *(ActorScope(actor_id=i) for i in sorted(ids) if not i.startswith(_ROLES_ONLY)))


def day_of(incident: Incident) -> date | None:
    """Return the day on which *incident* counts; None when it did not happen, has no witness or was retracted.

    An event whose day is not known counts on the day of its first report, by UTC.
    """
    if incident.lifecycle is Lifecycle.RETRACTED or incident.status in _NO_EVENT or not incident.sources.independent:
        return None
    occurred = incident.occurred
    if occurred.precision is DatePrecision.DAY and occurred.start:
        return occurred.start
    return incident.first_seen.astimezone(UTC).date()


def judge(counts: Mapping[date, int], day: date, *, since: date) -> Judgement | None:
    """Return the judgement of EARS C2 on *day*, None where its baseline begins before *since*.

    *counts* holds the incidents of each day; days that are missing had none.
    """
    start, end = day - timedelta(days=GUARD + BASELINE), day - timedelta(days=GUARD + 1)
    if start < since:
        return None
    values = [counts.get(start + timedelta(days=i), 0) for i in range(BASELINE)]
    mean = sum(values) / BASELINE
    deviation = max(LEAST_DEVIATION, math.sqrt(sum((value - mean) ** 2 for value in values) / (BASELINE - 1)))
    count = counts.get(day, 0)
    return Judgement(
        count=count,
        threshold=mean + DEVIATIONS * deviation,
        score=(count - mean) / deviation,
        baseline=Baseline(start=start, end=end, mean=mean, deviation=deviation),
    )


def observe(series: Series, incident_id: str, day: date | None, *, as_of: Moment) -> tuple[Series, tuple[Surge, ...]]:
    """Count the incident *incident_id* on *day*, or on none; return the series after it and what is to be told.

    The newest revision of an incident replaces what was known of it. Applying one twice changes and tells nothing.
    """
    days = {at: tuple(i for i in ids if i != incident_id) for at, ids in series.days.items()}
    newest = max((*series.days, *([day] if day else [])), default=None)
    if day and newest and day >= newest - timedelta(days=KEPT):
        days[day] = tuple(sorted((*days.get(day, ()), incident_id)))
    kept = {at: ids for at, ids in sorted(days.items()) if ids and newest and at >= newest - timedelta(days=KEPT)}
    told = {at: verdict for at, verdict in series.told.items() if newest and at >= newest - timedelta(days=KEPT)}
    # Whatever left the window stays as it was judged: its baseline is no longer whole.
    since = max(series.since, newest - timedelta(days=KEPT)) if newest else series.since
    counted = series.model_copy(update={"days": kept, "told": told, "since": since})
    surges = tuple(_changes(counted, as_of=as_of))
    news = {
        surge.day: Verdict(
            revision=surge.revision, raised=surge.state is not SurgeState.WITHDRAWN, incidents=surge.incidents
        )
        for surge in surges
    }
    return counted.model_copy(update={"told": told | news}), surges


def _changes(series: Series, *, as_of: datetime) -> Iterator[Surge]:
    """Yield a surge for each day whose verdict is no longer what was told."""
    counts = {at: len(ids) for at, ids in series.days.items()}
    for day in sorted({*series.days, *series.told}):
        judgement = judge(counts, day, since=series.since)
        if judgement is None:
            continue
        before = series.told.get(day)
        ids = series.days.get(day, ())
        was_raised = before is not None and before.raised
        if judgement.is_surge:
            if was_raised and before and before.incidents == ids:
                continue
            state = SurgeState.UPDATED if was_raised else SurgeState.RAISED
        elif was_raised:
            state = SurgeState.WITHDRAWN
        else:
            continue
        yield Surge(
            surge_id=surge_id(series.scope, day),
            revision=before.revision + 1 if before else 1,
            state=state,
            scope=series.scope,
            day=day,
            count=judgement.count,
            threshold=judgement.threshold,
            score=judgement.score,
            baseline=judgement.baseline,
            incidents=ids,
            as_of=as_of,
        )


def surge_id(scope: Scope, day: date) -> str:
    """Return the id of a surge: the same for the same scope and day, on any machine."""
    return hashlib.sha256(f"{scope.key}\0{day.isoformat()}".encode()).hexdigest()[:32]
