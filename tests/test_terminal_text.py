"""stream/terminal_text.py: Arabic on terminals that order it and on those that do not."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from stream.terminal_text import Bidi, joined, of_terminal, ordered


@pytest.mark.parametrize(
    ("environ", "bidi"),
    [
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, Bidi.TERMINAL),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, Bidi.TERMINAL),
        ({}, Bidi.TERMINAL),
        ({"TERM": "xterm-kitty"}, Bidi.OURS),
        ({"TERM": "alacritty"}, Bidi.OURS),
        ({"TERM": "linux"}, Bidi.OURS),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, Bidi.OURS),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(390)"}, Bidi.OURS),
        ({"WT_SESSION": "x"}, Bidi.OURS),
    ],
)
def test_who_orders_arabic_on_a_terminal(environ: dict[str, str], bidi: Bidi) -> None:
    """The terminal, unless it is known not to."""
    assert of_terminal(environ) is bidi


def test_arabic_is_joined_and_turned_where_it_is_ours() -> None:
    """Numbers and Latin words keep their direction; the last letter stands leftmost, in its final form."""
    text = ordered(joined("قصف 12 على Idlib", Bidi.OURS), Bidi.OURS)
    assert text == "\ufef0\ufee0\ufecb 12 \ufed2\ufebc\ufed7 Idlib"
    assert ordered(joined("Idlib, 2018", Bidi.OURS), Bidi.OURS) == "Idlib, 2018"


def test_a_terminal_that_orders_gets_the_text_with_a_mark_behind() -> None:
    """The mark has no width; without a terminal not even that is added."""
    assert ordered(joined("قصف", Bidi.TERMINAL), Bidi.TERMINAL) == "قصف\u200e"
    assert cell_len("\u200e") == 0
    assert ordered(joined("قصف", Bidi.NONE), Bidi.NONE) == "قصف"


def test_an_arabic_text_begins_at_the_right() -> None:
    """Also where a number is its first word."""
    assert ordered(joined("9 قتلى", Bidi.OURS), Bidi.OURS, arabic=True) == "\ufef0\ufee0\ufe98\ufed7 9"
    assert ordered("9 قتلى", Bidi.TERMINAL, arabic=True) == "\u20679 قتلى\u2069"
    assert ordered("9 قتلى", Bidi.NONE, arabic=True) == "9 قتلى"
