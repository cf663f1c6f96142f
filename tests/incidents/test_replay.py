"""The same archive gives the same incidents; another order changes only what the rules leave to the order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Alert
from schemas.incident import Incident
from stream.incidents.lifecycle import Incidents, Revision
from tests.incidents.made import START, alert

OF_THE_ORDER = {"incident_id", "revision", "lifecycle", "why_merged", "absorbed"}
"""What may differ: the id is that of the alert that opened the incident, and the rest tells how it came about."""
HOUR = timedelta(hours=1)


def replayed(alerts: Iterable[Alert]) -> list[Revision]:
    """Return all revisions of an archive, incidents being closed as time goes by."""
    incidents, now, revisions = Incidents(), START, list[Revision]()
    for item in alerts:
        now = max(now, item.article.published_at)
        revisions += (*incidents.expire(now), *incidents.apply(item, now=now))
    return revisions + incidents.expire(now + timedelta(days=60))


def final(revisions: Iterable[Revision]) -> list[Incident]:
    """Return the newest revision of each incident that is none of the merged ones."""
    newest = {revision.incident_id: revision.incident for revision in revisions}
    return [incident for incident in newest.values() if incident]


def contents(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """Return the incidents of an archive without what is of the order, in an order of their own."""
    incidents = final(replayed(alerts))
    return sorted((i.model_dump(exclude=OF_THE_ORDER) for i in incidents), key=lambda dump: str(dump["alerts"]))


@st.composite
def archives(draw: st.DrawFn) -> list[Alert]:
    """Events that are well apart in place, day or actor, each told in several ways, ordered by publication."""
    events = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["douma", "saraqib", "mosul"]),
                st.sampled_from([0, 3, 6, 14]),
                st.sampled_from(["syria", "is"]),
            ),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    alerts = []
    for number, (place, days, by) in enumerate(events):
        day = (START + timedelta(days=days)).date().isoformat()
        alerts += [
            alert(
                f"{number}-{report}",
                draw(st.sampled_from(["air_strike", "shelling", "bombing"])),
                place,
                by,
                day=day,
                hours=24 * days + draw(st.integers(0, 30)) / 3,
                killed=draw(st.none() | st.integers(10, 30)),
                outlet=draw(st.sampled_from("xyz")),
                status=draw(st.sampled_from(["reported", "alleged"])),
            )
            for report in range(draw(st.integers(1, 5)))
        ]
    return sorted(alerts, key=lambda item: item.article.published_at)


def shuffled_within_an_hour(alerts: Sequence[Alert], delays: Sequence[float]) -> list[Alert]:
    """Return *alerts* as they arrive when each is under way for its share of an hour."""
    arrivals = zip(alerts, delays, strict=False)
    return [item for item, _ in sorted(arrivals, key=lambda pair: pair[0].article.published_at + pair[1] * HOUR)]


DELAYS = st.lists(st.floats(0, 1), min_size=30, max_size=30)


@settings(max_examples=40, deadline=None)
@given(archives())
def test_the_same_archive_gives_the_same_incidents(alerts: list[Alert]) -> None:
    """Byte for byte, ids and revisions included."""
    assert replayed(alerts) == replayed(alerts)


@settings(max_examples=60, deadline=None)
@given(archives(), DELAYS)
def test_an_archive_shuffled_within_an_hour_gives_the_same_incidents(alerts: list[Alert], delays: list[float]) -> None:
    """Events that are apart get the same alerts, and the same alerts the same slots, tolls, sources and status."""
    assert contents(shuffled_within_an_hour(alerts, delays)) == contents(alerts)


@settings(max_examples=40, deadline=None)
@given(archives(), st.data())
def test_alerts_that_come_again_change_nothing(alerts: list[Alert], data: st.DataObject) -> None:
    """At any later time, as after a crash."""
    again = []
    for number, item in enumerate(alerts):
        again += [item, *data.draw(st.lists(st.sampled_from(alerts[: number + 1]), max_size=2))]
    assert replayed(again) == replayed(alerts)


VAGUE = [alert(f"province-{n}", place="idlib", by="syria", hours=n / 9) for n in range(3)]
TOWNS = {
    place: [alert(f"{place}-{n}", place=place, by="syria", hours=n / 8) for n in range(3)]
    for place in ("saraqib", "jisr")
}


@settings(max_examples=60, deadline=None)
@given(st.permutations([*VAGUE, *TOWNS["saraqib"], *TOWNS["jisr"]]))
def test_only_an_alert_that_fits_several_incidents_moves_with_the_order(alerts: list[Alert]) -> None:
    """What is told of the province may be counted to either town; the towns stay two incidents, with all their own."""
    of_towns = [tuple(id_ for id_ in i.alerts if not id_.startswith("province")) for i in final(replayed(alerts))]
    assert sorted(ids for ids in of_towns if ids) == sorted(tuple(a.alert_id for a in own) for own in TOWNS.values())
