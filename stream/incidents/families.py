"""Which types of event outlets tell of one and the same event, and where alerts must meet to be compared.

Only alerts with one partition key are ever compared, so a key is as coarse as matching needs it: it names the kind
family and a place cell. Attacks are one family, since one outlet's battle is another's attack by unknown means; only
ground that was taken is news beside the fighting for it. Each type of diplomatic move is a family.

The place cell of an attack is its country. A finer one would part what belongs together: a town from its province, and
both from "in the north of Syria"; and three in five of the cities in alerts have no province in the gazetteer. Region-
and country-level alerts are thus at home in their country, and those without a place in `-`. Diplomatic moves have no
place to meet at (each side tells it from its own capital), so their cell is always `-`.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.alert import Alert, AttackType, DiplomacyType, EventType
from stream.incidents.parts import CONFLICT

NOWHERE = "-"
"""The place cell of an attack without a country, and of every diplomatic move."""

EXPLOSIONS = frozenset(
    {
        AttackType.AIR_STRIKE,
        AttackType.SHELLING,
        AttackType.BOMBING,
        AttackType.SUICIDE_BOMBING,
        AttackType.CHEMICAL,
    }
)
"""One outlet's air strike is another's shelling or bombing."""
GUNFIRE = frozenset({AttackType.ARMED_CLASH, AttackType.SHOOTING})
VAGUE = frozenset({AttackType.OTHER_ATTACK})
"""An attack whose means the text does not say."""
SALVO = frozenset({AttackType.SHELLING, AttackType.AIR_STRIKE, AttackType.INTERCEPTION})
"""One side tells what it fired, the other what it shot down."""

_FAMILIES: Mapping[EventType, str] = {
    **dict.fromkeys(AttackType, "attack"),
    AttackType.TERRITORY: "territory",
    **{type_: type_.value for type_ in DiplomacyType},
}


def family(event_type: EventType) -> str:
    """Return the family of *event_type*: types of two families are never one event."""
    return _FAMILIES[event_type]


def type_points(one: EventType, other: EventType) -> float:
    """Return how much two types speak for one event."""
    if family(one) != family(other):
        return CONFLICT
    if one == other:
        return 1 if one in VAGUE else 2
    pair = {one, other}
    if pair <= EXPLOSIONS:
        return 1
    if pair <= GUNFIRE or pair <= SALVO or pair & VAGUE:
        return 0
    # A battle and a strike in one town on one day are more often two events than one.
    return -1


def partition_key(alert: Alert) -> str:
    """Return the key under which *alert* meets all that it may be one event with, such as `attack:SY`."""
    if isinstance(alert.event_type, DiplomacyType) or alert.place is None:
        cell = NOWHERE
    else:
        cell = alert.place.country or NOWHERE
    return f"{family(alert.event_type)}:{cell}"
