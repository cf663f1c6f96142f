"""The files for containers, checked by linters and a schema that come as Python packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def passes(*command: str | Path) -> None:
    """Run a linter in the checkout and fail with its words."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of the compose file."""
    compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    loaded: dict[str, Any] = compose["services"]
    return loaded


def test_hadolint_has_nothing_to_say() -> None:
    """The Dockerfile follows good practice; no rule is switched off."""
    passes(BIN / "hadolint", "deploy/Dockerfile")


def test_the_compose_file_is_valid() -> None:
    """It validates against the Compose Specification's schema, which the checker carries with it."""
    passes(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def test_yaml_files_are_tidy() -> None:
    """Settings and the compose file pass yamllint; lexicons have tests of their own."""
    names = ["docker-compose.yml", "deploy", ".pre-commit-config.yaml", ".hadolint.yaml", ".yamllint.yaml"]
    passes(BIN / "yamllint", "--strict", "--config-file", ".yamllint.yaml", *names)


def test_scripts_are_bash_that_parses() -> None:
    """.ci/run is executable and free of syntax errors."""
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    passes("bash", "-n", ".ci/run")


def test_kafka_is_reached_from_this_machine_and_from_the_network_by_different_names(services: dict[str, Any]) -> None:
    """Two listeners, and the published port is open on the loopback interface only."""
    kafka = services["kafka"]
    assert kafka["ports"] == ["127.0.0.1:${KAFKA_PORT:-9092}:9092"]
    assert kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",") == [
        "HOST://127.0.0.1:${KAFKA_PORT:-9092}",
        "NETWORK://kafka:19092",
    ]
    assert services["worker"]["environment"]["RASID_BROKER"] == "kafka:19092"


def test_the_worker_waits_for_a_healthy_kafka_and_its_topics(services: dict[str, Any]) -> None:
    """No worker starts against a broker that does not answer or lacks the topics."""
    assert services["worker"]["depends_on"] == {
        "kafka": {"condition": "service_healthy"},
        "topics": {"condition": "service_completed_successfully"},
    }
    assert services["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}


def test_the_image_does_not_run_as_root() -> None:
    """The last USER of the Dockerfile is a plain one."""
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001"]


def test_the_image_s_builder_is_given_every_file_that_it_copies() -> None:
    """.dockerignore lets through what COPY names."""
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")
    }
    copied = {
        name
        for line in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)
