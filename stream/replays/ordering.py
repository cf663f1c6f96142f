"""Articles in the order of their publication, and those of a span of time, however many there are."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stream.reading import Damage, Line
from stream.replaying import read_article

Item = Line | Damage

_BATCH = 500
_CACHE_KIB = 64 * 1024


@dataclass(slots=True)
class Span:
    """From *since* up to but not including *until*; either may be open. *outside* counts what was left out."""

    since: datetime | None = None
    until: datetime | None = None
    outside: int = 0

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def select(self, items: Iterable[Item]) -> Iterator[Item]:
        """Give the articles within; a line without a date is left out too."""
        for item in items:
            if isinstance(item, Line):
                article = read_article(item.data)
                published = article.published_at if article else None
                if (
                    published is None
                    or (self.since is not None and published < self.since)
                    or (self.until is not None and published >= self.until)
                ):
                    self.outside += 1
                    continue
            yield item


def in_order(items: Iterable[Item], *, total: Callable[[int], None] = lambda _: None) -> Iterator[Item]:
    """Give damages as they come and then every line, by time of publication; *total* is told how many lines there are.

    Lines of the same time stay in their order, and one without a date goes with the line before it. They wait in a
    temporary file, so memory stays bounded. Raises OSError when the disk is full.
    """
    with (
        tempfile.TemporaryDirectory(prefix="rasid-replay-") as folder,
        # Reading may go on in a thread, and that may be another one when it is given up.
        closing(sqlite3.connect(Path(folder) / "lines", check_same_thread=False)) as store,
    ):
        try:
            yield from _sorted(store, items, total)
        except sqlite3.OperationalError as cause:
            raise OSError(errno.ENOSPC, f"no room to sort ({cause})", folder) from cause


def _sorted(store: sqlite3.Connection, items: Iterable[Item], total: Callable[[int], None]) -> Iterator[Item]:
    # Nothing in it outlives this run, so nothing is made safe.
    store.executescript(
        f"""PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{_CACHE_KIB};
        CREATE TABLE lines (number INTEGER PRIMARY KEY, published REAL, path TEXT, line INTEGER, data BLOB)"""
    )
    batch: list[tuple[float, str, int, bytes]] = []
    published = float("-inf")
    count = 0

    def flush() -> None:
        store.executemany("INSERT INTO lines (published, path, line, data) VALUES (?, ?, ?, ?)", batch)
        batch.clear()

    for item in items:
        if isinstance(item, Damage):
            yield item
            continue
        article = read_article(item.data)
        published = article.published_at.timestamp() if article else published
        batch.append((published, item.path, item.number, item.data))
        count += 1
        if len(batch) == _BATCH:
            flush()
    flush()
    total(count)
    store.execute("CREATE INDEX by_time ON lines (published, number)")
    # The index holds times and numbers alone; the lines themselves are looked up one by one.
    for path, line, data in store.execute("SELECT path, line, data FROM lines ORDER BY published, number"):
        yield Line(path, line, data)
