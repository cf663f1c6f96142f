"""`rasid detect`: articles in, alerts out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner, Result

from schemas.alert import Alert
from schemas.article import Article
from stream import bulk_detection
from stream.cli import main

SAMPLES = Path(__file__).parents[2] / "stream" / "samples" / "articles.jsonl"


class FakeDetector:
    """Finds a new event in every article, and a background one; fails on the article `bug`."""

    lexicon_version = "fake"

    def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
        if article.article_id == "bug":
            raise ZeroDivisionError("boom")
        return [self._alert(article, detected_at, timing) for timing in ("new", "background")]

    def _alert(self, article: Article, detected_at: datetime, timing: str) -> Alert:
        text = article.title
        evidence = {"field": "title", "start": 0, "end": len(text), "text": text, "trigger": text, "rule": "r"}
        return Alert.model_validate(
            {
                "alert_id": f"{article.article_id}-{timing}",
                "kind": "attack",
                "event_type": "shelling",
                "timing": timing,
                "status": "reported",
                "evidence": [evidence],
                "severity": 1,
                "confidence": 0.5,
                "article": {
                    "article_id": article.article_id,
                    "title": text,
                    "published_at": article.published_at,
                },
                "detector": {"version": "1", "lexicon_version": "1"},
                "detected_at": detected_at,
            }
        )


def _article(number: int | str, **more: Any) -> str:
    fields = {"article_id": str(number), "title": "قصف", "published_at": "2025-01-01T00:00:00Z", **more}
    return json.dumps(fields, ensure_ascii=False) + "\n"


@pytest.fixture(autouse=True)
def _fake_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(overlays: Sequence[Path]) -> FakeDetector:
        return FakeDetector()

    monkeypatch.setattr(bulk_detection, "load_detector", load)
    # Another process would have the real one.
    monkeypatch.setattr(import_module("stream.cli.detect"), "usable_cores", lambda: 1)


def _detect(*arguments: str | Path, stdin: bytes | str | None = None) -> Result:
    return CliRunner().invoke(main, ["detect", *map(str, arguments)], input=stdin)


def _ids(text: str) -> list[str]:
    return [json.loads(line)["alert_id"] for line in text.splitlines()]


def test_alerts_come_in_the_order_of_the_articles() -> None:
    """One JSON line an alert; fields that are not an article's are ignored; background events stay out."""
    result = _detect("-", stdin="".join(_article(number, events=[{"x": 1}]) for number in range(50)))
    assert _ids(result.stdout) == [f"{number}-new" for number in range(50)]
    assert result.stderr == ""
    assert result.exit_code == 0


def test_background_is_given_when_asked_for() -> None:
    """Both timings, each saying which."""
    result = _detect("-", "--background", stdin=_article(1))
    assert [json.loads(line)["timing"] for line in result.stdout.splitlines()] == ["new", "background"]


def test_packed_files(tmp_path: Path) -> None:
    """Both gzip and Zstandard are read as they are, several files one after the other."""
    first, second = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.zst"
    first.write_bytes(gzip.compress(_article(1).encode()))
    second.write_bytes(zstandard.ZstdCompressor().compress(_article(2).encode()))
    assert _ids(_detect(first, second).stdout) == ["1-new", "2-new"]


def test_bad_lines_are_told_with_their_numbers_and_the_rest_is_done() -> None:
    """Exit code 65, every fault on standard error under its line, and the good lines' alerts."""
    lines = [_article(1), "{broken\n", "\n", '{"article_id": "no-date", "title": "x"}\n', _article("bug"), _article(2)]
    result = _detect("-", stdin="".join(lines))
    assert _ids(result.stdout) == ["1-new", "2-new"]
    assert result.exit_code == 65
    complaints = result.stderr.splitlines()
    assert [line.split(": ")[:2] for line in complaints[:3]] == [
        ["standard input:2", "not_json"],
        ["standard input:4", "no_date"],
        ["standard input:5", "detection_failed"],
    ]
    assert complaints[3].startswith("Error: 3 ")


def test_a_cut_archive_gives_what_came_before(tmp_path: Path) -> None:
    """The good lines' alerts, then the damage, then exit code 65."""
    packed = gzip.compress("".join(_article(number) for number in range(5000)).encode())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    result = _detect(path)
    found = _ids(result.stdout)
    assert found == [f"{number}-new" for number in range(len(found))]
    assert len(found) > 100
    assert "cut off" in result.stderr
    assert result.exit_code == 65


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    """With a fixed time nothing differs, whether to a file or to standard output."""
    output = tmp_path / "alerts.jsonl"
    arguments = ("-", "--detected-at", "2025-01-01T00:00:00+03:00")
    stdin = "".join(_article(number) for number in range(10))
    assert _detect(*arguments, "--output", output, stdin=stdin).stdout == ""
    printed = _detect(*arguments, stdin=stdin).stdout_bytes
    assert output.read_bytes() == printed
    assert json.loads(printed.splitlines()[0])["detected_at"] == "2025-01-01T00:00:00+03:00"


def test_json_cannot_drive_the_terminal() -> None:
    """C1 and bidi controls of an article leave as JSON escapes of the same text."""
    bad = "قصف\x9b31m\u202e"
    result = _detect("-", stdin=_article(1, title=bad))
    assert json.loads(result.stdout)["article"]["title"] == bad
    assert not {"\x9b", "\u202e"} & set(result.stdout)


def test_the_input_is_not_overwritten(tmp_path: Path) -> None:
    """An output that is an input is a usage error, and the file stays."""
    path = tmp_path / "articles.jsonl"
    path.write_text(_article(1), encoding="utf-8")
    assert _detect(path, "--output", path).exit_code == 2
    assert path.read_text(encoding="utf-8") == _article(1)


@pytest.mark.parametrize(
    "arguments",
    [["nowhere.jsonl"], ["-", "--detected-at", "yesterday"], ["-", "--processes", "0"], []],
    ids=["no-file", "no-time", "no-process", "nothing"],
)
def test_wrong_usage(arguments: list[str]) -> None:
    """Exit code 2 and a word on standard error."""
    result = _detect(*arguments, stdin="")
    assert result.exit_code == 2
    assert result.stderr


def test_a_wrong_setting_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 78 and the variable's name."""
    monkeypatch.setenv("RASID_MAX_ARTICLE_BYTES", "many")
    result = _detect("-", stdin="")
    assert result.exit_code == 78
    assert "RASID_MAX_ARTICLE_BYTES" in result.stderr


def test_several_processes_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The packaged detector over the samples and bad lines: order, alerts and complaints are those of one process."""
    monkeypatch.undo()
    text = SAMPLES.read_text(encoding="utf-8")
    path = tmp_path / "articles.jsonl"
    path.write_text((text + "broken\n") * 4, encoding="utf-8")
    one, two = (_detect(path, "--detected-at", "2025-01-01", "--processes", count) for count in ("1", "2"))
    assert one.stdout_bytes == two.stdout_bytes
    assert one.stderr == two.stderr
    assert (one.exit_code, two.exit_code) == (65, 65)
    assert len(one.stdout.splitlines()) > 4
