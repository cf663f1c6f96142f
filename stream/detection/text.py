"""Text as received, its normalised form and its words, with offsets between them.

Everything is matched on the normalised form; every offset that leaves the detector counts code points of the text as
received. Normalisation maps one character to one character or to nothing, so that the map back needs only the places
where something was dropped.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, pairwise

from stream.detection.resources import load_yaml

_PRESENTATION_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
_UNKNOWN = "\x1a"


class _Folding(dict[int, str]):
    """A translation table in which a character without an entry stays if it is ASCII and is unknown otherwise."""

    def __missing__(self, key: int) -> str:
        if key >= 0x250:
            return _UNKNOWN  # and not kept: there are a million of them
        value = self[key] = chr(key).lower()
        return value


@lru_cache(maxsize=1)
def _tables() -> tuple[_Folding, re.Pattern[str]]:
    data = load_yaml("orthography.yaml")
    table = _Folding()
    for to, sources in data["fold"].items():
        for source in sources:
            table[ord(source)] = to
    for letter in data["letters"]:
        table[ord(letter)] = letter
    classes = []
    for item in data["delete"]:
        first, _, last = item.partition("-")
        last = last or first
        classes.append(f"\\u{first}-\\u{last}")
        for code in range(int(first, 16), int(last, 16) + 1):
            table[code] = ""
    # Two-character lower-case expansions would break the one-to-one map.
    for code in range(0x250):
        if len(table[code]) > 1:
            table[code] = _UNKNOWN
    return table, re.compile("[" + "".join(classes) + "]")


def normalise(text: str) -> str:
    """Return the normalised form of *text*: letters folded, marks dropped, digits and punctuation in ASCII."""
    table, _ = _tables()
    if _PRESENTATION_FORMS.search(text):
        text = unicodedata.normalize("NFKC", text)
    return text.translate(table)


_SPLIT = re.compile(r"([^\u0621-\u064a0-9a-z\u00df-\u024f]+)")
_SENTENCE_END = re.compile(r"[\n!?]|\.(?![0-9])|;")


_LONGEST_SENTENCE = 150
"""Words. News has none longer; without a limit a text without full stops would cost the square of its length."""


def _cut(start: int, end: int) -> Iterator[int]:
    """Ends of the pieces of a sentence, none of them too long."""
    yield from range(start + _LONGEST_SENTENCE, end, _LONGEST_SENTENCE)
    yield end


class Text:
    """One field of an article: the raw text, its normalised form, its words and its sentences.

    Words are numbered; a span of words is half open. `starts` and `ends` are offsets into the normalised form;
    `raw_span` gives code point offsets into the text as received.
    """

    __slots__ = (
        "_dropped",
        "_shift_at",
        "_whole_map",
        "ends",
        "field",
        "norm",
        "raw",
        "sentence_ends",
        "separators",
        "starts",
        "words",
    )

    def __init__(self, raw: str, field: str = "body") -> None:
        self.raw = raw
        self.field = field
        table, dropped = _tables()
        self._whole_map: list[int] | None = None
        self._shift_at: list[int] = []
        self._dropped: frozenset[int] = frozenset()
        if _PRESENTATION_FORMS.search(raw):
            pieces = [unicodedata.normalize("NFKC", c).translate(table) for c in raw]
            self.norm = "".join(pieces)
            self._dropped = frozenset(m.start() for m in dropped.finditer(raw))
            self._whole_map = [i for i, piece in enumerate(pieces) for _ in piece]
        else:
            self.norm = raw.translate(table)
            if len(self.norm) != len(raw):
                places = [m.start() for m in dropped.finditer(raw)]
                self._dropped = frozenset(places)
                # The k-th dropped character stood k characters further on in the text as received.
                self._shift_at = [at - k for k, at in enumerate(places)]
        parts = _SPLIT.split(self.norm)
        offsets = list(accumulate(map(len, parts), initial=0))
        first = 0 if parts[0] else 2
        last = len(parts) if parts[-1] else len(parts) - 2
        self.words: list[str] = parts[first:last:2]
        self.starts: list[int] = offsets[first:last:2]
        self.ends: list[int] = offsets[first + 1 : last + 1 : 2]
        # separators[i] stands after word i.
        self.separators: list[str] = parts[first + 1 : last : 2]
        if len(self.separators) < len(self.words):
            self.separators.append(parts[-2] if last != len(parts) and len(parts) > 1 else "")
        self.sentence_ends: list[int] = self._find_sentences()

    def _find_sentences(self) -> list[int]:
        """Word numbers just after the last word of each sentence."""
        ends = [
            i + 1
            for i, separator in enumerate(self.separators)
            if separator not in {" ", ", "} and _SENTENCE_END.search(separator)
        ]
        if self.words and (not ends or ends[-1] != len(self.words)):
            ends.append(len(self.words))
        if any(end - start > _LONGEST_SENTENCE for start, end in pairwise([0, *ends])):
            ends = [cut for start, end in pairwise([0, *ends]) for cut in _cut(start, end)]
        return ends

    def raw_offset(self, at: int) -> int:
        """Offset in the text as received of the character at *at* in the normalised form."""
        if self._whole_map is not None:
            return self._whole_map[at] if at < len(self._whole_map) else len(self.raw)
        return at + bisect_right(self._shift_at, at) if self._shift_at else at

    def raw_span(self, first: int, last: int) -> tuple[int, int]:
        """Code point offsets in the text as received of the words *first* up to, not including, *last*."""
        start = self.raw_offset(self.starts[first])
        end = self.raw_offset(self.ends[last - 1] - 1) + 1
        # Marks that follow the last letter belong to it.
        while end in self._dropped:
            end += 1
        return start, end

    def raw_text(self, first: int, last: int, skip: int = 0) -> str:
        """The words *first* up to *last* as received, without the first *skip* letters of the normalised form."""
        start, end = self.raw_span(first, last)
        if skip:
            start = self.raw_offset(self.starts[first] + skip)
        return self.raw[start:end]

    def sentence_of(self, word: int) -> int:
        """The number of the sentence that holds *word*."""
        return bisect_right(self.sentence_ends, word)

    def sentence_span(self, sentence: int) -> tuple[int, int]:
        """First word of a sentence and the word after its last."""
        return (self.sentence_ends[sentence - 1] if sentence else 0), self.sentence_ends[sentence]

    def word_at(self, offset: int) -> int:
        """The first word that ends after *offset* of the normalised form."""
        return bisect_left(self.ends, offset + 1)
