"""stream/replays/ordering.py: by time of publication, and within a span of time."""

from __future__ import annotations

import json
import random
import sqlite3
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stream.reading import Damage, Line
from stream.replays import ordering
from stream.replays.ordering import Item, Span, in_order


def _line(number: int, published: str | None, **more: str) -> Line:
    fields = {"id": number, "title": "خبر"} | ({"date": published} if published else {}) | more
    return Line("f", number, json.dumps(fields, ensure_ascii=False).encode())


def _numbers(items: Iterator[Item]) -> list[int]:
    return [item.number for item in items if isinstance(item, Line)]


def test_lines_come_by_time_of_publication() -> None:
    """In any zone; the same time keeps the order of the files, and no date goes with the line before."""
    lines = [
        _line(1, "2024-03-02T10:00:00+03:00"),
        _line(2, None),
        _line(3, "2024-03-02T06:59:00Z"),
        _line(4, "2024-03-02T07:00:00Z"),
        _line(5, "2024-03-01"),
    ]
    totals: list[int] = []
    assert _numbers(in_order(iter(lines), total=totals.append)) == [5, 3, 1, 2, 4]
    assert totals == [5]


def test_lines_are_given_back_byte_for_byte_and_damages_at_once() -> None:
    """Damages are told while the archive is read."""
    damage = Damage("f", 2, "cut", fatal=False)
    lines: list[Item] = [_line(3, "2024-01-02"), damage, Line("f", 9, b"{no json\xff")]
    assert list(in_order(iter(lines))) == [damage, lines[0], lines[2]]


def test_memory_does_not_grow_with_the_archive() -> None:
    """Fifty megabytes are sorted in a fraction of that."""
    body = "x" * 5000
    days = list(range(10_000))
    random.Random(7).shuffle(days)
    lines = (_line(day, f"{2000 + day // 365}-01-01T00:00:{day % 60:02}Z", body=body) for day in days)
    tracemalloc.start()
    count = 0
    for count, _ in enumerate(in_order(lines), start=1):  # noqa: B007 - what counts is how many there are
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == len(days)
    assert most < 15_000_000


def test_a_full_disk_is_an_error_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not one of the database."""

    def full(*_: object) -> Iterator[Item]:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(ordering, "_sorted", full)
    with pytest.raises(OSError, match="no room to sort"):
        list(in_order(iter([])))


@pytest.mark.parametrize(
    ("since", "until", "numbers", "outside"),
    [
        (None, None, [1, 2, 3, 4], 0),
        (datetime(2024, 2, 1, tzinfo=UTC), None, [2, 3], 2),
        (None, datetime(2024, 3, 1, tzinfo=UTC), [1, 2], 2),
        (datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC), [2], 3),
    ],
)
def test_a_span_takes_its_first_moment_and_not_its_last(
    since: datetime | None, until: datetime | None, numbers: list[int], outside: int
) -> None:
    """What has no date is outside of every span, and counted."""
    span = Span(since, until)
    lines = [_line(1, "2024-01-31"), _line(2, "2024-02-01"), _line(3, "2024-03-01"), _line(4, None)]
    found = span.select(iter(lines)) if span else iter(lines)
    assert _numbers(found) == numbers
    assert span.outside == outside
