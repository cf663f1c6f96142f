"""docs/run.md: every command in it is run on a real Kafka, from top to bottom, and what it says of exit codes holds."""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream.broker import RunningBroker
from stream.cli import main
from stream.exit_codes import NEEDS_A_PERSON, ExitCode
from stream.settings import Settings
from tests.guides import Guide
from tests.integration.stand import ROOT, Stand, Worker, article, get

GUIDE = Guide.read("run.md")
SAMPLES = (ROOT / "stream" / "samples" / "articles.jsonl").read_bytes()
# They go on until they are stopped; the others end by themselves.
_LASTING = re.compile(r"(?:RASID_HEALTH_PORT=(\d+) )?rasid (worker|incidents|serve)( .*)?")
_PATIENCE = 60.0


class Reader:
    """Somebody who types what the guide says, in a folder of his own and under a prefix of his own."""

    def __init__(self, stand: Stand, folder: Path) -> None:
        self._stand = stand
        self._folder = folder
        self._environ = {
            "RASID_BROKER": stand.settings.broker,
            "RASID_TOPIC_PREFIX": stand.settings.topic_prefix,
            "RASID_GROUP_ID": stand.settings.group_id,
            "XDG_STATE_HOME": str(folder / ".state"),
        }
        self.running: dict[str, Worker] = {}
        """What was started, by the port that the guide gives it."""
        self.shown: dict[str, str] = {}
        """What each line wrote, standard error included."""

    def type(self, line: str) -> None:
        """Do what *line* says; it has to go well."""
        if lasting := _LASTING.fullmatch(line):
            self._start(lasting[1] or ("8088" if lasting[2] == "serve" else "8080"), shlex.split(line))
        elif line.startswith("curl "):
            _, port, path = re.split(r"http://127\.0\.0\.1:(\d+)", line)
            self.shown[line] = ready(self.running[port].health_url() + path)
        elif line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            command = re.fullmatch(r"\$\((.+)\)", value)
            self._environ[name] = self._run(command[1]).stdout.strip() if command else value
        else:
            self._run(line)

    def _start(self, port: str, words: list[str]) -> None:
        if port in self.running:
            # It would be refused the port; the guide's reader has gone on to another machine.
            assert self.running.pop(port).stop(30) == ExitCode.OK
        command = [sys.executable, "-m", "stream.cli", *words[words.index("rasid") + 1 :]]
        self.running[port] = self._stand.start(command, cwd=self._folder, PYTHONPATH=str(ROOT), RASID_SERVE_PORT="0")
        if port != "8088":
            ready(self.running[port].health_url() + "/health/ready")

    def _run(self, line: str) -> Result:
        words = shlex.split(line)
        at = words.index("rasid")
        arguments = words[at + 1 :]
        own = dict(word.split("=", 1) for word in words[:at])
        if arguments[0] == "subscribe":
            arguments += ["--max-messages", "3", "--idle-timeout", "30"]
        done = CliRunner().invoke(main, arguments, env=self._environ | own)
        assert done.exit_code == 0, f"{line}\n{done.output}"
        self.shown[line] = done.output
        return done


def ready(url: str) -> str:
    """Return the body of *url* once its status is 200."""
    deadline = time.monotonic() + _PATIENCE
    while (answer := get(url))[0] != 200:
        assert time.monotonic() < deadline, answer
        time.sleep(0.2)
    return answer[1]


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Give a prefix and a group of its own; the guide makes the topics."""
    made = Stand(kafka.bootstrap)
    yield made
    made.close()


@pytest.mark.integration
def test_every_command_works_from_top_to_bottom(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker is the session's; that `rasid broker` starts and stops one is tests/broker's to show."""
    monkeypatch.chdir(tmp_path)
    large = article(1, body="x" * 100_000)[1]
    (tmp_path / "articles.jsonl").write_bytes(SAMPLES + large + b"\n")
    (tmp_path / "rasid.toml").write_text("".join(GUIDE.of("toml")), encoding="utf-8")
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "attack.yaml").write_text("".join(GUIDE.of("yaml")), encoding="utf-8")
    reader = Reader(stand, tmp_path)
    for line in GUIDE.commands:
        # What exists is left as it is: a plan with more partitions would differ.
        reader.type(line.replace(" --partitions 12", ""))
    shown = reader.shown
    assert len(shown["rasid subscribe --from earliest"].splitlines()) >= 3
    (config,) = [text for line, text in shown.items() if "rasid config --config" in line]
    assert "correct-horse" not in config
    assert "sasl_mechanism = SCRAM-SHA-512" in config
    assert "too_large" in shown["rasid dead-letters list"]
    assert "Sent 1 to" in shown["rasid dead-letters replay --code too_large --yes"]
    assert "rasid_consumer_lag" in shown["curl http://127.0.0.1:8080/metrics"]
    assert "attack.shelling.own_volley" in "".join(text for line, text in shown.items() if "lexicon try" in line)
    assert reader.running.keys() == {"8080", "8081", "8088"}
    for program in reader.running.values():
        assert program.stop(30) == ExitCode.OK, program.log


def test_its_blocks_hold_commands_and_files_alone() -> None:
    """So that none escapes the test above."""
    assert GUIDE.languages == {"sh", "toml", "yaml"}
    assert len(GUIDE.commands) > 20


def test_its_table_tells_restarts_from_what_a_person_mends() -> None:
    """As the supervisor does; USAGE is no way in which a worker that ran ends."""
    rows = re.findall(r"^\| ([0-9, ]+) \| (.*) \|$", GUIDE.text, re.MULTILINE)
    mend = {int(code) for codes, what in rows if "first" in what for code in codes.split(",")}
    again = {int(code) for codes, what in rows if what.startswith("start it again") for code in codes.split(",")}
    assert mend == NEEDS_A_PERSON - {ExitCode.USAGE}
    assert again == {ExitCode.NO_BROKER, ExitCode.STALLED, ExitCode.UNDELIVERED}


def test_its_defaults_are_those_of_the_settings() -> None:
    """`RASID_NAME` (value)."""
    named = re.findall(r"`RASID_(\w+)` \(([\d.]+)\)", GUIDE.text)
    assert len(named) >= 4
    assert {name: str(Settings.model_fields[name.lower()].default) for name, _ in named} == dict(named)
