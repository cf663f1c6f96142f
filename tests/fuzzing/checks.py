"""What has to hold for any message and any text; hypothesis and atheris look for one for which it does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from schemas.alert import Alert
from schemas.article import Article
from stream.dead_letters import SourceRecord, dead_letter
from stream.processing import MAX_REASON, Detector, Processor
from stream.replaying import read_article
from stream.terminal import visible

NOW = datetime(2025, 1, 1, tzinfo=UTC)
_LONGEST_EVIDENCE = 600


def check_message(detector: Detector, value: bytes) -> None:
    """Process *value* as the worker does. Raises AssertionError where it is neither an article nor refused properly."""
    outcome = Processor(detector, clock=lambda: NOW).process(value)
    found = read_article(value)
    if outcome.failure is None:
        assert outcome.article is not None
        assert found == outcome.article
        for alert in outcome.alerts:
            _check_alert(outcome.article, alert)
        return
    failure = outcome.failure
    assert failure.stage != "detect", failure.message
    assert outcome.alerts == ()
    assert 0 < len(failure.message) <= MAX_REASON
    assert visible(failure.message) == failure.message
    letter = dead_letter(SourceRecord("articles", 0, 0, None, value), failure, topic="dead", failed_at=NOW)
    assert letter.value == value


def check_text(detector: Detector, title: str, body: str, published_at: datetime) -> None:
    """Detect in a text. Raises AssertionError where an alert breaks the contract, and what detection raises."""
    article = Article(article_id="fuzz", title=title, body=body, published_at=published_at)
    alerts = detector.detect(article, detected_at=NOW)
    assert len({alert.alert_id for alert in alerts}) == len(alerts)
    for alert in alerts:
        _check_alert(article, alert)
    assert detector.detect(article, detected_at=NOW) == alerts


def _check_alert(article: Article, alert: Alert) -> None:
    for evidence in alert.evidence:
        text = article.title if evidence.field == "title" else article.body
        assert text[evidence.start : evidence.end] == evidence.text
        assert 0 < len(evidence.text) <= _LONGEST_EVIDENCE
    for toll in alert.casualties:
        assert toll.low >= 0
        assert toll.high is None or toll.high >= toll.low
    occurred = alert.occurred
    if occurred.start is not None and occurred.end is not None:
        assert occurred.start <= occurred.end
    assert json.loads(alert.to_json())["alert_id"] == alert.alert_id
    assert Alert.model_validate_json(alert.to_json()) == alert
