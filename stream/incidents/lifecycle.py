"""Incidents from alerts: open, updated, corrected, retracted, merged, closed. The clock is the caller's.

What the order of the alerts decides, and nothing else: to which incident an alert is counted that fits several (the
best as they are then known; of equals the one told of first), and with that what they are compared with later; the id,
which is that of the alert that opened the incident; the revisions on the way. All slots of an incident are worked out
from its set of accounts. Incidents that turn out to be one are merged; one that was merged wrongly is not split again.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from schemas.alert import Alert, Timing
from schemas.incident import Incident, Lifecycle, Toll
from stream.incidents.accounts import Account
from stream.incidents.families import partition_key
from stream.incidents.index import Index
from stream.incidents.matching import Facets, Match, match
from stream.incidents.state import WINDOW, IncidentState
from stream.incidents.summary import is_withdrawn, summarise
from stream.incidents.tolls import toll

REMEMBERED = 2_000
"""Incidents whose facets are kept at hand; those of others are worked out anew from their states."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What became of an incident. *state* is what the revision shows, *lifecycle* None for a tombstone."""

    incident_id: str
    lifecycle: Lifecycle | None
    shown: IncidentState
    why: str
    """For people."""

    @property
    def incident(self) -> Incident | None:
        """What to publish under the id: None is a tombstone. Worked out when asked for."""
        return summarise(self.shown, self.lifecycle) if self.lifecycle else None

    @property
    def state(self) -> IncidentState | None:
        """What is kept; None where nothing is."""
        return self.shown if self.lifecycle not in {None, Lifecycle.CLOSED} else None


class Incidents:
    """The open incidents of some partitions. They are kept in *states* by their ids, which may be more than memory.

    Store what has changed in *states* and deliver what `apply` and `expire` return as one, then let the alert's offset
    move: after a crash, `Incidents` on what was stored and the repeated alerts lead to the same end.
    """

    def __init__(self, states: MutableMapping[str, IncidentState] | None = None) -> None:
        self._states: MutableMapping[str, IncidentState] = {} if states is None else states
        self._index = Index()
        self._facets: OrderedDict[str, Facets] = OrderedDict()
        self._applied: set[str] = set()
        self._closing: list[tuple[datetime, str]] = []
        for id_ in sorted(self._states):
            self._file(self._states[id_])

    def __len__(self) -> int:
        return len(self._index)

    def apply(self, alert: Alert, *, now: datetime) -> list[Revision]:
        """Count *alert* to the incident that it tells of, or open one; return what changed.

        *now* is the time of the stream, before which nothing more is expected; it never goes back. Nothing changes for
        an alert that was applied before, one of the background, and one published more than `WINDOW` before *now*: its
        incident, had it one, may be closed already.
        """
        late = alert.article.published_at + WINDOW < now
        if late or alert.timing is not Timing.NEW or alert.alert_id in self._applied:
            return []
        account = Account.of(alert)
        key = partition_key(alert)
        fitting = self._fitting(account, key, now)
        if not fitting:
            return [self._opened(account, key)]
        (home, best), *others = fitting
        state = home.with_account(account, best.joining(account.alert_id))
        return self._revised(home, state, [other for other, _ in others])

    def expire(self, now: datetime) -> list[Revision]:
        """Close the incidents of which nothing more is awaited at *now*, and forget them."""
        closed = []
        while self._closing and self._closing[0][0] < now:
            closes_at, id_ = heappop(self._closing)
            # An incident that was told of again closes later: it has another entry.
            if id_ in self._index and self._index.closes_at(id_) == closes_at:
                closed.append(self._closed(self._states[id_]))
        return closed

    def repair(self) -> list[Revision]:
        """Return the tombstones that a crash in the middle of a merge left unstored; call it once after a restart."""
        absorbed = {id_: state for state in self._states.values() for id_ in state.absorbed}
        left = sorted(id_ for id_ in absorbed if id_ in self._index)
        for id_ in left:
            self._forget(self._states[id_])
            self._applied.update(account.alert_id for account in absorbed[id_].accounts)
        return [_tombstone(id_, absorbed[id_]) for id_ in left]

    def _fitting(self, account: Account, key: str, now: datetime) -> list[tuple[IncidentState, Match]]:
        """The open incidents that *account* may be of, best first; of equals the one that was told of first."""
        facets = Facets.of((account,))
        matches = ((id_, match(facets, self._facets_of(id_))) for id_ in self._index.candidates(key, facets.slots, now))
        fitting = [(self._states[id_], found) for id_, found in matches if found.is_one_event]
        return sorted(fitting, key=lambda pair: (-pair[1].score, pair[0].seniority))

    def _opened(self, account: Account, key: str) -> Revision:
        id_ = hashlib.sha256(f"incident\0{account.alert_id}".encode()).hexdigest()[:32]
        state = IncidentState(incident_id=id_, key=key, revision=1, accounts=(account,))
        self._keep(state)
        return Revision(id_, Lifecycle.OPEN, state, "no open incident fits")

    def _revised(self, before: IncidentState, state: IncidentState, others: list[IncidentState]) -> list[Revision]:
        """The revision of an incident that got an account, with the incidents that it turns out to be one with."""
        why = "; ".join(state.joinings[-1].reasons)
        self._forget(before)
        gone = []
        for other in others:
            found = match(Facets.of(state.accounts), self._facets_of(other.incident_id))
            if found.is_one_event:
                stays, goes = sorted((state, other), key=lambda item: item.seniority)
                state = stays.with_incident(goes, found.joining(goes.accounts[0].alert_id))
                gone.append(goes.incident_id)
                self._forget(other)
        self._keep(state)
        lifecycle = _lifecycle(toll(before.accounts), toll(state.accounts), state)
        revision = Revision(state.incident_id, lifecycle, state, why)
        return [revision, *(_tombstone(id_, state) for id_ in gone)]

    def _closed(self, state: IncidentState) -> Revision:
        self._forget(state)
        last = state.model_copy(update={"revision": state.revision + 1})
        return Revision(state.incident_id, Lifecycle.CLOSED, last, "nothing more was told in time")

    def _keep(self, state: IncidentState) -> None:
        self._states[state.incident_id] = state
        self._file(state)

    def _file(self, state: IncidentState) -> None:
        facets = Facets.of(state.accounts)
        closes_at = state.closes_at
        self._index.add(state.incident_id, state.key, facets.slots, closes_at)
        self._remember(state.incident_id, facets)
        heappush(self._closing, (closes_at, state.incident_id))
        self._applied.update(account.alert_id for account in state.accounts)

    def _forget(self, state: IncidentState) -> None:
        del self._states[state.incident_id]
        self._index.remove(state.incident_id)
        self._facets.pop(state.incident_id, None)
        self._applied.difference_update(account.alert_id for account in state.accounts)

    def _facets_of(self, id_: str) -> Facets:
        facets = self._facets.get(id_)
        if facets is None:
            facets = Facets.of(self._states[id_].accounts)
            self._remember(id_, facets)
        else:
            self._facets.move_to_end(id_)
        return facets

    def _remember(self, id_: str, facets: Facets) -> None:
        self._facets[id_] = facets
        if len(self._facets) > REMEMBERED:
            self._facets.popitem(last=False)


def _tombstone(id_: str, absorber: IncidentState) -> Revision:
    return Revision(id_, None, absorber, f"it is incident {absorber.incident_id}")


def _lifecycle(before: Toll, after: Toll, state: IncidentState) -> Lifecycle:
    if is_withdrawn(state.accounts):
        return Lifecycle.RETRACTED
    pairs = ((before.killed, after.killed), (before.injured, after.injured))
    lowered = any(old is not None and (new is None or new.best < old.best) for old, new in pairs)
    return Lifecycle.CORRECTED if lowered else Lifecycle.UPDATED
