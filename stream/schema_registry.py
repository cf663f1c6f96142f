"""A JSON Schema registry that speaks Confluent's API: messages say which registered schema they are of.

Off unless RASID_SCHEMA_REGISTRY_URL is set. Each schema is registered under `<topic>-value` when the first producer
starts; the registry refuses one that breaks the compatibility that is configured there.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import quote

import aiohttp
from aiokafka import AIOKafkaProducer

from schemas.alert import Kind
from schemas.topics import Topics
from schemas.wire_format import SCHEMA_HEADER, framed, header
from stream.exit_codes import ExitCode, WorkerError
from stream.settings import Settings

_MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
_ANSWER_SECONDS = 10.0
_DIALECT = "http://json-schema.org/draft-07/schema#"
# By the registry and the subject: what a schema is registered as never changes while we run.
_known: dict[tuple[str, str], SchemaId] = {}


class RegistryError(WorkerError):
    """The registry does not answer, or refuses; the text names it, the subject and what to do."""


@dataclass(frozen=True, slots=True)
class SchemaId:
    """What a registry calls a schema; only newer registries give a GUID."""

    number: int
    guid: str | None = None


def schema_files(topics: Topics) -> dict[str, str]:
    """Return the schema file of each topic whose values have one."""
    alerts = {topics.alerts(kind): "alert" for kind in Kind}
    return alerts | {topics.incidents: "incident", topics.surges: "surge"}


def registered(name: str) -> str:
    """Return the text under which the schema *name* is registered.

    In the dialect that every registry can compare: most know no newer one, and we use nothing that differs.
    """
    text = resources.files("schemas").joinpath("json", f"{name}.schema.json").read_text("utf-8")
    return json.dumps(json.loads(text) | {"$schema": _DIALECT}, ensure_ascii=False)


async def register(settings: Settings) -> dict[str, SchemaId]:
    """Return the id of each topic's schema, after registering those that are not known. Raises RegistryError."""
    url = str(settings.schema_registry_url).rstrip("/")
    files = schema_files(settings.topics)
    unknown = [topic for topic in files if (url, topic) not in _known]
    if unknown:
        async with _session(settings) as session:
            for topic in unknown:
                _known[url, topic] = await _register(session, url, f"{topic}-value", registered(files[topic]))
    return {topic: _known[url, topic] for topic in files}


def _session(settings: Settings) -> aiohttp.ClientSession:
    auth = None
    if settings.schema_registry_username and settings.schema_registry_password:
        secret = settings.schema_registry_password.get_secret_value()
        auth = aiohttp.BasicAuth(settings.schema_registry_username, secret)
    tls = ssl.create_default_context(cafile=settings.tls_ca_file)
    return aiohttp.ClientSession(
        auth=auth,
        connector=aiohttp.TCPConnector(ssl=tls),
        timeout=aiohttp.ClientTimeout(_ANSWER_SECONDS),
        trust_env=False,
    )


async def _register(session: aiohttp.ClientSession, url: str, subject: str, text: str) -> SchemaId:
    where = f"The schema registry {url} (subject {subject})"
    try:
        async with session.post(
            f"{url}/subjects/{quote(subject, safe='')}/versions",
            data=json.dumps({"schemaType": "JSON", "schema": text}),
            headers={"Content-Type": _MEDIA_TYPE},
            allow_redirects=False,
        ) as answer:
            status, body = answer.status, await answer.text()
    except (aiohttp.ClientError, OSError, TimeoutError) as cause:
        raise RegistryError(
            f"{where} does not answer ({type(cause).__name__}). Start it, or check RASID_SCHEMA_REGISTRY_URL.",
            ExitCode.NO_BROKER,
        ) from None
    if status in {401, 403}:
        raise RegistryError(
            f"{where} refuses us (HTTP {status}). Check RASID_SCHEMA_REGISTRY_USERNAME and _PASSWORD, and the right to "
            "register; or register the files of schemas/json there beforehand.",
            ExitCode.REFUSED,
        )
    if status == 409:
        raise RegistryError(
            f"{where} refuses our schema: it is not compatible with the one that is there. Look at the subject's "
            "compatibility and at schemas/README.md.",
            ExitCode.SETTINGS,
        )
    try:
        found: dict[str, Any] = json.loads(body)
        return SchemaId(int(found["id"]), found.get("guid"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RegistryError(
            f"{where} gives an answer that is none (HTTP {status}). Check RASID_SCHEMA_REGISTRY_URL: the path of the "
            "API belongs to it, for instance /apis/ccompat/v7.",
            ExitCode.SETTINGS,
        ) from None


class RegisteredProducer(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
    """A producer whose alerts, incidents and surges say which schema they are of. Its start raises RegistryError."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(**options)
        self._settings = settings
        self._ids: dict[str, SchemaId] = {}

    async def start(self) -> None:
        """Ask the registry, then connect."""
        try:
            self._ids = await register(self._settings)
        except BaseException:
            # Nobody stops what never started, and it would complain.
            await super().stop()
            raise
        await super().start()

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        *,
        headers: Sequence[tuple[str, bytes]] | None = None,
        **more: Any,
    ) -> Any:
        """Queue a message as AIOKafkaProducer does; its value is framed, or gets a header."""
        found = self._ids.get(topic)
        if found is not None and value is not None:
            if self._settings.schema_registry_mode == "wire":
                value = framed(value, found.number)
            else:
                headers = [*(headers or ()), (SCHEMA_HEADER, header(found.number, found.guid))]
        return await super().send(topic, value, key, headers=headers, **more)
