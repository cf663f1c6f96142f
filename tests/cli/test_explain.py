"""`rasid explain`: an article with everything that was seen in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream.cli import main

BODY = "قصفت المدفعية أطراف بلدة الأتارب في ريف حلب فجر اليوم ما أدى إلى مقتل ثلاثة مدنيين.\x1b[2J\u202e"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Two articles, the second with characters that would drive a terminal."""
    path = tmp_path / "articles.jsonl"
    rows = [
        {"article_id": "calm", "title": "طقس معتدل", "body": "", "published_at": "2025-01-31T12:00:00Z"},
        {"article_id": "loud", "title": "", "body": BODY, "published_at": "2025-01-31T12:00:00Z"},
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _explain(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)])


def test_an_article_for_people(articles: Path) -> None:
    """Mentions, candidates with their fate, events with their slots; nothing drives the terminal."""
    result = _explain(articles, "--article", "loud")
    assert result.exit_code == 0
    for word in (
        "ARTICLE loud",
        "trigger",
        "place",
        "toll",
        "CANDIDATES",
        "because",
        "EVENTS",
        "->  alert",
        "3 killed",
    ):
        assert word in result.stdout
    assert "calm" not in result.stdout
    assert not {"\x1b", "\u202e"} & set(result.stdout)


def test_all_articles_for_programs(articles: Path) -> None:
    """One JSON object a line."""
    result = _explain(articles, "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["article"]["article_id"] for row in rows] == ["calm", "loud"]
    assert rows[0]["events"] == []
    assert rows[1]["candidates"][0]["rule"] == "attack.shelling.bombardment"
    assert not {"\x1b", "\u202e"} & set(result.stdout)


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [("", [], "holds no article"), ('{"title": "x"}\n', [], "published_at"), ("{\n", [], ":1:")],
    ids=["empty", "no-date", "no-json"],
)
def test_damaged_input(tmp_path: Path, text: str, arguments: list[str], words: str) -> None:
    """Exit code 65, and what is wrong on standard error."""
    path = tmp_path / "articles.jsonl"
    path.write_text(text, encoding="utf-8")
    result = _explain(path, *arguments)
    assert result.exit_code == 65
    assert words in result.stderr


def test_an_unknown_article_is_told(articles: Path) -> None:
    """Exit code 65."""
    result = _explain(articles, "--article", "nobody")
    assert result.exit_code == 65
    assert "article nobody is not in it" in result.stderr
