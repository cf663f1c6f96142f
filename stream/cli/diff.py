"""`rasid diff`: what two runs over the same articles differ in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from schemas.alert import Alert
from stream.alert_reading import read_alert
from stream.cli.failure import Failed
from stream.cli.parameters import InputFile
from stream.evaluation.comparison import Change, Comparison, compare, slots_of
from stream.exit_codes import ExitCode
from stream.reading import Damage, read_lines
from stream.terminal import harmless_json, visible

SLOTS = (
    *("type", "status", "initiator", "target", "place", "date", "toll", "timing", "mode", "actors", "victims"),
    *("weapons", "claims", "sentences", "severity", "confidence"),
)
"""What is compared of an alert."""

_DIFFERENT = 1
_LONGEST_SENTENCE = 300


@click.command()
@click.argument("old", type=InputFile())
@click.argument("new", type=InputFile())
@click.option(
    "--ignore", multiple=True, metavar="SLOT", type=click.Choice(SLOTS), help="Leave a slot out; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@click.pass_context
def diff(ctx: click.Context, *, old: str, new: str, ignore: tuple[str, ...], as_json: bool) -> None:
    """Tell which alerts of NEW are not in OLD, which are gone, and which read otherwise, with their sentences.

    OLD and NEW hold alerts as JSON lines, from `rasid replay --save`, `rasid detect` or `rasid subscribe`; they may be
    packed. Alerts are the same event when they are of one article and kind and their sentences overlap. Times of
    detection, ids and versions are not compared.

    \b
    Examples:
      rasid diff before.jsonl after.jsonl
      rasid diff before.jsonl.gz after.jsonl --ignore confidence --ignore severity --json

    \b
    Exit codes:
      0 the alerts are the same · 1 they differ · 65 a file holds something else than alerts
    """
    comparison = compare(_alerts(old), _alerts(new), slots=_slots_without(frozenset(ignore)), background=True)
    if as_json:
        click.echo(harmless_json(json.dumps(_as_json(comparison), ensure_ascii=False)))
    else:
        for line in _lines(comparison):
            click.echo(visible(line))
    if comparison.gained or comparison.lost or comparison.changed:
        # As diff and cmp end.
        ctx.exit(_DIFFERENT)


def every_slot(alert: Alert) -> dict[str, str]:
    """Return all that *alert* says of its event, as strings that compare."""
    return {
        **slots_of(alert),
        "timing": alert.timing.value,
        "mode": alert.mode or "",
        "actors": ", ".join(sorted(f"{each.role.value} {each.text} ({each.id})" for each in alert.actors)),
        "victims": ", ".join(
            sorted(f"{each.kind.value} {each.victims.text}" for each in alert.casualties if each.victims)
        ),
        "weapons": ", ".join(sorted(f"{each.text} ({each.id})" for each in alert.weapons)),
        "claims": ", ".join(sorted(f"{each.source.text} {each.stance.value}" for each in alert.claims)),
        "sentences": " … ".join(each.text for each in alert.evidence),
        "severity": str(alert.severity),
        "confidence": f"{alert.confidence:.2f}",
    }


def _slots_without(ignored: frozenset[str]) -> Any:
    return lambda alert: {slot: value for slot, value in every_slot(alert).items() if slot not in ignored}


def _alerts(path: str) -> list[Alert]:
    """Return the alerts of a file, each id once: delivery may repeat one."""
    found: dict[str, Alert] = {}
    for item in read_lines([path]):
        if isinstance(item, Damage):
            raise Failed(visible(str(item)), ExitCode.BAD_DATA)
        try:
            alert = read_alert(item.data)
        except ValueError as cause:
            raise Failed(visible(f"{path}:{item.number}: no alert"), ExitCode.BAD_DATA) from cause
        found[alert.alert_id] = alert
    return list(found.values())


def _lines(comparison: Comparison) -> Iterator[str]:
    for sign, alerts in (("+", comparison.gained), ("-", comparison.lost)):
        for alert in alerts:
            yield f"{sign} {_name(alert)}: {_sentence(alert)}"
    for change in comparison.changed:
        before, after = change.before or "nothing", change.after or "nothing"
        yield f"~ {_name(change.alert)} {change.slot}: {before} -> {after}: {_sentence(change.alert)}"
    counts = _counts(comparison)
    for name in ("gained", "lost", "changed"):
        listed = ", ".join(f"{each} {count}" for each, count in counts[name]["by"].items())
        yield f"{name} {counts[name]['alerts']}{': ' if listed else ''}{listed}"
    yield f"same {comparison.same}"


def _counts(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """Return how many alerts were gained and lost, by type, and how many changed, by slot."""
    return {
        "gained": _by(alert.event_type.value for alert in comparison.gained),
        "lost": _by(alert.event_type.value for alert in comparison.lost),
        "changed": {
            **_by(change.slot for change in comparison.changed),
            "alerts": len({change.alert.alert_id for change in comparison.changed}),
        },
    }


def _by(names: Iterable[str]) -> dict[str, Any]:
    counts = Counter(names)
    return {"alerts": counts.total(), "by": dict(counts.most_common())}


def _as_json(comparison: Comparison) -> Mapping[str, Any]:
    return {
        "same": comparison.same,
        "counts": _counts(comparison),
        "gained": [_brief(alert) for alert in comparison.gained],
        "lost": [_brief(alert) for alert in comparison.lost],
        "changed": [_change(change) for change in comparison.changed],
    }


def _change(change: Change) -> dict[str, Any]:
    return {**_brief(change.alert), "slot": change.slot, "before": change.before, "after": change.after}


def _brief(alert: Alert) -> dict[str, Any]:
    return {
        "article_id": alert.article.article_id,
        "alert_id": alert.alert_id,
        "kind": alert.kind.value,
        "event_type": alert.event_type.value,
        "sentence": alert.evidence[0].text,
    }


def _name(alert: Alert) -> str:
    return f"{alert.event_type.value} {alert.article.article_id}"


def _sentence(alert: Alert) -> str:
    text = alert.evidence[0].text
    return text if len(text) <= _LONGEST_SENTENCE else f"{text[:_LONGEST_SENTENCE]}…"
