"""Alerts on standard output: a card each, or a line each under a heading."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from schemas.alert import Alert, Kind
from stream.alert_text import alert_text

_STYLES = {Kind.ATTACK: "bold red", Kind.DIPLOMACY: "bold cyan"}
_LABEL_WIDTH = 9
# Heading and width in cells; the last column takes what is left.
_COLUMNS = (("WHEN", 11), ("WHAT", 25), ("WHERE", 26), ("TOLL", 22), ("WHO", 0))


def console(*, stderr: bool = False) -> Console:
    """Return a console that never reads markup or emoji codes from what it prints; NO_COLOR turns colours off."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)


def print_card(to: Console, alert: Alert) -> None:
    """Print everything that an analyst asks first, one line each, and an empty line."""
    words = alert_text(alert)
    heading = Text().append(words.what.upper(), style=_STYLES[alert.kind])
    heading.append(f"  {words.status}" if words.status else "", style="bold yellow")
    heading.append(f"  severity {alert.severity}, confidence {alert.confidence:.2f}", style="dim")
    to.print(heading)
    for label, text in (
        ("where", words.where),
        ("when", words.when),
        ("who", words.who),
        ("toll", words.toll),
        ("says", words.says),
        ("sentence", words.sentence),
        ("article", words.origin),
    ):
        if text:
            to.print(Text().append(f"  {label:<{_LABEL_WIDTH}} ", style="dim").append(text))
    to.print()


def print_heading(to: Console) -> None:
    """Print the names of the columns."""
    to.print(Text(_row([name for name, _ in _COLUMNS], to.width), style="bold"))


def print_row(to: Console, alert: Alert) -> None:
    """Print an alert as one line, cut to the width of the terminal."""
    words = alert_text(alert)
    what = f"{words.what} ({words.status})" if words.status else words.what
    # Of several days the first is enough here.
    first, to_, _ = words.when.partition(" to ")
    when = f"{first}…" if to_ else first
    line = _row([when, what, words.where, words.toll, words.who], to.width)
    to.print(Text(line, style=_STYLES[alert.kind].removeprefix("bold ")))


def _row(cells: list[str], width: int) -> str:
    fixed = "  ".join(_fit(cell, room) for cell, (_, room) in zip(cells, _COLUMNS, strict=True) if room)
    rest = max(width - cell_len(fixed) - 2, 20)
    return f"{fixed}  {_fit(cells[-1], rest)}".rstrip()


def _fit(text: str, room: int) -> str:
    if cell_len(text) > room:
        return set_cell_size(text, room - 1) + "…"
    return set_cell_size(text, room)
