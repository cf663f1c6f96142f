"""The articles that are measured: real news where it is at hand, else the samples of the project again and again."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[2]
_SAMPLES = ROOT / "stream" / "samples" / "articles.jsonl"
_LONG_BYTES = 9_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles as decoded JSON; *name* says what they are."""

    name: str
    articles: tuple[dict[str, Any], ...]

    def values(self, count: int, *, first: int = 0) -> list[bytes]:
        """Return *count* messages from number *first* on; those beyond the last article are the first again."""
        numbers = range(first, first + count)
        return [_encode(self.articles[number % len(self.articles)], number, len(self.articles)) for number in numbers]

    def long_values(self, count: int, *, first: int = 0) -> list[bytes]:
        """Return *count* messages of about 9 KB, each joined from several articles."""
        joined = _joined(itertools.islice(itertools.cycle(self.articles), first, None), _LONG_BYTES)
        return [orjson.dumps(article) for article in itertools.islice(joined, count)]

    def text(self, size: int) -> bytes:
        """Return *size* bytes of UTF-8 or a little less: the bodies of one article after the other, in lines."""
        taken = 0
        bodies: list[str] = []
        for article in itertools.cycle(self.articles):
            bodies.append(article["body"])
            taken += len(article["body"].encode()) + 1
            if taken >= size:
                return "\n".join(bodies).encode()[:size]
        raise AssertionError("no articles")


def corpus(archive: Path | None) -> Corpus:
    """Return the articles of *archive* (JSON lines, gzip or not) or, without it, the project's own samples."""
    if archive is None or not archive.exists():
        return Corpus("the samples of the project, repeated", _read(_SAMPLES.read_bytes()))
    data = archive.read_bytes()
    articles = _read(gzip.decompress(data) if archive.suffix == ".gz" else data)
    size = sum(len((article["title"] + article["body"]).encode()) for article in articles) / len(articles)
    return Corpus(f"{len(articles):,} real ones of {archive.name}, {size / 1000:.1f} KB of text on average", articles)


def _read(data: bytes) -> tuple[dict[str, Any], ...]:
    return tuple(orjson.loads(line) for line in data.splitlines() if line)


def _encode(article: dict[str, Any], number: int, count: int) -> bytes:
    # An id of its own for each: what is repeated is another article to Kafka.
    turn = number // count
    return orjson.dumps({**article, "article_id": f"{article['article_id']}-{turn}"} if turn else article)


def _joined(articles: Iterator[dict[str, Any]], size: int) -> Iterator[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for article in articles:
        parts.append(article)
        if sum(len(part["body"].encode()) for part in parts) >= size:
            yield _join(parts)
            parts = []


def _join(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {**parts[0], "body": "\n".join(part["body"] for part in parts)}
