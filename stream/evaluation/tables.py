"""Figures, mistakes, reliability and comparisons as lines of text, harmless on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.alert import Alert, Kind
from stream.evaluation.comparison import Comparison
from stream.evaluation.figures import Found
from stream.evaluation.measure import Judged, Mistake, Report
from stream.evaluation.reliability import reliability
from stream.terminal import visible

_LONGEST_SENTENCE = 160


def figures_lines(figures: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[str]:
    """The figures of `Report.as_json`: a heading a kind, a line a figure."""
    for kind, rows in figures.items():
        yield kind
        for name, values in rows.items():
            yield f"  {name:20} " + "  ".join(f"{label} {_shown(value)}" for label, value in values.items())


def sentence_line(sentences: int, attacks: int, found: Found) -> str:
    """The figures of judged sentences."""
    rates = f"precision {found.precision:.3f}  recall {found.recall:.3f}  f1 {found.f1:.3f}"
    return f"sentences {sentences}  attacks {attacks}  {rates}"


def reliability_lines(report: Report) -> Iterator[str]:
    """The reliability table of each kind that has alerts."""
    for kind in Kind:
        judged = [item for item in report.judged if item.alert.kind is kind]
        if judged:
            yield f"{kind.value}: confidence, stated against true"
            yield from _bins(judged)


def _bins(judged: Sequence[Judged]) -> Iterator[str]:
    for part in reliability(judged):
        span = f"{part.low:.2f} to {part.high:.2f}"
        yield f"  {span}  alerts {part.count:4}  stated {part.stated:.2f}  true {part.true:.2f}  gap {part.gap:+.2f}"


def mistake_line(mistake: Mistake) -> str:
    """One mistake with its sentence."""
    detail = f" ({mistake.detail})" if mistake.detail else ""
    head = f"{mistake.what.upper()} {mistake.article_id} {mistake.event}{detail}"
    return visible(f"{head}: {_cut(mistake.sentence)}")


def comparison_lines(comparison: Comparison, right: Mapping[str, bool]) -> Iterator[str]:
    """What was gained, lost and changed; *right* tells of alert ids whether a marked event stands behind them."""
    for label, alerts in (("GAINED", comparison.gained), ("LOST", comparison.lost)):
        for alert in alerts:
            yield _alert_line(label, alert, right)
    for change in comparison.changed:
        yield visible(
            f"CHANGED {change.alert.article.article_id} {_name(change.alert)} {change.slot}: "
            f"{change.before or 'nothing'} -> {change.after or 'nothing'}: {_cut(change.alert.evidence[0].text)}"
        )
    gained, lost = (_tally(alerts, right) for alerts in (comparison.gained, comparison.lost))
    changed = len({change.alert.alert_id for change in comparison.changed})
    yield f"gained {gained}, lost {lost}, changed {changed}, same {comparison.same}"


def _alert_line(label: str, alert: Alert, right: Mapping[str, bool]) -> str:
    verdict = {True: " right", False: " wrong", None: ""}[right.get(alert.alert_id)]
    return visible(f"{label}{verdict} {alert.article.article_id} {_name(alert)}: {_cut(alert.evidence[0].text)}")


def _tally(alerts: Sequence[Alert], right: Mapping[str, bool]) -> str:
    judged = [right[alert.alert_id] for alert in alerts if alert.alert_id in right]
    return f"{len(alerts)} ({sum(judged)} right)" if judged else str(len(alerts))


def _name(alert: Alert) -> str:
    return f"{alert.kind.value}/{alert.event_type.value}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SENTENCE else text[:_LONGEST_SENTENCE] + "…"


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
