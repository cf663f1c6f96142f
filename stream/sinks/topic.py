"""Deliveries into another topic: under the same key, with the same headers."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import AIOKafkaProducer

from stream.outputs import Format, Output
from stream.subscribe import Delivered

# More than these wait for their confirmation: then so does the next.
_UNCONFIRMED = 1000


class TopicSink:
    """Sends to *topic*. As JSON lines a message is passed on byte for byte, and a tombstone as a tombstone."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, output: Output) -> None:
        self._producer = producer
        self._topic = topic
        self._output = output
        self._unconfirmed: list[asyncio.Future[Any]] = []

    async def take(self, delivered: Delivered, document: str) -> None:
        """Send it; `settle` waits for the broker's confirmation. Raises KafkaError."""
        record = delivered.record
        unchanged = self._output.format is Format.JSONL
        headers = [(name, value) for name, value in record.headers if unchanged or name != "content-type"]
        if not unchanged:
            headers.append(("content-type", self._output.media_type.encode()))
        value = record.value if unchanged else document.encode()
        self._unconfirmed.append(await self._producer.send(self._topic, value, key=record.key, headers=headers))
        if len(self._unconfirmed) >= _UNCONFIRMED:
            await self.settle()

    async def settle(self) -> None:
        """Return once the broker has confirmed all that was sent. Raises KafkaError."""
        sent, self._unconfirmed = self._unconfirmed, []
        await asyncio.gather(*sent)
