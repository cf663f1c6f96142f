"""A dictionary of words that also knows them with proclitics, and remembers every answer.

One look-up a word: the time for a text does not grow with the number of forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from stream.detection.resources import load_yaml
from stream.detection.text import Text

T = TypeVar("T")

_REMEMBERED_WORDS = 50_000


class WordDataError(ValueError):
    """A word list that cannot be used: the message names file, entry and field."""


class WordData(BaseModel):
    """The base of what a data file of words may hold: nothing that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


M = TypeVar("M", bound=WordData)


def load_words(name: str, model: type[M], content: Any = None) -> M:
    """The packaged data file *name* (or *content* in its place), validated by *model*.

    Raises `WordDataError` when an entry is missing, unknown or of the wrong type.
    """
    try:
        return model.model_validate(load_yaml(name) if content is None else content)
    except ValidationError as error:
        first = error.errors()[0]
        entry, *rest = [str(part) for part in first["loc"]] or ["the file itself"]
        field = f": field {'.'.join(rest)}" if rest else ""
        raise WordDataError(f"{name}: entry {entry}{field}: {first['msg']}") from error


class Hit(NamedTuple, Generic[T]):
    """What a surface word stands for: its proclitics, article included, and the value of the form after them."""

    prefix: str
    value: T


class WordTable(dict[str, "Hit[T] | None"], Generic[T]):
    """Surface word to `Hit`, or to None when it is no form, with or without proclitics.

    A word that is itself a form is never split; `refused` are surface words that must not be read as a form at all.
    A form written with the article is matched after l- too, where the article loses its alef.
    """

    def __init__(self, forms: Mapping[str, T], refused: Iterable[str] = ()) -> None:
        super().__init__()
        grammar = load_yaml("morphology.yaml")
        article: str = grammar["article"]
        self._forms = dict(forms)
        for form, value in forms.items():
            if form.startswith(article) and len(form) > 4:
                # The article's own letter, doubled, is l- with an article that lost its alef.
                self._forms.setdefault(article[-1] * 2 + form[len(article) :], value)
        self._proclitics = [p for p in sorted(grammar["proclitics"], key=len) if p]
        self._refused = frozenset(refused)

    def __missing__(self, word: str) -> Hit[T] | None:
        if len(self) > _REMEMBERED_WORDS:
            self.clear()
        found = self[word] = self._read(word)
        return found

    def _read(self, word: str) -> Hit[T] | None:
        if word in self._refused:
            return None
        if word in self._forms:
            return Hit("", self._forms[word])
        for prefix in self._proclitics:
            if word.startswith(prefix) and len(word) - len(prefix) >= 2 and word[len(prefix) :] in self._forms:
                return Hit(prefix, self._forms[word[len(prefix) :]])
        return None


def phrase(form: str) -> tuple[str, ...]:
    """The normalised words of a form as it is written in a data file."""
    return tuple(Text(form).words)


class Phrases:
    """Phrases of one or more words, found where they end or begin; the first word may carry a proclitic.

    `value` is what the data file calls the group that the phrase belongs to.
    """

    def __init__(self, groups: Mapping[Any, Sequence[str]], proclitics: Sequence[str]) -> None:
        self._by_last: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._proclitics = ("", *proclitics)
        for group, forms in groups.items():
            for form in forms:
                words = phrase(form)
                self._by_last.setdefault(words[-1], []).append((words, group))
                self._by_first.setdefault(words[0], []).append((words, group))
                if len(words) == 1:
                    for prefix in proclitics:
                        self._by_last.setdefault(prefix + words[0], []).append((words, group))
        for table in (self._by_last, self._by_first):
            for found in table.values():
                found.sort(key=lambda item: -len(item[0]))

    def ending_at(self, words: Sequence[str], end: int, low: int = 0) -> tuple[int, str] | None:
        """The longest phrase whose last word is the one before *end*: its first word and its group."""
        if end <= low:
            return None
        last = words[end - 1]
        for form, group in self._by_last.get(last, ()):
            first = end - len(form)
            if first < low or tuple(words[first + 1 : end - 1]) != form[1:-1]:
                continue
            if len(form) == 1 or self._carries(words[first], form[0]):
                return first, group
        return None

    def starting_at(self, words: Sequence[str], first: int, high: int) -> tuple[int, str] | None:
        """The longest phrase that begins with the word *first*: the word after its last and its group."""
        if first >= high:
            return None
        for form, group in self._by_first.get(words[first], ()):
            last = first + len(form)
            if last <= high and tuple(words[first:last]) == form:
                return last, group
        return None

    def _carries(self, word: str, form: str) -> bool:
        return word.endswith(form) and word[: len(word) - len(form)] in self._proclitics
