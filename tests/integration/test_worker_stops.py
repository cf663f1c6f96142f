"""When a worker has to stop by itself: with a code of its own, a sentence that says what to do, and nothing lost."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import CreateAclsRequest

from stream.broker import Listener, LocalKafka, RunningBroker
from stream.exit_codes import ExitCode
from tests.integration import stand as helpers

article, ids = helpers.article, helpers.ids

pytestmark = pytest.mark.integration
PASSWORD = "p4ssw0rd-made-up"
TOPIC, LITERAL, READ, WRITE, DESCRIBE, ALLOW = 2, 3, 3, 4, 8, 3


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Any]:
    """Give topics of its own on the session's Kafka, and end the workers afterwards."""
    made = helpers.Stand(kafka.bootstrap)
    made.create_topics()
    yield made
    made.close()


def administer(stand: Any, *requests: Any) -> None:
    """Await each of *requests*, functions of an admin client."""

    async def run() -> None:
        client = AIOKafkaAdminClient(bootstrap_servers=stand.settings.broker)
        await client.start()
        try:
            for request in requests:
                await request(client)
        finally:
            await client.close()

    asyncio.run(run())


def recreate(topic: str, configs: Mapping[str, str]) -> Any:
    """A request that makes *topic*."""
    return lambda client: client.create_topics([NewTopic(topic, 4, 1, topic_configs=dict(configs))])


def configure(topic: str, **configs: str) -> Any:
    """A request that sets settings of *topic*; the names have underscores for dots."""
    named = {name.replace("_", "."): value for name, value in configs.items()}
    return lambda client: client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, named)])


def allow(topic: str, user: str, operation: int) -> Any:
    """A request that lets *user* do *operation* with *topic*, and with that shuts out whom no rule names."""
    request = CreateAclsRequest(TOPIC, topic, LITERAL, f"User:{user}", "*", operation, ALLOW)
    return lambda client: client._send_to_controller(request)


def nothing_is_missing(stand: Any, good: int, bad: int) -> None:
    """A worker started now leaves an alert of each good article and a dead letter of each bad one."""
    worker = stand.start()
    worker.health_url()
    alerts = stand.read(*stand.alert_topics, until=lambda got: len(ids(got)) >= good)
    assert ids(alerts) == {f"a{n}" for n in range(good)}
    wanted = {b"{bad %d" % n for n in range(bad)}
    dead = stand.read(stand.settings.topics.dead_letters, until=lambda got: {m.value for m in got} >= wanted)
    assert {message.value for message in dead} == wanted
    assert worker.stop() == ExitCode.OK


def mixed(good: int, bad: int) -> list[tuple[bytes, bytes]]:
    """Good articles, and messages that are none, a few hundred bytes in all."""
    return [(b"bad", b"{bad %d" % n) for n in range(bad)] + [article(n) for n in range(good)]


@pytest.mark.parametrize("fault", ["no delivery", "no commits"])
def test_a_worker_whose_committed_offsets_stand_still_ends_itself(stand: Any, fault: str) -> None:
    """Within the time set, also when it is busy all the while but commits nothing; the next one loses nothing."""
    worker = stand.start(TEST_FAULT=fault, RASID_STALL_SECONDS="5")
    stand.produce(article(n) for n in range(20))
    assert worker.process.wait(60) == ExitCode.STALLED, worker.log
    assert "whose committed offset was never set and has not moved for" in worker.log
    assert "RASID_STALL_SECONDS" in worker.log
    nothing_is_missing(stand, 20, 0)


def test_the_end_of_a_transaction_is_no_article_that_waits(stand: Any) -> None:
    """A crawler may write in transactions: the broker then counts a message that no consumer ever gets.

    What it takes back is no article either.
    """
    worker = stand.start(RASID_STALL_SECONDS="5")

    async def send() -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=stand.settings.broker, transactional_id=stand.settings.group_id, acks="all"
        )
        await producer.start()
        await producer.begin_transaction()
        key, value = article(1)
        await producer.send_and_wait(stand.settings.topics.articles, value, key=key)
        await producer.abort_transaction()
        async with producer.transaction():
            key, value = article(0)
            await producer.send_and_wait(stand.settings.topics.articles, value, key=key)
        await producer.stop()

    asyncio.run(send())
    alerts = stand.read(*stand.alert_topics, until=lambda got: len(got) == 1)
    assert ids(alerts) == {"a0"}
    url = worker.health_url()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        assert worker.process.poll() is None, worker.log
        assert helpers.get(f"{url}/health/live")[0] == 200
        time.sleep(1)
    lags = [line for line in helpers.get(f"{url}/metrics")[1].splitlines() if line.startswith("rasid_consumer_lag{")]
    # What was taken back, and the ends of both transactions.
    assert sum(float(line.split()[-1]) for line in lags) == 3
    assert worker.stop() == ExitCode.OK


def test_a_broken_worker_stops_instead_of_making_dead_letters_of_a_topic(stand: Any) -> None:
    """However often a supervisor starts it again; mended, it makes the alerts of all that are left."""
    stand.produce(article(n) for n in range(1000))
    for _ in range(3):
        worker = stand.start(TEST_FAULT="broken", TEST_SECONDS_AN_ARTICLE="0.01", RASID_MAX_CONSECUTIVE_FAILURES="50")
        assert worker.process.wait(60) == ExitCode.BROKEN, worker.log
        assert "50 articles in a row failed in detection" in worker.log
        assert "KeyError" in worker.log
    letters = stand.read(stand.settings.topics.dead_letters, until=lambda _: False, timeout=3)
    dead = {(letter.key or b"").decode() for letter in letters}
    # What ends a batch does not wait for the next one: a row for each start at the very most.
    assert len(dead) < 3 * 50
    mended = stand.start()
    mended.health_url()
    wanted = {f"a{n}" for n in range(1000)}
    alerts = stand.read(*stand.alert_topics, until=lambda got: ids(got) | dead >= wanted)
    assert ids(alerts) | dead == wanted
    assert mended.stop() == ExitCode.OK


def test_malformed_messages_never_stop_a_worker(stand: Any) -> None:
    """Whoever may write to the topic could otherwise end every worker with a few bytes."""
    stand.produce(mixed(1, 300))
    worker = stand.start(RASID_MAX_CONSECUTIVE_FAILURES="5")
    dead = stand.read(stand.settings.topics.dead_letters, until=lambda got: len(got) >= 300)
    assert len(dead) == 300
    assert worker.stop() == ExitCode.OK


def test_a_dead_letter_topic_that_is_deleted_stops_the_worker(stand: Any) -> None:
    """The offset stays; once the topic is there again, every dead letter and every alert comes."""
    topic = stand.settings.topics.dead_letters
    worker = stand.start(RASID_DELIVERY_TIMEOUT_SECONDS="4")
    stand.produce([article(0), (b"bad", b"{bad 0")])
    stand.read(topic, until=lambda got: len(got) == 1)
    administer(stand, lambda client: client.delete_topics([topic]))
    stand.produce(mixed(30, 5))
    assert worker.process.wait(60) == ExitCode.NO_DEAD_LETTERS, worker.log
    assert topic in worker.log
    assert "rasid topics check" in worker.log
    again = stand.start()
    assert again.process.wait(30) == ExitCode.NO_TOPIC
    administer(stand, recreate(topic, {}))
    # The one from before the deletion was delivered once, and is gone with its topic.
    stand.produce([(b"bad", b"{bad 0")])
    nothing_is_missing(stand, 30, 5)


def test_a_dead_letter_topic_that_takes_only_small_messages_stops_the_worker(stand: Any) -> None:
    """The offset stays; once the topic takes larger ones, nothing is missing."""
    topic = stand.settings.topics.dead_letters
    administer(stand, configure(topic, max_message_bytes="200"))
    worker = stand.start()
    stand.produce(mixed(30, 5))
    assert worker.process.wait(60) == ExitCode.NO_DEAD_LETTERS, worker.log
    assert f"larger than {topic} takes: raise its max.message.bytes" in worker.log
    administer(stand, configure(topic, max_message_bytes="1000000"))
    nothing_is_missing(stand, 30, 5)


def test_a_dead_letter_topic_that_we_may_not_write_to_stops_the_worker() -> None:
    """At once, with the broker's refusal; with the right to write given, nothing is missing."""
    door = Listener("LOGIN", "SASL_PLAINTEXT", ("PLAIN",), users={"rasid": PASSWORD})
    rules = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "true",
    }
    with LocalKafka(listeners=[door], properties=rules) as kafka:
        stand = helpers.Stand(kafka.bootstrap)
        login = {
            "RASID_BROKER": kafka.bootstrap_of("LOGIN"),
            "RASID_SASL_MECHANISM": "PLAIN",
            "RASID_SASL_USERNAME": "rasid",
            "RASID_SASL_PASSWORD": PASSWORD,
        }
        try:
            stand.create_topics()
            topic = stand.settings.topics.dead_letters
            administer(stand, allow(topic, "rasid", DESCRIBE))
            worker = stand.start(cwd=None, **login)
            stand.produce(mixed(30, 5))
            assert worker.process.wait(40) == ExitCode.NO_DEAD_LETTERS, worker.log
            assert re.search(rf"The broker refuses \d messages? for {topic}: TopicAuthorizationFailedError", worker.log)
            assert PASSWORD not in worker.log
            administer(stand, allow(topic, "rasid", WRITE))
            stand.start(cwd=None, **login)
            wanted = {b"{bad %d" % n for n in range(5)}
            dead = stand.read(topic, until=lambda got: {m.value for m in got} >= wanted)
            assert {message.value for message in dead} == wanted
            alerts = stand.read(*stand.alert_topics, until=lambda got: len(ids(got)) >= 30)
            assert ids(alerts) == {f"a{n}" for n in range(30)}
        finally:
            stand.close()


def test_a_worker_whose_log_cannot_be_written_goes_on(stand: Any) -> None:
    """A full disk for the log costs the log alone; a worker keeps nothing else on disk."""
    log = Path("/dev/full").open("w")  # noqa: SIM115 - the process has it until the end
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RASID_")} | {
        "RASID_BROKER": stand.settings.broker,
        "RASID_TOPIC_PREFIX": stand.settings.topic_prefix,
        "RASID_GROUP_ID": stand.settings.group_id,
        "RASID_HEALTH_PORT": "0",
    }
    process = subprocess.Popen([sys.executable, str(helpers.PROGRAM)], env=environ, stderr=log, cwd="/proc/self")
    try:
        stand.produce(mixed(30, 5))
        alerts = stand.read(*stand.alert_topics, until=lambda got: len(ids(got)) >= 30)
        assert ids(alerts) == {f"a{n}" for n in range(30)}
        process.terminate()
        assert process.wait(10) == ExitCode.OK
    finally:
        process.kill()
        process.wait()
        log.close()
