from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from stream.detection.marks import MarksError, load_marks, main, strip

ROOT = Path(__file__).parents[2]
MARKS = ROOT / "tests" / "marks" / "articles.jsonl"
ARTICLE = {"article_id": "a", "title": "قصف على حلب", "body": "قتل ثلاثة مدنيين أمس في قصف على حلب، بحسب المرصد."}
EVENT: dict[str, Any] = {
    "kind": "attack",
    "type": "shelling",
    "timing": "new",
    "status": "reported",
    "quotes": ["قصف على حلب", "قتل ثلاثة مدنيين أمس في قصف"],
    "triggers": ["قصف", "قصف"],
    "initiators": [],
    "targets": [{"text": "مدنيين", "en": "Civilians"}],
    "place": {"text": "حلب", "en": "Aleppo", "country": "SY", "lat": 36.2, "lon": 37.16},
    "date": ["2025-01-01", "2025-01-01"],
    "date_text": "أمس",
    "killed": [3, 3],
    "killed_text": "قتل ثلاثة مدنيين",
    "injured": None,
    "injured_text": None,
    "weapons": ["قصف"],
    "source": {"text": "المرصد", "en": "SOHR"},
}


def _files(folder: Path, marks: dict[str, Any], article: dict[str, Any]) -> tuple[Path, Path]:
    one, two = folder / "marks.jsonl", folder / "articles.jsonl.gz"
    one.write_text(json.dumps(marks, ensure_ascii=False) + "\n", encoding="utf-8")
    two.write_bytes(gzip.compress((json.dumps(article, ensure_ascii=False) + "\n").encode()))
    return one, two


def test_marks_hold_no_text_and_give_all_of_it_back(tmp_path: Path) -> None:
    """What was stripped is restored from the article, word for word."""
    marks = strip({"article_id": "a", "events": [EVENT]}, ARTICLE)
    assert not any("\u0600" <= c <= "\u06ff" for c in json.dumps(marks, ensure_ascii=False))
    assert load_marks(*_files(tmp_path, marks, ARTICLE)) == [{**ARTICLE, "events": [EVENT]}]


def test_marks_of_a_missing_article_are_refused(tmp_path: Path) -> None:
    """The message names the article."""
    marks = strip({"article_id": "a", "events": []}, ARTICLE)
    with pytest.raises(MarksError, match="article a is not in"):
        load_marks(*_files(tmp_path, marks, {**ARTICLE, "article_id": "b"}))


def test_marks_beyond_the_text_are_refused(tmp_path: Path) -> None:
    """An article that was cut since is not the one that was marked."""
    marks = strip({"article_id": "a", "events": [EVENT]}, ARTICLE)
    with pytest.raises(MarksError, match="outside of its body"):
        load_marks(*_files(tmp_path, marks, {**ARTICLE, "body": "قتل"}))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"quotes": ["غارة", "غارة"]}, "neither title nor body"), ({"triggers": ["غارة", "قصف"]}, "not in its quote")],
    ids=["quote", "trigger"],
)
def test_what_is_not_verbatim_cannot_be_stripped(change: dict[str, Any], message: str) -> None:
    """A quote must stand in the article and a trigger in its quote."""
    with pytest.raises(MarksError, match=message):
        strip({"article_id": "a", "events": [{**EVENT, **change}]}, ARTICLE)


def test_the_command_writes_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line an article, as `strip` gives it."""
    record = {"article_id": "a", "events": [EVENT]}
    marked, articles = _files(tmp_path, record, ARTICLE)
    main([str(marked), "--articles", str(articles)])
    assert json.loads(capsys.readouterr().out) == strip(record, ARTICLE)


def test_the_committed_marks_hold_no_sentence_of_an_article() -> None:
    """Not one Arabic letter: only positions and values."""
    text = MARKS.read_text(encoding="utf-8")
    assert not any("\u0600" <= c <= "\u06ff" for c in text)
    assert len(text.splitlines()) == 705


def test_the_committed_marks_fit_their_articles() -> None:
    """Where the articles are kept beside the project, each trigger lies in its quote."""
    articles = ROOT.parent / "shared" / "eval" / "raw.jsonl.gz"
    if not articles.exists():
        pytest.skip(f"there is no {articles.name}")
    records = load_marks(MARKS, articles)
    events = [event for record in records for event in record["events"]]
    assert len(events) > 600
    assert all(t in q for event in events for q, t in zip(event["quotes"], event["triggers"], strict=True))
