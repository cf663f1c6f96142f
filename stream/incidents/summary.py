"""From the accounts of an incident to the incident as it is published."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from schemas.alert import Claim, Source, Stance, Status
from schemas.incident import AttributedClaim, Headline, Incident, Lifecycle, Sources, Toll
from stream.incidents.accounts import Account, standing
from stream.incidents.consensus import consensus
from stream.incidents.headlines import headline
from stream.incidents.sources import count_sources
from stream.incidents.state import IncidentState
from stream.incidents.tolls import toll

_SUREST = 0.99
"""Accounts share a detector and its blind spots: no number of them makes an incident certain."""


def summarise(state: IncidentState, lifecycle: Lifecycle) -> Incident:
    """Return the incident of *state*: the same accounts give the same incident, in whatever order they came."""
    accounts = state.accounts
    kept = standing(accounts) or accounts
    agreed = consensus(accounts)
    parties = tuple(actor.id for actor in agreed.actors if actor.id)
    counted = count_sources([account.report for account in accounts], parties)
    withdrawn = len(kept) < len(accounts)
    witnesses = count_sources([account.report for account in kept]).independent if withdrawn else counted.independent
    tolls = toll(accounts)
    incident = Incident(
        incident_id=state.incident_id,
        revision=state.revision,
        kind=accounts[0].kind,
        event_type=agreed.event_type,
        status=_status(kept),
        lifecycle=lifecycle,
        occurred=agreed.occurred,
        place=agreed.place,
        actors=agreed.actors,
        toll=tolls,
        claims=_claims(accounts),
        sources=Sources(outlets=counted.outlets, independent=counted.independent, party_owned=counted.party_owned),
        alerts=tuple(account.alert_id for account in accounts),
        why_merged=state.joinings,
        absorbed=state.absorbed,
        first_seen=accounts[0].published_at,
        last_seen=accounts[-1].published_at,
        severity=_severity(kept, tolls),
        confidence=_confidence(kept, witnesses),
        headline=Headline(ar="", en=""),
    )
    return incident.model_copy(update={"headline": headline(incident)})


def is_withdrawn(accounts: Sequence[Account]) -> bool:
    """Tell whether every outlet that told of the event as fact has taken that back."""
    withdrawals = any(account.is_withdrawal for account in accounts)
    return withdrawals and all(account.status is Status.DENIED for account in standing(accounts))


def _status(accounts: Sequence[Account]) -> Status:
    """How it is told. What is alleged becomes reported by an independent account, or by a claim of responsibility."""
    by_status = {status: [a for a in accounts if a.status is status] for status in Status}
    alleged, reported = by_status[Status.ALLEGED], by_status[Status.REPORTED]
    claimed = any(claim.stance is Stance.CLAIMS_RESPONSIBILITY for a in accounts for claim in a.claims)
    if reported and (claimed or not alleged or _adds_a_witness(reported, alleged)):
        return Status.REPORTED
    if by_status[Status.FOILED]:
        return Status.FOILED
    if alleged:
        return Status.REPORTED if claimed else Status.ALLEGED
    return Status.PLANNED if by_status[Status.PLANNED] else Status.DENIED


def _adds_a_witness(reported: Sequence[Account], alleged: Sequence[Account]) -> bool:
    alone = count_sources([account.report for account in alleged]).independent
    return count_sources([account.report for account in (*alleged, *reported)]).independent > alone


def _claims(accounts: Sequence[Account]) -> tuple[AttributedClaim, ...]:
    """Each source's stances, each once, as first told; an outlet that denies in its own voice is a source too."""
    told: dict[tuple[str, Stance], AttributedClaim] = {}
    for account in accounts:
        claims = account.claims
        if account.is_withdrawal and not claims:
            claims = (Claim(source=Source(text=account.outlet), stance=Stance.DENIES, text=""),)
        for claim in claims:
            attributed = AttributedClaim(**dict(claim), article_id=account.article_id, at=account.published_at)
            told.setdefault((claim.source.id or claim.source.text, claim.stance), attributed)
    return tuple(told.values())


def _severity(accounts: Sequence[Account], tolls: Toll) -> int:
    """The highest of the accounts whose toll stands, or that give none: a correction downwards lowers it."""
    outdated = {f.article_id for f in tolls.history if not f.standing} - {
        f.article_id for f in tolls.history if f.standing
    }
    current = [account.severity for account in accounts if account.article_id not in outdated]
    return max(current or [account.severity for account in accounts])


def _confidence(accounts: Sequence[Account], independent: int) -> float:
    """The chance that at least one of the independent accounts is right, the surest one of each being counted."""
    surest = sorted((account.confidence for account in accounts), reverse=True)[:independent]
    return min(round(1 - prod(1 - confidence for confidence in surest), 3), max(_SUREST, surest[0]))
