"""A real registry (Apicurio, by Confluent's API): what is registered, what messages say, and what is refused."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from schemas.compatibility import breaks
from schemas.wire_format import SCHEMA_HEADER
from stream.broker import RunningBroker
from stream.broker.jars import java_command
from stream.broker.paths import cache_dir
from stream.cli import main
from stream.exit_codes import ExitCode
from stream.schema_registry import RegistryError, register, registered
from stream.settings import load_settings
from tests.integration.stand import ROOT, Stand, article

pytestmark = pytest.mark.integration

VERSION = "2.6.13.Final"
MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"


def apicurio() -> Path:
    """The folder of the registry's jars, which Maven brings once into the cache (142 MB)."""
    target = cache_dir() / f"apicurio-{VERSION}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            scratch = target.with_suffix(".new")
            shutil.rmtree(scratch, ignore_errors=True)
            artifact = f"io.apicurio:apicurio-registry-app:{VERSION}:tar.gz:all"
            plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack"
            command = ["mvn", "-B", "-q", plugin, f"-Dartifact={artifact}", f"-DoutputDirectory={scratch}"]
            # Outside of any project.
            subprocess.run(command, cwd=target.parent, check=True, timeout=600)
            scratch.rename(target)
    return target


class Registry:
    """A registry in a process of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
        (jar,) = apicurio().glob("*-runner.jar")
        self._log = (folder / "registry.log").open("wb")
        self._process = subprocess.Popen(
            [java_command(), "-Xmx384m", "-XX:TieredStopAtLevel=1", "-jar", str(jar)],
            env=os.environ | {"QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": str(port)},
            stdout=self._log,
            stderr=self._log,
            cwd=folder,
        )

    def ask(self, path: str, body: Any = None, method: str = "GET") -> tuple[int, Any]:
        """Status and JSON of an answer; OSError while it is not up."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - http on loopback
            self.url + path, data=data, method=method, headers={"Content-Type": MEDIA_TYPE}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + 120
        while True:
            try:
                self.ask("/subjects")
            except OSError:
                assert time.monotonic() < deadline, "the registry does not start"
                assert self._process.poll() is None, "the registry has ended"
                time.sleep(0.3)
            else:
                return

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Give a registry of its own."""
    made = Registry(tmp_path_factory.mktemp("registry"))
    try:
        made.wait()
        yield made
    finally:
        made.close()


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Give topics of its own."""
    made = Stand(kafka.bootstrap)
    made.create_topics()
    yield made
    made.close()


@pytest.mark.parametrize("mode", ["wire", "header"])
def test_an_alert_says_which_registered_schema_it_is_of(stand: Stand, registry: Registry, mode: str) -> None:
    """By its number alone a subscriber finds the schema, and the JSON is valid under it; articles come in both."""
    worker = stand.start(RASID_SCHEMA_REGISTRY_URL=registry.url, RASID_SCHEMA_REGISTRY_MODE=mode)
    (key, value), other = article(0), article(1)
    stand.produce([(key, b"\0\0\0\0\x07" + value), other])
    alerts = stand.read(*stand.alert_topics, until=lambda got: len(got) >= 2)
    assert len(alerts) == 2
    for message in alerts:
        assert message.value is not None
        if mode == "wire":
            prefix, text = message.value[:5], message.value[5:]
            assert SCHEMA_HEADER not in message.headers
        else:
            prefix, text = message.headers[SCHEMA_HEADER], message.value
        assert prefix[0] == 0
        status, found = registry.ask(f"/schemas/ids/{int.from_bytes(prefix[1:], 'big')}")
        assert status == 200
        assert found["schemaType"] == "JSON"
        schema = json.loads(found["schema"])
        committed = json.loads((ROOT / "schemas" / "json" / "alert.schema.json").read_text(encoding="utf-8"))
        assert schema == committed | {"$schema": schema["$schema"]}
        jsonschema.validate(json.loads(text), schema)
        assert message.headers["schema-version"] == b"1.0"
    # Our own subscriber reads both forms without being told.
    command = ["subscribe", "--from", "earliest", "--max-messages", "2", "--format", "jsonl"]
    place = ["--broker", stand.settings.broker, "--prefix", stand.settings.topic_prefix]
    done = CliRunner().invoke(main, [*command, *place])
    assert done.exit_code == 0, done.output
    assert {json.loads(line)["article"]["article_id"] for line in done.stdout.splitlines()} == {"a0", "a1"}
    _, subjects = registry.ask("/subjects")
    mine = {subject for subject in subjects if subject.startswith(stand.settings.topic_prefix)}
    topics = (*stand.alert_topics, stand.settings.topics.incidents, stand.settings.topics.surges)
    assert mine == {f"{topic}-value" for topic in topics}
    assert worker.stop() == ExitCode.OK


def test_a_schema_that_the_registry_calls_incompatible_stops_the_worker(stand: Stand, registry: Registry) -> None:
    """Before it has read anything; the message names the subject."""
    subject = f"{stand.alert_topics[0]}-value"
    older = {"type": "object", "properties": {"severity": {"type": "string"}}}
    registry.ask(f"/config/{subject}", {"compatibility": "FORWARD"}, "PUT")
    status, _ = registry.ask(
        f"/subjects/{subject}/versions", {"schemaType": "JSON", "schema": json.dumps(older)}, "POST"
    )
    assert status == 200
    worker = stand.start(RASID_SCHEMA_REGISTRY_URL=registry.url)
    assert worker.process.wait(60) == ExitCode.SETTINGS
    assert subject in worker.log
    assert "not compatible" in worker.log


def _changed(change: str) -> Any:
    """The schema of an alert after a change."""
    schema = json.loads(registered("alert"))
    match change:
        case "a new field":
            schema["properties"]["mood"] = {"type": "string"}
        case "removed":
            del schema["properties"]["place"]
        case "another type":
            schema["properties"]["severity"]["type"] = "string"
        case "may be missing":
            schema["required"].remove("alert_id")
    return schema


@pytest.mark.parametrize(
    ("change", "good"),
    [("nothing", True), ("a new field", True), ("removed", False), ("another type", False), ("may be missing", False)],
)
def test_the_registry_judges_changes_as_our_policy_does(registry: Registry, change: str, *, good: bool) -> None:
    """Under FORWARD_TRANSITIVE, as schemas/README.md says."""
    subject = f"{change.replace(' ', '-')}-{time.monotonic_ns()}-value"
    registry.ask(f"/config/{subject}", {"compatibility": "FORWARD_TRANSITIVE"}, "PUT")
    statuses = [
        registry.ask(f"/subjects/{subject}/versions", {"schemaType": "JSON", "schema": text}, "POST")[0]
        for text in (registered("alert"), json.dumps(_changed(change)))
    ]
    assert statuses == [200, 200 if good else 409]
    assert (breaks(json.loads(registered("alert")), _changed(change)) == []) is good


@pytest.mark.parametrize(
    ("url", "expected", "words"),
    [
        pytest.param("http://127.0.0.1:1", ExitCode.NO_BROKER, "does not answer", id="nobody there"),
        pytest.param("{root}", ExitCode.SETTINGS, "the path of the API belongs to it", id="not the API"),
    ],
)
@pytest.mark.asyncio
async def test_a_registry_that_cannot_be_asked_is_told(registry: Registry, url: str, expected: int, words: str) -> None:
    """With what to check, and with the exit code that a worker ends with."""
    root = registry.url.removesuffix("/apis/ccompat/v7")
    settings = load_settings(flags={"schema_registry_url": url.replace("{root}", root)})
    with pytest.raises(RegistryError, match=words) as refused:
        await register(settings)
    assert refused.value.exit_code == expected
