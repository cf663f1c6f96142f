"""When two strings name the same thing, whatever their spelling and clitics."""

from __future__ import annotations

import re
import unicodedata

# Tatweel, vowel marks, and the invisible characters that steer joining and direction.
_MARKS = re.compile(r"[\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
# The hamza forms of alif to bare alif, alif maqsura to ya, ta marbuta to ha.
_FOLD = str.maketrans("\u0623\u0625\u0622\u0671\u0649\u0629", "\u0627\u0627\u0627\u0627\u064a\u0647")
_EDGES = " \u00ab\u00bb\"'()\u060c.\u061b:"
_SHORTEST = 3


def fold(text: str) -> str:
    """Return *text* without marks and spelling variants, spaces made one, punctuation at its edges gone."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text)).translate(_FOLD)
    return re.sub(r"\s+", " ", plain).strip(_EDGES)


def same_name(one: str, other: str) -> bool:
    """True when one folded string holds the other: "to the army" names "the army"."""
    a, b = fold(one), fold(other)
    return min(len(a), len(b)) >= _SHORTEST and (a in b or b in a)
