"""Arabic on a terminal: who orders it from right to left, the terminal or we.

Some terminals order and join Arabic letters by themselves, most do neither. What they do cannot be asked for, so it is
told from the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum

import arabic_reshaper
from bidi import get_display

# Nobody sees it; it keeps two Arabic cells of a row from changing places.
_LEFT_TO_RIGHT_MARK = "\u200e"
_ISOLATE_RIGHT_TO_LEFT, _END_OF_ISOLATE = "\u2067", "\u2069"
# Terminals that show characters in the order in which they come.
_PLAIN_TERMS = ("alacritty", "foot", "ghostty", "kitty", "linux", "rio", "rxvt", "st-", "wezterm", "xterm-kitty")
_PLAIN_PROGRAMS = frozenset({"ghostty", "hyper", "rio", "tabby", "vscode", "wezterm"})
_PLAIN_VARIABLES = ("WT_SESSION", "XTERM_VERSION", "KITTY_WINDOW_ID", "ALACRITTY_WINDOW_ID")


class Bidi(StrEnum):
    """Who orders Arabic."""

    NONE = "none"
    """Nobody has to: this is no terminal."""
    TERMINAL = "terminal"
    """The terminal."""
    OURS = "ours"
    """We, and we join the letters too."""


def of_terminal(environ: Mapping[str, str] = os.environ) -> Bidi:
    """Return who orders Arabic on the terminal that *environ* tells of: the terminal, unless it is known not to."""
    plain = (
        environ.get("TERM", "").startswith(_PLAIN_TERMS)
        or environ.get("TERM_PROGRAM", "").lower() in _PLAIN_PROGRAMS
        or any(environ.get(name) for name in _PLAIN_VARIABLES)
    )
    return Bidi.OURS if plain else Bidi.TERMINAL


def joined(text: str, bidi: Bidi) -> str:
    """Return *text* as wide as it will be shown: where it is ours, letters in the forms in which they are joined."""
    return str(arabic_reshaper.reshape(text)) if bidi is Bidi.OURS else text


def ordered(text: str, bidi: Bidi, *, arabic: bool = False) -> str:
    """Return one line of `joined` text so that what is Arabic in it is read from right to left.

    An *arabic* text begins at the right; any other begins at the left, whatever it holds.
    """
    match bidi:
        case Bidi.OURS:
            return str(get_display(text, base_dir="R" if arabic else "L"))
        case Bidi.TERMINAL:
            return f"{_ISOLATE_RIGHT_TO_LEFT}{text}{_END_OF_ISOLATE}" if arabic else f"{text}{_LEFT_TO_RIGHT_MARK}"
        case Bidi.NONE:
            return text
