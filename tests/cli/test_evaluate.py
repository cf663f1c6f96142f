"""`rasid evaluate`: figures, errors and comparisons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from stream.cli import main

BODY = "قصفت المدفعية أطراف بلدة الأتارب في ريف حلب فجر اليوم الجمعة ما أدى إلى مقتل ثلاثة مدنيين."
EVENT = {
    "kind": "attack",
    "type": "shelling",
    "timing": "new",
    "status": "reported",
    "quotes": [BODY],
    "killed": [3, 3],
}


def _line(article_id: str = "a", body: str = BODY, **more: Any) -> str:
    fields = {"article_id": article_id, "title": "", "body": body, "published_at": "2025-01-31T12:00:00Z", **more}
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Two marked articles: one event that is found, and one that nobody could find."""
    path = tmp_path / "gold.jsonl"
    hidden = {**EVENT, "type": "bombing", "quotes": ["كان الطقس معتدلا"]}
    path.write_text(_line(events=[EVENT]) + _line("b", "كان الطقس معتدلا.\x1b[2J", events=[hidden]), encoding="utf-8")
    return path


def test_figures_as_a_table(gold: Path) -> None:
    """A line a figure, by kind, and how reliable confidence is."""
    result = _run("evaluate", gold)
    assert result.exit_code == 0
    assert "tp 1  fp 0  fn 1" in result.stdout
    assert "killed               rate 1.0  hit 1  of 1" in result.stdout
    assert "attack: confidence, stated against true" in result.stdout


def test_errors_cannot_drive_the_terminal(gold: Path) -> None:
    """They are listed when asked for, the article's own characters made visible."""
    result = _run("evaluate", gold, "--errors", "5")
    assert "MISSED b attack/bombing: كان الطقس معتدلا" in result.stdout
    assert "MISSED" not in _run("evaluate", gold).stdout
    assert "\x1b" not in result.stdout


def test_figures_as_json(gold: Path) -> None:
    """The same figures for programs, with errors and reliability."""
    data = json.loads(_run("evaluate", gold, "--json", "--errors", "1").stdout)
    assert data["attack"]["events"] == {"precision": 1.0, "recall": 0.5, "f1": 0.667, "tp": 1, "fp": 0, "fn": 1}
    assert [error["what"] for error in data["errors"]] == ["missed"]
    assert data["reliability"]["attack"][0]["count"] == 1


def test_two_runs_compared(gold: Path, tmp_path: Path) -> None:
    """Alerts that another run lost or gained are told with their sentences, and whether they were right."""
    alerts = tmp_path / "alerts.jsonl"
    nothing = tmp_path / "nothing.jsonl"
    nothing.write_text("", encoding="utf-8")
    assert _run("detect", gold, "--output", alerts).exit_code == 0
    assert "gained 0, lost 0, changed 0, same 1" in _run("evaluate", gold, "--compare", alerts).stdout
    lost = _run("evaluate", gold, "--alerts", nothing, "--compare", alerts)
    assert f"LOST right a attack/shelling: {BODY[:-1]}" in lost.stdout
    gained = json.loads(_run("evaluate", gold, "--alerts", alerts, "--compare", nothing, "--json").stdout)
    assert [(item["article_id"], item["right"]) for item in gained["comparison"]["gained"]] == [("a", True)]


def test_judged_sentences(tmp_path: Path) -> None:
    """A file of sentences with `gold` is measured as yes-or-no judgements."""
    path = tmp_path / "sentences.jsonl"
    path.write_text(_line(gold=True) + _line("b", "كان الطقس معتدلا.", gold=True), encoding="utf-8")
    result = _run("evaluate", path, "--errors", "3")
    assert "sentences 2  attacks 2  precision 1.000  recall 0.500  f1 0.667" in result.stdout
    assert "MISSED b: كان الطقس معتدلا." in result.stdout
    assert json.loads(_run("evaluate", path, "--json").stdout)["sentences"]["fn"] == 1


@pytest.mark.parametrize(
    ("gold_text", "alerts_text", "words"),
    [
        (_line(), "", "neither events nor gold"),
        ("", "", "no articles"),
        (_line(events=[]) + _line(gold=True), "", "in one file"),
        (_line(events=[]), '{"kind": "attack"}\n', "line 1"),
    ],
    ids=["not-marked", "empty", "mixed", "no-alert"],
)
def test_damaged_input(tmp_path: Path, gold_text: str, alerts_text: str, words: str) -> None:
    """Exit code 65, and what is wrong on standard error."""
    gold, alerts = tmp_path / "gold.jsonl", tmp_path / "alerts.jsonl"
    gold.write_text(gold_text, encoding="utf-8")
    alerts.write_text(alerts_text, encoding="utf-8")
    result = _run("evaluate", gold, "--alerts", alerts)
    assert result.exit_code == 65
    assert words in result.stderr
    assert result.stdout == ""
