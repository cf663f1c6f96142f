"""What is confirmed is on as many brokers as the topics ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from click.testing import CliRunner, Result

from stream.broker import LocalKafka
from stream.cli import main
from stream.exit_codes import ExitCode
from tests.integration import stand as helpers

article, ids = helpers.article, helpers.ids

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalKafka]:
    """Give a Kafka of three brokers."""
    with LocalKafka(nodes=3) as kafka:
        yield kafka


@pytest.fixture
def stand(cluster: LocalKafka) -> Iterator[Any]:
    """Give names of its own on the three brokers, and end the workers afterwards."""
    made = helpers.Stand(cluster.bootstrap)
    yield made
    made.close()


def rasid_topics(stand: Any, command: str, **environ: str) -> Result:
    """Run `rasid topics` with the stand's broker and prefix."""
    where = ["--broker", stand.settings.broker, "--prefix", stand.settings.topic_prefix, "--partitions", "2"]
    return CliRunner().invoke(main, ["topics", command, *where], env=environ)


def set_in_sync(stand: Any, topic: str, count: int) -> None:
    """Set how many copies must have a message of *topic* before it is confirmed."""

    async def alter() -> None:
        client = AIOKafkaAdminClient(bootstrap_servers=stand.settings.broker)
        await client.start()
        await client.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic, {"min.insync.replicas": str(count)})]
        )
        await client.close()

    asyncio.run(alter())


def test_topics_are_made_so_that_one_broker_may_be_lost(stand: Any) -> None:
    """Three copies of which two must have a message; `check` tells a topic that asks for less, and ends with 1."""
    assert rasid_topics(stand, "create").exit_code == 0
    fine = rasid_topics(stand, "check")
    assert (fine.exit_code, fine.stdout) == (0, "")
    assert "warning" not in fine.stderr
    unsafe = rasid_topics(stand, "check", RASID_IDEMPOTENT_PRODUCER="false")
    assert unsafe.exit_code == 0
    assert "warning: RASID_IDEMPOTENT_PRODUCER is false" in unsafe.stderr
    topic = stand.settings.topics.dead_letters
    set_in_sync(stand, topic, 1)
    found = rasid_topics(stand, "check")
    assert found.exit_code == 1
    assert f"{topic}: min.insync.replicas is 1, should be 2" in found.stdout


def test_nothing_is_confirmed_that_too_few_brokers_have(stand: Any, cluster: LocalKafka) -> None:
    """The worker sends with acks=all: with a copy missing it commits nothing and stops; with it back, all is there."""
    assert rasid_topics(stand, "create").exit_code == 0
    for topic in stand.alert_topics:
        set_in_sync(stand, topic, 3)
    cluster.nodes[2].kill()
    try:
        stand.produce(article(n) for n in range(20))
        worker = stand.start(RASID_DELIVERY_TIMEOUT_SECONDS="5")
        assert worker.process.wait(60) == ExitCode.UNDELIVERED, worker.log
    finally:
        cluster.start()
    stand.start()
    alerts = stand.read(*stand.alert_topics, until=lambda got: len(ids(got)) >= 20)
    assert ids(alerts) == {f"a{n}" for n in range(20)}
