"""Write dashboard.json for Grafana: `python deploy/observability/dashboard.py`. Every panel is a line of PANELS."""  # noqa: INP001 - a program, and no package

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("dashboard.json")
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH = 24
_RATE = "[$__rate_interval]"


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: *queries* are pairs of PromQL and legend; *width* of 24, *height* in rows."""

    title: str
    kind: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    width: int
    height: int
    description: str = ""


def stat(title: str, unit: str, query: str, description: str = "") -> Panel:
    """Return a panel with one large figure."""
    return Panel(title, "stat", unit, ((query, ""),), 4, 4, description)


def chart(title: str, unit: str, *queries: tuple[str, str], description: str = "") -> Panel:
    """Return a panel with curves."""
    return Panel(title, "timeseries", unit, queries, 12, 8, description)


def quantile(share: float, metric: str, by: str = "") -> str:
    """Return the query of a quantile of the histogram *metric*."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket{_RATE})))"


PANELS = (
    stat("Workers", "none", 'sum(up{job="rasid"})', "Pods or processes that answer Prometheus."),
    stat("Articles a second", "none", f"sum(rate(rasid_articles_total{_RATE}))"),
    stat(
        "Articles waiting",
        "none",
        'sum(rasid_consumer_lag{topic=~".*articles"})',
        "In the articles topic, not yet committed.",
    ),
    stat("Slowest hundredth", "s", quantile(0.99, "rasid_topic_to_alert_seconds"), "From the topic to the alert."),
    stat("Alerts, last hour", "none", "sum(increase(rasid_alerts_total[1h]))"),
    stat("Dead letters, last hour", "none", 'sum(increase(rasid_articles_total{outcome="dead_letter"}[1h]))'),
    chart("Articles", "reqps", (f"sum by (outcome) (rate(rasid_articles_total{_RATE}))", "{{outcome}}")),
    chart("Messages waiting", "none", ("sum by (topic) (rasid_consumer_lag)", "{{topic}}")),
    chart(
        "From the topic to the alert",
        "s",
        (quantile(0.5, "rasid_topic_to_alert_seconds"), "half"),
        (quantile(0.95, "rasid_topic_to_alert_seconds"), "95 of 100"),
        (quantile(0.99, "rasid_topic_to_alert_seconds"), "99 of 100"),
        description="What Rasid itself takes.",
    ),
    chart(
        "From publication to the alert",
        "s",
        (quantile(0.5, "rasid_publication_to_alert_seconds"), "half"),
        (quantile(0.9, "rasid_publication_to_alert_seconds"), "9 of 10"),
        description="What readers wait, crawlers included.",
    ),
    chart("Alerts by type", "reqps", (f"sum by (kind, type) (rate(rasid_alerts_total{_RATE}))", "{{kind}} {{type}}")),
    chart(
        "Dead letters by reason", "reqps", (f"sum by (reason) (rate(rasid_dead_letters_total{_RATE}))", "{{reason}}")
    ),
    chart(
        "Time of each stage, 95 of 100",
        "s",
        (quantile(0.95, "rasid_stage_duration_seconds", "stage"), "{{stage}}"),
        description="Reading and detection: an article. Delivery: a batch.",
    ),
    chart("Background left out", "reqps", (f"sum(rate(rasid_background_alerts_total{_RATE}))", "alerts")),
    chart("Incidents", "reqps", (f"sum by (lifecycle) (rate(rasid_incident_revisions_total{_RATE}))", "{{lifecycle}}")),
    chart("Surges", "reqps", (f"sum by (state) (rate(rasid_surges_total{_RATE}))", "{{state}}")),
    chart("Partitions of each worker", "none", ("rasid_assigned_partitions", "{{instance}}")),
    chart("Memory", "bytes", ('process_resident_memory_bytes{job="rasid"}', "{{instance}}")),
    chart("Processor cores", "none", (f'rate(process_cpu_seconds_total{{job="rasid"}}{_RATE})', "{{instance}}")),
    chart(
        "Versions",
        "none",
        ("count by (version, lexicon_version) (rasid_build_info)", "{{version}}, lexicons {{lexicon_version}}"),
        description="More than one during a roll-out only.",
    ),
)


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana imports it."""
    panels: list[dict[str, Any]] = []
    x = y = 0
    for number, panel in enumerate(PANELS, 1):
        if x + panel.width > _WIDTH:
            x, y = 0, y + panels[-1]["gridPos"]["h"]
        panels.append(_panel(number, panel, x, y))
        x += panel.width
    return {
        "uid": "rasid",
        "title": "Rasid",
        "tags": ["rasid"],
        "schemaVersion": 39,
        "timezone": "utc",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}]
        },
        "panels": panels,
    }


def _panel(number: int, panel: Panel, x: int, y: int) -> dict[str, Any]:
    return {
        "id": number,
        "title": panel.title,
        "description": panel.description,
        "type": panel.kind,
        "datasource": _SOURCE,
        "gridPos": {"x": x, "y": y, "w": panel.width, "h": panel.height},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
            for place, (query, legend) in enumerate(panel.queries)
        ],
    }


def text() -> str:
    """Return the file's content."""
    return json.dumps(dashboard(), indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
