"""What the accounts of an incident agree on: the slot values that most of them, and the most exact of them, give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from schemas.alert import Actor, DatePrecision, EventType, Occurred, Place, Role
from schemas.base import Moment
from stream.incidents.accounts import Account, standing
from stream.incidents.families import VAGUE
from stream.incidents.places import fineness, identity

SHARE = 0.25
"""A more exact place or day, or an actor, counts when this share of the accounts that give any gives it."""

_EXACTNESS = (DatePrecision.UNKNOWN, DatePrecision.YEAR, DatePrecision.MONTH, DatePrecision.WEEK, DatePrecision.DAY)

T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Consensus:
    """The agreed slots. `dated_at` is when the account that gave `occurred` was published."""

    event_type: EventType
    occurred: Occurred
    dated_at: Moment
    place: Place | None
    actors: tuple[Actor, ...]


def consensus(accounts: Sequence[Account]) -> Consensus:
    """Return what *accounts*, at least one and in their order, agree on. Withdrawn ones count only if all are."""
    kept = standing(accounts) or tuple(accounts)
    dated = _most_exact(
        kept,
        key=lambda a: (a.occurred.start, a.occurred.end, a.occurred.precision),
        exactness=lambda a: _EXACTNESS.index(a.occurred.precision),
    )
    placed = [account.place for account in kept if account.place is not None]
    return Consensus(
        event_type=_event_type(kept),
        occurred=dated.occurred,
        dated_at=dated.published_at,
        place=_most_exact(placed, key=identity, exactness=fineness) if placed else None,
        actors=_actors(kept),
    )


def _event_type(accounts: Sequence[Account]) -> EventType:
    """The most frequent type, the earliest of several; one that tells the means before one that does not."""
    votes = Counter(account.event_type for account in accounts)
    return max(votes, key=lambda type_: (type_ not in VAGUE, votes[type_]))


def _most_exact(values: Sequence[T], *, key: Callable[[T], Key], exactness: Callable[[T], int]) -> T:
    """The most exact value with its share of the votes; of several the one with most votes, then the earliest."""
    votes = Counter(key(value) for value in values)
    backed = [value for value in values if votes[key(value)] >= SHARE * len(values)] or values
    return max(backed, key=lambda value: (exactness(value), votes[key(value)]))


def _actors(accounts: Sequence[Account]) -> tuple[Actor, ...]:
    """Each actor once, in the role that most accounts give it, the most named first."""
    naming = [account.actors for account in accounts if account.actors]
    roles: dict[str, Counter[Role]] = {}
    shown: dict[tuple[str, Role], Actor] = {}
    for actors in naming:
        for name, role, actor in _distinct(actors):
            roles.setdefault(name, Counter())[role] += 1
            shown.setdefault((name, role), actor)
    backed = [name for name, votes in roles.items() if votes.total() >= SHARE * len(naming)]
    backed.sort(key=lambda name: -roles[name].total())
    return tuple(shown[name, roles[name].most_common(1)[0][0]] for name in backed)


def _distinct(actors: Iterable[Actor]) -> Iterable[tuple[str, Role, Actor]]:
    return {(actor.id or actor.text): (actor.id or actor.text, actor.role, actor) for actor in actors}.values()
