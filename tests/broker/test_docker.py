from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from stream.broker import BrokerError, Listener, LocalKafka
from stream.broker.docker import ComposeKafka, compose_file

# What the local process sets by itself: addresses, ids and folders.
OWN = {"listeners", "advertised.listeners", "listener.security.protocol.map", "controller.quorum.voters", "log.dirs"}
NOT_PROPERTIES = {"KAFKA_HEAP_OPTS"}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker command that notes what it is called with, and fails on `up`; the file of its notes."""
    notes = tmp_path / "calls"
    docker = tmp_path / "docker"
    docker.write_text(
        f'#!/bin/sh\necho "$KAFKA_PORT $*" >> {notes}\n'
        'case "$*" in *" up "*) echo "pull access denied" >&2; exit 1;; *" ps "*) echo 0123abc;; esac\n',
        encoding="utf-8",
    )
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return notes


def test_a_compose_that_fails_is_told_in_docker_s_words_and_cleaned_up(calls: Path) -> None:
    """The error shows the command and its message; what was half started is taken down."""
    with pytest.raises(BrokerError, match="up --detach --wait kafka` failed:\npull access denied"):
        ComposeKafka.up("project-of-a-test")
    up, down = calls.read_text(encoding="utf-8").splitlines()
    port, _, rest = up.partition(" ")
    assert 20_000 <= int(port) < 32_000
    assert rest.startswith(f"compose --file {compose_file()} --project-name project-of-a-test up")
    assert down.endswith("project-of-a-test down")


def test_a_running_container_is_asked_for_by_project(calls: Path) -> None:
    """Two projects on one machine do not see each other's Kafka."""
    kafka = ComposeKafka(project="mine", port=29_092)
    assert kafka.is_running()
    assert kafka.bootstrap == "127.0.0.1:29092"
    kafka.down(delete_data=True)
    assert "--project-name mine" in calls.read_text(encoding="utf-8")
    assert calls.read_text(encoding="utf-8").rstrip().endswith("down --volumes")


@pytest.mark.integration
def test_every_setting_of_the_compose_file_is_one_that_kafka_knows() -> None:
    """Kafka ignores a misspelt name silently, so each is looked up among those that a real one lists at start."""
    compose = yaml.safe_load(compose_file().read_text(encoding="utf-8"))
    stated = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in compose["services"]["kafka"]["environment"].items()
        if name not in NOT_PROPERTIES
    }
    extra = {name: value for name, value in stated.items() if name not in OWN}
    doors = [Listener("HOST", "PLAINTEXT"), Listener("NETWORK", "PLAINTEXT")]
    with LocalKafka(listeners=doors, properties=extra) as kafka:
        listed = kafka.nodes[0].log.read_text(encoding="utf-8")
    values = dict(re.findall(r"^\t(\S+) = (.*)$", listed, re.MULTILINE))
    assert set(stated) <= set(values)
    assert values["offsets.topic.replication.factor"] == "1"
