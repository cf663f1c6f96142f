"""What is kept of an open incident: its accounts and why each was counted to it. All else is worked out from these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Self

from pydantic import Field

from schemas.base import Message, Moment
from schemas.incident import Joining
from stream.incidents.accounts import Account

WINDOW = timedelta(days=7)
"""How long an incident waits for further accounts after its newest: as long as an event counts as news."""
LOOKOUT = timedelta(days=30)
"""How long, at most, one that is still to come is waited for."""
MOST_ACCOUNTS = 300
"""Accounts that an incident keeps: the first, which gave it its place in time, and the newest. More would say little
that these do not, and a message of the incident would outgrow its topic."""


class IncidentState(Message):
    """An open incident as it is stored. `key` is the partition key under which all its alerts came."""

    incident_id: str
    key: str
    revision: int = Field(ge=1)
    accounts: tuple[Account, ...] = Field(min_length=1, description="In their order, whatever order they came in.")
    joinings: tuple[Joining, ...] = ()
    absorbed: tuple[str, ...] = ()

    def with_account(self, account: Account, joining: Joining) -> Self:
        """Return the next state, with *account* at its place."""
        return self._next(accounts=(*self.accounts, account), joinings=(*self.joinings, joining))

    def with_incident(self, other: IncidentState, joining: Joining) -> Self:
        """Return the next state, with all of *other*, which turned out to be this incident."""
        return self._next(
            accounts=(*self.accounts, *other.accounts),
            joinings=(*self.joinings, *other.joinings, joining),
            absorbed=(*self.absorbed, *other.absorbed, other.incident_id),
        )

    def _next(self, *, accounts: Iterable[Account], **update: Sequence[object]) -> Self:
        ordered = tuple(sorted(accounts, key=lambda account: account.order))
        state = self.model_copy(update={"accounts": ordered, "revision": self.revision + 1, **update})
        if len(ordered) <= MOST_ACCOUNTS:
            return state
        kept = (ordered[0], *ordered[1 - MOST_ACCOUNTS :])
        ids = {account.alert_id for account in kept}
        joinings = tuple(joining for joining in state.joinings if joining.alert_id in ids)
        return state.model_copy(update={"accounts": kept, "joinings": joinings})

    @property
    def seniority(self) -> tuple[Moment, str, str, str]:
        """Which of two incidents stays when they are merged: the one with the earlier first account."""
        return *self.accounts[0].order, self.incident_id

    @property
    def closes_at(self) -> datetime:
        """When the incident is closed if nothing more is told of it, in event time."""
        last = self.accounts[-1].published_at
        coming = max(
            (datetime.combine(a.occurred.end, time(), UTC) for a in self.accounts if a.occurred.end), default=last
        )
        return max(last, min(coming, last + LOOKOUT)) + WINDOW
