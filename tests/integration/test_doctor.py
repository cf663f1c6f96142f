"""`rasid doctor` on a real Kafka: each fault is named, with what to do and with the exit code of a worker."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from stream.broker import RunningBroker
from stream.cli import main
from stream.detection import load_detector
from stream.exit_codes import ExitCode
from tests.integration.stand import Stand, article

pytestmark = pytest.mark.integration


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Give a prefix and a group of its own; topics are made by the test."""
    made = Stand(kafka.bootstrap)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _load_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packaged lexicons take a second or two to load; once is enough."""
    monkeypatch.setattr("stream.doctor.load_detector", _load)


_load = functools.cache(load_detector)


def doctor(stand: Stand, *arguments: str, **environ: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code and the findings by their check."""
    own = {
        "RASID_BROKER": stand.settings.broker,
        "RASID_TOPIC_PREFIX": stand.settings.topic_prefix,
        "RASID_GROUP_ID": stand.settings.group_id,
    }
    kept = {name: None for name in os.environ if name.startswith("RASID_")}
    done = CliRunner().invoke(main, ["doctor", "--json", *arguments], env=kept | own | environ)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, {finding["check"]: finding for finding in found}


def test_topics_that_are_missing_are_named_with_the_command_that_makes_them(stand: Stand) -> None:
    """The exit code is the worker's; the lag is not looked at."""
    code, found = doctor(stand)
    assert code == ExitCode.NO_TOPIC
    assert stand.settings.topics.articles in found["topics"]["text"]
    assert "rasid topics create" in found["topics"]["remedy"]
    assert found["lag"]["verdict"] == "skipped"
    assert {found[name]["verdict"] for name in ("versions", "settings", "lexicons", "broker")} == {"ok"}


def test_articles_that_nobody_reads_are_counted(stand: Stand) -> None:
    """A group without workers is a warning: they may be about to start."""
    stand.create_topics()
    stand.produce([article(n) for n in range(7)])
    code, found = doctor(stand)
    assert code == ExitCode.OK
    assert found["lag"]["verdict"] == "warning"
    assert found["lag"]["text"].startswith("7 articles wait, 0 workers")
    assert "rasid worker" in found["lag"]["remedy"]
    # One broker only, and the topics are not as `rasid topics create` makes them.
    assert found["topics"]["verdict"] == "warning"


def test_a_worker_that_works_is_well(stand: Stand) -> None:
    """All that waited is done."""
    stand.create_topics()
    stand.start()
    stand.produce([article(n) for n in range(7)])
    stand.read(*stand.alert_topics, until=lambda got: len(got) >= 7, extra=2)
    code, found = doctor(stand)
    assert code == ExitCode.OK
    assert found["lag"] == {
        "check": "lag",
        "verdict": "ok",
        "text": f"0 articles wait, 1 workers in group {stand.settings.group_id}",
        "remedy": "",
        "code": 0,
    }


def test_a_worker_that_hangs_is_told(stand: Stand) -> None:
    """It is in its group, articles wait, and no offset moves."""
    stand.create_topics()
    worker = stand.start(TEST_FAULT="no commits")
    worker.health_url()
    stand.produce([article(n) for n in range(7)])
    stand.read(*stand.alert_topics, until=lambda got: len(got) >= 7)
    code, found = doctor(stand, "--watch", "2")
    assert code == ExitCode.STALLED
    assert found["lag"]["text"].endswith("none in 2 s")
    assert "RASID_STALL_SECONDS" in found["lag"]["remedy"]


@pytest.mark.parametrize(
    ("environ", "expected", "check"),
    [
        pytest.param({"RASID_BROKER": "127.0.0.1:1"}, ExitCode.NO_BROKER, "broker", id="no broker"),
        pytest.param({"RASID_TLS": "true"}, ExitCode.TLS, "broker", id="TLS to a plaintext port"),
    ],
)
def test_a_broker_that_cannot_be_reached_is_told(
    stand: Stand, environ: dict[str, str], expected: int, check: str
) -> None:
    """In the words of the other commands, and the rest is looked at all the same."""
    code, found = doctor(stand, **environ)
    assert code == expected
    assert found[check]["verdict"] == "failed"
    assert found["lexicons"]["verdict"] == "ok"
    assert {found[name]["verdict"] for name in ("topics", "lag")} == {"skipped"}


def test_a_wrong_lexicon_is_told(stand: Stand, tmp_path: Path) -> None:
    """With the command that shows every fault."""
    (tmp_path / "attack.yaml").write_text("- {id: attack.x, type: [")
    code, found = doctor(stand, RASID_LEXICON_PATH=str(tmp_path))
    assert code == ExitCode.BAD_DATA
    assert "rasid lexicon check" in found["lexicons"]["remedy"]


def test_a_library_of_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a newer click, which breaks Faust."""
    from stream import doctor as module

    monkeypatch.setattr(module, "version", lambda name: "8.4.1" if name == "click" else "1.0")
    finding = module.check_versions()
    assert finding.verdict == "failed"
    assert "click is 8.4.1, should be <8.4,>=8.1" in finding.text
