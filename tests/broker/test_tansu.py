from __future__ import annotations

import asyncio
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from stream.broker.tansu import SESSION_TIMEOUT_SECONDS, Tansu


async def there_and_back(bootstrap: str) -> bytes | None:
    """Send one message and read it in a consumer group."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("try", 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    await producer.send_and_wait("try", b"value")
    await producer.stop()
    consumer = AIOKafkaConsumer(
        "try",
        bootstrap_servers=bootstrap,
        group_id="try",
        auto_offset_reset="earliest",
        session_timeout_ms=int(SESSION_TIMEOUT_SECONDS * 1000),
        heartbeat_interval_ms=1000,
    )
    await consumer.start()
    try:
        async with asyncio.timeout(20):
            value: bytes | None = (await consumer.getone()).value
            return value
    finally:
        await consumer.stop()


def test_the_stand_in_takes_messages_and_a_consumer_group(tmp_path: Path) -> None:
    """Tansu is good enough to try the demo, and is gone when stopped. No test of Kafka's behaviour runs on it."""
    tansu = Tansu(tmp_path)
    try:
        assert asyncio.run(there_and_back(tansu.bootstrap)) == b"value"
    finally:
        tansu.stop()
    assert not tansu.process.is_running()
