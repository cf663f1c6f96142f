from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from stream.broker import RunningBroker
from stream.lag import BrokerLag
from stream.settings import Settings
from stream.watchdog import Partition
from tests.integration.stand import Stand

pytestmark = pytest.mark.integration


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Give topics of its own on the session's Kafka."""
    made = Stand(kafka.bootstrap, partitions=2)
    made.create_topics()
    yield made
    made.close()


def partitions(settings: Settings) -> list[Partition]:
    """What a connection that was never used before knows."""

    async def ask() -> list[Partition]:
        lag = BrokerLag(settings)
        try:
            return await lag.partitions()
        finally:
            await lag.close()

    return asyncio.run(ask())


def test_the_first_question_is_answered_with_every_partition(stand: Stand) -> None:
    """A worker that cannot join its group has nothing else to be judged by."""
    assert set(partitions(stand.settings)) == {Partition(stand.settings.topics.articles, number) for number in (0, 1)}


def test_a_topic_that_is_gone_has_no_partitions(stand: Stand) -> None:
    """It is no error: nothing waits there."""
    assert partitions(stand.settings.model_copy(update={"topic_prefix": "absent."})) == []
