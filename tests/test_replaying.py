"""stream/replaying.py: articles from files into the articles topic."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from stream.reading import Damage, Line
from stream.replaying import ReplayCount, UndeliveredError, read_article, replay

ARTICLE = '{"id": 7, "title": "عنوان", "date": "2025-01-01"}'.encode()


@dataclass
class FakeProducer:
    """Confirms every message, except those whose value is in *refused*."""

    refused: dict[bytes, Exception] = field(default_factory=dict)
    sent: list[tuple[bytes, bytes | None]] = field(default_factory=list)

    async def send(self, topic: str, value: bytes, *, key: bytes | None) -> asyncio.Future[Any]:
        assert topic == "articles"
        self.sent.append((value, key))
        confirmation: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if value in self.refused:
            confirmation.set_exception(self.refused[value])
        else:
            confirmation.set_result(SimpleNamespace(partition=0, offset=len(self.sent) - 1))
        return confirmation


def _replay(items: Iterator[Line | Damage], producer: Any) -> ReplayCount:
    return asyncio.run(replay(items, producer, "articles", max_bytes=1000))


def _lines(*values: bytes) -> Iterator[Line | Damage]:
    return (Line("f", number, value) for number, value in enumerate(values, start=1))


@pytest.mark.parametrize(
    ("data", "key"),
    [
        pytest.param(ARTICLE, "7", id="alias-and-number"),
        pytest.param(b'{"title": "x"}', None, id="no-date"),
        pytest.param(b"[" * 100_000, None, id="deep"),
        pytest.param(b"\xff", None, id="not-utf8"),
    ],
)
def test_the_key_is_the_articles_id(data: bytes, key: str | None) -> None:
    """What is no article has none."""
    article = read_article(data)
    assert (article.article_id if article else None) == key


def test_every_line_is_sent_unchanged() -> None:
    """Articles under their ids, and what is no article without one; the ends tell where the partition stands."""
    producer = FakeProducer()
    count = _replay(_lines(ARTICLE, b"{broken", *[ARTICLE] * 3000), producer)
    assert producer.sent[:2] == [(ARTICLE, b"7"), (b"{broken", None)]
    assert (count.sent, count.without_id, count.damages) == (3002, 1, [])
    assert count.ends == {0: 3002}


def test_damages_and_lines_too_large_are_counted() -> None:
    """Too large for us, or for the topic: told by line, and the rest is sent."""
    producer = FakeProducer(refused={b"big": MessageSizeTooLargeError()})
    items = iter([Damage("f", 1, "cut", fatal=False), *_lines(b"x" * 1001, b"big", ARTICLE)])
    count = _replay(items, producer)
    assert count.sent == 1
    assert [damage.reason for damage in count.damages] == [
        "cut",
        "1001 bytes; the topic takes 1000",
        "larger than the topic takes",
    ]


def test_an_unconfirmed_line_ends_the_replay_by_name() -> None:
    """Nothing is taken for sent that the broker did not confirm."""
    with pytest.raises(UndeliveredError, match="f:2: not delivered: KafkaTimeoutError"):
        _replay(_lines(ARTICLE, b"lost", ARTICLE), FakeProducer(refused={b"lost": KafkaTimeoutError()}))


def test_a_fault_of_reading_is_not_swallowed() -> None:
    """What is raised in the reading thread is raised here."""

    def items() -> Iterator[Line | Damage]:
        yield from _lines(ARTICLE)
        raise MemoryError

    with pytest.raises(MemoryError):
        _replay(items(), FakeProducer())
