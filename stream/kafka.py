"""Kafka clients made from the settings.

Each context manager starts its client, or raises `ConnectError`, which names the broker, the login and what to check.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import AbstractTokenProvider
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from stream.kafka_errors import ConnectError, TokenError, diagnose
from stream.settings import Settings
from stream.settings_errors import SettingsError

__all__ = [
    "ConnectError",
    "admin",
    "check_connection",
    "client_options",
    "consumer",
    "producer",
    "token_provider",
]

_START_SECONDS = 30.0
# With the diagnosis, an answer within 10 s also where a broker is silent.
_CHECK_SECONDS = 5.0
_PRODUCER_BATCH_BYTES = 262_144


class _Token(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka has no types
    """The token of the settings, or the content of the token file, read anew at each login."""

    def __init__(self, token: str | None, file: Path | None) -> None:
        self._token = token
        self._file = file

    async def token(self) -> str:
        """Return the token. Raises TokenError when the file cannot be read or is empty."""
        if self._file is None:
            return self._token or ""
        try:
            text = (await asyncio.to_thread(self._file.read_text, encoding="utf-8")).strip()
        except (OSError, UnicodeDecodeError) as cause:
            raise TokenError(f"RASID_SASL_TOKEN_FILE {self._file} cannot be read ({type(cause).__name__}).") from None
        if not text:
            raise TokenError(f"RASID_SASL_TOKEN_FILE {self._file} is empty.")
        return text


def token_provider(settings: Settings) -> AbstractTokenProvider:
    """Return what gives aiokafka the token for OAUTHBEARER."""
    secret = settings.sasl_token
    return _Token(secret.get_secret_value() if secret else None, settings.sasl_token_file)


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context, or None without TLS. Raises SettingsError when a file does not hold what it should."""
    if not settings.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca_file)
    except (ssl.SSLError, OSError):
        raise SettingsError(f"RASID_TLS_CA_FILE {settings.tls_ca_file} holds no PEM certificates.") from None
    context.check_hostname = settings.tls_check_hostname
    if settings.tls_cert_file and settings.tls_key_file:
        secret = settings.tls_key_password
        # Without a password an encrypted key would make OpenSSL ask on the terminal.
        password = secret.get_secret_value() if secret else ""
        try:
            context.load_cert_chain(settings.tls_cert_file, settings.tls_key_file, password)
        except (ssl.SSLError, OSError, ValueError):
            raise SettingsError(
                f"RASID_TLS_CERT_FILE {settings.tls_cert_file} and RASID_TLS_KEY_FILE {settings.tls_key_file} are no "
                "PEM certificate with its key, or RASID_TLS_KEY_PASSWORD is not the key's password."
            ) from None
    return context


def client_options(settings: Settings) -> dict[str, Any]:
    """Return the options that every aiokafka client takes: brokers, login and TLS. Raises SettingsError."""
    mechanism = settings.sasl_mechanism
    protocol = ("SASL_" if mechanism else "") + ("SSL" if settings.tls else "PLAINTEXT")
    options: dict[str, Any] = {
        "bootstrap_servers": settings.broker,
        "security_protocol": protocol,
        "ssl_context": tls_context(settings),
    }
    if mechanism == "OAUTHBEARER":
        options |= {"sasl_mechanism": mechanism, "sasl_oauth_token_provider": token_provider(settings)}
    elif mechanism and settings.sasl_password:
        options |= {
            "sasl_mechanism": mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password.get_secret_value(),
        }
    return options


async def check_connection(settings: Settings) -> None:
    """Connect, log in and ask for metadata once. Raises ConnectError, or SettingsError for a bad file."""
    options = client_options(settings)
    client = AIOKafkaClient(**options, client_id="rasid", request_timeout_ms=int(_CHECK_SECONDS * 1000))
    await _start(settings, client, client.bootstrap())
    known = client.cluster.brokers()
    await client.close()
    if not known:
        # A login with a stale token may seem to succeed; the broker then tells nothing.
        raise await diagnose(settings, options, ConnectionError("no brokers"))


@asynccontextmanager
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Give a started producer with acks=all; idempotent unless the settings say otherwise. Raises ConnectError."""
    client = make_producer(settings)
    await _start(settings, client, client.start())
    try:
        yield client
    finally:
        await client.stop()


def make_producer(settings: Settings, *, transactional_id: str | None = None) -> AIOKafkaProducer:
    """Return a producer that is not started. With *transactional_id* it writes in transactions."""
    make: Callable[..., AIOKafkaProducer] = AIOKafkaProducer
    if settings.schema_registry_url:
        # Late: few have one.
        from stream.schema_registry import RegisteredProducer  # noqa: PLC0415

        make = functools.partial(RegisteredProducer, settings)
    return make(
        **client_options(settings),
        client_id="rasid",
        acks="all",
        transactional_id=transactional_id,
        enable_idempotence=settings.idempotent_producer or transactional_id is not None,
        linger_ms=settings.linger_ms,
        max_batch_size=_PRODUCER_BATCH_BYTES,
        max_request_size=settings.dead_letter_bytes,
        request_timeout_ms=30_000,
    )


@asynccontextmanager
async def consumer(
    settings: Settings, *topics: str, group_id: str | None = None, **options: Any
) -> AsyncIterator[AIOKafkaConsumer]:
    """Give a started consumer of *topics*; *options* are AIOKafkaConsumer's. Raises ConnectError.

    It reads what was committed only: the revisions of an aborted transaction never happened.
    """
    client = AIOKafkaConsumer(
        *topics,
        **client_options(settings),
        client_id="rasid",
        isolation_level="read_committed",
        group_id=group_id,
        max_partition_fetch_bytes=settings.dead_letter_bytes,
        session_timeout_ms=int(settings.session_timeout_seconds * 1000),
        **options,
    )
    await _start(settings, client, client.start())
    try:
        yield client
    finally:
        await client.stop()


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Give a started admin client. Raises ConnectError."""
    # It would start with a stale token too, and only then fail, in words that tell nothing.
    await check_connection(settings)
    client = AIOKafkaAdminClient(**client_options(settings), client_id="rasid")
    await _start(settings, client, client.start())
    try:
        yield client
    finally:
        await client.close()


async def _start(settings: Settings, client: Any, starting: Any) -> None:
    try:
        await asyncio.wait_for(starting, _START_SECONDS)
    except (KafkaError, TokenError, TimeoutError, OSError, ssl.SSLError) as cause:
        with suppress(Exception):
            await (client.close() if hasattr(client, "close") else client.stop())
        raise await diagnose(settings, client_options(settings), cause) from None
