"""The words that make numbers, from `lexicons/numbers.yaml`, ready to be looked up."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from stream.detection.resources import load_yaml
from stream.detection.text import normalise
from stream.detection.wordtable import Hit, Phrases, WordData, WordTable, load_words

FILE = "numbers.yaml"
Kind = Literal["digits", "unit", "eleven", "ten", "tens", "hundreds", "scale", "dual", "vague", "half"]
_DIGITS = re.compile(r"([^0-9]*)([0-9]{1,15})\Z")


class NumberData(WordData):
    """What `numbers.yaml` holds; each list is written as in running text."""

    units: dict[int, list[str]]
    eleven: list[str]
    ten: list[str]
    tens: dict[int, list[str]]
    hundreds: dict[int, list[str]]
    scales: dict[int, list[str]]
    plural_scales: list[str]
    duals: dict[int, list[str]]
    vague: dict[int, list[str]]
    halves: dict[float, list[str]]
    refused: list[str]
    before: dict[Literal["at_least", "about", "up_to", "less"], list[str]]
    after: dict[Literal["at_least", "about"], list[str]]
    proclitics: list[str]
    between: list[str]
    to: list[str]
    from_: list[str]
    moved: list[str]
    measures: list[str]
    labels: list[str]
    years: list[str]
    year_words: list[str]
    percent: list[str]
    what: list[str]
    accusative: str
    and_: str
    article: str


class Numeral(NamedTuple):
    """One word of a number: its kind, and its value where the kind has one."""

    kind: Kind
    value: float
    plural: bool = False
    """A plural scale word, which counts by itself when no number stands before it."""


class NumberTable(WordTable[Numeral]):
    """Number words and digits; digits written together with the word before them too."""

    def _read(self, word: str) -> Hit[Numeral] | None:
        if word[-1].isdigit():
            digits = _DIGITS.match(word)
            return Hit(digits[1], Numeral("digits", float(digits[2]))) if digits else None
        return super()._read(word)


class NumberWords:
    """The word lists of `numbers.yaml`, compiled."""

    def __init__(self, data: NumberData) -> None:
        forms: dict[str, Numeral] = {}
        groups: list[tuple[Kind, dict[float, list[str]]]] = [
            ("unit", {float(k): v for k, v in data.units.items()}),
            ("eleven", {1.0: data.eleven}),
            ("ten", {10.0: data.ten}),
            ("tens", {float(k): v for k, v in data.tens.items()}),
            ("hundreds", {float(k): v for k, v in data.hundreds.items()}),
            ("scale", {float(k): v for k, v in data.scales.items()}),
            ("dual", {float(k): v for k, v in data.duals.items()}),
            ("vague", {float(k): v for k, v in data.vague.items()}),
            ("half", data.halves),
        ]
        plurals = _folded(data.plural_scales)
        for kind, by_value in groups:
            for value, words in by_value.items():
                for word in words:
                    form = normalise(word)
                    forms[form] = Numeral(kind, value, form in plurals)
        self.table: NumberTable = NumberTable(forms, _folded(data.refused))
        self.before = Phrases(data.before, data.proclitics)
        self.after = Phrases(data.after, ())
        self.percent = Phrases({"percent": data.percent}, ())
        self.between = _folded(data.between)
        self.to = _folded(data.to)
        self.from_ = _folded(data.from_)
        self.moved = _folded(data.moved)
        self.measures = _folded(data.measures)
        self.labels = _folded(data.labels)
        self.years = _folded(data.years)
        self.year_words = _folded(data.year_words)
        self.what = _folded(data.what)
        self.accusative = normalise(data.accusative)
        self.months = _months()
        self.and_ = normalise(data.and_)
        self.article = normalise(data.article)

    def bare(self, word: str) -> str:
        """The word without the article."""
        return word.removeprefix(self.article)


def _folded(words: list[str]) -> frozenset[str]:
    return frozenset(normalise(word) for word in words)


def _months() -> frozenset[str]:
    """The first words of all month names, from `dates.yaml`: a number before one is a day."""
    data = load_yaml("dates.yaml")
    forms = [form for month in (*data["months"].values(), *data["hijri_months"].values()) for form in month]
    return frozenset(normalise(form).split()[0] for form in forms)


@cache
def number_words() -> NumberWords:
    """The compiled packaged word lists."""
    return NumberWords(load_words(FILE, NumberData))
