from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from stream.broker import Listener, LocalKafka, Tls
from stream.exit_codes import ExitCode
from stream.kafka import ConnectError, check_connection, consumer, producer
from stream.settings import Settings, SettingsError, load_settings
from stream.settings_errors import is_secret
from tests.integration import stand as helpers

pytestmark = pytest.mark.integration
PASSWORD = "p4ssw0rd-made-up"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A Kafka whose doors ask for a login, and the folder of the certificates."""

    kafka: LocalKafka
    folder: Path

    def flags(self, listener: str, **more: Any) -> dict[str, Any]:
        """The flags that name *listener*; `{folder}` in a text is the folder."""
        shown = {k: v.format(folder=self.folder) if isinstance(v, str) else v for k, v in more.items()}
        return {"broker": self.kafka.bootstrap_of(listener)} | shown


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Give a Kafka with SASL, SASL over TLS, and mutual TLS."""
    folder = tmp_path_factory.mktemp("security")
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    other.cert_pem.write_to_path(str(folder / "other.pem"))
    server = authority.issue_cert("127.0.0.1")
    key = serialization.load_pem_private_key(server.private_key_pem.bytes(), password=None)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(pem + b"".join(part.bytes() for part in server.cert_chain_pems))
    client = authority.issue_cert("client.example")
    client.private_key_pem.write_to_path(str(folder / "client.key"))
    key = serialization.load_pem_private_key(client.private_key_pem.bytes(), password=None)
    sealed = serialization.BestAvailableEncryption(ENCRYPTED["tls_key_password"].encode())
    (folder / "encrypted.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)
    )
    client.cert_chain_pems[0].write_to_path(str(folder / "client.pem"))
    (folder / "token").write_text(token() + "\n")
    (folder / "stale").write_text(token(lifetime=-600))
    (folder / "empty").write_text("")
    users = {"rasid": PASSWORD}
    tls = Tls(folder / "server.pem", folder / "ca.pem")
    listeners = (
        Listener("LOGIN", "SASL_PLAINTEXT", ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"), users=users),
        Listener("SECURE", "SASL_SSL", ("SCRAM-SHA-512",), users=users, tls=tls),
        Listener("TOKEN", "SASL_PLAINTEXT", ("OAUTHBEARER",)),
        Listener("MUTUAL", "SSL", tls=Tls(tls.key_and_certificate, tls.authorities, require_client_certificate=True)),
    )
    with LocalKafka(listeners=listeners) as kafka:
        yield Guarded(kafka, folder)


def token(lifetime: int = 86_400) -> str:
    """A token without a signature, which a Kafka for development takes."""

    def part(data: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    now = int(time.time())
    return f"{part({'alg': 'none'})}.{part({'sub': 'rasid', 'iat': now - 1000, 'exp': now + lifetime})}."


LOGIN = {"sasl_username": "rasid", "sasl_password": PASSWORD}
TLS = {"tls": True, "tls_ca_file": "{folder}/ca.pem"}
ENCRYPTED = {
    "tls_cert_file": "{folder}/client.pem",
    "tls_key_file": "{folder}/encrypted.key",
    "tls_key_password": "k3y-p4ssw0rd-made-up",
}
CERTIFICATE = {"tls_cert_file": "{folder}/client.pem", "tls_key_file": "{folder}/client.key"}


@pytest.mark.parametrize(
    ("listener", "flags"),
    [
        pytest.param("LOGIN", LOGIN | {"sasl_mechanism": "PLAIN"}, id="PLAIN"),
        pytest.param("LOGIN", LOGIN | {"sasl_mechanism": "SCRAM-SHA-256"}, id="SCRAM-SHA-256"),
        pytest.param("LOGIN", LOGIN | {"sasl_mechanism": "SCRAM-SHA-512"}, id="SCRAM-SHA-512"),
        pytest.param("SECURE", LOGIN | TLS | {"sasl_mechanism": "SCRAM-SHA-512"}, id="SCRAM over TLS"),
        pytest.param("TOKEN", {"sasl_mechanism": "OAUTHBEARER", "sasl_token_file": "{folder}/token"}, id="token file"),
        pytest.param("TOKEN", {"sasl_mechanism": "OAUTHBEARER", "sasl_token": token()}, id="token"),
        pytest.param("MUTUAL", TLS | CERTIFICATE, id="mutual TLS"),
    ],
)
def test_the_right_login_connects(guarded: Guarded, listener: str, flags: dict[str, Any]) -> None:
    """Producer and consumer start too."""
    settings = load_settings(flags=guarded.flags(listener, **flags))

    async def connect() -> None:
        await check_connection(settings)
        async with producer(settings), consumer(settings):
            pass

    asyncio.run(connect())


WRONG = [
    pytest.param(
        "LOGIN",
        {"sasl_mechanism": "PLAIN", "sasl_username": "rasid", "sasl_password": "wrong-pw"},
        ExitCode.REFUSED,
        "PLAIN as user rasid.*RASID_SASL_PASSWORD",
        id="wrong password, PLAIN",
    ),
    pytest.param(
        "LOGIN",
        {"sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "rasid", "sasl_password": "wrong-pw"},
        ExitCode.REFUSED,
        "SCRAM-SHA-512.*RASID_SASL_PASSWORD",
        id="wrong password, SCRAM",
    ),
    pytest.param(
        "SECURE",
        LOGIN | TLS | {"sasl_mechanism": "PLAIN"},
        ExitCode.REFUSED,
        "RASID_SASL_MECHANISM",
        id="mechanism",
    ),
    pytest.param("LOGIN", {}, ExitCode.REFUSED, "without a login.*RASID_SASL_MECHANISM", id="no login"),
    pytest.param(
        "TOKEN",
        {"sasl_mechanism": "OAUTHBEARER", "sasl_token_file": "{folder}/stale"},
        ExitCode.REFUSED,
        "Check the token",
        id="token too old",
    ),
    pytest.param(
        "TOKEN",
        {"sasl_mechanism": "OAUTHBEARER", "sasl_token_file": "{folder}/empty"},
        ExitCode.REFUSED,
        "empty is empty",
        id="empty token file",
    ),
    pytest.param(
        "TOKEN",
        {"sasl_mechanism": "OAUTHBEARER", "sasl_token_file": "{folder}/absent"},
        ExitCode.REFUSED,
        "absent cannot be read",
        id="no token file",
    ),
    pytest.param("MUTUAL", TLS, ExitCode.TLS, "client certificate.*RASID_TLS_CERT_FILE", id="no client certificate"),
    pytest.param(
        "MUTUAL",
        CERTIFICATE | {"tls": True, "tls_ca_file": "{folder}/other.pem"},
        ExitCode.TLS,
        "not trusted.*RASID_TLS_CA_FILE",
        id="another authority",
    ),
    pytest.param("MUTUAL", {}, ExitCode.TLS, "RASID_TLS", id="plaintext to a TLS port"),
    pytest.param("LOGIN", TLS, ExitCode.TLS, "speaks TLS", id="TLS to a plaintext port"),
    pytest.param(
        "LOGIN",
        {"sasl_mechanism": "OAUTHBEARER", "sasl_token": "made-up"},
        ExitCode.REFUSED,
        "OAUTHBEARER.*RASID_SASL_MECHANISM",
        id="mechanism, OAUTHBEARER",
    ),
    pytest.param(
        "SECURE",
        LOGIN | {"sasl_mechanism": "SCRAM-SHA-512"},
        ExitCode.TLS,
        "SCRAM-SHA-512.*no TLS.*RASID_TLS",
        id="login in plaintext to a TLS port",
    ),
    pytest.param(
        "SECURE",
        LOGIN | {"sasl_mechanism": "SCRAM-SHA-512", "tls": True, "tls_ca_file": "{folder}/other.pem"},
        ExitCode.TLS,
        "SCRAM-SHA-512.*not trusted.*RASID_TLS_CA_FILE",
        id="untrusted certificate, with a login",
    ),
    pytest.param(
        "PLAINTEXT",
        LOGIN | {"sasl_mechanism": "PLAIN"},
        ExitCode.REFUSED,
        "PLAIN.*RASID_SASL_MECHANISM",
        id="a login where there is none",
    ),
]


@pytest.mark.parametrize(("listener", "flags", "code", "words"), WRONG)
def test_the_wrong_login_is_told(
    guarded: Guarded, listener: str, flags: dict[str, Any], code: ExitCode, words: str
) -> None:
    """The message names the broker, the way of connecting and what to check; never the password."""
    settings = load_settings(flags=guarded.flags(listener, **flags))
    with pytest.raises(ConnectError, match=words) as caught:
        asyncio.run(check_connection(settings))
    assert settings.broker in str(caught.value)
    assert caught.value.exit_code is code
    assert "wrong-pw" not in str(caught.value)


@pytest.mark.parametrize("command", [["worker"], ["topics", "check"]], ids=" ".join)
@pytest.mark.parametrize(("listener", "flags", "code", "words"), WRONG)
def test_within_ten_seconds_a_command_says_why_it_cannot_log_in(
    *, guarded: Guarded, listener: str, flags: dict[str, Any], code: ExitCode, words: str, command: list[str]
) -> None:
    """From its start to its end, with the broker, the mechanism and what to check in one line, and no traceback."""
    given = guarded.flags(listener, **flags)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RASID_")}
    environ |= {f"RASID_{name.upper()}": str(value) for name, value in given.items()}
    # A command that takes longer is ended, and the test with it.
    done = subprocess.run(
        [sys.executable, "-m", "stream.cli", *command],
        env=environ,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert re.search(words, done.stderr)
    assert given["broker"] in done.stderr
    assert given.get("sasl_mechanism", "TLS") in done.stderr
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stderr
    assert "wrong-pw" not in done.stderr


@pytest.mark.parametrize("flags", [{}, {"tls": True}], ids=["plaintext", "TLS"])
def test_a_port_that_never_answers_is_told_within_ten_seconds(flags: dict[str, Any]) -> None:
    """As behind a firewall, or where something else listens that waits for its turn."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = load_settings(flags={"broker": f"127.0.0.1:{silent.getsockname()[1]}"} | flags)
        with pytest.raises(ConnectError, match="does not answer") as caught:
            asyncio.run(asyncio.wait_for(check_connection(settings), 10))
    assert settings.broker in str(caught.value)
    assert caught.value.exit_code is ExitCode.NO_BROKER


def test_a_file_without_certificates_is_told(guarded: Guarded) -> None:
    """Before anything connects."""
    flags = guarded.flags("MUTUAL", tls=True, tls_ca_file="{folder}/token")
    with pytest.raises(SettingsError, match="RASID_TLS_CA_FILE"):
        asyncio.run(check_connection(load_settings(flags=flags)))


LOGINS: dict[str, tuple[str, dict[str, Any]]] = {
    "SCRAM": ("SECURE", LOGIN | TLS | ENCRYPTED | {"sasl_mechanism": "SCRAM-SHA-512"}),
    "OAUTHBEARER": ("TOKEN", {"sasl_mechanism": "OAUTHBEARER", "sasl_token": token(3600)}),
}
FAUST = [str(Path(sys.executable).with_name("faust")), "-A", "stream.app", "worker", "-l", "debug"]


def test_the_logins_use_every_secret_that_there_is() -> None:
    """A secret of Kafka's logins that is added to the settings has to be added here."""
    secrets = {
        name for name, field in Settings.model_fields.items() if is_secret(field) and name.startswith(("sasl_", "tls_"))
    }
    assert secrets
    assert {name for _, flags in LOGINS.values() for name in flags if name in secrets} == secrets


@pytest.mark.parametrize("command", [None, FAUST], ids=["rasid", "faust"])
@pytest.mark.parametrize("login", LOGINS)
def test_a_worker_logs_in_and_shows_no_secret(guarded: Guarded, login: str, command: list[str] | None) -> None:
    """Not in the debug log, the banner, health, metrics, dead letters or alerts; Faust's own clients log in too."""
    stand = helpers.Stand(guarded.kafka.bootstrap, partitions=1)
    listener, flags = LOGINS[login]
    given = guarded.flags(listener, **flags)
    settings = load_settings(flags=given)
    try:
        stand.create_topics()
        environ = {f"RASID_{name.upper()}": str(value) for name, value in given.items()}
        worker = stand.start(command, cwd=None, RASID_LOG_LEVEL="debug", **environ)
        stand.produce([helpers.article(0, title="boom"), (b"bad", b"{"), *map(helpers.article, range(3))])
        dead_letters = 1 if command else 2
        told = stand.read(stand.settings.topics.dead_letters, until=lambda got: len(got) >= dead_letters)
        assert len(told) == dead_letters
        if not command:
            told += stand.read(*stand.alert_topics, until=lambda got: len(got) == 3)
        url = worker.health_url()
        shown = [str(told), *(helpers.get(url + path)[1] for path in ("/metrics", "/health/live", "/health/ready"))]
        assert worker.stop() == 0
        shown.append(worker.log)
        assert settings.secrets
        for secret in settings.secrets:
            assert not [text for text in shown if secret in text]
    finally:
        stand.close()
