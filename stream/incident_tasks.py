"""From alerts to incidents, and from incidents to surges: what the tasks of the two agents do with their messages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, date, datetime, timedelta

import orjson
import zstandard
from pydantic import ValidationError

from schemas import SCHEMA_VERSION
from schemas.alert import Alert
from schemas.base import Message, Moment
from schemas.dead_letter import ReasonCode, Stage
from schemas.incident import Incident, Lifecycle
from schemas.surge import Scope
from schemas.topics import Topics
from stream.alert_reading import read_alert
from stream.dead_letters import Header, OutgoingRecord, SourceRecord, dead_letter
from stream.incident_metrics import IncidentMetrics
from stream.incidents.lifecycle import Incidents, Revision
from stream.incidents.state import IncidentState
from stream.incidents.stream_time import StreamTime
from stream.incidents.surges import Series, day_of, observe, scopes
from stream.processing import Failure
from stream.state_store import StateStore
from stream.stateful_work import Changes

CLOCK = b"\0clock"
"""The key under which the time of a partition's stream is kept."""
ORIGIN = "origin"
"""The header that names the partition in whose order an alert came."""
AHEAD = timedelta(days=1)
"""How far an article may be dated ahead of the real time: its date moves the time of the stream for all others."""

_TRACE = "traceparent"
_OWN = b"\0"
_DECODED = 500
"""Incidents that are held decoded, in each partition."""
_compress = zstandard.ZstdCompressor(level=3).compress
_decompress = zstandard.ZstdDecompressor().decompress


class Observation(Message):
    """That an incident counts on a day in a scope, or (without a day) no longer counts there."""

    scope: Scope
    incident_id: str
    day: date | None
    as_of: Moment


class Counted(Message):
    """Where an incident was last told to count."""

    scopes: tuple[Scope, ...] = ()
    day: date | None = None


NOWHERE = Counted()


class _Kept(Message):
    """An open incident as the changelog has it."""

    state: IncidentState
    counted: Counted


def _now() -> datetime:
    return datetime.now(UTC)


def alert_of(record: SourceRecord) -> Alert | Failure:
    """Return the alert in a message, or why there is none."""
    if record.value is None:
        return Failure(Stage.RECEIVE, ReasonCode.TOMBSTONE, "the message has no value")
    try:
        return read_alert(record.value)
    except orjson.JSONDecodeError as cause:
        return Failure(Stage.DECODE, ReasonCode.NOT_JSON, str(cause)[:200])
    except ValidationError as cause:
        fault = cause.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, fault["loc"]))
        return Failure(Stage.VALIDATE, ReasonCode.INVALID_FIELD, f"{field}: {fault['msg']}"[:200])


class States(MutableMapping[str, IncidentState]):
    """The open incidents of a store: as bytes there, a few of them decoded here. Remembers what changed."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._ids = dict.fromkeys(key.decode() for key, _ in store.items() if not key.startswith(_OWN))
        self._decoded: OrderedDict[str, IncidentState] = OrderedDict()
        self._changed: dict[str, IncidentState | None] = {}

    def __getitem__(self, id_: str) -> IncidentState:
        if id_ not in self._ids:
            raise KeyError(id_)
        state = self._changed.get(id_) or self._decoded.get(id_)
        if state is None:
            state = _kept(self._store.get(id_.encode()) or b"").state
            self._decoded[id_] = state
            if len(self._decoded) > _DECODED:
                self._decoded.popitem(last=False)
        return state

    def __setitem__(self, id_: str, state: IncidentState) -> None:
        self._ids[id_] = None
        self._changed[id_] = state
        self._decoded.pop(id_, None)

    def __delitem__(self, id_: str) -> None:
        del self._ids[id_]
        self._changed[id_] = None
        self._decoded.pop(id_, None)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._ids))

    def __len__(self) -> int:
        return len(self._ids)

    def counted(self, id_: str) -> Counted:
        """Return where the store has the incident count; one that it does not know counts nowhere."""
        entry = self._store.get(id_.encode())
        return NOWHERE if entry is None else _kept(entry).counted

    def entries(self, counted: Callable[[str], Counted]) -> dict[bytes, bytes | None]:
        """Return what has changed since the last time, as entries of the changelog."""
        entries: dict[bytes, bytes | None] = {}
        for id_, state in self._changed.items():
            kept = None if state is None else _Kept(state=state, counted=counted(id_))
            entries[id_.encode()] = None if kept is None else _compress(kept.to_json())
            if state is not None:
                self._decoded[id_] = state
        while len(self._decoded) > _DECODED:
            self._decoded.popitem(last=False)
        self._changed = {}
        return entries


def _kept(entry: bytes) -> _Kept:
    return _Kept.model_validate_json(_decompress(entry))


class IncidentTask:
    """Alerts under their partition keys in; revisions of incidents, and observations for the surges, out."""

    def __init__(
        self,
        store: StateStore,
        topics: Topics,
        *,
        metrics: IncidentMetrics,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._topics = topics
        self._metrics = metrics
        self._clock = clock
        kept = store.get(CLOCK)
        self._time = StreamTime.model_validate_json(kept) if kept else StreamTime()
        self._states = States(store)
        self._counted: dict[str, Counted] = {}
        self._incidents = Incidents(self._states)
        self._revisions: list[tuple[Revision, tuple[Header, ...]]] = []
        self._dead: list[OutgoingRecord] = []
        for revision in self._incidents.repair():
            self._revisions.append((revision, ()))

    def process(self, record: SourceRecord) -> None:
        """Count the alert in *record* to its incident."""
        alert = alert_of(record)
        if isinstance(alert, Alert) and alert.article.published_at > self._clock() + AHEAD:
            alert = Failure(Stage.VALIDATE, ReasonCode.INVALID_FIELD, "article.published_at is more than a day ahead")
        if isinstance(alert, Failure):
            self.refuse(record, alert)
            return
        headers = dict(record.headers)
        origin, published_at = headers.get(ORIGIN, b"").decode(), alert.article.published_at
        self._time = self._time.after(origin, published_at, datetime.fromtimestamp(record.entered, UTC))
        if self._time.now:
            self._revisions += [(revision, ()) for revision in self._incidents.expire(self._time.now)]
        applied = self._incidents.apply(alert, now=self._time.now or published_at)
        trace = ((_TRACE, headers[_TRACE]),) if _TRACE in headers else ()
        self._revisions += [(revision, trace) for revision in applied]
        self._metrics.alert("counted" if applied else "ignored")

    def refuse(self, record: SourceRecord, failure: Failure) -> None:
        """Make a dead letter of *record*."""
        self._dead.append(dead_letter(record, failure, topic=self._topics.dead_letters, failed_at=self._clock()))
        self._metrics.alert("dead_letter")

    def changes(self) -> Changes:
        """Return the revisions and the states of the batch. Updates that it outdates itself are left out."""
        records = self._dead
        last = {revision.incident_id: number for number, (revision, _) in enumerate(self._revisions)}
        for number, (revision, trace) in enumerate(self._revisions):
            if revision.lifecycle is Lifecycle.UPDATED and number != last[revision.incident_id]:
                continue
            incident = revision.incident
            records.append(self._published(revision.incident_id, incident, trace))
            records += self._observations(revision, incident)
            self._metrics.revision(revision.lifecycle)
        entries = self._states.entries(self._counted_before)
        if self._revisions or entries:
            entries[CLOCK] = self._time.to_json()
        # An incident that is closed counts where it did; nobody will take that back.
        for revision, _ in self._revisions:
            if revision.incident_id not in self._states:
                self._counted.pop(revision.incident_id, None)
        self._revisions, self._dead = [], []
        return Changes(entries, records)

    def _published(self, id_: str, incident: Incident | None, trace: tuple[Header, ...]) -> OutgoingRecord:
        headers = (
            ("schema-version", SCHEMA_VERSION.encode()),
            ("content-type", b"application/json"),
            ("incident-id", id_.encode()),
            *trace,
        )
        return OutgoingRecord(self._topics.incidents, id_.encode(), incident.to_json() if incident else None, headers)

    def _observations(self, revision: Revision, incident: Incident | None) -> Iterator[OutgoingRecord]:
        """Yield what changes in the scopes that the incident counts in, or did before."""
        id_ = revision.incident_id
        before = self._counted_before(id_)
        day = day_of(incident) if incident else None
        after = Counted(scopes=scopes(incident), day=day) if incident and day else NOWHERE
        as_of = revision.shown.accounts[-1].published_at
        told: list[tuple[Scope, date | None]] = [(scope, None) for scope in before.scopes if scope not in after.scopes]
        told += [(scope, day) for scope in after.scopes if day != before.day or scope not in before.scopes]
        for scope, at in told:
            observation = Observation(scope=scope, incident_id=id_, day=at, as_of=as_of)
            headers = (("incident-id", id_.encode()),)
            yield OutgoingRecord(self._topics.surges_repartition, scope.key.encode(), observation.to_json(), headers)
        self._counted[id_] = after

    def _counted_before(self, id_: str) -> Counted:
        return self._counted.get(id_) or self._states.counted(id_)


class SurgeTask:
    """Observations under their scopes in; surges out."""

    def __init__(
        self, store: StateStore, topics: Topics, *, metrics: IncidentMetrics, clock: Callable[[], datetime] = _now
    ) -> None:
        self._store = store
        self._topics = topics
        self._metrics = metrics
        self._clock = clock
        self._changed: dict[str, Series] = {}
        self._records: list[OutgoingRecord] = []

    def process(self, record: SourceRecord) -> None:
        """Count the incident of the observation in *record*."""
        observed = Observation.model_validate_json(record.value or b"")
        series = self._series(observed)
        if series is None:
            return
        series, surges = observe(series, observed.incident_id, observed.day, as_of=observed.as_of)
        self._changed[observed.scope.key] = series
        for surge in surges:
            headers = (
                ("schema-version", SCHEMA_VERSION.encode()),
                ("content-type", b"application/json"),
                ("surge-id", surge.surge_id.encode()),
            )
            self._records.append(
                OutgoingRecord(self._topics.surges, surge.scope.key.encode(), surge.to_json(), headers)
            )
            self._metrics.surge(surge.state)

    def refuse(self, record: SourceRecord, failure: Failure) -> None:
        """Make a dead letter of *record*."""
        self._records.append(dead_letter(record, failure, topic=self._topics.dead_letters, failed_at=self._clock()))

    def changes(self) -> Changes:
        """Return the surges and the series of the batch."""
        entries: dict[bytes, bytes | None] = {
            key.encode(): _compress(series.to_json()) for key, series in self._changed.items()
        }
        changes = Changes(entries, self._records)
        self._changed, self._records = {}, []
        return changes

    def _series(self, observed: Observation) -> Series | None:
        """Return the series of the scope; one begins with the first incident that counts in it."""
        key = observed.scope.key
        if key in self._changed:
            return self._changed[key]
        kept = self._store.get(key.encode())
        if kept is not None:
            return Series.model_validate_json(_decompress(kept))
        return Series(scope=observed.scope, since=observed.day) if observed.day else None
