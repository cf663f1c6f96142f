"""Counts by day, province, country and type, and what stands where on the map."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from schemas.alert import Alert, Kind, Place
from schemas.incident import Incident
from stream.detection.resources import read_bytes
from stream.web.facts import told
from stream.web.models import DayCount, ProvinceCount, Spot, Summary
from stream.web.store import Entry, Item

_MOST_PROVINCES = 100
_MOST_SPOTS = 2000
_IDS = 8


@dataclass(slots=True)
class _Group:
    """What is counted together; `first` is the newest place of that name."""

    first: Place | None = None
    kinds: Counter[Kind] = field(default_factory=Counter)
    killed: int = 0
    severity: int = 0
    ids: list[str] = field(default_factory=list)

    def add(self, item: Alert | Incident, killed: int) -> None:
        self.first = self.first or item.place
        self.kinds[item.kind] += 1
        self.killed += killed
        self.severity = max(self.severity, item.severity)
        if len(self.ids) < _IDS:
            self.ids.append(item.alert_id if isinstance(item, Alert) else item.incident_id)


def summarise(entries: Iterable[Entry[Item]]) -> Summary:
    """Return the counts of *entries*, which come the newest first."""
    days: defaultdict[date, Counter[Kind]] = defaultdict(Counter)
    provinces: defaultdict[tuple[str, str], _Group] = defaultdict(_Group)
    spots: defaultdict[tuple[float, float], _Group] = defaultdict(_Group)
    countries: Counter[str] = Counter()
    types: Counter[str] = Counter()
    newest: date | None = None
    total = killed = injured = without_place = 0
    for entry in entries:
        item, place = entry.item, entry.item.place
        newest = max(newest or told(item), told(item))
        total += 1
        killed += entry.killed
        injured += entry.injured
        days[entry.day][item.kind] += 1
        types[item.event_type.value] += 1
        if place and place.country:
            countries[place.country] += 1
            if place.admin1:
                provinces[place.country, place.admin1].add(item, entry.killed)
        if place and place.lat is not None and place.lon is not None:
            spots[round(place.lat, 2), round(place.lon, 2)].add(item, entry.killed)
        else:
            without_place += 1
    return Summary(
        total=total,
        without_place=without_place,
        killed=killed,
        injured=injured,
        newest=newest,
        days=tuple(
            DayCount(day=day, attack=kinds[Kind.ATTACK], diplomacy=kinds[Kind.DIPLOMACY])
            for day, kinds in sorted(days.items())
        ),
        provinces=tuple(_provinces(provinces)),
        countries=dict(countries.most_common()),
        types=dict(types.most_common()),
        spots=tuple(_spots(spots)),
    )


def _provinces(groups: Mapping[tuple[str, str], _Group]) -> Iterable[ProvinceCount]:
    most = sorted(groups.items(), key=lambda item: (-item[1].kinds.total(), item[0]))[:_MOST_PROVINCES]
    for (country, province), group in most:
        yield ProvinceCount(
            country=country,
            province=province,
            name_ar=_arabic_provinces().get((country, province)),
            attack=group.kinds[Kind.ATTACK],
            diplomacy=group.kinds[Kind.DIPLOMACY],
            killed=group.killed,
        )


def _spots(groups: Mapping[tuple[float, float], _Group]) -> Iterable[Spot]:
    most = sorted(groups.items(), key=lambda item: item[1].kinds.total())[-_MOST_SPOTS:]
    for (lat, lon), group in most:
        place = group.first
        text = place.text if place else ""
        yield Spot(
            lat=lat,
            lon=lon,
            name_ar=(place and place.name_ar) or text,
            name_en=(place and place.name_en) or text,
            attack=group.kinds[Kind.ATTACK],
            diplomacy=group.kinds[Kind.DIPLOMACY],
            severity=group.severity,
            ids=tuple(group.ids),
        )


@cache
def _arabic_provinces() -> Mapping[tuple[str, str], str]:
    """The Arabic names of provinces by country and English name, as the gazetteer has them."""
    names: dict[tuple[str, str], str] = {}
    for line in gzip.decompress(read_bytes("gazetteer.tsv.gz")).decode().splitlines():
        _, kind, country, _, _, _, _, _, english, arabic, *_ = line.split("\t")
        if kind in {"governorate", "region"} and arabic:
            names.setdefault((country, english), arabic)
    return names
