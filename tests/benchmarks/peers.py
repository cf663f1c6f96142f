"""What detection is measured against: programs that only find the forms, on text that was made ready for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import ahocorasick_rs
import spacy
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from stream.detection.text import Text

_OTHER = 255


class ByteScan:
    """ahocorasick_rs over one byte a character, each form with the space after it."""

    def __init__(self, forms: Sequence[str]) -> None:
        letters = Counter(letter for form in forms for letter in form)
        # What no form has is one byte, whatever it is.
        self._bytes = {ord(letter): number for number, (letter, _) in enumerate(letters.most_common(_OTHER))}
        self._bytes.setdefault(ord(" "), len(self._bytes))
        self._forms = forms
        self._automaton = ahocorasick_rs.BytesAhoCorasick([self.ready(form) for form in forms])

    def ready(self, text: str) -> bytes:
        """Return *text*, words with single spaces between, as it is scanned."""
        known = self._bytes
        return bytes(known.get(ord(letter), _OTHER) for letter in f"{text} ")

    def scan(self, text: bytes) -> Sequence[tuple[int, int, int]]:
        """Return the number, start and end of every form in *text*, overlapping ones too."""
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return found

    def whole_words(self, text: bytes) -> list[tuple[str, int]]:
        """Return every form that begins with a word, and its start, to compare with what others find."""
        space = self._bytes[ord(" ")]
        return [
            (self._forms[form], start) for form, start, _ in self.scan(text) if not start or text[start - 1] == space
        ]


class Phrases:
    """spaCy's blank Arabic pipeline and its PhraseMatcher, on words that need no tokenizer."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._vocabulary = spacy.blank("ar").vocab
        self._matcher = PhraseMatcher(self._vocabulary, attr="ORTH")
        self._matcher.add("form", [Doc(self._vocabulary, words=form.split(" ")) for form in forms])

    def match(self, text: str) -> list[tuple[int, int, int]]:
        """Return the forms in *text* with their first and last word."""
        found: list[tuple[int, int, int]] = self._matcher(Doc(self._vocabulary, words=text.split(" ")))
        return found


def normal_text(title: str, body: str) -> str:
    """Return the words of an article as the lexicon has them, with single spaces between."""
    return " ".join([*Text(title).words, *Text(body).words])
