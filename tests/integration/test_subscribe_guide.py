"""docs/subscribe.md: every command in it is run, the example in Python too, and its tables are complete."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from stream.broker import RunningBroker
from stream.cli import main
from stream.cli.targets import FOR_PEOPLE
from stream.filters import Parameter, takes_many
from stream.outputs import Format
from stream.sinks.webhook import signing_key
from tests.formats.made import incident
from tests.incidents.made import alert
from tests.integration.stand import ROOT, Stand
from tests.integration.subscribers import Receiver, create_topics, environ, publish

GUIDE = (ROOT / "docs" / "subscribe.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
WEBHOOK = "https://desk.example/hook"
ALERTS = [
    alert("a1", "shelling", "saraqib", "syria", "rebels", severity=80, text="قصف على سراقب"),
    alert("a2", "air_strike", "mosul", "is", severity=20),
]


@pytest.fixture(scope="module")
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Topics with two alerts, an incident, and the topic of the guide's own."""
    made = Stand(kafka.bootstrap, partitions=1)
    made.create_topics()
    create_topics(made, f"{made.settings.topic_prefix}syria.alerts")
    publish(made, *ALERTS, incident(ALERTS[0]))
    yield made
    made.close()


def test_the_guide_has_commands_and_nothing_else_in_its_blocks() -> None:
    """So that none escapes the tests below."""
    assert {language for language, _ in BLOCKS} == {"sh", "python"}
    assert all(line.startswith(("rasid subscribe", "export RASID_WEBHOOK_SECRET=")) for line in COMMANDS)
    assert len(COMMANDS) > 10


@pytest.mark.integration
@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("rasid")])
def test_every_command_works(line: str, stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends well once nothing comes any more; the webhook of the guide is one on loopback here."""
    monkeypatch.chdir(tmp_path)
    (secret,) = [each.partition("=")[2] for each in COMMANDS if each.startswith("export")]
    arguments = [*shlex.split(line)[1:], "--idle-timeout", "0.5"]
    with Receiver().serving() as receiver:
        if WEBHOOK in arguments:
            arguments[arguments.index(WEBHOOK)] = receiver.url
            arguments += ["--allow-private", "--from", "earliest"]
        if "--to-topic" in arguments:
            at = arguments.index("--to-topic") + 1
            arguments[at] = stand.settings.topic_prefix + arguments[at]
        done = CliRunner().invoke(main, arguments, env=environ(stand) | {"RASID_WEBHOOK_SECRET": secret})
    assert done.exit_code == 0, done.output
    assert len(receiver.posts) == (WEBHOOK in line)
    if "--from earliest" in line:
        written = (tmp_path / arguments[arguments.index("--output") + 1]).read_text() if "--output" in line else ""
        assert len((written or done.stdout).splitlines()) >= 2


@pytest.mark.integration
def test_the_example_in_python_runs(stand: Stand, tmp_path: Path) -> None:
    """It prints what its filter lets through, as long as it is let run."""
    (example,) = [text for language, text in BLOCKS if language == "python"]
    assert len([line for line in example.splitlines() if line]) <= 10
    file = tmp_path / "example.py"
    file.write_text(example, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(file)], env=environ(stand), cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first == "shelling 2018-04-07 قصف على سراقب\n"
        publish(stand, ALERTS[0].model_copy(update={"alert_id": "a3"}))
        assert process.stdout.readline() == first
        process.send_signal(signal.SIGINT)
        process.wait(20)


def test_the_tables_are_complete() -> None:
    """Every condition, marked where it may be repeated, and every format."""
    rows = re.findall(r"^\| `--([a-z]+)`( \*)? \|", GUIDE, re.MULTILINE)
    assert {name: bool(star) for name, star in rows} == {name.value: takes_many(name) for name in Parameter}
    formats = re.findall(r"^\| (`[a-z]+`(?:, `[a-z]+`)*) \|", GUIDE, re.MULTILINE)
    assert re.findall(r"[a-z]+", " ".join(formats)) == [*FOR_PEOPLE, *(form.value for form in Format)]


def test_the_secret_of_the_guide_is_one() -> None:
    """As the specification writes them."""
    (secret,) = re.findall(r"RASID_WEBHOOK_SECRET=(\S+)", GUIDE)
    assert len(signing_key(SecretStr(secret))) == 24
