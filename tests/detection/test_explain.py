from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.article import Article
from stream.detection import Detector, load_detector
from stream.detection.explain import Explanation, explain

TITLE = "ثلاثة قتلى في قصف على ريف حلب"
BODY = (
    "قصفت مدفعية الجيش السوري فجر اليوم أطراف بلدة الأتارب في ريف حلب ما أدى إلى مقتل ثلاثة مدنيين.\n"
    "وكانت المنطقة شهدت معارك عنيفة عام 2016.\n"
    "ويخشى الأهالي انفجار الأسعار."
)


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The packaged detector."""
    return load_detector()


@pytest.fixture(scope="module")
def explained(detector: Detector) -> tuple[Article, Explanation]:
    """A short article and its explanation."""
    published = datetime(2025, 1, 31, 12, tzinfo=UTC)
    article = Article(article_id="a", title=TITLE, body=BODY, published_at=published)
    return article, explain(detector, article)


def test_the_alerts_are_those_of_the_detector(detector: Detector, explained: tuple[Article, Explanation]) -> None:
    """An explanation of something else would be worth nothing."""
    article, explanation = explained
    told = [event.alert for event in explanation.events if event.alert]
    assert told == detector.detect(article, detected_at=article.published_at)
    assert told


def test_every_offset_points_at_its_text(explained: tuple[Article, Explanation]) -> None:
    """Code points of the field as received."""
    article, explanation = explained
    text = {"title": article.title, "body": article.body}
    assert all(text[item.field][item.start : item.end] == item.text for item in explanation.seen)
    assert all(text[c.field][c.start : c.end] == c.trigger for c in explanation.candidates)


def test_every_sort_of_mention_is_shown(explained: tuple[Article, Explanation]) -> None:
    """Triggers, cues, actors, places, dates and tolls, each once."""
    _, explanation = explained
    assert {item.sort for item in explanation.seen} == {"trigger", "cue", "actor", "place", "date", "toll"}
    assert len(set(explanation.seen)) == len(explanation.seen)


def test_every_candidate_has_a_fate_and_reasons(explained: tuple[Article, Explanation]) -> None:
    """Part of an event, or below the threshold; the facts that weighed most come first."""
    _, explanation = explained
    numbers = {event.number for event in explanation.events}
    for candidate in explanation.candidates:
        assert candidate.event is None or candidate.event in numbers
        assert candidate.fate.startswith("no event:" if candidate.event is None else f"event {candidate.event} (")
        weights = [abs(reason.weight) for reason in candidate.reasons]
        assert weights == sorted(weights, reverse=True)
        assert weights
    assert {candidate.event is None for candidate in explanation.candidates} == {True, False}


def test_a_dropped_event_says_why(detector: Detector) -> None:
    """With a threshold that nothing reaches, each new event is told as dropped and the alerts are gone."""
    numbers = {**detector.model.numbers, "event.attack": 1.1, "event.diplomacy": 1.1}
    strict = Detector(detector.lexicon, type(detector.model)(detector.model.heads, numbers))
    published = datetime(2025, 1, 31, 12, tzinfo=UTC)
    explanation = explain(strict, Article(article_id="a", title=TITLE, body=BODY, published_at=published))
    new = [event for event in explanation.events if event.timing == "new"]
    assert new
    assert all(event.alert is None and event.fate.startswith("dropped: confidence") for event in new)


def test_the_json_has_everything(explained: tuple[Article, Explanation]) -> None:
    """Alerts in it are as they are published."""
    _, explanation = explained
    data = explanation.as_json()
    assert data["article"]["article_id"] == "a"
    assert [event["number"] for event in data["events"]] == [event.number for event in explanation.events]
    assert any(event["alert"] and event["alert"]["evidence"] for event in data["events"])
