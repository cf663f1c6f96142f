"""Alerts and incidents on standard output: a card each, or a line each under a heading."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from schemas.alert import Alert, Kind
from schemas.incident import Incident
from stream.alert_text import AlertText, alert_text
from stream.incident_text import incident_text
from stream.terminal_text import Bidi, joined, ordered

_STYLES = {Kind.ATTACK: "bold red", Kind.DIPLOMACY: "bold cyan"}
_LABEL_WIDTH = 9
_INDENT = _LABEL_WIDTH + 3
# Heading and width in cells; the last column takes what is left.
_COLUMNS = (("WHEN", 11), ("SEV", 3), ("WHAT", 25), ("WHERE", 24), ("TOLL", 24), ("WHO", 0))
# From this severity on it catches the eye.
_SEVERE = 60


def console(*, stderr: bool = False) -> Console:
    """Return a console that never reads markup or emoji codes from what it prints; NO_COLOR turns colours off."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)


def print_card(to: Console, item: Alert | Incident, bidi: Bidi = Bidi.NONE) -> None:
    """Print everything that an analyst asks first, one line each, and an empty line."""
    words = _words(item)
    heading = Text().append(words.what.upper(), style=_STYLES[item.kind])
    heading.append(f"  {words.status}" if words.status else "", style="bold yellow")
    heading.append(f"  severity {item.severity}, confidence {item.confidence:.2f}", style="dim")
    to.print(heading)
    is_alert = isinstance(item, Alert)
    for label, text in (
        ("where", words.where),
        ("when", words.when),
        ("who", words.who),
        ("toll", words.toll),
        ("says" if is_alert else "sources", words.says),
        ("sentence" if is_alert else "headline", words.sentence),
        ("article" if is_alert else "incident", words.origin),
    ):
        if text:
            shown = _wrapped(to, text, bidi, arabic=text is words.sentence)
            to.print(Text().append(f"  {label:<{_LABEL_WIDTH}} ", style="dim").append(shown))
    to.print()


def print_heading(to: Console) -> None:
    """Print the names of the columns."""
    to.print(_row([(name, "bold") for name, _ in _COLUMNS], to.width, Bidi.NONE))


def print_row(to: Console, item: Alert | Incident, bidi: Bidi = Bidi.NONE) -> None:
    """Print an alert or an incident as one line, cut to the width of the terminal."""
    words = _words(item)
    what = f"{words.what} ({words.status})" if words.status else words.what
    # Of several days the first is enough here.
    first, to_, _ = words.when.partition(" to ")
    cells = [
        (f"{first}…" if to_ else first, "dim"),
        (f"{item.severity:>3}", "bold yellow" if item.severity >= _SEVERE else "dim"),
        (what, _STYLES[item.kind]),
        (words.place, ""),
        (words.losses, "bold"),
        (words.who, ""),
    ]
    to.print(_row(cells, to.width, bidi))


def print_gone(to: Console, incident_id: str) -> None:
    """Print that an incident became part of another one."""
    to.print(Text(f"incident {incident_id} is part of another one now", style="dim"))


def _words(item: Alert | Incident) -> AlertText:
    return alert_text(item) if isinstance(item, Alert) else incident_text(item)


def _wrapped(to: Console, text: str, bidi: Bidi, *, arabic: bool) -> str:
    """Return *text* for the terminal; where its order is ours it is cut into lines before it is turned."""
    if bidi is not Bidi.OURS:
        return ordered(text, bidi, arabic=arabic)
    lines = Text(joined(text, bidi)).wrap(to, max(to.width - _INDENT, 20))
    return f"\n{' ' * _INDENT}".join(ordered(line.plain.rstrip(), bidi, arabic=arabic) for line in lines)


def _row(cells: list[tuple[str, str]], width: int, bidi: Bidi) -> Text:
    line = Text()
    for (cell, style), (_, room) in zip(cells, _COLUMNS, strict=True):
        # The last takes what is left, and nothing stands behind it.
        text = _fit(joined(cell, bidi), room or max(width - line.cell_len, 20))
        line.append(ordered(text if room else text.rstrip(), bidi), style)
        line.append("  " if room else "")
    line.rstrip()
    return line


def _fit(text: str, room: int) -> str:
    if cell_len(text) > room:
        return set_cell_size(text, room - 1) + "…"
    return set_cell_size(text, room)
