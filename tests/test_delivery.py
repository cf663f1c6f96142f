from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence

import pytest
from aiokafka.errors import (
    InvalidTimestampError,
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)

from stream import delivery as module
from stream.dead_letters import Header, OutgoingRecord
from stream.delivery import Delivery, UndeliveredError

Fate = Callable[[bytes | None], BaseException | None]


class FakeProducer:
    """Confirms or fails each value as *fate* says; *hangs* leaves confirmations open."""

    def __init__(self, fate: Fate, *, hangs: bool = False, start: BaseException | None = None) -> None:
        self.fate = fate
        self.hangs = hangs
        self.start_fault = start
        self.delivered: list[bytes | None] = []
        self.stopped = False

    async def start(self) -> None:
        if self.start_fault:
            raise self.start_fault

    async def stop(self) -> None:
        self.stopped = True

    async def send(
        self, topic: str, value: bytes | None, key: bytes | None, *, headers: Sequence[Header]
    ) -> asyncio.Future[object]:
        del topic, key, headers
        confirmation: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        fault = self.fate(value)
        if isinstance(fault, MessageSizeTooLargeError) and value == b"large here":
            raise fault
        if fault is not None:
            confirmation.set_exception(fault)
        elif not self.hangs:
            self.delivered.append(value)
            confirmation.set_result(None)
        return confirmation


def records(*values: bytes) -> list[OutgoingRecord]:
    """Messages of *values*."""
    return [OutgoingRecord("t", None, value) for value in values]


def fine(value: bytes | None) -> None:
    """Everything is confirmed."""
    del value


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE", 0.001)


@pytest.mark.asyncio
async def test_everything_is_confirmed_at_the_first_attempt() -> None:
    """Nothing is left to tell."""
    producer = FakeProducer(fine)
    assert await Delivery(lambda: producer, timeout=5).deliver(records(b"a", b"b")) == frozenset()
    assert producer.delivered == [b"a", b"b"]


@pytest.mark.asyncio
async def test_what_failed_is_sent_again_through_a_new_producer() -> None:
    """Only that, and the producer that failed is stopped."""
    broken = FakeProducer(lambda value: KafkaTimeoutError() if value == b"b" else None)
    healthy = FakeProducer(fine)
    made = iter([broken, healthy])
    assert await Delivery(lambda: next(made), timeout=5).deliver(records(b"a", b"b", b"c")) == frozenset()
    assert (broken.delivered, healthy.delivered) == ([b"a", b"c"], [b"b"])
    assert broken.stopped


@pytest.mark.asyncio
async def test_a_producer_that_cannot_start_is_tried_again() -> None:
    """The broker may come back."""
    made = iter([FakeProducer(fine, start=KafkaConnectionError()), healthy := FakeProducer(fine)])
    await Delivery(lambda: next(made), timeout=5).deliver(records(b"a"))
    assert healthy.delivered == [b"a"]


@pytest.mark.asyncio
@pytest.mark.parametrize("value", [b"large here", b"large there"], ids=["refused by the client", "by the broker"])
async def test_messages_too_large_are_told_and_not_tried_again(value: bytes) -> None:
    """Trying again would not help; the others go through."""
    attempts = itertools.count()
    producer = FakeProducer(lambda given: MessageSizeTooLargeError() if given == value else None)

    def make() -> FakeProducer:
        next(attempts)
        return producer

    assert await Delivery(make, timeout=5).deliver(records(b"a", value)) == frozenset({1})
    assert producer.delivered == [b"a"]
    assert next(attempts) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: FakeProducer(lambda _: KafkaTimeoutError()), id="refuses"),
        pytest.param(lambda: FakeProducer(fine, hangs=True), id="hangs"),
        pytest.param(lambda: FakeProducer(fine, start=KafkaConnectionError()), id="cannot connect"),
    ],
)
async def test_what_stays_undelivered_is_an_error(make: Callable[[], FakeProducer]) -> None:
    """It is never dropped: the caller must not ack."""
    with pytest.raises(UndeliveredError, match=r"1 messages for t were not confirmed within 0\.1 s"):
        await Delivery(make, timeout=0.1).deliver(records(b"a"))


@pytest.mark.asyncio
async def test_what_is_denied_is_an_error_at_once() -> None:
    """A right that we have not got does not come by trying again; the topic is named, and only that one."""
    producer = FakeProducer(lambda value: TopicAuthorizationFailedError() if value == b"b" else None)
    sent = [OutgoingRecord("t", None, b"a"), OutgoingRecord("denied", None, b"b")]
    with pytest.raises(UndeliveredError, match=r"refuses 1 messages for denied: .*Authorization") as caught:
        await asyncio.wait_for(Delivery(lambda: producer, timeout=60).deliver(sent), 5)
    assert caught.value.topics == {"denied"}
    assert producer.delivered == [b"a"]


@pytest.mark.asyncio
async def test_a_clock_that_the_broker_refuses_is_named() -> None:
    """A broker refuses times that are too far ahead of its own."""
    producer = FakeProducer(lambda _: InvalidTimestampError())
    with pytest.raises(UndeliveredError, match="Check the clock of this machine"):
        await Delivery(lambda: producer, timeout=0.1).deliver(records(b"a"))


@pytest.mark.asyncio
async def test_a_topic_that_is_not_there_does_not_hold_up_the_others() -> None:
    """The others are confirmed, so that the error names it alone."""

    class NoSuchTopic(FakeProducer):
        async def send(
            self, topic: str, value: bytes | None, key: bytes | None, *, headers: Sequence[Header]
        ) -> asyncio.Future[object]:
            if topic == "gone":
                await asyncio.sleep(60)
            return await super().send(topic, value, key, headers=headers)

    producer = NoSuchTopic(fine)
    sent = [OutgoingRecord("gone", None, b"a"), OutgoingRecord("t", None, b"b"), OutgoingRecord("t", None, b"c")]
    with pytest.raises(UndeliveredError) as caught:
        await Delivery(lambda: producer, timeout=1).deliver(sent)
    assert caught.value.topics == {"gone"}
    assert producer.delivered == [b"b", b"c"]
