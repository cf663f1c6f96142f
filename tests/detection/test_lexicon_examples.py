"""Every lexicon entry does what its examples say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.alert import Timing
from schemas.article import Article
from schemas.lexicon import TriggerEntry
from stream.detection import Detector, load_detector
from stream.detection.lexicon_entries import ListedEntry, entries, problems

PUBLISHED = datetime(2025, 1, 31, 12, tzinfo=UTC)
TRIGGERS = [item for item in entries() if isinstance(item.entry, TriggerEntry) and not item.entry.off]

# The words stand apart in these sentences ("fired the gunmen rockets"), and forms are matched as they stand.
SILENT = {
    ("attack.shelling.downing", 1),
}
# Sentences on which the model is known to be wrong.
ALARMING: set[tuple[str, int]] = set()

Case = tuple[ListedEntry, int, str]


def _cases(field: str, known: set[tuple[str, int]]) -> list[object]:
    out: list[object] = []
    for item in TRIGGERS:
        for number, sentence in enumerate(getattr(item.entry, field), 1):
            place = (item.entry.id, number)
            # Not strict: a better lexicon or model may mend one without anyone editing this list.
            marks = [pytest.mark.xfail(strict=False, reason="known")] if place in known else []
            out.append(pytest.param(item, sentence, id=f"{item.entry.id}-{number}", marks=marks))
    return out


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The packaged detector."""
    return load_detector()


def _article(sentence: str) -> Article:
    return Article(article_id="sentence", title="", body=sentence, published_at=PUBLISHED)


@pytest.mark.parametrize(("item", "sentence"), _cases("examples", SILENT))
def test_an_example_makes_its_entry_a_candidate(item: ListedEntry, sentence: str, detector: Detector) -> None:
    """Whether a candidate is news is for the model; that it is seen is for the lexicon."""
    rules = {candidate.match.entry.id for candidate in detector.analyse(_article(sentence)).candidates}
    assert item.entry.id in rules


@pytest.mark.parametrize(("item", "sentence"), _cases("counter_examples", ALARMING))
def test_a_counter_example_raises_no_alert_of_its_kind(item: ListedEntry, sentence: str, detector: Detector) -> None:
    """It looks alike and is no event, or one that did not happen."""
    alerts = detector.detect(_article(sentence), detected_at=PUBLISHED)
    told = [alert for alert in alerts if alert.timing is Timing.NEW and alert.status.value != "denied"]
    assert [alert.event_type.value for alert in told if alert.kind.value == item.kind] == []


def test_nothing_else_is_wrong_with_the_packaged_entries(detector: Detector) -> None:
    """Each has words and a type of its kind, and only the examples listed here lack the words."""
    found = {(problem.entry, problem.field) for problem in problems(detector.lexicon)}
    assert found <= {(name, f"examples.{number}") for name, number in SILENT}
