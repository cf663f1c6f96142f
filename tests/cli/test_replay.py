"""`rasid replay` without Kafka: dry runs, their alerts and reports, and what is refused before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream.cli import main
from tests.archives import samples

SAMPLES = Path(__file__).parents[2] / "stream" / "samples" / "articles.jsonl"


def _replay(*arguments: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, arguments)], input=stdin)


def test_a_dry_run_counts_and_sends_nothing() -> None:
    """It asks no broker; the port is one where nobody listens."""
    done = _replay(SAMPLES, "--dry-run", "--broker", "127.0.0.1:1", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["articles"] == len(SAMPLES.read_bytes().splitlines())
    assert told["alerts"] == 0
    assert f"{told['articles']} lines would be sent." in done.stderr


def test_the_same_archive_gives_the_same_alerts_twice(tmp_path: Path) -> None:
    """Ids too, in every format that the articles may come in, and as `rasid detect` finds them."""
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(samples.jsonl())
    parquet = tmp_path / "a.parquet"
    parquet.write_bytes(samples.parquet())
    ids = []
    for number, path in enumerate((archive, archive, parquet)):
        saved = tmp_path / f"{number}.jsonl"
        done = _replay(path, "--dry-run", "--save", saved)
        assert done.exit_code == 0, done.output
        ids.append([json.loads(line)["alert_id"] for line in saved.read_text(encoding="utf-8").splitlines()])
    found = CliRunner().invoke(main, ["detect", str(archive)]).stdout.splitlines()
    assert ids == [[json.loads(line)["alert_id"] for line in found]] * 3
    assert len(ids[0]) >= 2
    assert CliRunner().invoke(main, ["diff", str(tmp_path / "0.jsonl"), str(tmp_path / "2.jsonl")]).exit_code == 0


def test_a_dry_run_reports(tmp_path: Path) -> None:
    """The page and the summary tell of articles, alerts, and what no article is."""
    report = tmp_path / "r.html"
    done = _replay("-", "--dry-run", "--report", report, "--save", tmp_path / "s", stdin=samples.jsonl() + b"{\n")
    assert done.exit_code == 0, done.output
    assert "4 lines would be sent, 1 of them no article." in done.stderr
    assert "dead letters: not_json 1" in done.stderr
    assert "Replay of -" in report.read_text(encoding="utf-8")
    assert not (tmp_path / "s.partial").exists()


def test_a_span_and_an_order(tmp_path: Path) -> None:
    """Only articles within; a later one stands first in the file and comes last."""
    archive = tmp_path / "a.csv"
    archive.write_bytes(samples.table())
    done = _replay(archive, "--dry-run", "--since", "2018-04-16", "--until", "2018-04-17", "--json")
    told = json.loads(done.stdout)
    assert (told["articles"], told["first_published"]) == (1, "2018-04-16T09:30:00+03:00")
    assert told["left_out"] == {"outside the span of time, or without a date": 2}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.jsonl"], "No such file"),
        (["none-*.jsonl"], "no file is called so"),
        ([str(SAMPLES), "--map", "words=text"], "published_at"),
        ([str(SAMPLES), "--speed", "fast"], "60x"),
        ([str(SAMPLES), "--speed", "2x", "--rate", "5"], "exclude"),
        ([str(SAMPLES), "--speed", "2x", "--order", "file"], "--order publication"),
        ([str(SAMPLES), "--isolated", "--dry-run"], "exclude"),
        ([str(SAMPLES), "--save", str(SAMPLES)], "also an input"),
        ([], "ARCHIVES"),
    ],
)
def test_wrong_usage_ends_before_anything_is_sent(arguments: list[str], words: str) -> None:
    """Exit code 2, with what to do."""
    done = _replay(*arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_damaged_archives_have_their_exit_codes(tmp_path: Path) -> None:
    """65 for damage, 66 for what unpacks to too much; what could be read is counted."""
    bad = tmp_path / "a.csv"
    bad.write_bytes(samples.table() + b'x,"' + b"\xff\xfe" + b'",\n')
    done = _replay(bad, "--dry-run")
    assert done.exit_code == 65
    assert "3 lines would be sent" in done.stderr
    assert "a.csv:8: the line is not utf-8" in done.stderr
    bomb = tmp_path / "b.zip"
    bomb.write_bytes(samples.zipped({"a.jsonl": samples.jsonl(), "b.jsonl": b"\0" * 20_000_000}))
    done = _replay(bomb, "--dry-run")
    assert done.exit_code == 66
    assert "3 lines would be sent" in done.stderr
