"""The packaged sample articles."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from schemas.article import Article

SAMPLES = Path(__file__).parents[2] / "stream" / "samples" / "articles.jsonl"


def _articles() -> list[Article]:
    return [Article.model_validate(json.loads(line)) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]


def test_the_samples_are_articles() -> None:
    """At least 16, each with an id of its own, of several outlets, published in 2024 or 2025."""
    articles = _articles()
    assert len(articles) >= 16
    assert len({article.article_id for article in articles}) == len(articles)
    assert len({article.source for article in articles}) >= 4
    assert {article.published_at.year for article in articles} == {2024, 2025}
    assert {article.language for article in articles} == {"ar"}


def test_the_samples_read_like_news() -> None:
    """Three to eight sentences each, in Arabic."""
    for article in _articles():
        sentences = len(re.findall(r"\.(?:\s|$)", article.body))
        assert 3 <= sentences <= 8, article.article_id
        letters = Counter("arabic" if "\u0621" <= c <= "\u064a" else "other" for c in article.body if c.isalpha())
        assert letters["arabic"] > 50 * letters["other"], article.article_id
