"""The doors of a local Kafka: its listeners, and the server.properties of one node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from stream.broker.ports import LOOPBACK

Protocol = Literal["PLAINTEXT", "SASL_PLAINTEXT", "SSL", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]

# Every node has this one: the brokers talk to each other over it, and readiness is asked there.
PLAIN_LISTENER = "PLAINTEXT"
CONTROLLER_LISTENER = "CONTROLLER"

_LOGIN_MODULES: Mapping[str, str] = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "OAUTHBEARER": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule",
}


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files for an SSL listener.

    *key_and_certificate* holds the private key (PKCS 8, unencrypted) and the certificate chain; *authorities* those
    who may sign a client's certificate, which is demanded when *require_client_certificate*.
    """

    key_and_certificate: Path
    authorities: Path
    require_client_certificate: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """One more listener, beside the plain one that every node has.

    *users* maps names to passwords, for PLAIN and SCRAM. *properties* are added under the listener's own prefix
    (`listener.name.<name>.`), for instance for OAUTHBEARER.
    """

    name: str
    protocol: Protocol
    mechanisms: tuple[Mechanism, ...] = ()
    users: Mapping[str, str] = field(default_factory=dict)
    tls: Tls | None = None
    properties: Mapping[str, str] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        """Return the listener's own lines of server.properties."""
        own = dict(self.properties)
        if self.mechanisms:
            own["sasl.enabled.mechanisms"] = ",".join(self.mechanisms)
        for mechanism in self.mechanisms:
            words = [_LOGIN_MODULES[mechanism], "required"]
            if mechanism == "PLAIN":
                words += [f"user_{name}={_quoted(password)}" for name, password in self.users.items()]
            if mechanism == "OAUTHBEARER":
                words.append('unsecuredLoginStringClaim_sub="broker"')
            own.setdefault(f"{mechanism.lower()}.sasl.jaas.config", " ".join(words) + ";")
        if self.tls:
            own |= {
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(self.tls.key_and_certificate),
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(self.tls.authorities),
                "ssl.client.auth": "required" if self.tls.require_client_certificate else "none",
            }
        return {f"listener.name.{self.name.lower()}.{key}": value for key, value in own.items()}

    def scram_credentials(self) -> list[str]:
        """Return the values of the storage tool's --add-scram for this listener's users."""
        return [
            f"{mechanism}=[name={name},password={password}]"
            for mechanism in self.mechanisms
            if mechanism.startswith("SCRAM")
            for name, password in self.users.items()
        ]


def server_properties(
    *,
    node_id: int,
    ports: Mapping[str, int],
    voters: Sequence[tuple[int, int]],
    listeners: Sequence[Listener],
    log_dir: Path,
    extra: Mapping[str, str],
) -> str:
    """Return the text of one node's server.properties.

    *ports* gives the port of each listener by name, the plain and the controller's included; *voters* the id and
    controller port of every node; *extra* settings replace those made here.
    """
    protocols = {PLAIN_LISTENER: "PLAINTEXT", CONTROLLER_LISTENER: "PLAINTEXT"}
    protocols |= {listener.name: listener.protocol for listener in listeners}
    replicas = str(min(3, len(voters)))
    settings = {
        "process.roles": "broker,controller",
        "node.id": str(node_id),
        "controller.quorum.voters": ",".join(f"{voter}@{LOOPBACK}:{port}" for voter, port in voters),
        "controller.listener.names": CONTROLLER_LISTENER,
        "inter.broker.listener.name": PLAIN_LISTENER,
        "listeners": ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in ports.items()),
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
        "log.dirs": str(log_dir),
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": "1",
        # A consumer gets its partitions at once instead of after 3 s.
        "group.initial.rebalance.delay.ms": "0",
        # A node that crashed may come back after 3 s instead of 9.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    }
    for listener in listeners:
        settings |= listener.settings()
    settings |= extra
    return "".join(f"{key}={_escaped(value)}\n" for key, value in settings.items())


def _quoted(text: str) -> str:
    backslashed = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{backslashed}"'


def _escaped(value: str) -> str:
    # Java's properties format: a backslash escapes, a line ends the value, and other than Latin-1 needs \uXXXX.
    text = value.replace("\\", "\\\\").replace("\n", "\\n")
    return "".join(char if " " <= char <= "~" else f"\\u{ord(char):04x}" for char in text)
