"""`rasid replay` on a real Kafka: into live topics and its own, at a pace, interrupted, and twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.alert import Alert
from stream.broker import RunningBroker
from stream.cli import main
from stream.cli.asynchronous import run
from stream.kafka import admin
from tests.integration.stand import ROOT, Received, Stand, article

pytestmark = pytest.mark.integration

SAMPLES = ROOT / "stream" / "samples" / "articles.jsonl"
_ARTICLES = len(SAMPLES.read_bytes().splitlines())


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Give topics and a group of its own."""
    made = Stand(kafka.bootstrap)
    made.create_topics()
    yield made
    made.close()


class Rasid:
    """The program on the topics of a stand; what it remembers of replays is in *folder*."""

    def __init__(self, stand: Stand, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RASID_")}
        settings = stand.settings
        own = {"RASID_BROKER": settings.broker, "RASID_TOPIC_PREFIX": settings.topic_prefix}
        self.environ = {**kept, **own, "RASID_GROUP_ID": settings.group_id, "XDG_STATE_HOME": str(folder / "state")}

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start the program."""
        command = [sys.executable, "-m", "stream.cli", *map(str, arguments)]
        return subprocess.Popen(
            command, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )

    def __call__(self, *arguments: str | Path, code: int = 0) -> tuple[str, str]:
        """Run it to its end, which must be *code*; return what it wrote."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == code, errors
        return output, errors


@pytest.fixture
def rasid(stand: Stand, tmp_path: Path) -> Rasid:
    """Give the program."""
    return Rasid(stand, tmp_path)


def _sent(stand: Stand, count: int, extra: float = 1.0) -> list[Received]:
    return _sent_to(stand, stand.settings.topics.articles, count, extra)


def _sent_to(stand: Stand, topic: str, count: int, extra: float = 0) -> list[Received]:
    return stand.read(topic, until=lambda found: len(found) >= count, extra=extra)


def _archive(folder: Path, count: int) -> Path:
    path = folder / "archive.jsonl"
    path.write_bytes(b"".join(article(number)[1] + b"\n" for number in range(count)))
    return path


def _ids(path: Path) -> list[str]:
    return [Alert.model_validate_json(line).alert_id for line in path.read_text(encoding="utf-8").splitlines()]


def test_alerts_of_live_workers_are_saved_twice_the_same(stand: Stand, rasid: Rasid, tmp_path: Path) -> None:
    """Those of this run alone, each once, with the ids that `rasid detect` gives; `rasid diff` finds no difference."""
    stand.start([sys.executable, "-m", "stream.cli", "worker"])
    stand.produce([article(1, title="قتل ثلاثة جنود في غارة جوية على البلدة يوم الأربعاء")])
    wanted = sorted(json.loads(line)["alert_id"] for line in rasid("detect", SAMPLES)[0].splitlines())
    first, second, report = tmp_path / "1.jsonl", tmp_path / "2.jsonl", tmp_path / "r.html"
    told, errors = rasid("replay", SAMPLES, "--save", first, "--report", report, "--json")
    assert f"{_ARTICLES} lines sent to {stand.settings.topics.articles}." in errors
    assert json.loads(told)["alerts"] == len(wanted)
    rasid("replay", SAMPLES, "--save", second, "--order", "publication")
    assert sorted(_ids(first)) == sorted(_ids(second)) == wanted
    assert rasid("diff", first, second)[0].splitlines()[-1] == f"same {len(wanted)}"
    assert "<svg" in report.read_text(encoding="utf-8")


def test_dead_letters_are_counted(stand: Stand, rasid: Rasid, tmp_path: Path) -> None:
    """By their reasons; those of others are not ours."""
    stand.start()
    stand.produce([(None, b"not of ours")])
    path = tmp_path / "a.jsonl"
    path.write_bytes(article(1)[1] + b'\n{broken\n{"article_id": "x", "title": "no date"}\n')
    told, errors = rasid("replay", path, "--wait", "--json")
    assert "3 lines sent" in errors
    assert "2 of them no article" in errors
    assert json.loads(told)["dead_letters"] == {"not_json": 1, "no_date": 1}


def test_a_private_replay_leaves_nothing(stand: Stand, rasid: Rasid, tmp_path: Path) -> None:
    """Its topics are gone, the live ones untouched, its alerts saved."""
    saved = tmp_path / "run.jsonl"
    _, errors = rasid("replay", SAMPLES, "--isolated", "--save", saved)
    wanted = sorted(json.loads(line)["alert_id"] for line in rasid("detect", SAMPLES)[0].splitlines())
    assert sorted(_ids(saved)) == wanted
    assert f"{_ARTICLES} articles, {len(wanted)} alerts, 0 dead letters" in errors
    assert not [name for name in _topics(stand) if name.startswith("rasid-replay-")]
    assert stand.read(stand.settings.topics.articles, until=lambda _: False, timeout=2) == []


def test_an_interrupted_private_replay_leaves_nothing_either(stand: Stand, rasid: Rasid, tmp_path: Path) -> None:
    """Ctrl-C in the middle of it: worker and topics are gone."""
    process = rasid.start("replay", _archive(tmp_path, 100), "--isolated", "--rate", "2")
    deadline = time.monotonic() + 60
    while not (made := [name for name in _topics(stand) if name.endswith(".articles") and "replay-" in name]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    _sent_to(stand, made[0], 3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT, errors
    assert "Traceback" not in errors
    assert not [name for name in _topics(stand) if name.startswith("rasid-replay-")]


def _topics(stand: Stand) -> list[str]:
    async def listed() -> list[str]:
        async with admin(stand.settings) as client:
            return list(await client.list_topics())

    return run(listed())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_an_interrupted_replay_goes_on_without_repeating(
    stand: Stand, rasid: Rasid, tmp_path: Path, number: signal.Signals
) -> None:
    """The same command sends the rest; every article is in the topic once, and the alerts of both parts are saved."""
    stand.start()
    path, saved = _archive(tmp_path, 60), tmp_path / "run.jsonl"
    process = rasid.start("replay", path, "--rate", "15", "--save", saved)
    _sent(stand, 12, extra=0)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + number, errors
    assert "the same command goes on there" in errors
    assert list(tmp_path.glob("run*")) == []
    _, errors = rasid("replay", path, "--rate", "1000", "--save", saved)
    assert "Going on after" in errors
    assert len(set(_ids(saved))) == 60
    assert "60 lines sent" in errors
    counts = Counter(record.key for record in _sent(stand, 60))
    assert counts == Counter(f"a{each}".encode() for each in range(60))
    # It is done: the next one is another replay.
    _, errors = rasid("replay", path)
    assert "Going on" not in errors


def test_a_killed_replay_repeats_no_more_than_half_a_second(stand: Stand, rasid: Rasid, tmp_path: Path) -> None:
    """After kill -9 nothing is missing, and what was sent since the progress was last written comes again."""
    path = _archive(tmp_path, 60)
    process = rasid.start("replay", path, "--rate", "20")
    _sent(stand, 25, extra=0)
    process.kill()
    process.communicate()
    _, errors = rasid("replay", path)
    assert "Going on after" in errors
    counts = Counter(record.key for record in _sent(stand, 60))
    assert set(counts) == {f"a{each}".encode() for each in range(60)}
    # 20 a second and half a second are 10; a busy machine writes late.
    assert counts.total() - 60 <= 25


def test_without_a_worker_waiting_ends_with_what_to_do(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 74; the articles are in the topic, and the same command only waits again."""
    monkeypatch.setattr("stream.demonstration._STALL_SECONDS", 1.0)
    environ = Rasid(stand, tmp_path).environ
    path = _archive(tmp_path, 3)
    for words in ("3 lines sent to", "Going on after 3 lines"):
        done = CliRunner().invoke(main, ["replay", str(path), "--wait"], env=environ)
        assert done.exit_code == 74, done.output
        assert "0 of 3 articles were processed. Is a worker running" in done.stderr
        assert words in done.stderr
    assert len(_sent(stand, 3)) == 3


def test_gaps_are_kept_at_a_speed(stand: Stand, rasid: Rasid, tmp_path: Path) -> None:
    """Two hours at 3600x are two seconds, in the order of publication."""
    path = tmp_path / "a.jsonl"
    times = ["10:00:00", "08:00:00", "09:00:00"]
    path.write_bytes(
        b"".join(article(at, published_at=f"2018-04-20T{each}Z")[1] + b"\n" for at, each in enumerate(times))
    )
    began = time.monotonic()
    rasid("replay", path, "--speed", "3600x")
    assert time.monotonic() - began >= 2
    sent = _sent(stand, 3)
    assert {record.key for record in sent} == {b"a0", b"a1", b"a2"}
