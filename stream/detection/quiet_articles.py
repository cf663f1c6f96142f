"""Articles in which next to nothing is news of ours: half of them teach the model so, the other half test it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from stream.detection.marks import read_records

LEARNED_CATEGORIES = ("sport", "technology", "culture")
"""Of these every second article is learned from. Economy is not: its news is too often sanctions and trade wars."""
TESTED_CATEGORIES = (*LEARNED_CATEGORIES, "economy")


def learned_articles(articles: Path, marked: Collection[str] = ()) -> list[dict[str, Any]]:
    """The articles to learn from, in the order of the file; those whose ids are in *marked* are left out."""
    found = [record for record in read_records(articles) if record.get("category") in LEARNED_CATEGORIES]
    return [record for record in found[::2] if record["article_id"] not in marked]


def unlearned_articles(articles: Path) -> list[dict[str, Any]]:
    """The articles of quiet categories that the model never learned from."""
    found = [record for record in read_records(articles) if record.get("category") in TESTED_CATEGORIES]
    seen = {record["article_id"] for record in learned_articles(articles)}
    return [record for record in found if record["article_id"] not in seen]
