"""What a reader of dates sees: the words of one text, those around a word, and the tense of a clause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from stream.detection.calendar_spans import Span
from stream.detection.date_words import DateWords, Tense, date_words
from stream.detection.numbers import Number
from stream.detection.text import Text

Kind = Literal["weekday", "relative", "month", "hijri", "unit", "year", "digits", "season", "vague", "anchored"]
_CLAUSE = 14  # words before a date in which a cue for its tense is looked for


class Found(NamedTuple):
    """An expression of time before it is joined with its neighbours."""

    first: int
    last: int
    span: Span
    tense: Tense | None
    kind: Kind
    ranges: bool = False
    prefix: str = ""
    part: bool = False
    """A part of the day stands before it."""
    both: bool = False
    """What stands before it announces two: "on the two days Thursday and Friday"."""


class Neighbourhood:
    """The words of one text, and what stands around each of them."""

    def __init__(self, text: Text, moment: datetime, numbers: Sequence[Number]) -> None:
        self.text = text
        self.words = text.words
        self.separators = text.separators
        self.moment = moment
        self.published = moment.date()
        self.lex: DateWords = date_words()
        table = self.lex.table
        self.hits = list(map(table.__getitem__, self.words))
        self.last_day: date | None = None
        """The last single day that the text has named, which "the same day" refers to."""
        self.number_ending = {n.last: n for n in numbers}
        self.number_at = {n.first: n for n in numbers}

    def word(self, i: int) -> str:
        """The word *i*, or nothing outside the text."""
        return self.words[i] if 0 <= i < len(self.words) else ""

    def joined(self, i: int) -> bool:
        """Whether only blanks (or a bracket) stand before the word *i*."""
        return 0 < i < len(self.words) and not self.separators[i - 1].strip(" ()")

    def next(self, i: int) -> str:
        """The word *i* when only blanks stand before it."""
        return self.words[i] if self.joined(i) else ""

    def before(self, i: int) -> str:
        """The word before *i* when only blanks stand between."""
        return self.words[i - 1] if self.joined(i) else ""

    def ordinal_at(self, i: int) -> tuple[int, int]:
        """The ordinal number at the word *i*, of either gender: its value or 0, and the word after it."""
        word = self.next(i)
        value = self.lex.ordinals.get(word) or self.lex.ordinals.get(word.removesuffix(self.lex.feminine), 0)
        if not value:
            return 0, i
        after = self.next(i + 1)
        if value < 10 and after.removesuffix(self.lex.feminine) in self.lex.sets["ten"]:
            return value + 10, i + 2
        return value, i + 1

    def has(self, name: str, word: str) -> bool:
        """Whether *word* is in the list *name*, with a proclitic too."""
        return bool(word) and self.lex.has(name, word)

    def tense_at(self, first: int, last: int) -> Tense | None:
        """The nearest cue before the words, in their sentence; failing that directly after them."""
        low = max(first - _CLAUSE, self.text.sentence_span(self.text.sentence_of(first))[0])
        tense = self.lex.tense
        for k in range(first - 1, low - 1, -1):
            found = tense[self.words[k]]
            if found:
                return found
        for k in range(last, min(last + 2, len(self.words))):
            if self.joined(k) and tense[self.words[k]] == "future":
                return "future"
        return None

    def modifier(self, i: int) -> tuple[int, Tense | None]:
        """A word such as "last", "current", "coming" at *i*: the word after it and what it says."""
        tense = self.lex.modifiers.get(self.next(i)) if self.joined(i) else None
        return (i + 1, tense) if tense else (i, None)
