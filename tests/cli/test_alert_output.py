"""Alerts on a terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from schemas.alert import Alert
from stream.cli.alert_output import console, print_card, print_heading, print_row
from stream.terminal_text import Bidi
from tests.formats.made import full, incident


def _alert(text: str, **more: Any) -> Alert:
    return Alert.model_validate(
        {
            "alert_id": "a",
            "kind": "attack",
            "event_type": "suicide_bombing",
            "timing": "new",
            "status": "alleged",
            "actors": [
                {"role": "initiator", "text": text},
                {"role": "target", "text": "مدنيين", "name_en": "Civilians"},
            ],
            "casualties": [{"kind": "killed", "low": 3, "high": 3, "text": "3"}],
            "place": {"text": text, "country": "SY", "precision": "city"},
            "occurred": {"start": "2024-10-16", "end": "2024-10-16", "precision": "day"},
            "evidence": [{"field": "body", "start": 0, "end": len(text), "text": text, "trigger": text, "rule": "r"}],
            "severity": 70,
            "confidence": 0.8,
            "article": {
                "article_id": "x",
                "source": text,
                "title": text,
                "published_at": datetime(2024, 10, 16, tzinfo=UTC),
            },
            "detector": {"version": "1", "lexicon_version": "1"},
            "detected_at": datetime(2024, 10, 17, tzinfo=UTC),
            **more,
        }
    )


def _terminal(width: int) -> Console:
    screen = console()
    screen.file = io.StringIO()
    screen.width = width
    return screen


def _printed(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_a_card_answers_what_an_analyst_asks() -> None:
    """What and status, where, when, who, toll, who says so, the sentence and the article."""
    screen = _terminal(80)
    print_card(screen, _alert("إدلب"))
    lines = _printed(screen).splitlines()
    assert lines[0] == "SUICIDE BOMBING  alleged  severity 70, confidence 0.80"
    assert [line.split()[0] for line in lines[1:-1]] == ["where", "when", "who", "toll", "says", "sentence", "article"]
    assert lines[3].endswith("إدلب → Civilians")


@pytest.mark.parametrize("width", [40, 100, 200])
def test_a_row_is_one_line_under_its_heading(width: int) -> None:
    """However long the names are, columns stay in place, and wide terminals are not overrun."""
    screen = _terminal(width)
    print_heading(screen)
    print_row(screen, _alert("قوات طويلة الاسم جدا " * 20))
    heading, row = _printed(screen).splitlines()
    assert heading.index("TOLL") == row.index("3 killed")
    assert cell_len(row) <= max(width, 120)


@pytest.mark.parametrize("show", [print_card, print_row])
def test_markup_and_controls_of_an_article_do_nothing(show: Any) -> None:
    """Neither rich's markup nor escape sequences nor emoji codes act; they are shown."""
    screen = _terminal(200)
    show(screen, _alert("[red]x[/red] :bomb: \x1b[2J\u202e"))
    printed = _printed(screen)
    assert r"[red]x[/red] :bomb: \x1b[2J\u202e" in printed
    assert not {"\x1b", "\u202e"} & set(printed)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR even a terminal gets no colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    screen = _terminal(100)
    print_row(screen, _alert("x"))
    assert "31m" not in _printed(screen)
    monkeypatch.delenv("NO_COLOR")
    coloured = _terminal(100)
    print_row(coloured, _alert("x"))
    assert "31m" in _printed(coloured)


def test_where_the_order_is_ours_long_texts_are_cut_into_lines_first() -> None:
    """The first line holds the beginning, which stands at its right; columns of rows stay in place."""
    screen = _terminal(60)
    words = [f"كلمة{number}" for number in range(20)]
    print_card(screen, _alert(" ".join(words)), Bidi.OURS)
    lines = _printed(screen).splitlines()
    first = next(line for line in lines if line.startswith("  sentence"))
    assert first.endswith("0ﺔﻤﻠﻛ")
    assert all(cell_len(line) <= 60 for line in lines)
    assert lines.index(first) + 1 < len(lines)
    print_row(screen, _alert("إدلب"), Bidi.OURS)
    assert "ﺐﻟﺩﺇ, SY" in _printed(screen)
    print_row(screen, _alert("إدلب"), Bidi.TERMINAL)
    assert "إدلب, SY" in _printed(screen)
    assert "\u200e" in _printed(screen)


def test_incidents_have_cards_and_rows_too() -> None:
    """With their sources and headline."""
    screen = _terminal(120)
    print_card(screen, incident(full()))
    print_row(screen, incident(full()))
    lines = _printed(screen).splitlines()
    assert [line.split()[0] for line in lines[1:-2]] == [
        "where",
        "when",
        "who",
        "toll",
        "sources",
        "headline",
        "incident",
    ]
    assert "3 killed, 5 injured" in lines[-1]
