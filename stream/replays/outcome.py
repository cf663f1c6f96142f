"""What came of a replay, counted while it goes on: nothing of it grows with the archive."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.alert import Alert, Kind
from schemas.article import Article
from stream.reading import Damage

MOST_SHOWN = 200
"""So many alerts are kept whole: the most severe."""

_MOST_DAMAGES = 1000
_ABROAD = "unknown"


@dataclass(slots=True)
class Outcome:
    """The counts of one replay. *left_out* counts what was not sent or looked at, by reason.

    *countries* are ISO 3166-1 alpha-2; *days* are those of publication, in the article's own zone; *places* are
    (latitude, longitude, name, country).
    """

    articles: int = 0
    without_id: int = 0
    refused: int = 0
    over_limit: bool = False
    first: datetime | None = None
    last: datetime | None = None
    alerts: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    places: Counter[tuple[float, float, str, str]] = field(default_factory=Counter)
    dead_letters: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    damages: list[str] = field(default_factory=list)
    seconds: float = 0.0
    _strongest: list[tuple[int, str, int, Alert]] = field(default_factory=list)

    def add_article(self, article: Article) -> None:
        """Count the article's time of publication."""
        published = article.published_at
        self.first = min(self.first or published, published)
        self.last = max(self.last or published, published)

    def add_alert(self, alert: Alert) -> None:
        """Count an alert."""
        self.alerts[alert.kind, alert.event_type.value] += 1
        place = alert.place
        self.countries[(place.country if place else None) or _ABROAD] += 1
        self.days[alert.article.published_at.date().isoformat(), alert.kind] += 1
        if place and place.lat is not None and place.lon is not None:
            name = place.name_ar or place.text
            self.places[round(place.lat, 2), round(place.lon, 2), name, place.country or ""] += 1
        item = (alert.severity, alert.alert_id, self.alerts.total(), alert)
        if len(self._strongest) < MOST_SHOWN:
            heapq.heappush(self._strongest, item)
        elif item > self._strongest[0]:
            heapq.heapreplace(self._strongest, item)

    def add_damage(self, damage: Damage) -> None:
        """Count what could not be read or sent; the first thousand are kept in words."""
        self.refused += 1
        self.over_limit |= damage.over_limit
        if len(self.damages) < _MOST_DAMAGES:
            self.damages.append(str(damage))

    @property
    def strongest(self) -> list[Alert]:
        """The most severe alerts, the most severe first."""
        return [item[-1] for item in sorted(self._strongest, key=lambda item: (-item[0], item[1]))]

    def as_json(self) -> dict[str, Any]:
        """Return the counts under names for programs."""
        return {
            "articles": self.articles,
            "no_article": self.without_id,
            "refused": self.refused,
            "left_out": dict(self.left_out),
            "first_published": self.first.isoformat() if self.first else None,
            "last_published": self.last.isoformat() if self.last else None,
            "alerts": self.alerts.total(),
            "by_type": {
                kind.value: {name: count for (of, name), count in self.alerts.most_common() if of is kind}
                for kind in Kind
            },
            "by_country": dict(self.countries.most_common()),
            "dead_letters": dict(self.dead_letters.most_common()),
            "seconds": round(self.seconds, 1),
        }

    def lines(self) -> list[str]:
        """Return the counts in words, one thing a line."""
        alerts, letters = self.alerts.total(), self.dead_letters.total()
        found = [f"{self.articles} articles, {alerts} alerts, {letters} dead letters in {self.seconds:.1f} s"]
        for kind in Kind:
            types = {name: count for (of, name), count in self.alerts.most_common() if of is kind}
            found.append(f"  {kind.value:<10} {sum(types.values()):>5}  {_listed(types)}".rstrip())
        for name, counts in (("countries", self.countries), ("dead letters", self.dead_letters)):
            if counts:
                found.append(f"  {name}: {_listed(dict(counts.most_common()))}")
        return found


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
