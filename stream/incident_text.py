"""An incident in words for people, with the same parts as an alert.

Every string made here went through `visible`: what an article says cannot drive the terminal it is shown on.
"""

from __future__ import annotations

from schemas.alert import CasualtyKind, Stance, Status
from schemas.incident import Incident, Lifecycle, Range
from stream.alert_text import STANCES, AlertText, short_place, when, where, who
from stream.terminal import visible


def incident_text(incident: Incident) -> AlertText:
    """Return *incident* in words, each part on one line and harmless on a terminal."""
    toll, news = incident.toll, incident.lifecycle
    states = [
        "" if incident.status is Status.REPORTED else incident.status.value,
        "" if news in {Lifecycle.OPEN, Lifecycle.UPDATED} else news.value,
    ]
    ranges = {CasualtyKind.KILLED: toll.killed, CasualtyKind.INJURED: toll.injured}
    tolls = [_range(figures, kind) for kind, figures in ranges.items()]
    seen = f"{incident.first_seen:%Y-%m-%d %H:%M} to {incident.last_seen:%Y-%m-%d %H:%M}"
    return AlertText(
        what=incident.event_type.value.replace("_", " "),
        status=", ".join(filter(None, states)),
        where=visible(where(incident.place)),
        when=visible(when(incident.occurred)),
        who=visible(who(incident.actors)),
        toll=visible(", ".join(filter(None, tolls))),
        says=visible(_says(incident)),
        sentence=visible(incident.headline.ar),
        origin=visible(f"{incident.incident_id} · revision {incident.revision} · told of {seen}"),
        place=visible(short_place(incident.place)),
        losses=", ".join(f"{figures.best} {kind.value}" for kind, figures in ranges.items() if figures),
    )


def _range(figures: Range | None, kind: CasualtyKind) -> str:
    if figures is None:
        return ""
    ends = "" if figures.low == figures.high else f" ({figures.low}–{'' if figures.high is None else figures.high})"
    return f"{figures.best}{ends} {kind.value}"


def _says(incident: Incident) -> str:
    outlets = incident.sources.outlets
    said = dict.fromkeys(
        f"{claim.source.text} {STANCES[claim.stance]}"
        for claim in incident.claims
        if claim.stance is not Stance.REPORTS
    )
    count = f"{incident.sources.independent} independent of {len(outlets)}: {', '.join(outlets)}"
    return "; ".join([count, *said])
