"""Incidents from alerts: open, updated, corrected, retracted, merged, closed. The clock is the caller's.

What the order of the alerts decides, and nothing else: to which incident an alert is counted that fits several (the
best as they are then known; of equals the one told of first), and with that what they are compared with later; the id,
which is that of the alert that opened the incident; the revisions on the way. All slots of an incident are worked out
from its set of accounts. Incidents that turn out to be one are merged; one that was merged wrongly is not split again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from schemas.alert import Alert, Timing
from schemas.incident import Incident, Lifecycle, Toll
from stream.incidents.accounts import Account
from stream.incidents.families import partition_key
from stream.incidents.matching import Facets, Match, match
from stream.incidents.state import WINDOW, IncidentState
from stream.incidents.summary import is_withdrawn, summarise
from stream.incidents.tolls import toll


@dataclass(frozen=True, slots=True)
class Revision:
    """What to publish and to store of an incident, under its id.

    `incident` is None for a tombstone, `state` is None where nothing is to be kept. `why` is for people.
    """

    incident_id: str
    incident: Incident | None
    state: IncidentState | None
    why: str


@dataclass(frozen=True, slots=True)
class _Open:
    """An open incident with what is asked of it for every alert."""

    state: IncidentState
    facets: Facets
    closes_at: datetime

    @classmethod
    def of(cls, state: IncidentState) -> _Open:
        return cls(state, Facets.of(state.accounts), state.closes_at)


class Incidents:
    """The open incidents of some partitions.

    Publish what `apply` and `expire` return and await that it is delivered, then store the states, then let the alert's
    offset move: after a crash anywhere in between, `Incidents(stored)` and the repeated alerts lead to the same end.
    """

    def __init__(self, stored: Iterable[IncidentState] = ()) -> None:
        self._open: dict[str, _Open] = {}
        self._by_key: dict[str, dict[str, None]] = {}
        self._homes: dict[str, str] = {}
        self._closing: list[tuple[datetime, str]] = []
        for state in sorted(stored, key=lambda state: state.incident_id):
            self._keep(state)

    def __len__(self) -> int:
        return len(self._open)

    def apply(self, alert: Alert, *, now: datetime) -> list[Revision]:
        """Count *alert* to the incident that it tells of, or open one; return what changed.

        *now* is the time of the stream: not before any article that was applied. Nothing changes for an alert that was
        applied before, one of the background, and one published more than `WINDOW` before *now*: its incident, had it
        one, may be closed already.
        """
        late = alert.article.published_at + WINDOW < now
        if late or alert.timing is not Timing.NEW or alert.alert_id in self._homes:
            return []
        account = Account.of(alert)
        key = partition_key(alert)
        fitting = self._fitting(account, key, now)
        if not fitting:
            return [self._opened(account, key)]
        (home, best), *others = fitting
        state = home.state.with_account(account, best.joining(account.alert_id))
        return self._revised(home.state, state, [other.state for other, _ in others])

    def expire(self, now: datetime) -> list[Revision]:
        """Close the incidents of which nothing more is awaited at *now*, and forget them."""
        closed = []
        while self._closing and self._closing[0][0] < now:
            closes_at, id_ = heappop(self._closing)
            # An incident that was told of again closes later: it has another entry.
            if id_ in self._open and self._open[id_].closes_at == closes_at:
                closed.append(self._closed(self._open[id_].state))
        return closed

    def repair(self) -> list[Revision]:
        """Return the tombstones that a crash in the middle of a merge left unstored; call it once after a restart."""
        absorbed = {id_: item.state for item in self._open.values() for id_ in item.state.absorbed}
        left = sorted(absorbed.keys() & self._open.keys())
        for id_ in left:
            self._forget(self._open[id_].state)
            self._keep(absorbed[id_])
        return [_tombstone(id_, absorbed[id_]) for id_ in left]

    def _fitting(self, account: Account, key: str, now: datetime) -> list[tuple[_Open, Match]]:
        """The open incidents that *account* may be of, best first; of equals the one that was told of first."""
        facets = Facets.of((account,))
        live = (item for id_ in self._by_key.get(key, ()) if (item := self._open[id_]).closes_at >= now)
        matches = ((item, match(facets, item.facets)) for item in live)
        fitting = [(item, found) for item, found in matches if found.is_one_event]
        return sorted(fitting, key=lambda pair: (-pair[1].score, pair[0].state.seniority))

    def _opened(self, account: Account, key: str) -> Revision:
        id_ = hashlib.sha256(f"incident\0{account.alert_id}".encode()).hexdigest()[:32]
        state = IncidentState(incident_id=id_, key=key, revision=1, accounts=(account,))
        self._keep(state)
        return Revision(id_, summarise(state, Lifecycle.OPEN), state, "no open incident fits")

    def _revised(self, before: IncidentState, state: IncidentState, others: list[IncidentState]) -> list[Revision]:
        """The revision of an incident that got an account, with the incidents that it turns out to be one with."""
        why = "; ".join(state.joinings[-1].reasons)
        self._forget(before)
        gone = []
        for other in others:
            found = match(Facets.of(state.accounts), Facets.of(other.accounts))
            if found.is_one_event:
                stays, goes = sorted((state, other), key=lambda item: item.seniority)
                state = stays.with_incident(goes, found.joining(goes.accounts[0].alert_id))
                gone.append(goes.incident_id)
                self._forget(other)
        self._keep(state)
        lifecycle = _lifecycle(toll(before.accounts), toll(state.accounts), state)
        revision = Revision(state.incident_id, summarise(state, lifecycle), state, why)
        return [revision, *(_tombstone(id_, state) for id_ in gone)]

    def _closed(self, state: IncidentState) -> Revision:
        self._forget(state)
        last = state.model_copy(update={"revision": state.revision + 1})
        return Revision(state.incident_id, summarise(last, Lifecycle.CLOSED), None, "nothing more was told in time")

    def _keep(self, state: IncidentState) -> None:
        kept = _Open.of(state)
        self._open[state.incident_id] = kept
        heappush(self._closing, (kept.closes_at, state.incident_id))
        self._by_key.setdefault(state.key, {})[state.incident_id] = None
        self._homes.update((account.alert_id, state.incident_id) for account in state.accounts)

    def _forget(self, state: IncidentState) -> None:
        del self._open[state.incident_id]
        incidents = self._by_key[state.key]
        del incidents[state.incident_id]
        if not incidents:
            del self._by_key[state.key]
        for account in state.accounts:
            del self._homes[account.alert_id]


def _tombstone(id_: str, absorber: IncidentState) -> Revision:
    return Revision(id_, None, None, f"it is incident {absorber.incident_id}")


def _lifecycle(before: Toll, after: Toll, state: IncidentState) -> Lifecycle:
    if is_withdrawn(state.accounts):
        return Lifecycle.RETRACTED
    pairs = ((before.killed, after.killed), (before.injured, after.injured))
    lowered = any(old is not None and (new is None or new.best < old.best) for old, new in pairs)
    return Lifecycle.CORRECTED if lowered else Lifecycle.UPDATED
