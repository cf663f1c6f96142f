"""The report of a replay: one HTML file that asks nobody for anything and runs no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, tostring  # nosec B405 - elements are built here and nothing is parsed

from schemas.alert import Alert, Kind
from stream.replays.charts import add, bars, days, world
from stream.replays.outcome import MOST_SHOWN, Outcome

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606a; --line: #d0d7de; --land: #e9ecef;
  --attack: #b3261e; --diplomacy: #1f6feb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9198a1; --line: #30363d;
  --land: #21262d; --attack: #f2776b; --diplomacy: #6cb0ff; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.5rem; }
p, dt, td.small { color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; } dl > div { display: flex; flex-direction: column-reverse; }
dd { margin: 0; font-size: 1.7rem; font-variant-numeric: tabular-nums; } dt { font-size: .85rem; }
svg { width: 100%; height: auto; } svg text { font-size: 13px; fill: var(--ink); } svg .name { text-anchor: end; }
rect { fill: var(--soft); } rect.attack { fill: var(--attack); } rect.diplomacy { fill: var(--diplomacy); }
@media (max-width: 40rem) { svg text { font-size: 22px; } }
.map { border: 1px solid var(--line); } polygon { fill: var(--land); stroke: var(--line); }
span.attack, span.diplomacy { padding-inline: .4rem 1.2rem; border-inline-start: 1rem solid var(--attack); }
span.diplomacy { border-color: var(--diplomacy); }
circle { fill: var(--attack); fill-opacity: .55; stroke: var(--attack); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--line); }
td[dir=rtl] { min-width: 18rem; } li { overflow-wrap: anywhere; }
"""


def page(outcome: Outcome, archives: Sequence[str], *, made_at: datetime | None = None) -> str:
    """Return the report as HTML. *archives* are shown as the user named them; *made_at* defaults to now."""
    html = Element("html", {"lang": "en"})
    head = add(html, "head")
    add(head, "meta", charset="utf-8")
    add(head, "meta", http_equiv="Content-Security-Policy", content=_POLICY)
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "title", "Rasid: replay")
    add(head, "style").text = _STYLE
    body = add(html, "body")
    add(body, "h1", f"Replay of {', '.join(archives)}")
    span = f"Published {outcome.first:%Y-%m-%d} to {outcome.last:%Y-%m-%d}. " if outcome.first and outcome.last else ""
    add(body, "p", f"{span}Made {made_at or datetime.now(UTC):%Y-%m-%d %H:%M} UTC.")
    _figures(body, outcome)
    if outcome.places:
        add(body, "h2", "Where")
        world(body, outcome.places, "Map of the alerts' places")
    if outcome.days:
        add(body, "h2", "When: alerts by the day of publication")
        days(body, outcome.days, "Alerts by day")
        legend = add(body, "p")
        for kind in Kind:
            add(legend, "span", kind.value, class_=kind.value)
    for kind in Kind:
        types = [(name, count) for (of, name), count in outcome.alerts.most_common() if of is kind]
        if types:
            add(body, "h2", f"What: {kind.value}")
            bars(body, types, f"Alerts of {kind.value} by type", class_=kind.value)
    if outcome.countries:
        add(body, "h2", "Countries")
        bars(body, outcome.countries.most_common(), "Alerts by country")
    _alerts(body, outcome.strongest)
    _troubles(body, outcome)
    return "<!doctype html>\n" + tostring(html, encoding="unicode", method="html") + "\n"


def _figures(body: Element, outcome: Outcome) -> None:
    figures = add(body, "dl")
    for name, value in (
        ("articles", str(outcome.articles)),
        *((kind.value, str(sum(n for (of, _), n in outcome.alerts.items() if of is kind))) for kind in Kind),
        ("dead letters", str(outcome.dead_letters.total())),
        ("not read or sent", str(outcome.refused)),
        ("seconds", f"{outcome.seconds:.1f}"),
    ):
        figure = add(figures, "div")
        add(figure, "dt", name)
        add(figure, "dd", value)


def _alerts(body: Element, alerts: list[Alert]) -> None:
    if not alerts:
        return
    add(body, "h2", "The most severe alerts" + (f" (the first {MOST_SHOWN})" if len(alerts) == MOST_SHOWN else ""))
    table = add(add(body, "div", class_="scroll"), "table")
    heading = add(add(table, "thead"), "tr")
    for name in ("severity", "what", "when", "where", "sentence", "source"):
        add(heading, "th", name)
    rows = add(table, "tbody")
    for alert in alerts:
        row = add(rows, "tr")
        add(row, "td", str(alert.severity))
        add(row, "td", f"{alert.event_type.value} ({alert.status.value})")
        add(row, "td", str(alert.occurred.start or alert.article.published_at.date()))
        add(row, "td", f"{alert.place.text} {alert.place.country or ''}".strip() if alert.place else "", dir="auto")
        add(row, "td", alert.evidence[0].text, dir="rtl", lang="ar")
        add(row, "td", alert.article.source or alert.article.article_id, class_="small", dir="auto")


def _troubles(body: Element, outcome: Outcome) -> None:
    if outcome.dead_letters:
        add(body, "h2", "Dead letters, by reason")
        bars(body, outcome.dead_letters.most_common(), "Dead letters by reason")
    told = [f"{count} × {reason}" for reason, count in outcome.left_out.most_common() if count] + outcome.damages
    if told:
        add(body, "h2", "Left out")
        items = add(body, "ul")
        for each in told:
            add(items, "li", each)
