"""stream/replays: the counts of a run, and the page that shows them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from schemas.alert import Alert, Kind
from schemas.article import Article
from stream.detection.detector import load_detector
from stream.processing import Processor
from stream.reading import Damage
from stream.replays.outcome import MOST_SHOWN, Outcome
from stream.replays.page import page

SAMPLES = Path(__file__).parents[2] / "stream" / "samples" / "articles.jsonl"
HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)>\"'\u202e\x1b[2J"


@pytest.fixture(scope="module")
def alerts() -> list[Alert]:
    """Give the alerts of the samples."""
    processor = Processor(load_detector())
    return [alert for line in SAMPLES.read_bytes().splitlines() for alert in processor.process(line).alerts]


def _outcome(alerts: list[Alert]) -> Outcome:
    outcome = Outcome(articles=20, seconds=3.25)
    for line in SAMPLES.read_bytes().splitlines():
        outcome.add_article(Article.model_validate_json(line))
    for alert in alerts:
        outcome.add_alert(alert)
    outcome.add_damage(Damage("a.csv", 3, "cut", fatal=True, over_limit=True))
    outcome.dead_letters["not_json"] = 2
    outcome.left_out["empty text"] = 1
    return outcome


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [
            value or "" for name, value in attrs if name in ("src", "href", "style") or name.startswith("on")
        ]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_counts_are_those_of_the_alerts(alerts: list[Alert]) -> None:
    """By type, country and day; and in JSON the same."""
    outcome = _outcome(alerts)
    assert outcome.alerts.total() == len(alerts) == sum(outcome.countries.values()) == sum(outcome.days.values())
    told = outcome.as_json()
    assert told["alerts"] == len(alerts)
    assert sum(told["by_type"]["attack"].values()) == sum(alert.kind is Kind.ATTACK for alert in alerts)
    assert told["refused"] == 1
    assert outcome.over_limit
    assert outcome.lines()[0] == f"20 articles, {len(alerts)} alerts, 2 dead letters in 3.2 s"


def test_the_most_severe_alerts_are_kept_and_no_more(alerts: list[Alert]) -> None:
    """However many there are, and however often the same one comes."""
    outcome = Outcome()
    for _ in range(MOST_SHOWN):
        for alert in alerts:
            outcome.add_alert(alert)
    assert len(outcome.strongest) == MOST_SHOWN
    assert [alert.severity for alert in outcome.strongest] == [max(alert.severity for alert in alerts)] * MOST_SHOWN


def test_the_page_shows_all_of_it_and_asks_nobody(alerts: list[Alert]) -> None:
    """Numbers, charts, a map with land and dots, every sentence; no script, and nothing from elsewhere."""
    text = page(_outcome(alerts), ["archive.jsonl"], made_at=datetime(2025, 1, 1, tzinfo=UTC))
    tags = _Tags()
    tags.feed(text)
    words = " ".join(tags.words)
    assert "Replay of archive.jsonl" in words
    assert tags.tags.count("svg") >= 4
    assert tags.tags.count("circle") == len(_outcome(alerts).places)
    assert tags.tags.count("polygon") > 5
    for alert in alerts:
        assert alert.evidence[0].text.split("\n")[0][:40] in words
    assert "a.csv:3: cut" in words
    assert "script" not in tags.tags
    assert tags.links == []
    assert "http" not in re.sub(r'http-equiv="Content-Security-Policy"', "", text)
    assert "default-src 'none'" in text
    assert len(text) < 300_000


def test_text_of_articles_is_never_markup(alerts: list[Alert]) -> None:
    """An alert full of HTML and of marks that drive a terminal is shown as text."""
    evil = alerts[0].model_copy(
        update={
            "evidence": (alerts[0].evidence[0].model_copy(update={"text": HOSTILE}),),
            "article": alerts[0].article.model_copy(update={"source": HOSTILE}),
        }
    )
    outcome = _outcome([evil])
    outcome.add_damage(Damage(HOSTILE, 1, HOSTILE, fatal=False))
    tags = _Tags()
    tags.feed(page(outcome, [HOSTILE]))
    assert not {"script", "img"} & set(tags.tags)
    assert tags.links == []
    assert "<script>alert(1)</script>" in " ".join(tags.words)
    assert not re.search("[\u202e\x1b]", "".join(tags.words))


def test_a_run_without_alerts_has_a_page_too() -> None:
    """Nothing to draw is no error."""
    assert "<h1>Replay of x</h1>" in page(Outcome(), ["x"])
