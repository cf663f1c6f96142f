"""Words searched for in Arabic and English text: spelling is folded, and joined particles are looked through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from stream.detection.resources import load_yaml
from stream.detection.text import normalise

_WORD = re.compile(r"[^\W_]+")


def has_phrase(text: str, phrase: str) -> bool:
    """Say whether the words of *phrase* stand in *text* side by side, in their order; none stand nowhere."""
    wanted, words = _words(phrase), _words(text)
    if not wanted:
        return False
    return any(
        all(_is(word, want) for word, want in zip(words[at:], wanted, strict=False))
        for at in range(len(words) - len(wanted) + 1)
    )


def has_all_words(texts: Iterable[str], words: str) -> bool:
    """Say whether each of *words* stands somewhere in *texts*, in any order; none stand nowhere."""
    there = [word for text in texts for word in _words(text)]
    wanted = _words(words)
    return bool(wanted) and all(any(_is(word, want) for word in there) for want in wanted)


@lru_cache(maxsize=1024)
def _words(text: str) -> Sequence[str]:
    return tuple(_WORD.findall(normalise(text)))


def _is(word: str, wanted: str) -> bool:
    """Say whether *word* is the one that is wanted, with or without particles and the article before it."""
    return word.endswith(wanted) and word[: len(word) - len(wanted)] in _proclitics()


@cache
def _proclitics() -> frozenset[str]:
    grammar = load_yaml("morphology.yaml")
    return frozenset(grammar["proclitics"])
