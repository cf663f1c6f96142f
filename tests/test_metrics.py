"""The figures: named by Prometheus' rules, and right."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.alert import Alert
from schemas.article import Article
from schemas.dead_letter import ReasonCode, Stage
from stream.metrics import Metrics
from stream.processing import Failure, Outcome

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def alert(*, published: datetime) -> Alert:
    """An alert of an article published then."""
    return Alert.model_validate(
        {
            "alert_id": "a",
            "kind": "attack",
            "event_type": "shelling",
            "timing": "new",
            "status": "reported",
            "evidence": [{"field": "title", "start": 0, "end": 1, "text": "ق", "trigger": "ق", "rule": "r"}],
            "severity": 1,
            "confidence": 1,
            "article": {"article_id": "1", "title": "ق", "published_at": published},
            "detector": {"version": "0", "lexicon_version": "0"},
            "detected_at": NOW,
        }
    )


def values(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Every sample by its name and its labels, as text."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, ",".join(f"{name}={value}" for name, value in sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_latency_is_counted_from_topic_and_publication() -> None:
    """An article of ten minutes ago, three seconds in its topic; clocks that differ make no negative time."""
    metrics = Metrics(clock=NOW.timestamp)
    article = Article(title="ق", published_at=NOW)
    outcome = Outcome(article, (alert(published=NOW - timedelta(minutes=10)),))
    metrics.count(outcome, entered=NOW.timestamp() - 3)
    found = values(metrics)
    assert found["rasid_topic_to_alert_seconds_sum", ""] == pytest.approx(3)
    assert found["rasid_publication_to_alert_seconds_sum", ""] == pytest.approx(600)
    future = Outcome(article, (alert(published=NOW + timedelta(days=1)),))
    metrics.count(future, entered=NOW.timestamp() + 5)
    found = values(metrics)
    assert found["rasid_topic_to_alert_seconds_sum", ""] == pytest.approx(3)
    assert found["rasid_topic_to_alert_seconds_count", ""] == 2
    assert found["rasid_alerts_total", "kind=attack,type=shelling"] == 2


def test_counters_begin_with_zero() -> None:
    """Prometheus sees no increase in a series whose first value is 1: the first dead letter would raise no alarm."""
    metrics = Metrics()
    found = values(metrics)
    assert {found["rasid_dead_letters_total", f"reason={code.value}"] for code in ReasonCode} == {0}
    metrics.count(Outcome(None, failure=Failure(Stage.DETECT, ReasonCode.DETECTION_FAILED, "x")))
    found = values(metrics)
    assert found["rasid_dead_letters_total", "reason=detection_failed"] == 1
    assert found["rasid_articles_total", "outcome=dead_letter"] == 1


def test_the_build_is_told() -> None:
    """The last lexicons that were loaded, and no others."""
    metrics = Metrics()
    metrics.loaded("one")
    metrics.loaded("two")
    builds = [labels for name, labels in values(metrics) if name == "rasid_build_info"]
    assert len(builds) == 1
    assert builds[0].startswith("lexicon_version=two,")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not installed")
def test_promtool_finds_no_fault_in_the_names() -> None:
    """Units, suffixes and help texts are as Prometheus' linter wants them."""
    metrics = Metrics()
    metrics.loaded("one")
    metrics.observe("read", 0.1)
    metrics.lag.labels("rasid.articles", "0").set(1)
    done = subprocess.run(["promtool", "check", "metrics"], input=metrics.text(), capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert done.stdout + done.stderr == b""
