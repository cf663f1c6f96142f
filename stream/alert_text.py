"""An alert in words for people: what, where, when, who, the toll, who says so, and the sentence.

Every string made here went through `visible`: what an article says cannot drive the terminal it is shown on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.alert import Actor, Alert, Casualties, CasualtyScope, DatePrecision, Occurred, Place, Role, Stance, Status
from stream.terminal import visible

STANCES = {
    Stance.REPORTS: "reports it",
    Stance.CLAIMS_RESPONSIBILITY: "claims responsibility",
    Stance.ACCUSES: "accuses",
    Stance.DENIES: "denies it",
    Stance.CONFIRMS: "confirms it",
}
"""What a source does with the event, after its name."""


@dataclass(frozen=True, slots=True)
class AlertText:
    """An alert as lines of text. What the article does not tell is an empty string, except for *what* and *says*.

    *place* and *losses* are short forms of *where* and *toll*, for a table.
    """

    what: str
    status: str
    where: str
    when: str
    who: str
    toll: str
    says: str
    sentence: str
    origin: str
    place: str
    losses: str


def alert_text(alert: Alert) -> AlertText:
    """Return *alert* in words, each part on one line and harmless on a terminal."""
    article = alert.article
    return AlertText(
        what=alert.event_type.value.replace("_", " "),
        status="" if alert.status is Status.REPORTED else alert.status.value,
        where=visible(where(alert.place)),
        when=visible(when(alert.occurred)),
        who=visible(who(alert.actors)),
        toll=visible(tolls(alert.casualties)),
        says=visible(_says(alert)),
        sentence=visible(sentence(alert)),
        origin=visible(" · ".join(filter(None, [f"{article.published_at:%Y-%m-%d}", article.source, article.title]))),
        place=visible(short_place(alert.place)),
        losses=", ".join(_losses(alert.casualties)),
    )


def short_name(actor: Actor) -> str:
    """Return an actor's usual English name where it has one, else the words of the article."""
    return actor.name_en or actor.text


def sentence(alert: Alert) -> str:
    """Return the sentence that tells most: the title is shown anyway, and the body tells more."""
    return next((evidence.text for evidence in alert.evidence if evidence.field == "body"), alert.evidence[0].text)


def where(place: Place | None) -> str:
    """Return a place with its province and its country, each once; empty where it is unknown."""
    if place is None:
        return ""
    parts = [place.name_en or place.text, place.admin1, place.country]
    # A country stands for itself, and a province need not be named twice.
    return ", ".join(dict.fromkeys(part for part in parts if part))


def short_place(place: Place | None) -> str:
    """Return a place with its country alone; empty where it is unknown."""
    if place is None:
        return ""
    return ", ".join(filter(None, [place.name_en or place.text, place.country]))


def when(occurred: Occurred) -> str:
    """Return a date as exact as it is told: a day, a month, a year, or the first and the last day."""
    start, end = occurred.start, occurred.end or occurred.start
    if start is None or end is None:
        return f"until {end}" if end else ""
    if start == end:
        return f"{start}"
    match occurred.precision:
        case DatePrecision.MONTH if (start.year, start.month) == (end.year, end.month):
            return f"{start:%Y-%m}"
        case DatePrecision.YEAR if start.year == end.year:
            return f"{start:%Y}"
        case _:
            return f"{start} to {end}"


def who(actors: tuple[Actor, ...]) -> str:
    """Return who acts on whom; of two sides without a direction, both."""
    names = {role: list(dict.fromkeys(short_name(actor) for actor in actors if actor.role is role)) for role in Role}
    initiators, targets = (", ".join(names[role]) for role in (Role.INITIATOR, Role.TARGET))
    sides = f"{initiators or 'unknown'} → {targets}" if targets else initiators
    extra = [
        f"{label} {', '.join(names[role])}"
        for role, label in ((Role.MEDIATOR, "mediated by"), (Role.VENUE_HOST, "hosted by"))
        if names[role]
    ]
    return "; ".join(filter(None, [sides, *extra]))


def tolls(casualties: tuple[Casualties, ...]) -> str:
    """Return every toll; those of one kind that compete name their sources."""
    kinds = [toll.kind for toll in casualties]
    # A source is named where the figures compete: elsewhere it stands among those who say so.
    return ", ".join(_toll(toll, with_source=kinds.count(toll.kind) > 1) for toll in casualties)


def _losses(casualties: tuple[Casualties, ...]) -> Iterator[str]:
    """Of each kind the first figure of this event, without sides and sources."""
    kinds = set()
    for toll in casualties:
        if toll.scope is CasualtyScope.INCIDENT and toll.kind not in kinds:
            kinds.add(toll.kind)
            yield f"{_number(toll)} {toll.kind.value}"


def _number(toll: Casualties) -> str:
    if toll.high is None:
        return f"{toll.low}+"
    return f"{toll.low}" if toll.low == toll.high else f"{toll.low}–{toll.high}"


def _toll(toll: Casualties, *, with_source: bool) -> str:
    notes = [toll.victims.text] if toll.victims else []
    if toll.scope == "cumulative":
        notes.append("so far, over several events")
    if with_source and toll.source:
        notes.append(f"says {toll.source.text}")
    return f"{_number(toll)} {toll.kind.value}" + (f" ({'; '.join(notes)})" if notes else "")


def _says(alert: Alert) -> str:
    said = [f"{claim.source.text} {STANCES[claim.stance]}" for claim in alert.claims]
    return "; ".join(dict.fromkeys(said)) or f"{alert.article.source or 'the article'}, naming no source"
