"""What an article says drives nothing that shows it: terminal, log, table, JSON lines, metrics, health."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stream.broker import RunningBroker
from stream.cli.main import _COMMANDS
from stream.outputs import Format
from stream.terminal import visible
from tests.faults.ledger import wait_until_done
from tests.integration.stand import ROOT, Stand, Worker, get

pytestmark = pytest.mark.integration

DRIVING = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\u200f\r\b\ufeff"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>[bold red]&#27;"
FORMULAS = ("=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)")
SHOWN = r"\x1b[2J"
WORDS = "قتل 12 مدنيا في غارة جوية على مدينة حلب السورية يوم الجمعة"


def _articles() -> list[bytes]:
    """Articles that raise alerts, with harm in every field that is shown anywhere, at its beginning and inside."""
    made = []
    for number, formula in enumerate(FORMULAS):
        harm = f"{formula}{DRIVING}{MARKUP}"
        article = {
            "article_id": f"{formula}{DRIVING}{number}",
            "title": f"{formula} {WORDS} {harm}",
            "body": f"{formula}{DRIVING} {WORDS}، وفق المرصد السوري {harm}.\n{formula}\n{harm}",
            "published_at": "2018-04-20T08:00:00+04:00",
            "source": harm,
            "url": f"javascript:{harm}",
            "tags": [harm],
        }
        made.append(json.dumps(article, ensure_ascii=False).encode())
    return made


def _malformed() -> list[tuple[bytes, bytes]]:
    """Messages that become dead letters, with harm in key, value and what the reason may quote."""
    harm = f"=1{DRIVING}{MARKUP}"
    date = json.dumps({"title": harm, "published_at": harm}, ensure_ascii=False).encode()
    return [(harm.encode(), harm.encode()), (harm.encode(), date), (harm.encode(), b"\x1b[31m\xff")]


def _assert_harmless(text: str) -> None:
    """No line holds a character that drives a terminal, or begins as a spreadsheet's formula does."""
    for line in text.splitlines():
        assert visible(line) == line, ascii(line)
        assert not line.startswith(("=", "+", "-", "@", "\t")), line


@dataclass(frozen=True)
class Outputs:
    """A worker that has read the articles, and where."""

    stand: Stand
    json_log: Worker
    console_log: Worker
    metrics: str
    health: str


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file of the articles, which has a harmful name as well."""
    path = tmp_path_factory.mktemp("hostile") / "\x1b[31marticles\u202e.jsonl"
    path.write_bytes(b"\n".join([*_articles(), *(value for _, value in _malformed())]))
    return path


@pytest.fixture(scope="module")
def outputs(kafka: RunningBroker) -> Iterator[Outputs]:
    """Let two workers, one for each form of the log, read all messages."""
    logs, stands = {}, []
    messages = [*((f"=k{DRIVING}".encode(), value) for value in _articles()), *_malformed()]
    try:
        for form in ("json", "console"):
            stand = Stand(kafka.bootstrap, partitions=1)
            stands.append(stand)
            stand.create_topics()
            command = [sys.executable, "-m", "stream.cli", "worker"]
            logs[form] = stand.start(command, cwd=ROOT, RASID_LOG_FORMAT=form)
            stand.produce(messages)
            wait_until_done(stand, len(messages))
        url = logs["json"].health_url()
        yield Outputs(stands[0], logs["json"], logs["console"], get(f"{url}/metrics")[1], get(f"{url}/health/ready")[1])
    finally:
        for stand in stands:
            stand.close()


def _rasid(*arguments: str | Path, stand: Stand | None = None) -> tuple[str, str]:
    """Run a command and return what it wrote."""
    own = ["--broker", stand.settings.broker, "--prefix", stand.settings.topic_prefix] if stand else []
    command = [sys.executable, "-m", "stream.cli", *map(str, arguments), *own]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, cwd=ROOT, check=False)
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


@pytest.mark.parametrize("arguments", [["detect", "--background"], ["explain"], ["explain", "--json"]], ids=" ".join)
def test_commands_on_files_show_it(file: Path, arguments: list[str]) -> None:
    """Alerts, explanations and complaints, those that name the file included."""
    output, errors = _rasid(*arguments, file)
    assert SHOWN in output or r"\u001b[2J" in output
    _assert_harmless(output)
    _assert_harmless(errors)


def test_evaluate_shows_it(tmp_path: Path) -> None:
    """Wrong alerts are quoted from the articles."""
    gold = tmp_path / "gold"
    marked = [json.loads(value) | {"events": []} for value in _articles()]
    gold.write_text("\n".join(json.dumps(article) for article in marked), encoding="utf-8")
    output, errors = _rasid("evaluate", gold, "--errors", "40")
    assert SHOWN in output
    _assert_harmless(output)
    _assert_harmless(errors)


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            ["subscribe", "--from", "earliest", "--idle-timeout", "3", "--format", form]
            for form in ("table", "cards", *(each.value for each in Format))
        ),
        ["dead-letters", "list", "--format", "table"],
        ["dead-letters", "list", "--format", "jsonl"],
    ],
    ids=" ".join,
)
def test_commands_on_topics_show_it(outputs: Outputs, arguments: list[str]) -> None:
    """Tables, cards and JSON lines."""
    output, errors = _rasid(*arguments, stand=outputs.stand)
    assert output.count("\n") >= 3
    _assert_harmless(output)
    _assert_harmless(errors)


def test_replay_shows_it(outputs: Outputs, file: Path) -> None:
    """What cannot be sent is told by the name of its file."""
    damaged = file.with_name("\x1b[31mcut\u202e.gz")
    damaged.write_bytes(b"\x1f\x8b" + DRIVING.encode())
    output, errors = _rasid("replay", damaged, stand=outputs.stand)
    assert output == ""
    assert r"\x1b[31mcut\u202e.gz:1: the gzip data is damaged" in errors
    _assert_harmless(errors)


@pytest.mark.parametrize("form", ["json_log", "console_log"])
def test_the_log_shows_it(outputs: Outputs, form: str) -> None:
    """Ids of articles and reasons of dead letters stand in the log of the worker, in both forms."""
    log = getattr(outputs, form).log
    assert log.count("article_processed") == len(FORMULAS)
    assert log.count("article_failed") == len(_malformed())
    assert SHOWN.replace("\\", "\\\\") in log or SHOWN in log
    _assert_harmless(log)


def test_metrics_and_health_hold_nothing_of_it(outputs: Outputs) -> None:
    """Their labels are words of ours alone: nothing in an article makes a new series."""
    for text in (outputs.metrics, outputs.health):
        assert "rasid_alerts_total" in text or "ready" in text
        assert not [word for word in ("script", "owned", "HYPERLINK", "حلب") if word in text]
        _assert_harmless(text)


def test_no_command_writes_spreadsheets_or_pages() -> None:
    """Only these commands are tested here; and none but subscribe writes CSV, where a formula would live, or HTML."""
    assert _COMMANDS.keys() == {
        *("worker", "topics", "detect", "explain", "evaluate", "lexicon", "replay", "subscribe", "dead-letters"),
        *("demo", "broker", "config", "completion"),
    }
    helps: list[Any] = [_rasid(name, "--help")[0].lower() for name in _COMMANDS if name != "subscribe"]
    assert not [text for text in helps if "csv" in text or "html" in text]
