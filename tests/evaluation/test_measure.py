from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from schemas.alert import Alert, Kind
from schemas.article import Article
from stream.evaluation import GoldArticle, GoldError, GoldEvent, GoldSentence, compare, measure, measure_sentences
from stream.evaluation.figures import Found, Rate
from stream.evaluation.gold import GoldPlace, parse_gold
from stream.evaluation.measure import Judged, kilometres
from stream.evaluation.names import same_name
from stream.evaluation.reliability import reliability

TITLE = "قصف على البلدة"
BODY = "قصفت المدفعية البلدة صباح السبت وقتل ثلاثة. والتقى الوزير نظيره في جنيف. وكان انفجار وقع عام 2010."


def _article(article_id: str = "a") -> Article:
    return Article(article_id=article_id, title=TITLE, body=BODY, published_at=datetime(2025, 2, 1, tzinfo=UTC))


def _alert(quote: str, kind: str = "attack", event_type: str = "shelling", **more: Any) -> Alert:
    field = "title" if quote in TITLE else "body"
    start = (TITLE if field == "title" else BODY).index(quote)
    article_id = more.pop("article_id", "a")
    evidence = {"field": field, "start": start, "end": start + len(quote), "text": quote, "trigger": quote, "rule": "r"}
    fields = {
        "alert_id": f"{article_id}-{quote}-{event_type}",
        "kind": kind,
        "event_type": event_type,
        "timing": "new",
        "status": "reported",
        "evidence": [evidence],
        "severity": 1,
        "confidence": 0.5,
        "article": {"article_id": article_id, "title": TITLE, "published_at": datetime(2025, 2, 1, tzinfo=UTC)},
        "detector": {"version": "1", "lexicon_version": "1"},
        "detected_at": datetime(2025, 2, 1, tzinfo=UTC),
    }
    return Alert.model_validate({**fields, **more})


def _event(quote: str, kind: str = "attack", event_type: str = "shelling", **more: Any) -> GoldEvent:
    fields: dict[str, Any] = {"timing": "new", "status": "reported", **more}
    return GoldEvent(kind=Kind(kind), type=event_type, quotes=(quote,), **fields)


SHELLING = "قصفت المدفعية البلدة"
MEETING = "والتقى الوزير نظيره"
OLD = "وكان انفجار وقع عام 2010"


def _gold(*events: GoldEvent) -> list[GoldArticle]:
    return [GoldArticle(_article(), events)]


def test_an_alert_that_overlaps_a_quote_is_right() -> None:
    """One of the same kind; the type is judged apart."""
    report = measure(_gold(_event(SHELLING)), [_alert("المدفعية", event_type="air_strike")])
    figures = report.figures[Kind.ATTACK]
    assert (figures.events, figures.type, figures.articles) == (Found(tp=1), Rate(0, 1), Found(tp=1))
    assert [m.what for m in report.mistakes] == ["type"]


def test_another_kind_is_no_match() -> None:
    """The alert is a false alarm and the event is missed."""
    report = measure(_gold(_event(SHELLING)), [_alert(SHELLING, "diplomacy", "consult")])
    assert report.figures[Kind.ATTACK].events == Found(fn=1)
    assert report.figures[Kind.DIPLOMACY].events == Found(fp=1)


def test_one_event_takes_one_alert() -> None:
    """The second alert of an event is a false alarm; the alert of the same type wins."""
    alerts = [_alert(SHELLING, event_type="air_strike"), _alert(SHELLING)]
    report = measure(_gold(_event(SHELLING)), alerts)
    assert report.figures[Kind.ATTACK].events == Found(tp=1, fp=1)
    assert [item.right for item in report.judged] == [False, True]


def test_a_new_alert_on_background_is_a_false_alarm_of_its_own_sort() -> None:
    """It counts against background alarmed, and against precision."""
    report = measure(_gold(_event(OLD, event_type="bombing", timing="background")), [_alert(OLD, event_type="bombing")])
    figures = report.figures[Kind.ATTACK]
    assert (figures.events, figures.background_alarmed) == (Found(fp=1), Rate(1, 1))
    assert figures.articles == Found(fp=1)


def test_background_alerts_are_not_published_and_do_not_count() -> None:
    """An event of which only a background alert tells is missed."""
    report = measure(_gold(_event(SHELLING)), [_alert(SHELLING, timing="background")])
    assert report.figures[Kind.ATTACK].events == Found(fn=1)
    assert report.judged == ()


def test_slots_are_judged_on_what_was_found() -> None:
    """Actors by name, the country, the distance, both days, and tolls that add up."""
    event = _event(
        SHELLING,
        initiators=("المدفعية",),
        targets=("البلدة", "المدنيين"),
        place=GoldPlace("SY", 36.2, 37.16),
        date=(date(2025, 2, 1), date(2025, 2, 1)),
        killed=3,
    )
    alert = _alert(
        SHELLING,
        status="alleged",
        actors=[{"role": "initiator", "text": "بالمدفعية"}, {"role": "target", "text": "الجنود"}],
        place={"text": "حلب", "country": "SY", "lat": 36.5, "lon": 37.2, "precision": "city"},
        occurred={"start": "2025-02-01", "end": "2025-02-01", "precision": "day"},
        casualties=[{"kind": "killed", "low": n, "text": "x"} for n in (1, 2)]
        + [{"kind": "injured", "low": 4, "text": "x"}],
    )
    figures = measure(_gold(event), [alert]).figures[Kind.ATTACK]
    assert figures.initiator == Found(tp=1)
    assert figures.target == Found(fp=1, fn=2)
    assert (figures.country, figures.place, figures.date) == (Rate(1, 1), Rate(1, 1), Rate(1, 1))
    assert (figures.killed.hit, figures.killed.of) == (1, 1)
    assert figures.injured.invented == 1
    assert figures.status == Rate(0, 1)


def test_unknown_articles_do_not_count() -> None:
    """Alerts of an article that nobody marked are neither right nor wrong."""
    report = measure(_gold(), [_alert(SHELLING, article_id="other")])
    assert report.figures[Kind.ATTACK].events == Found()


def test_judged_sentences() -> None:
    """A planned or denied attack is no yes, and one alarm a sentence is enough."""
    gold = [
        GoldSentence(_article(name), truth) for name, truth in (("a", True), ("b", True), ("c", False), ("d", False))
    ]
    alerts = [
        _alert(SHELLING, article_id="a"),
        _alert(TITLE, article_id="a"),
        _alert(SHELLING, article_id="b", status="denied"),
        _alert(SHELLING, article_id="c"),
        _alert(MEETING, "diplomacy", "consult", article_id="d"),
    ]
    assert measure_sentences(gold, alerts) == Found(tp=1, fp=1, fn=1)


def test_a_comparison_tells_gained_lost_and_changed() -> None:
    """Alerts of two runs meet by their evidence; slots that read otherwise are named."""
    old = [_alert(SHELLING), _alert(OLD, event_type="bombing")]
    new = [_alert(SHELLING, status="denied"), _alert(MEETING, "diplomacy", "consult")]
    found = compare(old, new)
    assert [alert.evidence[0].text for alert in found.gained] == [MEETING]
    assert [alert.evidence[0].text for alert in found.lost] == [OLD]
    assert [(c.slot, c.before, c.after) for c in found.changed] == [("status", "reported", "denied")]
    assert found.same == 0
    assert compare(old, old).same == 2


def test_reliability_has_bins_of_equal_size() -> None:
    """Stated is the mean confidence of a bin, true the share of its alerts that are right."""
    judged = [Judged(_alert(SHELLING, confidence=i / 10), right=i >= 5) for i in range(10)]
    bins = reliability(judged)
    assert [b.count for b in bins] == [2] * 5
    assert bins[0].stated == pytest.approx(0.05)
    assert [b.true for b in bins] == [0, 0, 0.5, 1, 1]
    assert reliability([]) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("داعش", "لداعش", True),
        ("قُوّات النظام", "قوات النظام", True),
        ("الأمم المتحدة", "الامم المتحده", True),
        ("«حماس»", "حماس", True),
        ("روسيا", "تركيا", False),
        ("ما", "حماس", False),
    ],
    ids=["clitic", "marks", "spelling", "quotes", "different", "too-short"],
)
def test_names(one: str, other: str, same: bool) -> None:
    """Spelling variants, marks and clitics do not matter; two letters name nobody."""
    assert same_name(one, other) is same


def test_distance() -> None:
    """Damascus and Aleppo are some 310 km apart."""
    assert kilometres(33.51, 36.29, 36.2, 37.16) == pytest.approx(310, abs=5)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: a list"),
        ({"title": "x"}, "published_at"),
        ({"title": "x", "published_at": "2025-01-01T00:00:00Z"}, "neither events nor gold"),
        ({"title": "x", "published_at": "2025-01-01T00:00:00Z", "events": [{"kind": "attack"}]}, "event 1: no 'type'"),
        ({"title": "x", "published_at": "2025-01-01T00:00:00Z", "events": [{"kind": "war"}]}, "event 1: 'war'"),
    ],
    ids=["no-json", "no-object", "no-article", "not-marked", "no-type", "wrong-kind"],
)
def test_what_is_no_gold_is_told(line: object, message: str) -> None:
    """Line, article and field."""
    data = line if isinstance(line, str) else json.dumps(line)
    with pytest.raises(GoldError, match=message):
        parse_gold([(1, data.encode())])
