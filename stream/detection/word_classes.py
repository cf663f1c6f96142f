"""Distributional word classes: words that stand in like company, learned from unmarked news by `build_word_classes`.

They let the model know a verb of saying or a kind of weapon that no marked article happened to hold.
"""

from __future__ import annotations

import gzip
from collections.abc import Container
from dataclasses import dataclass
from functools import cache

from stream.detection import resources
from stream.detection.morphology import conjunctions

WORD_CLASSES_FILE = "word_classes.txt.gz"
UNKNOWN = "-"
_REMEMBERED_WORDS = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A word as the model is told of it: `text` with its class `cls`.

    Digits are `#`; a word that names someone or some place is what it names, in both. A `WordReader` gives the same
    object for the same two, so that what was worked out for a word is found again by the object alone.
    """

    text: str
    cls: str


BEFORE_ALL = Word("<s>", "<s>")
"""Stands before the first word of a sentence."""
AFTER_ALL = Word("</s>", "</s>")
"""Stands after the last word of a sentence."""


class WordReader(dict[str, Word]):
    """Surface word to `Word`. Words outside *vocabulary*, where one is given, have no text: no fact knows them."""

    def __init__(self, vocabulary: Container[str] | None = None) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._words: dict[tuple[str, str], Word] = {}
        self._names: dict[str, Word] = {}

    def __missing__(self, word: str) -> Word:
        if len(self) >= _REMEMBERED_WORDS:
            self.clear()
        text = "#" if word[0].isdigit() else word
        if self._vocabulary is not None and text not in self._vocabulary:
            text = ""
        cls = class_of(word)
        found = self[word] = self._words.setdefault((text, cls), Word(text, cls))
        return found

    def name(self, kind: str) -> Word:
        """What stands for each word of a name of that kind: `DATE`, `PLACE`, `ACTOR.army`."""
        found = self._names.get(kind)
        if found is None:
            found = self._names[kind] = Word(kind, kind)
        return found


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
