"""Distributional word classes: words that stand in like company, learned from unmarked news by `build_word_classes`.

They let the model know a verb of saying or a kind of weapon that no marked article happened to hold.
"""

from __future__ import annotations

import gzip
from functools import cache

from stream.detection import resources
from stream.detection.morphology import conjunctions

WORD_CLASSES_FILE = "word_classes.txt.gz"
UNKNOWN = "-"


@cache
def _classes() -> dict[str, str]:
    lines = gzip.decompress(resources.read_bytes(WORD_CLASSES_FILE)).decode().split("\n")
    return {word: f"c{number}" for number, line in enumerate(lines) for word in line.split()}


def class_of(word: str) -> str:
    """The class of a normalised word, with or without a conjunction before it; `-` when it is unknown."""
    classes = _classes()
    found = classes.get(word)
    if found is None and len(word) > 4:
        found = classes.get(word[1:]) if word.startswith(conjunctions()) else None
    return found or (UNKNOWN if not word[0].isdigit() else "#")
