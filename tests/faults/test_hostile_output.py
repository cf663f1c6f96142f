"""What an article says drives nothing that shows it: terminal, log, table, formats, web, metrics, health."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

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
    incidents_log: Worker
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
    """Let two workers, one for each form of the log, read all messages; the alerts of one become incidents."""
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
        first = stands[0]
        _rasid("topics", "create", "--partitions", "1", "--replication", "1", stand=first)
        incidents = first.start([sys.executable, "-m", "stream.cli", "incidents"], cwd=ROOT)
        _wait_for_incidents(first)
        urls = [worker.health_url() for worker in (logs["json"], incidents)]
        metrics, health = ("".join(get(f"{url}{path}")[1] for url in urls) for path in ("/metrics", "/health/ready"))
        yield Outputs(first, logs["json"], logs["console"], incidents, metrics, health)
    finally:
        for stand in stands:
            stand.close()


def _wait_for_incidents(stand: Stand) -> None:
    deadline = time.monotonic() + 90
    while not _rasid("subscribe", "--incidents", "--from", "earliest", "--idle-timeout", "2", stand=stand)[0]:
        assert time.monotonic() < deadline, stand.workers[-1].log


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
        *(
            ["subscribe", "--incidents", "--from", "earliest", "--idle-timeout", "3", "--format", form]
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
    assert output.count("\n") >= (1 if "--incidents" in arguments else 3)
    _assert_harmless(output)
    _assert_harmless(errors)


def test_diff_shows_it(file: Path, tmp_path: Path) -> None:
    """Sentences of alerts that are gone, that are new, and whose slots differ."""
    alerts = [json.loads(line) for line in _rasid("detect", "--background", file)[0].splitlines()]
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    old.write_text("\n".join(json.dumps(alert) for alert in alerts[1:]), encoding="utf-8")
    changed = [alert | {"severity": 1} for alert in alerts[:-1]]
    new.write_text("\n".join(json.dumps(alert) for alert in changed), encoding="utf-8")
    for options in ([], ["--json"]):
        output, errors = _rasid("diff", old, new, *options)
        assert SHOWN in output or r"\u001b[2J" in output
        # The signs of a comparison are its own.
        _assert_harmless(re.sub("^[+-] (?=air_strike )", "", output, flags=re.MULTILINE))
        _assert_harmless(errors)


def test_demo_shows_it(kafka: RunningBroker, file: Path) -> None:
    """Cards of alerts, and complaints that name the file."""
    output, errors = _rasid("demo", file, "--broker", kafka.bootstrap)
    assert f"{len(FORMULAS) + len(_malformed())} articles, " in output
    assert SHOWN in output
    _assert_harmless(output)
    _assert_harmless(errors)


def test_doctor_shows_it(outputs: Outputs) -> None:
    """What it tells of topics that hold harm."""
    output, errors = _rasid("doctor", "--watch", "1", stand=outputs.stand)
    assert outputs.stand.settings.broker in output
    _assert_harmless(output)
    _assert_harmless(errors)


def test_the_web_shows_it_as_data_alone(outputs: Outputs) -> None:
    """JSON, GeoJSON and feeds escape it; nothing of it stands in a page, and no answer can be taken for a page."""
    stand = outputs.stand
    command = [sys.executable, "-m", "stream.cli", "serve", "--port", "0"]
    command += ["--broker", stand.settings.broker, "--prefix", stand.settings.topic_prefix]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        try:
            url = json.loads(process.stderr.readline())["url"].rstrip("/")
            deadline = time.monotonic() + 60
            while not _answers(f"{url}/health/ready") and time.monotonic() < deadline:
                time.sleep(0.2)
            found = json.loads(get(f"{url}/api/v1/alerts")[1])["items"][0]
            one = [f"alerts/{found['alert_id']}{form}" for form in ("", "/cap")]
            lists = [f"{kind}{form}" for kind in ("alerts", "incidents") for form in ("", ".geojson", ".atom")]
            article = f"article?id={quote(found['article']['article_id'])}"
            # Texts are read once it is known which articles have alerts.
            while not _answers(f"{url}/api/v1/{article}") and time.monotonic() < deadline:
                time.sleep(0.2)
            for path in (*lists, *one, article):
                with urllib.request.urlopen(f"{url}/api/v1/{path}", timeout=20) as answer:  # noqa: S310 - on loopback
                    text, headers = answer.read().decode(), answer.headers
                assert headers["X-Content-Type-Options"] == "nosniff"
                assert headers.get_content_type() != "text/html"
                assert "owned" in text or path == "incidents.atom", path
                assert "<script" not in text or "json" in headers.get_content_type(), path
                assert "\x1b" not in text
            page = get(f"{url}/")[1]
            assert "<html" in page
            assert "owned" not in page
        finally:
            process.terminate()
        assert "owned" not in process.stderr.read()


def _answers(url: str) -> bool:
    try:
        return get(url)[0] == 200
    except OSError:
        return False


def test_replay_shows_it(outputs: Outputs, file: Path) -> None:
    """What cannot be sent is told by the name of its file."""
    damaged = file.with_name("\x1b[31mcut\u202e.gz")
    damaged.write_bytes(b"\x1f\x8b" + DRIVING.encode())
    output, errors = _rasid("replay", damaged, stand=outputs.stand)
    assert output == ""
    assert r"\x1b[31mcut\u202e.gz:1: the gzip data is damaged" in errors
    _assert_harmless(errors)


def test_the_log_of_incidents_shows_it(outputs: Outputs) -> None:
    """Whatever it tells of alerts."""
    assert outputs.incidents_log.log
    _assert_harmless(outputs.incidents_log.log)


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
        assert not [word for word in ("<script", "owned", "HYPERLINK", "حلب") if word in text]
        _assert_harmless(text)


def test_every_command_is_tested_here() -> None:
    """A new one has to be. None but subscribe and serve writes CSV or HTML, where a formula or a script would live."""
    shows = {"worker", "incidents", "detect", "explain", "evaluate", "replay", "diff", "subscribe", "serve"}
    shows |= {"dead-letters", "demo", "doctor"}
    reads_no_article = {"topics", "lexicon", "broker", "config", "plan", "completion"}
    assert _COMMANDS.keys() == shows | reads_no_article
    # The help of replay names HTML as something that it reads.
    helps: list[Any] = [
        _rasid(name, "--help")[0].lower() for name in _COMMANDS if name not in {"subscribe", "serve", "replay"}
    ]
    assert not [text for text in helps if "csv" in text or "html" in text]
