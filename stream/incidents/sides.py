"""Who took part, as sides: a state with its officials, armies and offices is one, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from schemas.alert import Actor, AttackType, DiplomacyType, EventType, Role
from stream.incidents.parts import CONFLICT, Part

_OF_A_STATE = frozenset({"state", "army", "government", "security", "office", "person"})
_UNNAMED = ("generic.", "civilians.", "militants.")
"""Ids of actors that are a kind of people, such as "gunmen": they say nothing about which side it was."""
TOGETHER = frozenset({DiplomacyType.CONSULT, DiplomacyType.AGREE})
"""Moves without a direction: every participant takes part alike."""
FIGHTS = frozenset({AttackType.ARMED_CLASH, AttackType.TERRITORY})
"""Attacks where one outlet's attacker is another's defender."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The named sides of an event, and the persons that are named, each with its side."""

    initiators: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    persons: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, actors: Iterable[Actor]) -> Self:
        """Return the sides of *actors*. Aliases are one, since the lexicon gives them one id."""
        named = [(actor, side) for actor in actors if (side := side_of(actor))]
        return cls(
            frozenset(side for actor, side in named if actor.role is Role.INITIATOR),
            frozenset(side for actor, side in named if actor.role is Role.TARGET),
            frozenset((side, actor.id) for actor, side in named if actor.id and _is_person(actor)),
        )

    @property
    def participants(self) -> frozenset[str]:
        """Everybody who did it or to whom it was done."""
        return self.initiators | self.targets


def side_of(actor: Actor) -> str | None:
    """Return the side of *actor*: its state's country code, its own id or name, or None for unnamed people."""
    if actor.type in _OF_A_STATE and actor.country:
        return actor.country
    if actor.id is None:
        return actor.text
    return None if actor.id.startswith(_UNNAMED) else actor.id


def _is_person(actor: Actor) -> bool:
    """Tell a person known by name (`person.putin`) from an office without one (`person.ru`, "the Russian minister")."""
    return actor.type == "person" and actor.id is not None and len(actor.id.removeprefix("person.")) > 2


def attack_parts(one: Sides, other: Sides, types: Iterable[EventType]) -> tuple[Part, ...]:
    """Say what the actors of two attacks speak for or against one event."""
    if any(type_ in FIGHTS for type_ in types):
        return (_fight(one.participants, other.participants),)
    return (_doers(one, other), _hit(one.targets, other.targets))


def _fight(one: frozenset[str], other: frozenset[str]) -> Part:
    if not one or not other:
        return Part("actors", 0, "not named by both")
    shared = one & other
    if not shared:
        return Part("actors", -5, f"{_list(one)} or {_list(other)}")
    if len(shared) == 1 and one - other and other - one:
        return Part("actors", -1, f"{_list(shared)}, against {_list(one - other)} or {_list(other - one)}")
    return Part("actors", 2, f"both {_list(shared)}")


def _doers(one: Sides, other: Sides) -> Part:
    if not one.initiators or not other.initiators:
        return Part("initiators", 0, "not named by both")
    shared = one.initiators & other.initiators
    if shared:
        return Part("initiators", 2, f"both {_list(shared)}")
    return Part("initiators", -5, f"{_list(one.initiators)} or {_list(other.initiators)}")


def _hit(one: frozenset[str], other: frozenset[str]) -> Part:
    if not one or not other:
        return Part("targets", 0, "not named by both")
    shared = one & other
    if shared:
        return Part("targets", 1, f"both {_list(shared)}")
    return Part("targets", -1, f"{_list(one)} or {_list(other)}")


def move_parts(one: Sides, other: Sides, type_: EventType) -> tuple[Part, ...]:
    """Say what the participants of two diplomatic moves of one family speak for or against one event."""
    parts = _met(one, other) if type_ in TOGETHER else _directed(one, other)
    # Each side may name its own minister only: that is no other meeting.
    both = {side for side, _ in one.persons} & {side for side, _ in other.persons}
    if not both or parts[0].points <= CONFLICT:
        return parts
    ours, theirs = ({id_ for side, id_ in sides.persons if side in both} for sides in (one, other))
    if shared := ours & theirs:
        return (*parts, Part("persons", 1, f"both {_list(shared)}"))
    return (*parts, Part("persons", -3, f"{_list(ours)} or {_list(theirs)}"))


def _met(one: Sides, other: Sides) -> tuple[Part, ...]:
    a, b = one.participants, other.participants
    shared = a & b
    if not a or not b:
        return (Part("participants", -1, "not named by both"),)
    if not shared:
        return (Part("participants", CONFLICT, f"{_list(a)} or {_list(b)}"),)
    if len(shared) > 1:
        return (Part("participants", 4 if a <= b or b <= a else 3, f"both {_list(shared)}"),)
    if a <= b or b <= a:
        return (Part("participants", 1.5, f"both {_list(shared)}"),)
    return (Part("participants", -3, f"{_list(shared)}, with {_list(a - b)} or {_list(b - a)}"),)


def _directed(one: Sides, other: Sides) -> tuple[Part, ...]:
    if not one.initiators or not other.initiators:
        by = Part("initiators", 0, "not named by both")
    elif shared := one.initiators & other.initiators:
        by = Part("initiators", 1.5, f"both {_list(shared)}")
    else:
        return (Part("initiators", CONFLICT, f"{_list(one.initiators)} or {_list(other.initiators)}"),)
    if not one.targets or not other.targets:
        return by, Part("targets", 0, "not named by both")
    hit = one.targets & other.targets
    if hit:
        return by, Part("targets", 2, f"both {_list(hit)}")
    return by, Part("targets", -3, f"{_list(one.targets)} or {_list(other.targets)}")


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
