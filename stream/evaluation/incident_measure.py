"""Alerts gathered into incidents, and how well that meets the marked ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from schemas.alert import Alert, Kind, Timing
from schemas.incident import Incident
from stream.detection.detector import Detector
from stream.evaluation.bcubed import BCubed, bcubed
from stream.evaluation.incident_marks import MarkedArticle, incidents_met
from stream.incidents.lifecycle import Incidents


@dataclass(frozen=True, slots=True)
class Gathered:
    """Alerts by id, and the newest revision of each incident that they were gathered into, in order of first report."""

    alerts: Mapping[str, Alert]
    incidents: tuple[Incident, ...]

    @property
    def homes(self) -> dict[str, str]:
        """Alert id -> incident id."""
        return {alert: incident.incident_id for incident in self.incidents for alert in incident.alerts}


def gather(alerts: Iterable[Alert]) -> Gathered:
    """Apply *alerts* in the order of publication, closing incidents as time goes by."""
    ordered = sorted(alerts, key=lambda alert: (alert.article.published_at, alert.article.article_id, alert.alert_id))
    incidents = Incidents()
    newest: dict[str, Incident] = {}
    for alert in ordered:
        now = alert.article.published_at
        for revision in (*incidents.expire(now), *incidents.apply(alert, now=now)):
            if revision.incident is None:
                newest.pop(revision.incident_id, None)
            else:
                newest[revision.incident_id] = revision.incident
    found = sorted(newest.values(), key=lambda incident: (incident.first_seen, incident.incident_id))
    return Gathered({alert.alert_id: alert for alert in ordered}, tuple(found))


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of the marked mentions: `marked` maps the alerts that meet one to the marked incident.

    `mentions` are the marked ones of each kind; those that no alert meets are left out of the B-cubed figures, so that
    matching is measured and not detection.
    """

    mentions: Mapping[Kind, int]
    marked: Mapping[str, str]
    gathered: Gathered

    def figures(self, kind: Kind | None = None) -> BCubed:
        """B-cubed over the alerts of *kind*, or all, that meet a mention."""
        return bcubed(self.gathered.homes, self._of(kind))

    def alone(self, kind: Kind | None = None) -> BCubed:
        """The same if every alert were an incident of its own: what no matching at all would reach."""
        return bcubed({}, self._of(kind))

    def _of(self, kind: Kind | None) -> dict[str, str]:
        alerts = self.gathered.alerts
        return {id_: name for id_, name in self.marked.items() if kind is None or alerts[id_].kind is kind}

    def false_merges(self) -> list[tuple[Incident, list[str]]]:
        """Incidents whose alerts are of several marked ones, with the names of those."""
        found = (
            (incident, sorted({self.marked[a] for a in incident.alerts if a in self.marked}))
            for incident in self.gathered.incidents
        )
        return [(incident, names) for incident, names in found if len(names) > 1]

    def false_splits(self) -> dict[str, list[list[Alert]]]:
        """Marked incidents whose alerts are in several incidents: name -> those alerts, by incident."""
        homes = self.gathered.homes
        parts: dict[str, dict[str, list[Alert]]] = {}
        for id_, name in self.marked.items():
            parts.setdefault(name, {}).setdefault(homes.get(id_, id_), []).append(self.gathered.alerts[id_])
        return {name: list(groups.values()) for name, groups in sorted(parts.items()) if len(groups) > 1}


def measure_incidents(detector: Detector, articles: Sequence[MarkedArticle]) -> Measured:
    """Detect the alerts of *articles*, gather them, and compare with the marks."""
    alerts: list[Alert] = []
    marked: dict[str, str] = {}
    for item in articles:
        found = detector.detect(item.article, detected_at=item.article.published_at)
        news = [alert for alert in found if alert.timing is Timing.NEW]
        marked.update(incidents_met(item, news))
        alerts += news
    mentions = {kind: sum(m.kind is kind for item in articles for m in item.mentions) for kind in Kind}
    return Measured(mentions, marked, gather(alerts))


def pairs_across_outlets(incident: Incident, alerts: Mapping[str, Alert]) -> int:
    """How many pairs of articles from different outlets are in *incident*."""
    articles = {alerts[id_].article.article_id: alerts[id_].article.source for id_ in incident.alerts}
    return sum(one != other for one, other in combinations(articles.values(), 2))
