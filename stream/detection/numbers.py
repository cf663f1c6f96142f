"""Numbers in running Arabic text: digits and number words, with what the text says about their exactness.

Grammar: units before tens joined by "and", hundreds, thousands, millions and their duals, as in any reference grammar
of Modern Standard Arabic. "Dozens", "hundreds", "thousands" by themselves are the open values of the marking guide
(20, 200, 2000). One look-up a word: the time grows with the length of the text only.
"""

# A branch for each construction of the grammar, each with its own way out:
# ruff: noqa: C901, PLR0911, PLR0912

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from stream.detection.number_words import Kind, NumberWords, Numeral, number_words
from stream.detection.text import Text
from stream.detection.wordtable import Hit

_MAY_FOLLOW: dict[Kind, frozenset[Kind]] = {
    "unit": frozenset(("tens",)),
    "hundreds": frozenset(("unit", "eleven", "ten", "tens", "digits")),
    "scale": frozenset(("unit", "eleven", "ten", "tens", "hundreds", "digits", "scale", "dual", "half")),
}
_MOST = 3000  # numbers read in one text; an article has some ten, a table that was never news has more
_YEARS = range(1900, 2100)
_LONGEST_COUNT = 6  # digits in a row; longer ones are telephone or registration numbers
_MOVE_WINDOW = 8  # words before "from" in which a verb of rising or falling is looked for
_NOUN_WINDOW = 3  # words between a number and "at least" after its noun


@dataclass(frozen=True, slots=True)
class Number:
    """A number: the words *first* up to *last* with the words that qualify it, and its lowest and highest value.

    `high` is None for an open range ("at least 25"). `counted` is false for what counts no people and no things: dates,
    years, times, ages, measures, money, percentages, labels, telephone numbers.
    """

    first: int
    last: int
    low: int
    high: int | None
    approximate: bool
    counted: bool
    vague: bool = False
    """"Dozens", "hundreds": an order of magnitude."""


class _Cardinal(NamedTuple):
    first: int
    last: int
    value: float
    prefix: str
    """What is written together with its first word."""
    open: bool = False
    plain: int = 0
    """How many digits it has when it is one group of digits and nothing else, otherwise 0."""
    scale: float = 1


class _Reader:
    """The numbers of one text."""

    def __init__(self, text: Text) -> None:
        self.words = text.words
        self.separators = text.separators
        self.lex: NumberWords = number_words()
        table = self.lex.table
        self.hits: list[Hit[Numeral] | None] = list(map(table.__getitem__, self.words))

    def all(self) -> list[Number]:
        out: list[Number] = []
        after = 0
        for i, hit in enumerate(self.hits):
            if hit is not None and i >= after:
                cardinal = self._cardinal(i)
                if cardinal is not None:
                    out.append(self._qualified(cardinal, after))
                    after = out[-1].last
                    if len(out) == _MOST:
                        break
        return out

    def _joined(self, i: int) -> bool:
        """Whether the word *i* exists and only blanks stand before it."""
        return 0 < i < len(self.words) and not self.separators[i - 1].strip(" ")

    def _hit(self, i: int) -> Hit[Numeral] | None:
        return self.hits[i] if self._joined(i) else None

    def _cardinal(self, i: int) -> _Cardinal | None:
        """The number that begins with the word *i*, as long as possible."""
        hit = self.hits[i]
        if hit is None:
            return None
        prefix, (kind, value, plural) = hit
        following = self._hit(i + 1)
        definite = prefix.endswith(self.lex.article)
        if kind == "digits":
            end, value, plain = self._digits(i, value)
            return self._composed((i, end), 0, value, "digits", prefix)._replace(plain=plain)
        if kind == "vague" or (kind == "scale" and plural):
            if following is not None and following.value.kind == "scale" and kind == "vague":
                return _Cardinal(i, i + 2, value * following.value.value, prefix, open=True)
            return _Cardinal(i, i + 1, value if kind == "vague" else 2 * value, prefix, open=True)
        if kind == "half":
            if following is not None and following.value.kind == "scale" and not following.prefix:
                return _Cardinal(i, i + 2, value * following.value.value, prefix)
            return None
        if kind == "eleven":
            return self._eleven(i, prefix, following)
        if kind in ("scale", "dual"):
            return None if definite else self._composed((i, i + 1), value, 0, "scale", prefix)
        if kind == "hundreds" and definite:
            return None
        return self._composed((i, i + 1), 0, value, kind, prefix)

    def _eleven(self, i: int, prefix: str, following: Hit[Numeral] | None) -> _Cardinal | None:
        if following is None:
            return None
        if following.value.kind == "ten" and following.prefix in ("", self.lex.article):
            return self._composed((i, i + 2), 0, 11, "ten", prefix)
        if following.value.kind == "tens" and following.prefix.startswith(self.lex.and_):
            return self._composed((i, i + 2), 0, 1 + following.value.value, "tens", prefix)
        return None

    def _digits(self, i: int, value: float) -> tuple[int, float, int]:
        """Digits with groups of three and decimals: the word after, the value, the digits when it is one group."""
        words, end = self.words, i + 1
        size = sum(c.isdigit() for c in words[i])
        while end < len(words) and size <= 3 and self.separators[end - 1] in (",", ".", "'") and words[end].isdigit():
            if len(words[end]) == 3 and value >= 1:
                value, end = value * 1000 + float(words[end]), end + 1
            elif len(words[end]) <= 2 and self.separators[end - 1] != "'":
                return end + 1, value + float(words[end]) / 10 ** len(words[end]), 0
            else:
                break
        return end, value, size if end == i + 1 else 0

    def _composed(self, span: tuple[int, int], total: float, group: float, kind: Kind, prefix: str) -> _Cardinal:
        """The number whose words so far are *span*: *total* is finished, *group* may still be multiplied."""
        first, j = span
        scale = total or float("inf")
        lex = self.lex
        while True:
            k, bare = j, False
            if self._joined(j) and self.words[j] == lex.and_:
                k, bare = j + 1, True
            hit = self._hit(k)
            if hit is None:
                break
            number = hit.value
            if not bare and hit.prefix in ("", lex.article):
                if group and kind == "unit" and number.kind == "ten":
                    group, kind = group + 10, "ten"
                elif group and kind == "unit" and number.kind == "hundreds" and number.value == 100:
                    group, kind = group * 100, "hundreds"
                elif group and number.kind == "scale" and number.value < scale:
                    total, group, kind, scale = total + group * number.value, 0, "scale", number.value
                else:
                    break
            elif bare or hit.prefix in (lex.and_, lex.and_ + lex.article):
                limit = 100 if kind == "hundreds" else scale if kind == "scale" else 100
                if number.kind not in _MAY_FOLLOW.get(kind, ()) or number.plural or number.value >= limit:
                    break
                after = self._hit(k + 1)
                if (
                    kind == "scale"
                    and number.kind != "half"
                    and after
                    and after.value.kind == "scale"
                    and after.value.value >= scale
                    and not after.prefix
                ):
                    break  # the upper end of a range: "between 300 thousand and 500 thousand"
                if number.kind == "half":
                    again = self._hit(k + 1)
                    last = k + 2 if again and again.value.kind == "scale" and again.value.value == scale else k + 1
                    return _Cardinal(first, last, total + number.value * scale, prefix, scale=scale)
                if number.kind in ("scale", "dual"):
                    total, group, kind, scale = total + number.value, 0, "scale", number.value
                elif number.kind == "eleven":
                    following = self._hit(k + 1)
                    if following is None or following.value.kind != "ten":
                        break
                    k, group, kind = k + 1, group + 11, "ten"
                else:
                    group, kind = group + number.value, number.kind
            else:
                break
            j = k + 1
        return _Cardinal(first, j, total + group, prefix, scale=scale if total else 1)

    def _qualified(self, number: _Cardinal, low: int) -> Number:
        """The number with the words before and after it that make it a range, open or approximate."""
        lex, words = self.lex, self.words
        first, last, value = number.first, number.last, number.value
        lowest, highest = value, None if number.open else value
        approximate = False
        second = self._second(number)
        if second is not None:
            if second.scale > 1 and number.scale == 1 and value < second.value / second.scale:
                lowest = value * second.scale
            last, highest = second.last, None if second.open else second.value
            if self._joined(first) and words[first - 1] in lex.between:
                first -= 1
                first -= self._joined(first) and words[first - 1] in lex.what
        found = lex.before.ending_at(words, first, low) if self._joined(first) and not number.prefix else None
        group = found[1] if found else ""
        if found:
            first = found[0]
        else:
            for k in range(last, min(last + _NOUN_WINDOW + 1, len(words))):
                if not self._joined(k) or (k > last and self.hits[k] is not None):
                    break
                after = lex.after.starting_at(words, k, len(words))
                if after:
                    group = after[1]
                    last = after[0] if k == last else last
                    break
        if group == "at_least":
            highest = None
        elif group == "less":
            lowest, highest = min(1.0, value), value
        approximate = group in ("about", "up_to")
        counted = self._counts(number, last, qualified=bool(group) or second is not None)
        return Number(
            first, last, int(lowest), None if highest is None else int(highest), approximate, counted, number.open
        )

    def _second(self, number: _Cardinal) -> _Cardinal | None:
        """The upper end of a range that *number* begins."""
        lex, words, i = self.lex, self.words, number.last
        if i >= len(words):
            return None
        second = None
        before = words[number.first - 1] if self._joined(number.first) else ""
        if self._joined(i):
            if words[i] in lex.to and self._hit(i + 1):
                start = max(0, number.first - 1 - _MOVE_WINDOW)
                moved = before in lex.from_ and not lex.moved.isdisjoint(words[start : number.first])
                second = None if moved else self._cardinal(i + 1)
            elif before in lex.between:
                bare = words[i] == lex.and_
                hit = self._hit(i + bare)
                if hit and (bare or hit.prefix == lex.and_):
                    second = self._cardinal(i + bare)
        elif number.plain and self.separators[i - 1].strip() == "-" and self.hits[i]:
            second = self._cardinal(i)
            if second and (not second.plain or self._separator(second.last - 1).strip() in ("-", "/")):
                second = None
        if second and second.value > number.value and not (number.plain == 4 and number.value in _YEARS):
            return second
        return None

    def _separator(self, i: int) -> str:
        return self.separators[i] if 0 <= i < len(self.separators) else ""

    def _counts(self, number: _Cardinal, last: int, *, qualified: bool) -> bool:
        """Whether a number counts people or things, by the words around it."""
        lex, words, value = self.lex, self.words, number.value
        around = self._separator(number.first - 1), self._separator(last - 1)
        before = words[number.first - 1] if number.first and around[0].strip() in ("", "-") else ""
        after = words[last] if self._joined(last) else ""
        if around[1].lstrip().startswith("%") or around[0].endswith("%"):
            return False
        if after in lex.measures or after in lex.months or lex.percent.starting_at(words, last, len(words)):
            return False
        if number.prefix and lex.bare(before) in lex.measures:
            return False
        if after in lex.from_ and last + 1 < len(words) and lex.bare(words[last + 1]) in lex.months:
            return False
        if number.plain:
            inner = self._separator(number.first - 1).strip(), self._separator(number.last - 1).strip()
            if before in lex.labels or before in lex.months or (before.isascii() and inner[0] == "-"):
                return False
            if "/" in inner or ":" in inner or number.plain > _LONGEST_COUNT:
                return False
            if number.plain > 1 and words[number.first].removeprefix(number.prefix).startswith("0"):
                return False
            if number.plain == 4 and value in _YEARS and not qualified:
                if before not in lex.years and after.endswith(lex.accusative):
                    return True
                return before not in lex.years and value % 50 == 0 and not number.prefix
        elif before in lex.year_words and value in range(1000, 2100):
            return False
        return value >= 1


def find_numbers(text: Text) -> list[Number]:
    """All numbers in *text*, in its order; what counts nothing is marked so and not left out."""
    return _Reader(text).all()
