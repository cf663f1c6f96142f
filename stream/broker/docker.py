"""Kafka from docker-compose.yml, where a Docker engine answers."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stream.broker.errors import BrokerError
from stream.broker.ports import LOOPBACK, free_ports
from stream.broker.ready import wait_until_ready

_ASK_SECONDS = 10
# The first start may have to fetch the image.
_UP_SECONDS = 600


def compose_file() -> Path:
    """Return the packaged docker-compose.yml of a wheel, or that of the checkout."""
    packaged = Path(__file__).parent / "docker-compose.yml"
    return packaged if packaged.exists() else Path(__file__).parents[2] / "docker-compose.yml"


def trouble(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return why Docker cannot be used here, or None when an engine answers and the compose plugin is there."""
    docker = shutil.which("docker", path=environ.get("PATH"))
    if docker is None:
        return "there is no docker command"
    if not _answers([docker, "version", "--format", "{{.Server.Version}}"], environ):
        return "there is a docker command, but no engine answers it"
    if not _answers([docker, "compose", "version"], environ):
        return "docker has no compose plugin"
    if not compose_file().exists():
        return f"{compose_file()} is missing"
    return None


def _answers(command: list[str], environ: Mapping[str, str]) -> bool:
    try:
        asked = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, env=dict(environ), check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


@dataclass(frozen=True, slots=True)
class ComposeKafka:
    """The kafka service of docker-compose.yml under a project name of its own, on one port of 127.0.0.1."""

    project: str
    port: int

    @classmethod
    def up(cls, project: str) -> ComposeKafka:
        """Start the service on a free port and wait until it answers. Raises BrokerError when it does not."""
        kafka = cls(project=project, port=free_ports(1)[0])
        try:
            # --wait: until the service's own health check passes.
            kafka._compose("up", "--detach", "--wait", "kafka")
            wait_until_ready(kafka.bootstrap)
        except BaseException:
            kafka.down(delete_data=False)
            raise
        return kafka

    @property
    def bootstrap(self) -> str:
        """The address, as host:port."""
        return f"{LOOPBACK}:{self.port}"

    def is_running(self) -> bool:
        """Say whether the container runs."""
        return bool(self._compose("ps", "--status", "running", "--quiet", "kafka").strip())

    def down(self, *, delete_data: bool) -> None:
        """Stop and remove the container, and its volume with *delete_data*."""
        self._compose("down", *(["--volumes"] if delete_data else []))

    def _compose(self, *words: str) -> str:
        command = ["docker", "compose", "--file", str(compose_file()), "--project-name", self.project, *words]
        environ = {**os.environ, "KAFKA_PORT": str(self.port)}
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, env=environ, timeout=_UP_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as cause:
            raise BrokerError(f"`{' '.join(command)}` did not finish within {_UP_SECONDS} s") from cause
        if done.returncode:
            raise BrokerError(f"`{' '.join(command)}` failed:\n{done.stderr.strip()}")
        return done.stdout
