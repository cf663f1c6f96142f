"""The words that make dates, from `lexicons/dates.yaml`, ready to be looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Literal, NamedTuple

from stream.detection.calendar_spans import Point
from stream.detection.text import normalise
from stream.detection.wordtable import Hit, Phrases, WordData, WordTable, load_words, phrase

FILE = "dates.yaml"
Unit = Literal["hour", "day", "night", "week", "month", "year", "decade"]
Tense = Literal["past", "present", "future"]
_REMEMBERED_WORDS = 50_000
_DIGITS = re.compile(r"([^0-9]*)([0-9]{1,4})\Z")


class UnitForms(WordData):
    """A unit of time: one, two, many of it; with and without the article."""

    one: list[str]
    two: list[str]
    many: list[str]


class DateData(WordData):
    """What `dates.yaml` holds; each list is written as in running text."""

    weekdays: dict[int, list[str]]
    no_weekday_after: list[str]
    no_weekday_before: list[str]
    months: dict[int, list[str]]
    months_with_preposition: list[str]
    months_with_evidence: list[str]
    month_word: list[str]
    hijri_months: dict[int, list[str]]
    hijri_bare: list[str]
    hijri_mark: list[str]
    common_mark: list[str]
    ordinals: dict[int, list[str]]
    ten: list[str]
    first_day: list[str]
    units: dict[Unit, UnitForms]
    no_year_after: list[str]
    few: list[str]
    modifiers: dict[Tense, list[str]]
    this: list[str]
    of: list[str]
    the_year: list[str]
    points: dict[Point, list[str]]
    since: list[str]
    ago: list[str]
    within: list[str]
    after: list[str]
    upon: list[str]
    lasting: list[str]
    counted: list[str]
    for_: list[str]
    running: list[str]
    feminine: str
    steps: dict[int, list[str]]
    until: list[str]
    or_: list[str]
    between: list[str]
    from_: list[str]
    by: list[str]
    in_: list[str]
    year_after: list[str]
    two_years: list[str]
    about: list[str]
    earlier: list[str]
    later: list[str]
    relative_days: dict[int, list[str]]
    daytime: list[str]
    same_day: dict[int, list[str]]
    same: list[str]
    no_today_before: list[str]
    no_today_after: list[str]
    parts_of_day: list[str]
    both_days: list[str]
    night: list[str]
    seasons: dict[int, list[str]]
    vague: dict[Literal["past", "future"], list[str]]
    event_names: list[str]
    future_cues: list[str]
    present_cues: list[str]
    past_cues: list[str]
    future_prefixes: list[str]
    no_future: list[str]
    no_future_prefixes: list[str]
    and_: str
    accusative: str
    article: str
    proclitics: list[str]


FormKind = Literal["weekday", "relative", "month", "hijri", "unit", "digits", "season", "vague", "current", "step"]


class Form(NamedTuple):
    """One reading of a word as the beginning of a date: what it is, the words that must follow, and its value."""

    kind: FormKind
    rest: tuple[str, ...]
    value: int
    unit: Unit = "day"
    """For units; `value` is then 1, 2, or 0 for many."""
    word: str = ""


class DateTable(WordTable[tuple[Form, ...]]):
    """Words that may begin a date, and short groups of digits, also written together with the word before them."""

    def _read(self, word: str) -> Hit[tuple[Form, ...]] | None:
        if word[-1].isdigit():
            found = _DIGITS.match(word)
            return Hit(found[1], (Form("digits", (), int(found[2]), word=found[2]),)) if found else None
        return super()._read(word)


class _Tenses(dict[str, "Tense | None"]):
    """What a verb or another cue says about the time of its clause, remembered by word."""

    def __init__(self, read: Callable[[str], Tense | None]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, word: str) -> Tense | None:
        if len(self) > _REMEMBERED_WORDS:
            self.clear()
        found = self[word] = self._read(word)
        return found


def _folded(words: list[str]) -> frozenset[str]:
    return frozenset(normalise(word) for word in words)


def _named(data: DateData) -> Iterator[tuple[FormKind, int, Unit, list[str]]]:
    """The word lists that begin a date: their kind, value and unit."""
    by_number: tuple[tuple[FormKind, dict[int, list[str]]], ...] = (
        ("weekday", data.weekdays),
        ("relative", data.relative_days),
        ("month", data.months),
        ("hijri", data.hijri_months),
        ("season", data.seasons),
        ("step", data.steps),
        ("vague", {-1: data.vague["past"], 1: data.vague["future"]}),
    )
    for kind, lists in by_number:
        for number, words in lists.items():
            yield kind, number, "day", words
    for unit, by_count in data.units.items():
        for number, words in ((1, by_count.one), (2, by_count.two), (0, by_count.many)):
            yield "unit", number, unit, words
    # "The beginning of the current", said of the month.
    for number, points in enumerate(data.points.values()):
        yield "current", number, "day", [f"{point} {now}" for point in points for now in data.modifiers["present"]]


def _forms(data: DateData) -> dict[str, list[Form]]:
    """First word of a form to its readings."""
    forms: dict[str, list[Form]] = {}
    for kind, value, unit, words in _named(data):
        for word in words:
            head, *rest = phrase(word)
            form = Form(kind, tuple(rest), value, unit, " ".join((head, *rest)))
            if form not in forms.setdefault(head, []):
                forms[head].append(form)
    return forms


class DateWords:
    """The word lists of `dates.yaml`, compiled."""

    def __init__(self, data: DateData) -> None:
        self.data = data
        forms = _forms(data)
        self.table = DateTable({head: tuple(sorted(f, key=lambda x: -len(x.rest))) for head, f in forms.items()})
        self.sets = {name: _folded(value) for name, value in data if isinstance(value, list)}
        carried = [normalise(p) for p in data.proclitics]
        self._carried = {n: words.union(p + w for p in carried for w in words) for n, words in self.sets.items()}
        self.ordinals = {normalise(w): n for n, words in data.ordinals.items() for w in words}
        self.modifiers: dict[str, Tense] = {normalise(w): t for t, words in data.modifiers.items() for w in words}
        self.same_day = {normalise(w): n for n, words in data.same_day.items() for w in words}
        self.points: dict[str, Point] = {normalise(w): p for p, words in data.points.items() for w in words}
        self.before = Phrases({"part": data.parts_of_day}, data.proclitics)
        names = [phrase(name) for by in (data.months, data.hijri_months) for forms_ in by.values() for name in forms_]
        self.long_months = {name[0] for name in names if len(name) > 1}
        """First words of month names of two words, the second of which looks like an ordinal."""
        self.about = Phrases({"about": data.about}, ())
        self.when = Phrases({"earlier": data.earlier, "later": data.later}, data.proclitics)
        self.and_ = normalise(data.and_)
        self.article = normalise(data.article)
        self.accusative = normalise(data.accusative)
        self.feminine = normalise(data.feminine)
        self.future_prefixes = tuple(normalise(p) for p in data.future_prefixes)
        self.no_future = tuple(normalise(p) for p in data.no_future_prefixes)
        self.tense = _Tenses(self._tense)

    def _tense(self, word: str) -> Tense | None:
        if word in self.sets["future_cues"] or self._future_verb(word):
            return "future"
        bare = word[1:] if word.startswith(self.and_) else word
        if word in self.sets["past_cues"] or bare in self.sets["past_cues"]:
            return "past"
        if bare in self.sets["future_cues"]:
            return "future"
        return "present" if word in self.sets["present_cues"] or bare in self.sets["present_cues"] else None

    def _future_verb(self, word: str) -> bool:
        if not word.startswith(self.future_prefixes) or len(word) < 4:
            return False
        bare = word.removeprefix(self.and_)
        return not bare.startswith(self.no_future) and bare not in self.sets["no_future"]

    def is_for(self, word: str, prefix: str) -> bool:
        """Whether *word*, written with *prefix*, says "for the": the article after it loses its alef."""
        return any(word.startswith((p + self.article[-1], p + self.article)) for p in self.sets["for_"]) and (
            not prefix or prefix[:1] in self.sets["for_"]
        )

    def has(self, name: str, word: str) -> bool:
        """Whether *word*, with or without a proclitic, is in the list *name*."""
        return word in self._carried[name]


@cache
def date_words() -> DateWords:
    """The compiled packaged word lists."""
    return DateWords(load_words(FILE, DateData))
