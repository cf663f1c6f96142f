"""What docker-compose.yml runs, run by hand: Kafka under its settings, our commands and health checks, Prometheus."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiokafka.errors import KafkaError

from stream.broker.jars import ensure_jars, java_command
from stream.broker.node import KafkaNode
from stream.kafka import ConnectError, admin
from stream.settings import load_settings
from tests.integration import stand as helpers

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg"
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Kafka:
    """Apache Kafka under the settings of the compose file; ports, host names and folders are this machine's."""

    def __init__(self, folder: Path) -> None:
        host, network, controller = free_port(), free_port(), free_port()
        self.network = f"127.0.0.1:{network}"
        places = {
            "${KAFKA_PORT:-9092}": str(host),
            "0.0.0.0:9092": f"127.0.0.1:{host}",
            "0.0.0.0:19092": self.network,
            "kafka:19092": self.network,
            "127.0.0.1:9093": f"127.0.0.1:{controller}",
            "/var/lib/kafka/data": str(folder / "data"),
        }
        lines = []
        for name, value in SERVICES["kafka"]["environment"].items():
            # The image makes properties of them in this way, and gives this one to Java.
            if name == "KAFKA_HEAP_OPTS":
                continue
            for old, new in places.items():
                value = value.replace(old, new)  # noqa: PLW2901 - step by step
            lines.append(f"{name.removeprefix('KAFKA_').lower().replace('_', '.')}={value}\n")
        self.node = KafkaNode(java=java_command(), jars=ensure_jars(say=print), folder=folder)
        self.node.configure("".join(lines))
        self.node.format(cluster_id=CLUSTER_ID, scram=())
        self.node.start()

    def is_healthy(self) -> bool:
        """Ask what the health check of the compose file asks: an admin request over the workers' listener.

        Not with its script: Kafka's tools are in the image alone.
        """
        script, *words = SERVICES["kafka"]["healthcheck"]["test"][1:]
        assert Path(script).name == "kafka-broker-api-versions.sh"
        assert words == ["--bootstrap-server", SERVICES["worker"]["environment"]["RASID_BROKER"]]

        async def ask() -> bool:
            try:
                async with admin(load_settings(flags={"broker": self.network})) as client:
                    return bool((await client.describe_cluster())["brokers"])
            except (ConnectError, KafkaError):
                return False

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def kafka_of_compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """Give the compose file's Kafka, healthy by its own health check."""
    made = Kafka(tmp_path_factory.mktemp("kafka"))
    try:
        deadline = time.monotonic() + 90
        while not (healthy := made.is_healthy()) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert healthy, made.node.log.read_text(errors="replace")
        yield made
    finally:
        made.node.kill()


@pytest.fixture(scope="module")
def broker(kafka_of_compose: Kafka) -> str:
    """Give the address of that Kafka, with the topics that the service `topics` makes."""
    with running("topics", kafka_of_compose.network) as topics:
        assert topics.wait(60) == 0
    return kafka_of_compose.network


def environment(service: str, broker: str, **own: str) -> dict[str, str]:
    """The environment of a service of ours, on this machine."""
    given = {
        name: str(value).replace("kafka:19092", broker).replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - replaced
        for name, value in SERVICES[service]["environment"].items()
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RASID_")}
    return kept | given | own


def health_check(service: str) -> list[str]:
    """The health check of a service of ours: its own or the image's, with this Python."""
    own = SERVICES[service].get("healthcheck", {}).get("test")
    image = re.search(r"^HEALTHCHECK .*?CMD (\[.*\])", DOCKERFILE, re.MULTILINE)
    assert image is not None
    python, *words = own[1:] if own else json.loads(image[1])
    assert python == "python"
    return [sys.executable, *words]


@contextlib.contextmanager
def running(service: str, broker: str, **own: str) -> Iterator[subprocess.Popen[bytes]]:
    """Give a service of ours, started as the image's entry point starts it."""
    assert 'ENTRYPOINT ["rasid"]' in DOCKERFILE
    process = subprocess.Popen(
        [str(BIN / "rasid"), *SERVICES[service]["command"]], env=environment(service, broker, **own)
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def is_healthy(service: str, **own: str) -> bool:
    """Run the health check of a service of ours."""
    asked = subprocess.run(
        health_check(service), env={**os.environ, **own}, stderr=subprocess.DEVNULL, timeout=30, check=False
    )
    return asked.returncode == 0


def becomes_healthy(service: str, **own: str) -> None:
    """Wait until the health check of a service passes."""
    deadline = time.monotonic() + 90
    while not is_healthy(service, **own):
        assert time.monotonic() < deadline
        time.sleep(0.5)


def stop(process: subprocess.Popen[bytes], service: str) -> None:
    """End a service as `docker compose stop` does, in no more time than it gives."""
    process.terminate()
    assert process.wait(float(SERVICES[service]["stop_grace_period"].removesuffix("s"))) == 0


@pytest.mark.integration
def test_what_compose_starts_works_by_hand(broker: str) -> None:
    """The worker becomes healthy, reads, writes, and ends on SIGTERM in the time it is given."""
    own = {"RASID_HEALTH_PORT": str(free_port())}
    with running("worker", broker, **own) as worker:
        becomes_healthy("worker", **own)
        stand = helpers.Stand(broker, topic_prefix="rasid.", group_id="rasid")
        stand.produce([(b"a", b"{")])
        dead = stand.read(stand.settings.topics.dead_letters, until=lambda got: len(got) == 1)
        assert [message.value for message in dead] == [b"{"]
        stop(worker, "worker")
    assert not is_healthy("worker", **own)


@pytest.mark.integration
@pytest.mark.parametrize(("name", "variable"), [("incidents", "RASID_HEALTH_PORT"), ("serve", "RASID_SERVE_PORT")])
def test_what_a_profile_adds_works_by_hand(broker: str, name: str, variable: str) -> None:
    """It becomes healthy by its own check, and ends on SIGTERM in the time that it is given."""
    own = {variable: str(free_port())}
    with running(name, broker, RASID_SERVE_TOKEN="0123456789abcdef", **own) as process:
        becomes_healthy(name, **own)
        stop(process, name)


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus (a Debian package) is not installed")
def test_prometheus_takes_its_command_and_its_files(tmp_path: Path) -> None:
    """It becomes ready, with the rules loaded."""
    service = SERVICES["prometheus"]
    for volume in service["volumes"]:
        source, target, *_ = volume.split(":")
        if source.startswith("./"):
            place = tmp_path / target.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, place)
    port = free_port()
    words = [re.sub(r"=/", f"={tmp_path}/", word) for word in service["command"]]
    process = subprocess.Popen(["prometheus", *words, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
    try:
        deadline = time.monotonic() + 30
        found: Any = None
        while found is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                url = f"http://127.0.0.1:{port}/api/v1/rules"
                with urllib.request.urlopen(url, timeout=5) as answer:
                    found = json.load(answer)["data"]["groups"]
            time.sleep(0.2)
        assert [group["name"] for group in found or ()] == ["rasid"]
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_and_ports_are_open_on_this_machine_only(name: str) -> None:
    """Each image but our own has a digest; files that are mounted are there; nothing is published to the network."""
    service = SERVICES[name]
    assert service["image"] == "rasid:local" or DIGEST.search(service["image"])
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:")
    for volume in service.get("volumes", ()):
        source = volume.partition(":")[0]
        assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]


def test_the_image_is_built_from_pinned_images() -> None:
    """Both stages begin with one and the same, by its digest."""
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert DIGEST.search(bases[0])


def test_the_bill_of_materials_names_what_is_shipped(tmp_path: Path) -> None:
    """The command of the Dockerfile, on this environment: every pin of requirements.lock is in it, and Rasid."""
    (command,) = re.findall(r"^RUN \S+/(cyclonedx-py .*)$", DOCKERFILE, re.MULTILINE)
    words = shlex.split(command.replace("/sbom.cdx.json", str(tmp_path / "sbom.json")))
    program, *rest = [word.replace("/opt/rasid/bin/python", sys.executable) for word in words]
    subprocess.run([BIN / program, *rest], cwd=ROOT, check=True, capture_output=True)
    bill = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    found = {(part["name"].lower().replace("_", "-"), part["version"]) for part in bill["components"]}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)(.*)", lock, re.MULTILINE)
    here = {(name, version) for name, version, rest in pins if "; " not in rest}
    assert len(here) > 20
    assert here - found == set()
    assert bill["metadata"]["component"]["name"] == "rasid"


def test_grafana_finds_its_files() -> None:
    """The dashboard is mounted into the folder that its provider reads, and is the page shown first."""
    service = SERVICES["grafana"]
    mounts = dict(volume.split(":")[:2] for volume in service["volumes"])
    provider = yaml.safe_load((ROOT / "deploy/observability/grafana/dashboards.yaml").read_text())["providers"][0]
    assert Path(mounts["./deploy/observability/dashboard.json"]).parent == Path(provider["options"]["path"])
    assert service["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] in mounts.values()
    source = yaml.safe_load((ROOT / "deploy/observability/grafana/datasource.yaml").read_text())["datasources"][0]
    assert source["url"] == "http://prometheus:9090"
