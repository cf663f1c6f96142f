"""Find lexicon forms in the words of a text, clitics and the article included.

One dictionary look-up a word: what a surface word can begin is worked out once and remembered, so the time for a text
does not grow with the lexicon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from stream.detection.morphology import is_definite
from stream.detection.resources import load_yaml
from stream.detection.text import Text, normalise

_REMEMBERED_WORDS = 400_000


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One lexicon entry: `id` is stable and travels in alerts, `domain` says which lexicon it came from."""

    id: str
    domain: str
    attrs: Mapping[str, Any] = field(default_factory=dict)


class Match(NamedTuple):
    """A lexicon form found in a text: the words *first* up to *last*, with the clitics before the first word."""

    entry: Entry
    first: int
    last: int
    prefix: str


class _Phrase(NamedTuple):
    rest: tuple[str, ...]
    entry: Entry
    article: bool
    """The form itself begins with the article, so that the text must show it."""
    clitics: bool


class _Remembered(dict[str, tuple[tuple[str, tuple[_Phrase, ...]], ...]]):
    def __init__(self, matcher: Matcher) -> None:
        super().__init__()
        self._matcher = matcher

    def __missing__(self, word: str) -> tuple[tuple[str, tuple[_Phrase, ...]], ...]:
        if len(self) > _REMEMBERED_WORDS:
            self.clear()
        found = self[word] = self._matcher.begins(word)
        return found


class Matcher:
    """All forms of all lexicons.

    A form matches with or without the article on each of its words, unless the form itself is written with it; its
    first word may carry proclitics unless the entry says `clitics: false`.
    """

    def __init__(self, forms: Iterable[tuple[str, Entry]]) -> None:
        grammar = load_yaml("morphology.yaml")
        self._article: str = grammar["article"]
        self._proclitics: list[str] = sorted(grammar["proclitics"], key=len)
        self._verb_proclitics: list[str] = grammar["verb_proclitics"]
        self._imperfect: tuple[str, ...] = tuple(grammar["imperfect_initials"])
        heads: dict[str, list[_Phrase]] = {}
        seen: set[tuple[str, Entry]] = set()
        for form, entry in forms:
            words = Text(form).words
            if not words or (" ".join(words), entry) in seen:
                continue
            seen.add((" ".join(words), entry))
            head = words[0]
            article = head.startswith(self._article) and len(head) > 4
            if article:
                head = head[len(self._article) :]
            heads.setdefault(head, []).append(
                _Phrase(tuple(words[1:]), entry, article, bool(entry.attrs.get("clitics", True)))
            )
        self._heads = {head: tuple(sorted(p, key=lambda x: -len(x.rest))) for head, p in heads.items()}
        self._remembered = _Remembered(self)

    def begins(self, word: str) -> tuple[tuple[str, tuple[_Phrase, ...]], ...]:
        """Every way to read *word* as clitics and the first word of a form."""
        out = []
        for prefix in self._proclitics:
            if prefix and not word.startswith(prefix):
                continue
            stem = word[len(prefix) :]
            if prefix and len(stem) < 2:
                continue
            has_article = is_definite(prefix)
            found = [
                p
                for p in self._heads.get(stem, ())
                if (not p.article or has_article) and (p.clitics or prefix in ("", self._article))
            ]
            if found:
                out.append((prefix, tuple(found)))
        for prefix in self._verb_proclitics:
            if word.startswith(prefix) and word[len(prefix) :].startswith(self._imperfect):
                verbs = [p for p in self._heads.get(word[len(prefix) :], ()) if p.entry.attrs.get("pos") == "verb"]
                if verbs:
                    out.append((prefix, tuple(verbs)))
        return tuple(out)

    def scan(self, text: Text) -> list[Match]:
        """All matches in *text*, overlapping ones too, by first word and then the longest first."""
        words = text.words
        out: list[Match] = []
        count = len(words)
        article = self._article
        for i, begins in enumerate(map(self._remembered.__getitem__, words)):
            for prefix, phrases in begins:
                for rest, entry, _, _ in phrases:
                    if not rest:
                        out.append(Match(entry, i, i + 1, prefix))
                        continue
                    last = i + 1 + len(rest)
                    if last > count:
                        continue
                    for want, have in zip(rest, words[i + 1 : last], strict=True):
                        if have != want and have != article + want:
                            break
                    else:
                        out.append(Match(entry, i, last, prefix))
        return out


def surface(form: str) -> str:
    """The normalised words of *form*, joined by single spaces: the key under which it is looked up."""
    return " ".join(Text(normalise(form)).words)
