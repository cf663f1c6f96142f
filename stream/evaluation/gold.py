"""Marked articles and judged sentences as values. What the marks mean is told in `tests/marks/README.md`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from schemas.alert import Kind
from schemas.article import Article


class GoldError(ValueError):
    """A line that is no marked article and no judged sentence: the message names the line and the field."""


@dataclass(frozen=True, slots=True)
class GoldPlace:
    """Where it happened: ISO 3166-1 alpha-2 and degrees (WGS 84), each None when the text does not settle it."""

    country: str | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class GoldEvent:
    """One marked event. `killed` and `injured` are the low ends of the latest figures, None where nothing is said."""

    kind: Kind
    type: str
    timing: str
    status: str
    quotes: tuple[str, ...]
    initiators: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    place: GoldPlace | None = None
    date: tuple[date, date] | None = None
    killed: int | None = None
    injured: int | None = None

    @property
    def is_new(self) -> bool:
        """True for news, False for background."""
        return self.timing == "new"


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An article with all that a careful reader found in it."""

    article: Article
    events: tuple[GoldEvent, ...]


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A sentence, as an article of its own, and whether it reports an attack."""

    article: Article
    is_attack: bool


Gold = GoldArticle | GoldSentence


def parse_gold(lines: Iterable[tuple[int, bytes]]) -> list[GoldArticle] | list[GoldSentence]:
    """Parse numbered JSON lines: all marked articles (`events`) or all judged sentences (`gold`). Raises GoldError."""
    articles: list[GoldArticle] = []
    sentences: list[GoldSentence] = []
    for number, line in lines:
        item = _parse_line(number, line)
        if isinstance(item, GoldArticle):
            articles.append(item)
        else:
            sentences.append(item)
        if articles and sentences:
            raise GoldError(f"line {number}: marked articles (events) and judged sentences (gold) in one file")
    return articles or sentences


def _parse_line(number: int, line: bytes) -> Gold:
    try:
        data = json.loads(line)
        if not isinstance(data, dict):
            raise GoldError(f"line {number}: a {type(data).__name__}, not an object")
        article = Article.model_validate(data)
    except ValidationError as cause:
        first = cause.errors()[0]
        raise GoldError(f"line {number}: {'.'.join(map(str, first['loc'])) or 'article'}: {first['msg']}") from cause
    except json.JSONDecodeError as cause:
        raise GoldError(f"line {number}: not JSON: {cause}") from cause
    if "events" in data:
        return gold_article(data, article, label=f"line {number}")
    if isinstance(data.get("gold"), bool):
        return GoldSentence(article, data["gold"])
    raise GoldError(f"line {number}: article {article.article_id} has neither events nor gold: it was not marked")


def gold_article(data: dict[str, Any], article: Article | None = None, *, label: str = "marks") -> GoldArticle:
    """Return the marked article in *data*, a parsed JSON object. Raises GoldError."""
    article = article or Article.model_validate(data)
    events = []
    for rank, row in enumerate(data["events"], 1):
        try:
            events.append(_event(row))
        except (KeyError, TypeError, ValueError, IndexError) as cause:
            what = f"no {cause}" if isinstance(cause, KeyError) else str(cause)
            raise GoldError(f"{label}: article {article.article_id}: event {rank}: {what}") from cause
    return GoldArticle(article, tuple(events))


def _event(row: dict[str, Any]) -> GoldEvent:
    place = row.get("place")
    days = row.get("date")
    return GoldEvent(
        kind=Kind(row["kind"]),
        type=str(row["type"]).lower(),
        timing=row["timing"],
        status=row["status"],
        quotes=tuple(row["quotes"]),
        initiators=tuple(item["text"] for item in row.get("initiators") or ()),
        targets=tuple(item["text"] for item in row.get("targets") or ()),
        place=GoldPlace(place.get("country"), place.get("lat"), place.get("lon")) if place else None,
        date=(date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None,
        killed=row["killed"][0] if row.get("killed") else None,
        injured=row["injured"][0] if row.get("injured") else None,
    )
