"""The articles that alerts refer to, as they were received, in bounded memory."""

from __future__ import annotations

from collections import Counter


class Texts:
    """Raw articles by id, *max_bytes* of them at most.

    An article mostly comes before its alerts, and which will have any is not known then: a quarter of the room is for
    the newest that nobody asked for yet. Those that have alerts are kept as long as there is room.
    """

    def __init__(self, max_bytes: int) -> None:
        self._kept = _Room(max_bytes - max_bytes // 4)
        self._recent = _Room(max_bytes // 4)
        self._wanted: Counter[str] = Counter()

    def add(self, article_id: str, raw: bytes) -> None:
        """Keep an article for now, or for longer when it has alerts."""
        (self._kept if article_id in self._wanted else self._recent).put(article_id, raw)

    def want(self, article_id: str) -> None:
        """Note one more alert of that article."""
        self._wanted[article_id] += 1
        raw = self._recent.take(article_id)
        if raw is not None:
            self._kept.put(article_id, raw)

    def release(self, article_id: str) -> None:
        """Note that one alert of that article is gone; with its last one goes the text."""
        self._wanted[article_id] -= 1
        if not self._wanted[article_id]:
            del self._wanted[article_id]
            self._kept.take(article_id)

    def get(self, article_id: str) -> bytes | None:
        """Return the article, or None where it has no alerts, came too long ago or was not read."""
        return self._kept.get(article_id)


class _Room:
    """Bytes by id; the oldest go when there are more than *limit* in all."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._texts: dict[str, bytes] = {}

    def get(self, id_: str) -> bytes | None:
        return self._texts.get(id_)

    def put(self, id_: str, raw: bytes) -> None:
        self.take(id_)
        self._texts[id_] = raw
        self._used += len(raw)
        while self._used > self._limit:
            self.take(next(iter(self._texts)))

    def take(self, id_: str) -> bytes | None:
        raw = self._texts.pop(id_, None)
        self._used -= len(raw or b"")
        return raw
