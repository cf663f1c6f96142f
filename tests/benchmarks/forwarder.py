"""A Faust agent that only forwards bytes, in confirmed batches: `python -m tests.benchmarks.forwarder IN OUT GROUP`.

The fastest loop that loses nothing: what a worker could reach at most if detection took no time.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import faust
from aiokafka import AIOKafkaProducer
from faust.types import EventT, StreamT

_BATCH = 500
_SECONDS = 0.05


def make_app(broker: str, source: str, target: str, group: str) -> faust.App:
    """Return the app: from the topic *source* to the topic *target*."""
    app = faust.App(
        group,
        broker=f"kafka://{broker}",
        consumer_auto_offset_reset="earliest",
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        web_enabled=False,
    )
    topic = app.topic(source, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    producer: list[AIOKafkaProducer] = []

    @app.agent(topic, concurrency=1)
    async def forward(articles: StreamT[bytes]) -> None:
        if not producer:
            producer.append(
                AIOKafkaProducer(bootstrap_servers=broker, acks="all", enable_idempotence=True, linger_ms=5)
            )
            await producer[0].start()
        batches: Any = cast("faust.Stream[bytes]", articles).noack_take(_BATCH, within=_SECONDS)
        async for events in cast("AsyncIterator[Sequence[EventT[bytes]]]", batches):
            sent = [await producer[0].send(target, event.message.value, key=event.message.key) for event in events]
            await asyncio.gather(*sent)
            for event in events:
                event.ack()

    return app


if __name__ == "__main__":
    # Faust leaves the root logger at DEBUG, which costs half of its speed.
    logging.basicConfig(level=logging.ERROR)
    for name in ("faust", "mode", "aiokafka"):
        logging.getLogger(name).setLevel(logging.ERROR)
    made = make_app(os.environ["RASID_BROKER"], *sys.argv[1:4])
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    faust.Worker(made, quiet=True, override_logging=False, redirect_stdouts=False, loop=loop).execute_from_commandline()
