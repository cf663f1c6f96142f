"""The worker as it is shipped, on a machine whose clock is wrong by TEST_SKEW_SECONDS."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self

from aiokafka import AIOKafkaProducer

from stream import agents, processing
from stream.settings import load_settings
from stream.worker import run_worker

_SKEW = float(os.environ["TEST_SKEW_SECONDS"])
_right_time = time.time
_send = AIOKafkaProducer.send


class _Wrong(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(seconds=_SKEW)


async def _sent_at_the_wrong_time(producer: AIOKafkaProducer, *message: Any, **named: Any) -> Any:
    """Give the message its time here: the producer asks the machine for it, not Python."""
    return await _send(producer, *message, timestamp_ms=int(time.time() * 1000), **named)


if __name__ == "__main__":
    # What the clients of Kafka and Faust ask, and what we ask.
    time.time = lambda: _right_time() + _SKEW
    AIOKafkaProducer.send = _sent_at_the_wrong_time
    for module in (agents, processing):
        module.datetime = _Wrong  # type: ignore[attr-defined]
    sys.exit(run_worker(load_settings()))
