"""Whether two places can be one: distance, precision, and a town within its province."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from schemas.alert import Place, PlacePrecision, PlaceReading
from stream.incidents.parts import CONFLICT, Part

_EARTH_KM = 6371.0
_RANK = {
    PlacePrecision.COUNTRY: 0,
    PlacePrecision.REGION: 1,
    PlacePrecision.AREA: 2,
    PlacePrecision.CITY: 3,
    PlacePrecision.POINT: 4,
}
_SAME = {
    PlacePrecision.COUNTRY: 0.0,
    PlacePrecision.REGION: 2.0,
    PlacePrecision.AREA: 3.0,
    PlacePrecision.CITY: 4.0,
    PlacePrecision.POINT: 4.0,
}
"""Points of one and the same place: the smaller it is, the less likely a second event there."""
_REACH_KM = {PlacePrecision.REGION: 60.0, PlacePrecision.AREA: 25.0, PlacePrecision.CITY: 12.0}
"""How far from its coordinates a place holds others."""
_DOUBT_KM = 50.0
"""Beyond this places are apart for sure: each of the gazetteer's coordinates is good to 10 to 30 km."""


def fineness(place: Place) -> int:
    """Return how exact *place* is: 0 a country, 4 a point."""
    return _RANK[place.precision]


def identity(place: Place) -> tuple[str, str]:
    """Return what tells *place* from others: its country and its name."""
    return place.country or "", place.name_en or place.name_ar or place.text


def distance_km(one: PlaceReading, other: PlaceReading) -> float | None:
    """Return the great-circle distance, or None where a place has no coordinates."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    north, south = radians(one.lat), radians(other.lat)
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def place_part(one: Place | None, other: Place | None) -> Part:
    """Say what two places speak for or against one attack."""
    if one is None or other is None:
        return Part("place", -1, "not told by both")
    wide, fine = sorted((one, other), key=fineness)
    points, reason = _compare(wide, fine)
    return Part("place", points, reason)


def _compare(wide: Place, fine: Place) -> tuple[float, str]:
    if identity(wide) == identity(fine):
        return _SAME[wide.precision], f"both {_name(wide)}"
    if wide.country != fine.country:
        return CONFLICT, f"{wide.country} or {fine.country}"
    if _may_be_read_as(wide, fine) or _may_be_read_as(fine, wide):
        return 2, f"{wide.text} and {fine.text} may be read as one place"
    km = distance_km(wide, fine)
    if fineness(wide) < fineness(fine):
        return _within(wide, fine, km)
    if km is None or km > _DOUBT_KM:
        return CONFLICT, f"{_name(wide)} or {_name(fine)}"
    return (2 if km <= 3 else -2), f"{_name(wide)} and {_name(fine)} are {km:.0f} km apart"


def _may_be_read_as(one: Place, other: Place) -> bool:
    """Tell whether the name of *one* is also that of *other*."""
    return other.geonames_id is not None and any(r.geonames_id == other.geonames_id for r in one.alternatives)


def _within(wide: Place, fine: Place, km: float | None) -> tuple[float, str]:
    """Compare a wider place with a finer one of the same country."""
    both = f"{_name(fine)} is in {_name(wide)}"
    if wide.precision is PlacePrecision.COUNTRY:
        return 0, both
    if wide.precision is PlacePrecision.REGION and wide.admin1 and fine.admin1:
        return (1.5, both) if wide.admin1 == fine.admin1 else (-3, f"{_name(fine)} is in {fine.admin1}")
    if km is None:
        return -1, f"whether {both} is not known"
    if km <= _REACH_KM[wide.precision]:
        return (2.5 if wide.precision is PlacePrecision.CITY else 1.5), both
    if km <= _REACH_KM[wide.precision] + _DOUBT_KM:
        return -2, f"{_name(fine)} is {km:.0f} km from {_name(wide)}"
    return CONFLICT, f"{_name(fine)} is {km:.0f} km from {_name(wide)}"


def _name(place: Place) -> str:
    return place.name_en or place.text
