from __future__ import annotations

from pathlib import Path

import pytest

from stream.broker.listeners import Listener, Tls, server_properties

PORTS = {"PLAINTEXT": 20_001, "CONTROLLER": 20_002, "LOGIN": 20_003}


def properties(*listeners: Listener, nodes: int = 1, extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the settings of the first of some nodes, read back from the text."""
    text = server_properties(
        node_id=1,
        ports=PORTS,
        voters=[(number, 20_000 + number) for number in range(1, nodes + 1)],
        listeners=listeners,
        log_dir=Path("/var/kafka"),
        extra=extra or {},
    )
    return dict(line.split("=", 1) for line in text.splitlines())


def test_every_listener_is_bound_to_the_loopback_interface() -> None:
    """No local broker can be reached from another machine."""
    listeners = properties(Listener("LOGIN", "SASL_PLAINTEXT"))["listeners"].split(",")
    assert listeners == [f"{name}://127.0.0.1:{port}" for name, port in PORTS.items()]


@pytest.mark.parametrize(("nodes", "replicas"), [(1, "1"), (2, "2"), (3, "3"), (5, "3")])
def test_internal_topics_are_replicated_as_far_as_there_are_nodes(nodes: int, replicas: str) -> None:
    """A single broker keeps one copy, a cluster three."""
    assert properties(nodes=nodes)["offsets.topic.replication.factor"] == replicas


def test_a_caller_s_setting_replaces_ours() -> None:
    """Tests can set anything that Kafka knows."""
    assert properties(extra={"group.initial.rebalance.delay.ms": "9"})["group.initial.rebalance.delay.ms"] == "9"


def test_users_are_told_to_plain_by_jaas_and_to_scram_by_the_storage_tool() -> None:
    """Each mechanism learns of the users in its own way."""
    listener = Listener("LOGIN", "SASL_PLAINTEXT", ("PLAIN", "SCRAM-SHA-512"), users={"reader": 'p"w'})
    settings = properties(listener)
    # Quoted for JAAS, then escaped for Java's properties format.
    assert r'user_reader="p\\"w"' in settings["listener.name.login.plain.sasl.jaas.config"]
    assert listener.scram_credentials() == ['SCRAM-SHA-512=[name=reader,password=p"w]']


def test_mutual_tls_demands_the_client_s_certificate() -> None:
    """A listener with TLS asks for a client certificate when told so."""
    tls = Tls(Path("/server.pem"), Path("/ca.pem"), require_client_certificate=True)
    settings = properties(Listener("LOGIN", "SSL", tls=tls))
    assert settings["listener.name.login.ssl.client.auth"] == "required"
    assert settings["listener.name.login.ssl.keystore.location"] == "/server.pem"


def test_values_survive_java_s_properties_format() -> None:
    """Backslashes and other letters than ASCII arrive unchanged."""
    assert properties(extra={"x": "a\\b é"})["x"] == "a\\\\b \\u00e9"
