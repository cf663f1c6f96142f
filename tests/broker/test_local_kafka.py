from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context
from cryptography.hazmat.primitives import serialization

from stream.broker import BrokerError, Listener, LocalKafka, Tls, wait_until_ready
from stream.broker.ports import accepts
from stream.broker.ready import addresses

pytestmark = pytest.mark.integration

TOPIC = "broker-test"
PASSWORD = 'made up "for" tests\\'


@pytest.fixture(scope="module")
def kafka() -> Iterator[LocalKafka]:
    """One Kafka for the tests that leave it running."""
    with LocalKafka() as running:
        yield running


async def create(bootstrap: str, *, replicas: int = 1) -> None:
    """Create the topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, 1, replicas)])
    finally:
        await admin.close()


async def produce(bootstrap: str, *values: bytes, **security: Any) -> None:
    """Send values and await each confirmation from all replicas."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, **security)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(TOPIC, value)
    finally:
        await producer.stop()


async def consume(bootstrap: str, count: int) -> list[bytes]:
    """Read that many values from the beginning, within 30 s."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            return [(await anext(consumer)).value for _ in range(count)]
    finally:
        await consumer.stop()


def test_messages_survive_a_stop_and_a_crash(tmp_path: Path) -> None:
    """What was confirmed is there after a clean restart, after kill -9, and for a new object on the same folder."""
    kafka = LocalKafka(tmp_path / "kafka")
    try:
        kafka.start()
        address = kafka.bootstrap
        asyncio.run(create(address))
        asyncio.run(produce(address, b"one"))
        kafka.restart()
        asyncio.run(produce(address, b"two"))
        kafka.kill()
        assert not kafka.is_running()
        kafka.start()
        assert kafka.bootstrap == address
        assert asyncio.run(consume(address, 2)) == [b"one", b"two"]
    finally:
        kafka.close()
    again = LocalKafka(tmp_path / "kafka")
    try:
        again.start()
        assert again.bootstrap == address
        assert asyncio.run(consume(address, 2)) == [b"one", b"two"]
    finally:
        again.close()


def test_a_frozen_broker_does_not_answer_until_it_is_resumed(kafka: LocalKafka) -> None:
    """A pause keeps the connection open and gives no answer; the broker goes on afterwards."""
    kafka.pause()
    try:
        with pytest.raises(BrokerError, match="did not answer within 1 s"):
            wait_until_ready(kafka.bootstrap, timeout=1.0)
    finally:
        kafka.resume()
    wait_until_ready(kafka.bootstrap, timeout=30.0)


def test_a_temporary_kafka_leaves_nothing_behind() -> None:
    """Process and folder are gone after the block, and the address is one of the loopback interface."""
    with LocalKafka() as kafka:
        assert [host for host, _ in addresses(kafka.bootstrap)] == ["127.0.0.1"]
        assert kafka.folder.exists()
    assert not kafka.is_running()
    assert not kafka.folder.exists()


def test_a_temporary_kafka_ends_with_the_program_even_after_kill_9() -> None:
    """A crash of the demo or of a test leaves no Java process and no folder."""
    program = """
import time
from stream.broker import LocalKafka
with LocalKafka() as kafka:
    print(kafka.bootstrap, kafka.folder, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        address, folder = owner.stdout.readline().split()
        (host_and_port,) = addresses(address)
        assert accepts(*host_and_port, timeout=1.0)
        owner.kill()
    deadline = time.monotonic() + 10
    while accepts(*host_and_port, timeout=1.0) or Path(folder).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_kafka_that_cannot_start_names_its_log(tmp_path: Path) -> None:
    """The error carries the log's path and its errors, and no process stays."""
    absent = tmp_path / "absent.pem"
    kafka = LocalKafka(tmp_path / "kafka", listeners=[Listener("TLS", "SSL", tls=Tls(absent, absent))])
    with pytest.raises(BrokerError, match=r"Failed to load .*absent\.pem") as caught:
        kafka.start()
    (log,) = re.findall(r"Its log is (\S+)", str(caught.value))
    assert "absent.pem" in Path(log).read_text(encoding="utf-8")
    assert not kafka.is_running()


def test_a_setting_that_kafka_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    """What the storage tool says about a wrong setting reaches the developer."""
    with pytest.raises(BrokerError, match=r"Invalid value many for configuration log\.segment\.bytes"):
        LocalKafka(tmp_path, properties={"log.segment.bytes": "many"}).start()


def test_a_cluster_goes_on_without_one_of_its_brokers() -> None:
    """With three nodes and three replicas, a crash of one loses no confirmed message."""
    with LocalKafka(nodes=3) as cluster:
        asyncio.run(create(cluster.bootstrap, replicas=3))
        asyncio.run(produce(cluster.bootstrap, b"before"))
        cluster.nodes[0].kill()
        left = ",".join(cluster.bootstrap.split(",")[1:])
        asyncio.run(produce(left, b"after"))
        assert asyncio.run(consume(left, 2)) == [b"before", b"after"]


def pkcs8(pem: bytes) -> bytes:
    """Return a private key in the only form that Kafka reads."""
    key = serialization.load_pem_private_key(pem, password=None)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalKafka, Path]]:
    """A Kafka with a listener for users, one with TLS and one with mutual TLS; and the folder of the certificates."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = authority.issue_cert("127.0.0.1")
    chain = b"".join(pem.bytes() for pem in server.cert_chain_pems)
    (folder / "server.pem").write_bytes(pkcs8(server.private_key_pem.bytes()) + chain)
    client = authority.issue_cert("client.example")
    client.private_key_pem.write_to_path(str(folder / "client.key"))
    client.cert_chain_pems[0].write_to_path(str(folder / "client.pem"))
    tls = Tls(folder / "server.pem", folder / "ca.pem")
    mutual = Tls(folder / "server.pem", folder / "ca.pem", require_client_certificate=True)
    users = {"reader": PASSWORD}
    listeners = (
        Listener("LOGIN", "SASL_PLAINTEXT", ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"), users=users),
        Listener("TLS", "SSL", tls=tls),
        Listener("MUTUAL", "SSL", tls=mutual),
    )
    with LocalKafka(listeners=listeners) as kafka:
        asyncio.run(create(kafka.bootstrap))
        yield kafka, folder


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize(("password", "accepted"), [(PASSWORD, True), ("wrong", False)], ids=["right", "wrong"])
def test_a_listener_for_users_takes_the_right_password_only(
    guarded: tuple[LocalKafka, Path], mechanism: str, password: str, accepted: bool
) -> None:
    """PLAIN and SCRAM let the user in, and nobody else."""
    login = produce(
        guarded[0].bootstrap_of("LOGIN"),
        b"x",
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism=mechanism,
        sasl_plain_username="reader",
        sasl_plain_password=password,
    )
    if accepted:
        asyncio.run(login)
    else:
        with pytest.raises(KafkaError):
            asyncio.run(login)


@pytest.mark.parametrize(
    ("listener", "certificate", "accepted"),
    [
        pytest.param("TLS", False, True, id="tls"),
        pytest.param("MUTUAL", True, True, id="mutual tls"),
        pytest.param("MUTUAL", False, False, id="mutual tls without a certificate"),
    ],
)
def test_a_tls_listener_takes_those_who_prove_themselves(
    guarded: tuple[LocalKafka, Path], listener: str, certificate: bool, accepted: bool
) -> None:
    """The server proves who it is, and with mutual TLS the client does too."""
    kafka, folder = guarded
    own = {"certfile": str(folder / "client.pem"), "keyfile": str(folder / "client.key")} if certificate else {}
    context = create_ssl_context(cafile=str(folder / "ca.pem"), **own)
    sent = produce(kafka.bootstrap_of(listener), b"x", security_protocol="SSL", ssl_context=context)
    if accepted:
        asyncio.run(sent)
    else:
        with pytest.raises(KafkaError):
            asyncio.run(sent)


def test_a_cluster_id_may_begin_with_a_hyphen(tmp_path: Path) -> None:
    """One id in 64 does, and must not be taken for an option."""
    (tmp_path / "cluster-id").write_text("-AbCdEfGhIjKlMnOpQrStU", encoding="ascii")
    with LocalKafka(tmp_path) as kafka:
        assert kafka.is_running()
