"""Whether two accounts, or an account and an incident, may be one event.

Each slot gives points for or against, and the sum must reach `THRESHOLD`: record linkage in the manner of Fellegi and
Sunter (1969), with weights that were set by hand and not estimated. No single slot is enough: an attack is recognised
by its place with its day and its type, or, where one of them is vague, by its actors, its toll or its words as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.alert import CasualtyKind, EventType, Kind, Place, PlacePrecision
from schemas.incident import Joining
from stream.incidents.accounts import Account
from stream.incidents.consensus import consensus
from stream.incidents.days import Days, day_part, day_points
from stream.incidents.families import type_points
from stream.incidents.parts import CONFLICT, Part
from stream.incidents.places import place_part
from stream.incidents.sides import Sides, attack_parts, move_parts
from stream.incidents.sources import same_story
from stream.incidents.tolls import Count, counts

THRESHOLD = 6.0
"""Points that make two accounts one event."""

_COPIED = 3.0
_MOST_TOLLS = 4.0
_PARTED = -3.0


@dataclass(frozen=True, slots=True)
class Slots:
    """What, where, when and who: what is compared first, and the smaller part of it."""

    kind: Kind
    event_type: EventType
    place: Place | None
    days: Days
    sides: Sides


@dataclass(frozen=True, slots=True)
class Facets:
    """What is compared of an account, or of the accounts of an incident."""

    slots: Slots
    tolls: tuple[Count, ...]
    articles: frozenset[str]
    signatures: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, accounts: Sequence[Account]) -> Facets:
        """Return the facets on which *accounts*, in their order, agree."""
        agreed = consensus(accounts)
        return cls(
            slots=Slots(
                kind=accounts[0].kind,
                event_type=agreed.event_type,
                place=agreed.place,
                days=Days.of(agreed.occurred, agreed.dated_at),
                sides=Sides.of(agreed.actors),
            ),
            tolls=tuple(count for account in accounts for count in counts(account)),
            articles=frozenset(account.article_id for account in accounts),
            signatures=tuple(dict.fromkeys(account.signature for account in accounts)),
        )


@dataclass(frozen=True, slots=True)
class Match:
    """How well two sets of facets fit one event, part by part."""

    parts: tuple[Part, ...]

    @property
    def score(self) -> float:
        """The sum of the parts' points."""
        return sum(part.points for part in self.parts)

    @property
    def is_one_event(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= THRESHOLD

    def joining(self, alert_id: str) -> Joining:
        """Return this match as the reason why an alert was counted to an incident."""
        return Joining(
            alert_id=alert_id,
            score=self.score,
            threshold=THRESHOLD,
            reasons=tuple(str(part) for part in self.parts if part.points),
        )


def match(one: Facets, other: Facets) -> Match:
    """Return how well *one* and *other* fit one event. Stops at the first conflict."""
    parts = _slot_parts(one.slots, other.slots)
    if parts[-1].points <= CONFLICT:
        return Match(parts[-1:])
    slots = Match((*parts, *_toll_parts(one, other)))
    if one.articles & other.articles:
        # Seldom one event: where all slots agree, the detector may have parted what the article tells twice.
        return Match((*slots.parts, Part("article", _PARTED, "one article tells them as two events")))
    # Comparing words costs most, and cannot help where the slots are far from enough.
    return slots if slots.score + _COPIED < THRESHOLD else Match((*slots.parts, _words(one, other)))


def may_match(one: Slots, other: Slots) -> bool:
    """Say whether `match` can find one event in them, whatever their tolls and words."""
    if type_points(one.event_type, other.event_type) <= CONFLICT:
        return False
    if day_points(one.days, other.days, one.kind) <= CONFLICT:
        return False
    parts = _slot_parts(one, other)
    return parts[-1].points > CONFLICT and Match(parts).score + _MOST_TOLLS + _COPIED >= THRESHOLD


def _slot_parts(one: Slots, other: Slots) -> tuple[Part, ...]:
    """The parts of the slots; the last one is a conflict where there is any."""
    type_ = _type(one, other)
    if type_.points <= CONFLICT:
        return (type_,)
    day = day_part(one.days, other.days, one.kind)
    if day.points <= CONFLICT:
        return (day,)
    where = place_part(one.place, other.place) if one.kind is Kind.ATTACK else _venue(one.place, other.place)
    if where.points <= CONFLICT:
        return (where,)
    if one.kind is Kind.ATTACK:
        actors = attack_parts(one.sides, other.sides, (one.event_type, other.event_type))
    else:
        actors = move_parts(one.sides, other.sides, one.event_type)
    return type_, where, day, *actors


def _type(one: Slots, other: Slots) -> Part:
    same = one.event_type == other.event_type
    reason = f"both {one.event_type}" if same else f"{one.event_type} and {other.event_type}"
    return Part("type", type_points(one.event_type, other.event_type), reason)


def _venue(one: Place | None, other: Place | None) -> Part:
    """A move's place says little: each side tells it from its own capital, and a call has none."""
    if one is None or other is None or PlacePrecision.COUNTRY in {one.precision, other.precision}:
        return Part("place", 0, "not told by both")
    part = place_part(one, other)
    if part.points > 0:
        return Part("place", 1, part.reason)
    return Part("place", -2, part.reason) if part.points <= CONFLICT else Part("place", 0, part.reason)


def _toll_parts(one: Facets, other: Facets) -> tuple[Part, ...]:
    return tuple(
        _toll(kind, [c for c in one.tolls if c.kind is kind], [c for c in other.tolls if c.kind is kind])
        for kind in (CasualtyKind.KILLED, CasualtyKind.INJURED)
    )


def _toll(kind: CasualtyKind, one: Sequence[Count], other: Sequence[Count]) -> Part:
    """Compare figures. Agreement speaks the louder the larger they are; a rise as time goes by is no conflict."""
    shared = max({c.low for c in one} & {c.low for c in other}, default=0)
    if shared:
        return Part(kind, 2 if shared >= 10 else 1.5 if shared >= 3 else 0.5, f"both {shared}")
    if not one or not other:
        return Part(kind, 0, "not told by both")
    nearest = min(((a, b) for a in one for b in other), key=lambda pair: abs(pair[0].low - pair[1].low))
    low, high = sorted(nearest, key=lambda count: count.low)
    if high.low <= 2 * low.low:
        return Part(kind, 1 if low.low >= 10 else 0.5, f"{low.low} and {high.low}")
    fell = high.low >= 8 and high.low > 4 * low.low and high.account.order < low.account.order
    return Part(kind, -1.5 if fell else 0, f"{low.low} or {high.low}")


def _words(one: Facets, other: Facets) -> Part:
    """Copies of one text tell of one event, unless its slots say otherwise: a title may stand over several events."""
    copied = any(same_story(a, b) for a in one.signatures for b in other.signatures)
    return Part("words", _COPIED if copied else 0, "one text is copied from the other" if copied else "not copied")
