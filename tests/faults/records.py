"""Records as a consumer gets them, with their place and their headers."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer

from tests.integration.stand import Stand


def received(stand: Stand, *topics: str) -> list[Any]:
    """Return all that *topics* hold now."""

    async def receive() -> list[Any]:
        consumer = AIOKafkaConsumer(
            *topics,
            bootstrap_servers=stand.settings.broker,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=8_000_000,
        )
        await consumer.start()
        records: list[Any] = []
        try:
            partitions = consumer.assignment()
            ends = await consumer.end_offsets(partitions)
            while [tp for tp in partitions if await consumer.position(tp) < ends[tp]]:
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    records += batch
        finally:
            await consumer.stop()
        return records

    return asyncio.run(receive())


def alert_id(record: Any) -> str:
    """Return the id in the headers of an alert."""
    headers: dict[str, bytes] = dict(record.headers)
    return headers["alert-id"].decode()
