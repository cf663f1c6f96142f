from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta

import pytest

from schemas.alert import Alert, Timing
from schemas.incident import Incident, Joining, Lifecycle
from stream.incidents.accounts import Account
from stream.incidents.lifecycle import Incidents, Revision
from stream.incidents.state import MOST_ACCOUNTS, IncidentState
from stream.incidents.summary import summarise
from tests.incidents.made import START, alert, claim, toll

WIRE = (
    "قال مسؤول في مستشفى المدينة إن تسعة أشخاص قتلوا حين قصفت طائرات حربية حيا سكنيا مكتظا قرب السوق الكبيرة مساء السبت"
)

MERGED = (
    alert("town", place="saraqib"),
    alert("province", place="idlib", by="syria", hours=1),
    alert("both", place="saraqib", by="syria", hours=2),
)
"""The last one shows that the first two, too vague to be compared, are one event."""


def applied(incidents: Incidents, alerts: Iterable[Alert]) -> list[Revision]:
    """Return all revisions, each alert being applied when it is published."""
    return [r for a in alerts for r in incidents.apply(a, now=a.article.published_at)]


def newest(*alerts: Alert) -> Incident:
    """Return the newest revision of the one incident that *alerts* are."""
    revisions = applied(Incidents(), alerts)
    assert {revision.incident_id for revision in revisions} == {revisions[0].incident_id}
    assert revisions[-1].incident is not None
    return revisions[-1].incident


def test_the_first_alert_opens_an_incident() -> None:
    """Its first revision, with what the alert tells."""
    made = newest(alert("a", killed=5, by="syria"))
    assert (made.revision, made.lifecycle, made.status, made.alerts) == (1, "open", "reported", ("a",))
    assert made.sources.independent == 1
    assert made.why_merged == ()
    assert made.headline.ar
    assert made.headline.en


def test_an_incident_keeps_its_first_and_its_newest_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come: its id stays, and its figures are the newest."""
    monkeypatch.setattr("stream.incidents.state.MOST_ACCOUNTS", 20)
    made = newest(*(alert(f"a{n:02}", killed=10 + n // 10, hours=n / 60, by="syria") for n in range(50)))
    assert made.alerts == ("a00", *(f"a{n}" for n in range(31, 50)))
    assert {joining.alert_id for joining in made.why_merged} <= set(made.alerts)
    assert made.revision == 50
    assert made.toll.killed is not None
    assert (made.toll.killed.low, made.toll.killed.high) == (10, 14)


def test_an_incident_with_all_the_accounts_that_it_keeps_fits_its_topic() -> None:
    """Topics take messages of a megabyte."""
    said = tuple(claim(f"source {n}", "confirms") for n in range(4))
    accounts = tuple(Account.of(alert(f"a{n}", killed=n, claims=said, by="syria")) for n in range(MOST_ACCOUNTS))
    reasons = ("type: both air_strike: +2", "place: both Douma: +4", "date: 2018-04-07: +2", "killed: 25 and 38: +1")
    joinings = tuple(Joining(alert_id=f"a{n}", score=9, threshold=6, reasons=reasons) for n in range(MOST_ACCOUNTS))
    state = IncidentState(incident_id="i", key="k", revision=1, accounts=accounts, joinings=joinings)
    assert len(summarise(state, Lifecycle.UPDATED).to_json()) < 600_000


def test_a_further_alert_updates_it_and_says_why() -> None:
    """The id stays, the revision grows, and the reasons are published."""
    first, second = applied(Incidents(), (alert("a", killed=25), alert("b", killed=38, hours=2)))
    assert first.incident is not None
    assert second.incident is not None
    assert second.incident_id == first.incident_id
    assert (second.incident.revision, second.incident.lifecycle) == (2, "updated")
    assert [joining.alert_id for joining in second.incident.why_merged] == ["b"]
    assert second.why == "type: both air_strike: +2; place: both Douma: +4; date: 2018-04-07: +2; killed: 25 and 38: +1"


def test_an_alert_that_comes_again_changes_nothing() -> None:
    """Delivery is at least once."""
    incidents = Incidents()
    alerts = (alert("a", killed=5), alert("b", killed=7, hours=1))
    applied(incidents, alerts)
    assert applied(incidents, alerts) == []


def test_not_after_its_incident_was_closed_either() -> None:
    """An alert older than the window is late, and so cannot open its incident anew."""
    incidents = Incidents()
    first = alert("a")
    applied(incidents, [first])
    later = START + timedelta(days=7, hours=1)
    assert [revision.incident_id for revision in incidents.expire(later)]
    assert incidents.apply(first, now=later) == []


def test_background_opens_no_incident() -> None:
    """Old events are no news."""
    assert applied(Incidents(), [alert("a", timing=Timing.BACKGROUND)]) == []


def test_a_lower_figure_of_the_same_source_is_a_correction() -> None:
    """It is shown as one, in the lifecycle and in the history."""
    made = newest(alert("a", killed=50, outlet="x"), alert("b", killed=30, outlet="x", hours=2))
    assert made.lifecycle == "corrected"
    assert made.toll.killed is not None
    assert made.toll.killed.best == 30
    assert [(figure.low, figure.corrects) for figure in made.toll.history] == [(50, False), (30, True)]


def test_a_correction_lowers_the_severity() -> None:
    """What was severe for its toll alone is so no longer."""
    made = newest(
        alert("a", killed=50, outlet="x", severity=90),
        alert("b", killed=4, outlet="x", hours=2, severity=60, text=WIRE),
    )
    assert made.severity == 60


def test_a_lower_figure_of_another_source_competes() -> None:
    """While more outlets stand behind the higher one, that is the best, and nothing is corrected."""
    made = newest(alert("a", killed=30), alert("b", killed=30, hours=1), alert("c", killed=20, hours=2))
    assert made.lifecycle == "updated"
    assert made.toll.killed is not None
    assert (made.toll.killed.low, made.toll.killed.best, made.toll.killed.high) == (20, 30, 30)


def test_an_allegation_is_reported_once_an_independent_outlet_tells_it() -> None:
    """As a fact, in its own words."""
    made = newest(alert("a", status="alleged"), alert("b", hours=1))
    assert made.status == "reported"


def test_a_copy_of_the_allegation_confirms_nothing() -> None:
    """Whatever the copying outlet makes of it."""
    made = newest(alert("a", status="alleged", text=WIRE), alert("b", hours=1, text=WIRE))
    assert (made.status, made.sources.independent, len(made.sources.outlets)) == ("alleged", 1, 2)


def test_a_claim_of_responsibility_confirms() -> None:
    """Its doer says so."""
    made = newest(alert("a", status="alleged", claims=(claim("group.islamic_state", "claims_responsibility"),)))
    assert made.status == "reported"


def test_a_denial_by_a_party_adds_a_claim() -> None:
    """And deletes nothing."""
    made = newest(
        alert("a", killed=9, outlet="x"),
        alert("b", status="denied", claims=(claim("state.sy", "denies"),), outlet="x", hours=1),
    )
    assert (made.status, made.lifecycle) == ("reported", "updated")
    assert [(c.source.id, c.stance, c.article_id) for c in made.claims] == [("state.sy", "denies", "b")]
    assert made.toll.killed is not None


def test_an_incident_whose_only_source_withdraws_is_retracted() -> None:
    """The outlet itself denies, and no party is quoted."""
    made = newest(alert("a", killed=9, outlet="x"), alert("b", status="denied", outlet="x", hours=1))
    assert (made.status, made.lifecycle, made.toll.killed) == ("denied", "retracted", None)
    assert [(c.source.text, c.stance) for c in made.claims] == [("x", "denies")]


def test_an_incident_with_another_source_is_not_retracted() -> None:
    """One outlet withdraws, the other does not."""
    made = newest(
        alert("a", killed=9, outlet="x"), alert("b", hours=1), alert("c", status="denied", outlet="x", hours=2)
    )
    assert (made.status, made.lifecycle) == ("reported", "corrected")


def test_a_planned_meeting_that_is_held_is_reported() -> None:
    """It is waited for, and it is one incident."""
    day = "2018-04-25"
    incidents = Incidents()
    planned = alert("a", "consult", None, "us", "iran", day=day, status="planned")
    held = alert("b", "consult", None, "us", "iran", day=day, hours=18 * 24)
    applied(incidents, [planned])
    assert incidents.expire(held.article.published_at) == []
    (revision,) = applied(incidents, [held])
    assert revision.incident is not None
    assert (revision.incident.status, revision.incident.alerts) == ("reported", ("a", "b"))


def test_an_incident_closes_a_week_after_its_newest_account() -> None:
    """In event time: its last revision says so, and nothing of it is kept."""
    incidents = Incidents()
    applied(incidents, [alert("a"), alert("b", hours=20)])
    week = START + timedelta(days=7)
    assert incidents.expire(week + timedelta(hours=20)) == []
    (revision,) = incidents.expire(week + timedelta(hours=21))
    assert revision.incident is not None
    assert (revision.incident.lifecycle, revision.incident.revision, revision.state) == ("closed", 3, None)
    assert len(incidents) == 0


def test_incidents_that_turn_out_to_be_one_are_merged() -> None:
    """The one with the earlier account stays; the other becomes a tombstone, and its id is not lost."""
    incidents = Incidents()
    first, second, survivor, tombstone = applied(incidents, MERGED)
    assert survivor.incident is not None
    assert survivor.incident_id == first.incident_id
    assert survivor.incident.alerts == ("town", "province", "both")
    assert survivor.incident.absorbed == (second.incident_id,)
    assert (tombstone.incident_id, tombstone.incident, tombstone.state) == (second.incident_id, None, None)
    assert len(incidents) == 1


def test_what_was_stored_goes_on_as_if_nothing_had_happened() -> None:
    """States survive JSON; after a restart the next alert gives the same revision as without."""
    alerts = (alert("a", killed=5), alert("b", "shelling", killed=9, hours=1, by="syria"))
    without = Incidents()
    stored = {r.incident_id: r.state.to_json() for r in applied(without, alerts) if r.state}
    restarted = Incidents({id_: IncidentState.model_validate_json(state) for id_, state in stored.items()})
    third = alert("c", killed=9, hours=2)
    assert applied(restarted, [third]) == applied(without, [third])


def test_a_crash_in_the_middle_of_a_merge_is_repaired() -> None:
    """The survivor was stored, the other not yet removed: the restart gives the tombstone again."""
    _, second, survivor, tombstone = applied(Incidents(), MERGED)
    assert second.state is not None
    assert survivor.state is not None
    restarted = Incidents({state.incident_id: state for state in (survivor.state, second.state)})
    assert restarted.repair() == [tombstone]
    assert restarted.repair() == []
    assert len(restarted) == 1
    assert applied(restarted, MERGED) == []


@pytest.mark.parametrize("field", ["actors", "place"])
def test_the_incident_shows_what_its_accounts_agree_on(field: str) -> None:
    """The more exact place, and the doer that one of two names."""
    made = newest(alert("a", place="idlib", killed=12), alert("b", place="saraqib", by="syria", killed=12, hours=1))
    shown = {"actors": [a.id for a in made.actors], "place": made.place and made.place.name_en}
    assert shown[field] == {"actors": ["state.syrian_government"], "place": "Saraqib"}[field]


def test_confidence_grows_with_independent_witnesses_only() -> None:
    """A copy adds none."""
    alone = newest(alert("a", text=WIRE)).confidence
    copied = newest(alert("a", text=WIRE), alert("b", text=WIRE, hours=1)).confidence
    confirmed = newest(alert("a", text=WIRE), alert("b", hours=1)).confidence
    assert alone == copied < confirmed < 1


def test_cumulative_tolls_stay_out_of_the_best_figure() -> None:
    """They are published apart."""
    made = newest(alert("a", casualties=(toll(900, scope="cumulative"), toll(4))))
    assert made.toll.killed is not None
    assert (made.toll.killed.best, made.toll.cumulative[0].low) == (4, 900)


def test_the_library_knows_neither_kafka_nor_faust() -> None:
    """A process that imports it has imported neither of them, nor what reads the environment."""
    code = (
        "import sys, stream.incidents.lifecycle\n"
        "print(*sorted({'faust', 'aiokafka', 'mode', 'pydantic_settings'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
