from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stream.detection.quiet_articles import learned_articles, unlearned_articles

if TYPE_CHECKING:
    from stream.detection import train
    from stream.evaluation import cross_validate
else:
    # Fitting needs scikit-learn, which the locked environment does not hold.
    pytest.importorskip("sklearn")
    from stream.detection import train
    from stream.evaluation import cross_validate


def _record(article_id: str, **more: Any) -> dict[str, Any]:
    return {"article_id": article_id, "title": "x", "body": "", "published_at": "2025-01-01T00:00:00Z", **more}


def _write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_an_article_is_always_held_out_in_the_same_part() -> None:
    """By its id alone, on any machine; the parts are of about one size."""
    parts = [cross_validate.fold_of(f"article-{number}") for number in range(400)]
    assert parts[:6] == [cross_validate.fold_of(f"article-{number}") for number in range(6)]
    assert cross_validate.fold_of("article-1") == 0
    assert all(70 <= parts.count(part) <= 130 for part in range(4))


def test_inputs_hold_each_article_once(tmp_path: Path) -> None:
    """The first record of it; what is marked is not learned as quiet too."""
    one = _write(tmp_path / "one.jsonl", _record("a", events=[{"n": 1}]), _record("b", events=[]))
    two = _write(tmp_path / "two.jsonl", _record("a", events=[]))
    marks = _write(tmp_path / "marks.jsonl", {"article_id": "s1", "events": []})
    articles = _write(tmp_path / "raw.jsonl", *(_record(f"s{n}", category="sport") for n in range(1, 5)))
    parser = argparse.ArgumentParser()
    train.add_inputs(parser)
    arguments = ["--marked", str(one), str(two), "--marks", str(marks), "--articles", str(articles)]
    inputs = train.read_inputs(parser, parser.parse_args(arguments))
    assert [record["article_id"] for record in inputs.marked] == ["a", "b", "s1"]
    assert inputs.marked[0]["events"] == [{"n": 1}]
    assert [record["article_id"] for record in inputs.quiet] == ["s3"]


def test_quiet_articles_are_learned_or_tested(tmp_path: Path) -> None:
    """Every second one of sport, technology and culture teaches; the others and all of economy test."""
    names = ["sport", "economy", "culture", "technology", "sport", "middleEast"]
    articles = _write(tmp_path / "raw.jsonl", *(_record(f"{n}", category=name) for n, name in enumerate(names)))
    assert [record["article_id"] for record in learned_articles(articles)] == ["0", "3"]
    assert [record["article_id"] for record in unlearned_articles(articles)] == ["1", "2", "4"]


@pytest.mark.parametrize("arguments", [[], ["--marks", "marks.jsonl"]], ids=["nothing", "no-articles"])
def test_inputs_that_are_missing_are_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Marks hold no text, and without marks there is nothing to learn."""
    parser = argparse.ArgumentParser()
    train.add_inputs(parser)
    with pytest.raises(SystemExit):
        train.read_inputs(parser, parser.parse_args(arguments))
    assert "marked articles" in (told := capsys.readouterr().err) or "--articles" in told
