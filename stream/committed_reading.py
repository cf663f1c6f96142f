"""Faust reads what was committed only: what an aborted transaction left behind never happened.

Faust 0.15 sets the consumer's isolation level only together with its own processing guarantee of exactly once, which
brings much else; see the transport in `faust.transport.drivers.aiokafka`.
"""

from __future__ import annotations

from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport


class _CommittedThread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Transport) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - there is no other way to it
        return consumer


class _CommittedConsumer(Consumer):
    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _CommittedThread(self, loop=self.loop, beacon=self.beacon)


class CommittedTransport(Transport):
    """The transport by aiokafka with `isolation.level` at `read_committed`."""

    Consumer = _CommittedConsumer
