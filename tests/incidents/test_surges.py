from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from schemas.generate import json_schema
from schemas.incident import Incident
from schemas.surge import ActorScope, ProvinceScope, Surge, SurgeState
from stream.incidents.surges import Series, day_of, judge, observe, scopes, surge_id

IDLIB = ProvinceScope(country="SY", admin1="Idlib Governorate")
FIRST = date(2018, 4, 1)
NOW = datetime(2018, 4, 20, 22, 30, tzinfo=UTC)


def day(number: int) -> date:
    """Return the day *number* days after the first."""
    return FIRST + timedelta(days=number)


def counts(*values: int) -> dict[date, int]:
    """Return *values* as the counts of consecutive days."""
    return {day(i): value for i, value in enumerate(values)}


def run(events: Iterable[tuple[str, date | None]], series: Series | None = None) -> tuple[Series, list[Surge]]:
    """Observe *events*, incident and day, one after the other."""
    series = series or Series(scope=IDLIB, since=FIRST)
    told: list[Surge] = []
    for name, at in events:
        series, surges = observe(series, name, at, as_of=NOW)
        told += surges
    return series, told


def incident(**more: Any) -> Incident:
    """Return an attack in Idlib."""
    return Incident.model_validate(
        {
            "incident_id": "i",
            "revision": 1,
            "kind": "attack",
            "event_type": "air_strike",
            "status": "reported",
            "lifecycle": "open",
            "occurred": {"start": "2018-04-19", "end": "2018-04-19", "precision": "day"},
            "place": {"text": "x", "country": "SY", "admin1": "Idlib Governorate", "precision": "city"},
            "actors": [
                {"role": "initiator", "text": "x", "id": "state.ru"},
                {"role": "target", "text": "x", "id": "group.hts"},
                {"role": "target", "text": "x", "id": "generic.civilians"},
                {"role": "venue_host", "text": "x", "id": "state.ch"},
                {"role": "target", "text": "x"},
            ],
            "sources": {"outlets": ["a"], "independent": 1},
            "alerts": ["x"],
            "first_seen": NOW,
            "last_seen": NOW,
            "severity": 1,
            "confidence": 0.5,
            "headline": {"ar": "x", "en": "x"},
            **more,
        }
    )


@pytest.mark.parametrize(
    ("values", "threshold", "score", "is_surge"),
    [
        # Worked by hand: mean, then the deviation with n - 1, then mean + 3 deviations.
        ((0, 0, 0, 0, 0, 0, 0, 0, 0, 3), 1.5, 6.0, True),
        ((0, 0, 0, 0, 0, 0, 0, 0, 0, 2), 1.5, 4.0, False),
        ((1, 1, 1, 1, 1, 1, 1, 9, 9, 3), 2.5, 4.0, True),
        ((2, 4, 4, 4, 5, 5, 4, 0, 0, 7), 7.0, 3.0, False),
        ((2, 4, 4, 4, 5, 5, 4, 0, 0, 8), 7.0, 4.0, True),
        ((3, 3, 3, 3, 3, 3, 3, 3, 3, 3), 4.5, 0.0, False),
    ],
)
def test_c2_compares_a_day_with_the_seven_before_the_two_days_between(
    values: tuple[int, ...], threshold: float, score: float, is_surge: bool
) -> None:
    """The days between count for nothing, and a quiet baseline has a deviation of one half."""
    found = judge(counts(*values), day(9), since=FIRST)
    assert found is not None
    assert found.threshold == pytest.approx(threshold)
    assert found.score == pytest.approx(score)
    assert found.is_surge is is_surge
    assert (found.baseline.start, found.baseline.end) == (day(0), day(6))


def test_there_is_no_judgement_before_a_whole_baseline() -> None:
    """The first days of watching would all be surges."""
    assert judge(counts(0, 0, 0, 0, 0, 0, 0, 0, 9), day(8), since=FIRST) is None
    assert judge(counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 9), day(9), since=FIRST) is not None


def test_a_surge_is_raised_once_and_then_updated() -> None:
    """The third incident of a day in a quiet province raises it, the fourth is a revision, a repetition nothing."""
    _, told = run([("a", day(12)), ("b", day(12)), ("c", day(12)), ("c", day(12)), ("d", day(12)), ("a", day(12))])
    assert [(surge.state, surge.revision, surge.count) for surge in told] == [
        (SurgeState.RAISED, 1, 3),
        (SurgeState.UPDATED, 2, 4),
    ]
    assert {surge.surge_id for surge in told} == {surge_id(IDLIB, day(12))}
    assert told[-1].incidents == ("a", "b", "c", "d")
    jsonschema.validate(json.loads(told[-1].to_json()), json_schema(Surge))


def test_a_surge_whose_incident_is_retracted_is_withdrawn() -> None:
    """And raised again, under the same id, when another takes its place."""
    _, told = run([("a", day(12)), ("b", day(12)), ("c", day(12)), ("c", None), ("d", day(12))])
    assert [surge.state for surge in told] == [SurgeState.RAISED, SurgeState.WITHDRAWN, SurgeState.RAISED]
    assert [surge.revision for surge in told] == [1, 2, 3]


def test_an_incident_whose_day_is_corrected_moves() -> None:
    """It counts on one day only."""
    series, told = run([("a", day(12)), ("b", day(12)), ("c", day(11)), ("c", day(12))])
    assert series.days == {day(12): ("a", "b", "c")}
    assert [surge.day for surge in told] == [day(12)]


def test_incidents_of_the_past_that_come_late_can_withdraw_a_surge() -> None:
    """They make the baseline higher."""
    events = [(f"n{i}", day(12)) for i in range(3)] + [(f"l{at}{i}", day(at)) for at in range(3, 10) for i in range(2)]
    _, told = run(events)
    assert told[-1].state is SurgeState.WITHDRAWN


def test_a_long_war_is_no_surge_and_its_escalation_is_one() -> None:
    """Four a day is what the province is used to; a dozen is not."""
    usual = [(f"{at}-{i}", day(at)) for at in range(20) for i in range(4)]
    _, told = run(usual)
    assert [surge for surge in told if surge.day >= day(9)] == []
    _, told = run([*usual, *((f"new-{i}", day(20)) for i in range(12))])
    assert {surge.day for surge in told} == {day(20)}
    assert (told[-1].count, told[-1].baseline.mean) == (12, 4)


@pytest.mark.parametrize("seed", range(10))
def test_order_changes_no_verdict(seed: int) -> None:
    """The same incidents within the kept days give the same days, surges and final state in any order."""
    generator = random.Random(seed)
    events: list[tuple[str, date | None]] = [(f"i{i}", day(generator.randrange(25))) for i in range(60)]
    events += [(f"burst{i}", day(18)) for i in range(9)]
    expected = verdicts(run(events)[0])
    assert expected
    for _ in range(10):
        generator.shuffle(events)
        assert verdicts(run(events)[0]) == expected


def verdicts(series: Series) -> dict[date, tuple[str, ...]]:
    """Return the days that stand as surges, with their incidents."""
    return {at: verdict.incidents for at, verdict in series.told.items() if verdict.raised}


def test_days_of_long_ago_are_forgotten() -> None:
    """State is bounded; what comes later than the kept days is not counted."""
    series, _ = run((f"i{at}", day(at)) for at in range(400))
    assert len(series.days) <= 31
    later, told = run([("late", day(10))], series)
    assert (later, told) == (series, [])


def test_series_survive_a_table() -> None:
    """State is JSON there and back."""
    series, _ = run([("a", day(12)), ("b", day(12)), ("c", day(12))])
    assert Series.model_validate_json(series.to_json()) == series


def test_an_attack_counts_in_its_province_and_around_its_known_actors() -> None:
    """Roles without a name, hosts and actors without id have no baseline."""
    assert scopes(incident()) == (IDLIB, ActorScope(actor_id="group.hts"), ActorScope(actor_id="state.ru"))


@pytest.mark.parametrize(
    "more",
    [
        {"place": None, "actors": []},
        {"place": {"text": "x", "country": "SY", "precision": "country"}, "actors": []},
        {"place": {"text": "x", "country": "SY", "admin1": "", "precision": "city"}, "actors": []},
        {"kind": "diplomacy", "event_type": "consult"},
    ],
)
def test_what_has_no_province_and_no_actor_counts_nowhere(more: dict[str, Any]) -> None:
    """Nor does diplomacy."""
    assert scopes(incident(**more)) == ()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, date(2018, 4, 19)),
        ({"occurred": {"start": "2018-04-01", "end": "2018-04-30", "precision": "month"}}, date(2018, 4, 20)),
        ({"occurred": {}, "first_seen": "2018-04-21T01:00:00+03:00"}, date(2018, 4, 20)),
        ({"status": "alleged"}, date(2018, 4, 19)),
        ({"status": "foiled"}, date(2018, 4, 19)),
        ({"status": "denied"}, None),
        ({"status": "planned"}, None),
        ({"lifecycle": "retracted"}, None),
        ({"lifecycle": "closed"}, date(2018, 4, 19)),
        ({"sources": {"outlets": [], "independent": 0}}, None),
    ],
)
def test_the_day_on_which_an_incident_counts(more: dict[str, Any], expected: date | None) -> None:
    """The day of the event, not of the news, where it is known."""
    assert day_of(incident(**more)) == expected
