"""Find lexicon forms in the words of a text, clitics and the article included.

One dictionary look-up a word: what a surface word can begin is worked out once and remembered, so the time for a text
does not grow with the lexicon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from stream.detection.morphology import is_definite
from stream.detection.resources import load_yaml
from stream.detection.text import Text, normalise

_REMEMBERED_WORDS = 50_000


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


class _Start(NamedTuple):
    """What a surface word can begin: `words` are whole forms, `phrases` go on with the word that is their key.

    The numbers keep the order of all readings of the word: by clitics, the longest form first.
    """

    words: tuple[tuple[int, Entry, str], ...]
    phrases: dict[str, list[tuple[int, tuple[str, ...], Entry, str]]]


class _Remembered(dict[str, "_Start | None"]):
    def __init__(self, matcher: Matcher) -> None:
        super().__init__()
        self._matcher = matcher

    def __missing__(self, word: str) -> _Start | None:
        if len(self) >= _REMEMBERED_WORDS:
            self.clear()
        found = self[word] = self._matcher.start(word)
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

    def start(self, word: str) -> _Start | None:
        """Every way to read *word* as clitics and the first word of a form; None when there is none."""
        words: list[tuple[int, Entry, str]] = []
        phrases: dict[str, list[tuple[int, tuple[str, ...], Entry, str]]] = {}
        for number, (prefix, found) in enumerate(self._readings(word)):
            if not found.rest:
                words.append((number, found.entry, prefix))
                continue
            for second in (found.rest[0], self._article + found.rest[0]):
                phrases.setdefault(second, []).append((number, found.rest[1:], found.entry, prefix))
        return _Start(tuple(words), phrases) if words or phrases else None

    def _readings(self, word: str) -> Iterator[tuple[str, _Phrase]]:
        for prefix in self._proclitics:
            if prefix and not word.startswith(prefix):
                continue
            stem = word[len(prefix) :]
            if prefix and len(stem) < 2:
                continue
            has_article = is_definite(prefix)
            for found in self._heads.get(stem, ()):
                if (not found.article or has_article) and (found.clitics or prefix in ("", self._article)):
                    yield prefix, found
        for prefix in self._verb_proclitics:
            if word.startswith(prefix) and word[len(prefix) :].startswith(self._imperfect):
                for found in self._heads.get(word[len(prefix) :], ()):
                    if found.entry.attrs.get("pos") == "verb":
                        yield prefix, found

    def scan(self, text: Text) -> list[Match]:
        """All matches in *text*, overlapping ones too, by first word and then the longest first."""
        words = text.words
        out: list[Match] = []
        for i, start in enumerate(map(self._remembered.__getitem__, words)):
            if start is None:
                continue
            singles, phrases = start
            longer = phrases.get(words[i + 1]) if phrases and i + 1 < len(words) else None
            if longer is None:
                for _, entry, prefix in singles:
                    out.append(Match(entry, i, i + 1, prefix))
                continue
            found = [(number, Match(entry, i, i + 1, prefix)) for number, entry, prefix in singles]
            for number, rest, entry, prefix in longer:
                last = i + 2 + len(rest)
                if self._follow(rest, words[i + 2 : last]):
                    found.append((number, Match(entry, i, last, prefix)))
            found.sort(key=_number)
            out.extend(match for _, match in found)
        return out

    def _follow(self, rest: Sequence[str], words: Sequence[str]) -> bool:
        """Whether *words* are those of *rest*, with or without the article."""
        return len(rest) == len(words) and all(
            have in (want, self._article + want) for want, have in zip(rest, words, strict=True)
        )


def _number(item: tuple[int, Match]) -> int:
    return item[0]


def surface(form: str) -> str:
    """The normalised words of *form*, joined by single spaces: the key under which it is looked up."""
    return " ".join(Text(normalise(form)).words)
