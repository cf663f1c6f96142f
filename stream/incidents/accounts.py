"""An account: what one article tells of an event, cut down from its alert to what an incident is worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from schemas.alert import (
    Actor,
    Alert,
    Casualties,
    Claim,
    Count,
    EventType,
    Kind,
    Occurred,
    Place,
    Stance,
    Status,
)
from schemas.base import Message, Moment
from stream.incidents.sources import Report, byline, signature

_AGENCY = "agency."
"""How the ids of news agencies begin."""


class Account(Message):
    """One article's account of an event. Accounts are ordered by `order`, never by arrival."""

    alert_id: str
    article_id: str
    outlet: str
    byline: str | None
    published_at: Moment
    kind: Kind
    event_type: EventType
    status: Status
    occurred: Occurred
    place: Place | None
    actors: tuple[Actor, ...]
    casualties: tuple[Casualties, ...]
    claims: tuple[Claim, ...]
    severity: Count
    confidence: float
    signature: tuple[int, ...] = Field(description="MinHash of the title and the evidence.")

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """Return what *alert* tells. An article that names no outlet stands for an outlet of its own."""
        text = "\n".join((alert.article.title, *dict.fromkeys(e.text for e in alert.evidence if e.field == "body")))
        return cls(
            alert_id=alert.alert_id,
            article_id=alert.article.article_id,
            outlet=alert.article.source or alert.article.article_id,
            byline=byline(text),
            published_at=alert.article.published_at,
            kind=alert.kind,
            event_type=alert.event_type,
            status=alert.status,
            occurred=alert.occurred,
            place=alert.place,
            actors=alert.actors,
            casualties=alert.casualties,
            claims=alert.claims,
            severity=alert.severity,
            confidence=alert.confidence,
            signature=signature(text),
        )

    @property
    def order(self) -> tuple[Moment, str, str]:
        """The stated order of accounts: by publication, then by article and alert id."""
        return self.published_at, self.article_id, self.alert_id

    @property
    def report(self) -> Report:
        """What the counting of independent sources asks for."""
        return Report(self.article_id, self.outlet, self.byline, self.signature, self.published_at)

    def withdraws(self, earlier: Account) -> bool:
        """Tell whether this account takes *earlier* back: its outlet now denies it, and quotes no party that does."""
        return (
            self.is_withdrawal
            and earlier.status is not Status.DENIED
            and earlier.outlet == self.outlet
            and earlier.order < self.order
        )

    @property
    def is_withdrawal(self) -> bool:
        """Whether the outlet itself denies the event. Quoting a party's denial adds a claim and takes nothing back."""
        quoted = (claim.source.id or "" for claim in self.claims if claim.stance is Stance.DENIES)
        return self.status is Status.DENIED and all(id_.startswith(_AGENCY) for id_ in quoted)


def standing(accounts: Sequence[Account]) -> tuple[Account, ...]:
    """Return the accounts that their outlets have not withdrawn."""
    withdrawals = [account for account in accounts if account.is_withdrawal]
    return tuple(a for a in accounts if not any(later.withdraws(a) for later in withdrawals))
