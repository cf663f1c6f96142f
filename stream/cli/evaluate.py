"""`rasid evaluate`: how good alerts are, and what another run changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from schemas.alert import Alert, Kind
from stream.cli.failure import Failed
from stream.cli.options import settings_options
from stream.cli.parameters import InputFile
from stream.detection import LexiconError, load_detector
from stream.evaluation import GoldArticle, GoldSentence, compare, measure, measure_sentences, parse_gold, reliability
from stream.evaluation.comparison import Comparison
from stream.evaluation.gold import GoldError
from stream.evaluation.measure import EMPTY, Report
from stream.evaluation.running import AlertsError, detect_all, parse_alerts
from stream.evaluation.sentences import alarmed
from stream.evaluation.tables import comparison_lines, figures_lines, mistake_line, reliability_lines, sentence_line
from stream.exit_codes import ExitCode
from stream.reading import Damage, read_lines
from stream.settings import Settings
from stream.terminal import harmless_json, visible


@click.command()
@click.argument("gold", metavar="GOLD", type=InputFile())
@click.option("--alerts", "alerts_path", metavar="FILE", type=InputFile(), help="Measure these instead of detecting.")
@click.option("--errors", metavar="N", type=click.IntRange(0), default=0, help="List the first N errors too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@click.option(
    "--compare", "old_path", metavar="FILE", type=InputFile(), help="Alerts of an earlier run: tell what changed."
)
@settings_options
def evaluate(
    *, settings: Settings, gold: str, alerts_path: str | None, errors: int, as_json: bool, old_path: str | None
) -> None:
    """Measure alerts against marked articles: events found, false alarms, types, actors, places, dates, tolls.

    GOLD holds JSON lines: articles with their `events`, or sentences with `gold: true` where they report an attack.
    An alert is right when its evidence overlaps a quote of a new event of its kind; one alert an event. Whoever edits a
    lexicon keeps the alerts from before and compares.

    \b
    Examples:
      rasid evaluate marked.jsonl
      rasid evaluate marked.jsonl --errors 40
      rasid evaluate marked.jsonl --alerts alerts.jsonl --json
      rasid detect marked.jsonl > before.jsonl; $EDITOR words/attack.yaml
      RASID_LEXICON_PATH=words rasid evaluate marked.jsonl --compare before.jsonl
    """
    try:
        items = parse_gold(_numbered(gold))
    except GoldError as cause:
        raise Failed(visible(f"{gold}: {cause}"), ExitCode.BAD_DATA) from cause
    if not items:
        raise Failed(visible(f"{gold}: no articles"), ExitCode.BAD_DATA)
    if alerts_path is None:
        try:
            detector = load_detector(settings.overlays)
        except LexiconError as cause:
            raise Failed(visible(str(cause)), ExitCode.BAD_DATA) from cause
        alerts = detect_all(detector, items)
    else:
        alerts = _read_alerts(alerts_path)
    comparison = compare(_read_alerts(old_path), alerts) if old_path else None
    sentences = [item for item in items if isinstance(item, GoldSentence)]
    if sentences:
        _show_sentences(sentences, alerts, errors, comparison, as_json=as_json)
    else:
        articles = [item for item in items if isinstance(item, GoldArticle)]
        old = measure(articles, _read_alerts(old_path)) if old_path else EMPTY
        _show_articles(measure(articles, alerts), old, errors, comparison, as_json=as_json)


def _show_articles(report: Report, old: Report, errors: int, comparison: Comparison | None, *, as_json: bool) -> None:
    right = {item.alert.alert_id: item.right for item in (*old.judged, *report.judged)}
    if as_json:
        out: dict[str, Any] = dict(report.as_json())
        judged = {kind: [item for item in report.judged if item.alert.kind is kind] for kind in Kind}
        out["reliability"] = {kind.value: [b.as_json() for b in reliability(judged[kind])] for kind in Kind}
        if errors:
            out["errors"] = [asdict(mistake) for mistake in report.mistakes[:errors]]
        _print_json(out, comparison, right)
        return
    for line in (*figures_lines(report.as_json()), *reliability_lines(report)):
        click.echo(line)
    for mistake in report.mistakes[:errors]:
        click.echo(mistake_line(mistake))
    for line in comparison_lines(comparison, right) if comparison else ():
        click.echo(line)


def _show_sentences(
    sentences: list[GoldSentence], alerts: list[Alert], errors: int, comparison: Comparison | None, *, as_json: bool
) -> None:
    found = measure_sentences(sentences, alerts)
    said = alarmed(alerts)
    truth = {item.article.article_id: item.is_attack for item in sentences}
    right = {alert.alert_id: truth.get(alert.article.article_id, False) for alert in alerts}
    wrong = [item for item in sentences if item.is_attack != (item.article.article_id in said)][:errors]
    attacks = sum(truth.values())
    if as_json:
        out: dict[str, Any] = {"sentences": {**found.as_json(), "of": len(sentences), "attacks": attacks}}
        if errors:
            out["errors"] = [
                {"what": _what(item), "article_id": item.article.article_id, "sentence": item.article.body}
                for item in wrong
            ]
        _print_json(out, comparison, right)
        return
    click.echo(sentence_line(len(sentences), attacks, found))
    for item in wrong:
        click.echo(visible(f"{_what(item).upper()} {item.article.article_id}: {item.article.body}"))
    for line in comparison_lines(comparison, right) if comparison else ():
        click.echo(line)


def _what(item: GoldSentence) -> str:
    return "missed" if item.is_attack else "false alarm"


def _print_json(out: dict[str, Any], comparison: Comparison | None, right: dict[str, bool]) -> None:
    if comparison:
        out["comparison"] = comparison.as_json(right)
    click.echo(harmless_json(json.dumps(out, ensure_ascii=False)))


def _read_alerts(path: str) -> list[Alert]:
    try:
        return parse_alerts(_numbered(path))
    except AlertsError as cause:
        raise Failed(visible(f"{path}: {cause}"), ExitCode.BAD_DATA) from cause


def _numbered(path: str) -> Iterator[tuple[int, bytes]]:
    for item in read_lines([path]):
        if isinstance(item, Damage):
            raise Failed(visible(str(item)), ExitCode.BAD_DATA)
        yield item.number, item.data
