"""What is counted of an alert or an incident."""

from __future__ import annotations

from datetime import date

from schemas.alert import Alert, CasualtyKind, CasualtyScope
from schemas.incident import Incident


def told(item: Alert | Incident) -> date:
    """Return the day on which it was first told."""
    return (item.article.published_at if isinstance(item, Alert) else item.first_seen).date()


def day(item: Alert | Incident) -> date:
    """Return the day it is counted under: the first on which it happened, else that on which it was first told."""
    return item.occurred.start or told(item)


def toll(item: Alert | Incident, kind: CasualtyKind) -> int:
    """Return the best figure; of an alert's competing ones the lowest, which all of them agree to."""
    if isinstance(item, Incident):
        figures = item.toll.killed if kind is CasualtyKind.KILLED else item.toll.injured
        return figures.best if figures else 0
    tolls = (toll.low for toll in item.casualties if toll.kind is kind and toll.scope is CasualtyScope.INCIDENT)
    return min(tolls, default=0)
