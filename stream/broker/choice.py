"""Which broker to take on this machine, and why."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stream.broker import docker, tansu
from stream.broker.errors import BrokerError
from stream.broker.guardian import Guardian
from stream.broker.jars import KAFKA_VERSION, can_have_jars, java_command
from stream.broker.local_kafka import LocalKafka
from stream.broker.ports import accepts
from stream.broker.ready import addresses

Kind = Literal["given", "docker", "kafka", "tansu"]

_GIVEN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of broker and the sentence that says which it is and why."""

    kind: Kind
    sentence: str


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """A broker that answers. *bootstrap* is host:port, or several with commas between."""

    kind: Kind
    bootstrap: str

    @property
    def session_timeout_seconds(self) -> float | None:
        """The consumer session that clients must ask for, or None where any will do."""
        return tansu.SESSION_TIMEOUT_SECONDS if self.kind == "tansu" else None

    @property
    def idempotent_producer(self) -> bool:
        """Whether producers may be idempotent."""
        return self.kind != "tansu"


def choose(*, allow_tryout: bool = False, environ: Mapping[str, str] = os.environ) -> Choice:
    """Return the first broker that can be had: RASID_BROKER, Docker, Apache Kafka by Java, and Tansu if allowed.

    Raises BrokerError, saying what stood in the way of each, when there is none.
    """
    given = environ.get("RASID_BROKER", "").strip()
    if given:
        addresses(given)
        return Choice("given", f"Broker: {given}, because RASID_BROKER names it.")
    no_docker = docker.trouble(environ)
    if no_docker is None:
        return Choice("docker", "Broker: Apache Kafka from docker-compose.yml, because a Docker engine answers.")
    no_kafka = _kafka_trouble(environ)
    if no_kafka is None:
        sentence = f"Broker: Apache Kafka {KAFKA_VERSION} as a local Java process, because {no_docker}."
        return Choice("kafka", sentence)
    reasons = [f"Docker: {no_docker}.", f"Apache Kafka: {no_kafka}"]
    if allow_tryout:
        no_tansu = tansu.trouble()
        if no_tansu is None:
            sentence = (
                "Broker: Tansu, a small stand-in, in memory and for trying out only: this is not Apache Kafka. "
                + " ".join(reasons)
            )
            return Choice("tansu", sentence)
        reasons.append(f"Tansu: {no_tansu}.")
    lines = "\n".join(f"  {reason}" for reason in ["RASID_BROKER is not set.", *reasons])
    raise BrokerError(f"No Kafka broker can be had on this machine:\n{lines}")


@contextmanager
def temporary_broker(
    *,
    allow_tryout: bool = False,
    say: Callable[[str], None] = lambda _: None,
    environ: Mapping[str, str] = os.environ,
) -> Iterator[RunningBroker]:
    """Give an answering broker; on leaving, stop it and remove its data, unless RASID_BROKER named it.

    *say* receives each sentence about what is taken and why. Raises BrokerError when none can be had.
    """
    choice = choose(allow_tryout=allow_tryout, environ=environ)
    say(choice.sentence)
    match choice.kind:
        case "given":
            given = environ["RASID_BROKER"].strip()
            check_given(given)
            yield RunningBroker("given", given)
        case "docker":
            compose = docker.ComposeKafka.up(f"rasid-{uuid.uuid4().hex[:8]}")
            try:
                yield RunningBroker("docker", compose.bootstrap)
            finally:
                compose.down(delete_data=True)
        case "kafka":
            with LocalKafka(say=say) as kafka:
                yield RunningBroker("kafka", kafka.bootstrap)
        case "tansu":
            folder = Path(tempfile.mkdtemp(prefix="rasid-tansu-"))
            guardian = Guardian(folder, mark="tansu")
            try:
                yield RunningBroker("tansu", tansu.Tansu(folder).bootstrap)
            finally:
                guardian.release()


def check_given(bootstrap: str) -> None:
    """Raise BrokerError unless one of the addresses in RASID_BROKER accepts a connection.

    Only that, since an admin request may need a user and a certificate.
    """
    if not any(accepts(host, port, timeout=_GIVEN_SECONDS) for host, port in addresses(bootstrap)):
        raise BrokerError(
            f"Nothing accepts connections at {bootstrap}, which RASID_BROKER names. Start that broker, correct the "
            "variable, or unset it to get a local broker."
        )


def _kafka_trouble(environ: Mapping[str, str]) -> str | None:
    try:
        java_command(environ)
    except BrokerError as cause:
        return str(cause)
    if not can_have_jars(environ):
        return "Maven (mvn) is not on PATH. On Debian: apt-get install maven"
    return None
