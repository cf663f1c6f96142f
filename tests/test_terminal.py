"""stream/terminal.py: article text can never drive a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest

from stream.terminal import harmless_json, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("قُتل 3 أشخاص، وفق «المرصد».", "قُتل 3 أشخاص، وفق «المرصد».", id="arabic-as-it-is"),
        pytest.param("\x1b[2J\x1b]0;x\x07", r"\x1b[2J\x1b]0;x\x07", id="escape-sequence"),
        pytest.param("\x9b31m\x85", r"\x9b31m\x85", id="c1"),
        pytest.param("a\r\nb\tc\x08\x7f", r"a\r\nb\tc\x08\x7f", id="line-ends-tabs-backspace"),
        pytest.param("\u202eلا\u2066\u2069\u200f\u061c", r"\u202eلا\u2066\u2069\u200f\u061c", id="bidi"),
        pytest.param("\ufeff\u200b\u00ad\U000e0041", r"\ufeff\u200b\xad\U000e0041", id="invisible"),
        pytest.param("\u2028\u2029\ud800", r"\u2028\u2029\ud800", id="separators-and-surrogates"),
        pytest.param("\u06dd\u0600", "\u06dd\u0600", id="number-signs-are-ink"),
    ],
)
def test_driving_characters_are_shown(text: str, shown: str) -> None:
    """Whatever could drive a terminal is written out; all other text stays."""
    assert visible(text) == shown


def test_every_driving_character_of_unicode_is_known() -> None:
    """The written-out set holds all that this Python's Unicode calls control, format, surrogate or separator."""
    ink = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
    driving = {
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in ink
    }
    assert {character for character in driving if visible(character) == character} == set()


def test_harmless_json_means_the_same() -> None:
    """Escaping inside JSON loses nothing, astral characters included."""
    value = {"text": "\x7f\x9b31m \u202e \U000e0041 \u2028 عاجل"}
    line = json.dumps(value, ensure_ascii=False) + "\n"
    harmless = harmless_json(line)
    assert json.loads(harmless) == value
    assert visible(harmless.removesuffix("\n")) == harmless.removesuffix("\n")
    assert harmless.endswith("}\n")
