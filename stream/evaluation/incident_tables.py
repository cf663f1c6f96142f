"""Incidents, and how they were measured, as lines of text, harmless on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.alert import Alert, Kind
from schemas.incident import Incident
from stream.evaluation.bcubed import BCubed
from stream.evaluation.incident_measure import Gathered, Measured, pairs_across_outlets
from stream.terminal import visible

LARGEST = 20
"""How many incidents of an archive are printed for reading."""

_LONGEST_TEXT = 160


def figures_lines(measured: Measured) -> Iterator[str]:
    """Mentions that were found, then the B-cubed figures by kind and over all."""
    for kind in Kind:
        yield _kind_line(kind.value, measured.mentions[kind], measured.figures(kind))
    yield _kind_line("all", sum(measured.mentions.values()), measured.figures())
    yield f"{'':10} were every alert an incident of its own: {_rates(measured.alone())}"
    yield f"{'':10} false merges {len(measured.false_merges())}, incidents falsely split {len(measured.false_splits())}"


def _kind_line(name: str, mentions: int, figures: BCubed) -> str:
    return f"{name:10} mentions {mentions:4}  found {figures.items:4}  {_rates(figures)}"


def _rates(figures: BCubed) -> str:
    return f"B-cubed precision {figures.precision:.3f}  recall {figures.recall:.3f}  f1 {figures.f1:.3f}"


def error_lines(measured: Measured) -> Iterator[str]:
    """Every false merge and every false split, with the alerts and their evidence."""
    for incident, names in measured.false_merges():
        yield f"FALSE MERGE of {', '.join(names)}"
        reasons = {joining.alert_id: joining.reasons for joining in incident.why_merged}
        for id_ in incident.alerts:
            yield f"  {measured.marked.get(id_, '(not marked)')}: {alert_line(measured.gathered.alerts[id_])}"
            if id_ in reasons:
                yield visible(f"    {'; '.join(reasons[id_])}")
    for name, groups in measured.false_splits().items():
        yield f"FALSE SPLIT of {name}"
        for group in groups:
            yield "  one:"
            yield from (f"    {alert_line(alert)}" for alert in group)


def alert_line(alert: Alert) -> str:
    """One alert: outlet, time, type, place, days, and the sentence that states the event."""
    place = alert.place.text if alert.place else "-"
    sentence = alert.evidence[0].text
    cut = sentence if len(sentence) <= _LONGEST_TEXT else sentence[:_LONGEST_TEXT] + "…"
    return visible(
        f"{alert.article.article_id} {alert.article.source} {alert.article.published_at:%Y-%m-%d %H:%M} "
        f"{alert.event_type.value} {alert.status.value} {place} {alert.occurred.start} to {alert.occurred.end}: {cut}"
    )


def archive_lines(gathered: Gathered) -> Iterator[str]:
    """How many incidents there are in an archive, how many were told by several outlets, and the largest of them."""
    incidents, alerts = gathered.incidents, gathered.alerts
    several = [incident for incident in incidents if len(incident.sources.outlets) > 1]
    witnessed = sum(incident.sources.independent > 1 for incident in incidents)
    pairs = sum(pairs_across_outlets(incident, alerts) for incident in incidents)
    articles = len({alert.article.article_id for alert in alerts.values()})
    yield f"{len(alerts)} alerts of {articles} articles are {len(incidents)} incidents"
    yield f"{len(several)} told by two outlets or more, {witnessed} by two independent ones or more"
    yield f"{pairs} pairs of articles from different outlets are of one incident"
    for rank, incident in enumerate(sorted(incidents, key=_size)[:LARGEST], 1):
        yield f"{rank}. {_incident_line(incident)}"
        yield from (f"   {alert_line(alerts[id_])}" for id_ in incident.alerts)


def _size(incident: Incident) -> tuple[int, str]:
    return -len(incident.alerts), incident.incident_id


def _incident_line(incident: Incident) -> str:
    sources, killed = incident.sources, incident.toll.killed
    toll = f"killed {killed.low} to {killed.high}, best {killed.best}; " if killed else ""
    return visible(
        f"{incident.headline.ar} | {incident.headline.en} | {incident.event_type.value}, {incident.status.value}; "
        f"{toll}{len(incident.alerts)} alerts, {len(sources.outlets)} outlets, {sources.independent} independent"
    )
