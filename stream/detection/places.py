"""Which place a name in a text means, where in relation to it, and whether something happens there at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stream.detection.matcher import Match
from stream.detection.place_data import Candidate, Gazetteer, Place, gazetteer, place_forms
from stream.detection.place_nouns import CommonNouns
from stream.detection.place_reading import AT, TOWNS, Context, PlaceMention, Reader, Reading
from stream.detection.place_words import PlaceWords, place_words
from stream.detection.text import Text

__all__ = ["Place", "PlaceMention", "PlaceResolver", "kilometres", "place_forms"]

_MAX_ALTERNATIVES = 4
_WITHIN_KM = 150.0


class PlaceResolver:
    """Resolves the place names of an article; one per process, without state of its own."""

    def __init__(self, places: Gazetteer | None = None, words: PlaceWords | None = None) -> None:
        self._places = places or gazetteer()
        self._words = words or place_words()
        self._reader = Reader(self._places, self._words)
        self._nouns = CommonNouns(self._places, self._words, self._reader)

    def resolve(self, texts: Sequence[Text], matches: Sequence[list[Match]]) -> list[list[PlaceMention]]:
        """The place mentions of each text, by first word, none overlapping; all texts give context to each other."""
        context = Context({}, [])
        readings = []
        for text, found in zip(texts, matches, strict=True):
            chosen = [m for m in self._choose(found) if not self._reader.is_adjective(text, m)]
            demonyms = [m for m in found if m.entry.domain == "demonym"]
            readings.append((text, [self._reader.read(text, m) for m in chosen], demonyms))
        for _, items, demonyms in readings:
            self._weigh(items, demonyms, context)
        out = []
        for text, items, demonyms in readings:
            mentions = [m for m in (self._decide(item, context) for item in items) if m is not None]
            out.append(self._nouns.add(text, mentions, demonyms, context))
        return out

    def _choose(self, found: list[Match]) -> list[Match]:
        """Place matches without overlaps: the longest, then the one with the fewest clitics; blocked ones dropped."""
        chosen: list[Match] = []
        for match in found:
            domain = match.entry.domain
            if domain == "place":
                if match.last - match.first == 1 and not self._fits_article(match):
                    continue
            elif domain != "placeblock":
                continue
            if chosen and match.first < chosen[-1].last:
                last = chosen[-1]
                if (match.last - match.first, domain == "placeblock") <= (
                    last.last - last.first,
                    last.entry.domain == "placeblock",
                ) and not self._outweighs(match, last):
                    continue
                chosen.pop()
            chosen.append(match)
        return [match for match in chosen if match.entry.domain == "place"]

    def _fits_article(self, match: Match) -> bool:
        """A proper name takes no article of its own, and a weak one no clitic that makes it another word."""
        name: str = match.entry.attrs["name"]
        article = self._words.article
        if match.prefix.endswith((article, self._words.article_after_l)) and not name.startswith(article):
            return False
        bare = match.prefix.removesuffix(article)
        if bare in self._words.light_clitics:
            return len(name) >= 3
        sense = self._words.clitics.get(bare, "")
        if not bare or sense == "":
            return not bare
        if sense == "like":
            return False
        known = [c for c in self._places.candidates(name) if c.curated and not c.weak]
        if any(c.place.kind == "country" or c.place.population >= 100_000 for c in known):
            return True
        return len(name) >= 5 and (bool(known) or self._strong(match))

    def _strong(self, match: Match) -> bool:
        return any(not c.weak for c in self._places.candidates(match.entry.attrs["name"]))

    def _outweighs(self, match: Match, other: Match) -> bool:
        """Of two readings of the same words, a known name with a clitic beats a doubtful one without."""
        if match[1:3] != other[1:3] or "place" != other.entry.domain != match.entry.domain:
            return False
        return self._strong(match) and not self._strong(other)

    def _weigh(self, items: list[Reading], demonyms: list[Match], context: Context) -> None:
        counts = context.countries
        for match in demonyms:
            country = match.entry.attrs["country"]
            counts[country] = counts.get(country, 0.0) + 0.5
        previous: Reading | None = None
        for item in items:
            if previous is not None and self._coordinated(previous, item):
                item.preposition = item.preposition or previous.preposition
                item.types = item.types or previous.types
                item.relation = item.relation or (previous.relation if not item.types else None)
                item.joined = True
            previous = item
            strong = {c.place.country for c in item.candidates if not c.weak}
            if len(strong) == 1 and (country := next(iter(strong))):
                counts[country] = counts.get(country, 0.0) + 1.0
                if len(item.candidates) == 1 and item.candidates[0].place.lat is not None:
                    context.sure.append(item.candidates[0].place)

    def _coordinated(self, one: Reading, two: Reading) -> bool:
        return one.last == two.first and two.match.prefix.startswith(self._words.conjunction) and not two.preposition

    def _decide(self, item: Reading, context: Context) -> PlaceMention | None:
        possible = [c for c in item.candidates if not c.weak or self._evident(c, item, context)]
        if not possible:
            return None
        if len(possible) == 1:
            best, rest, margin = possible[0], [], 3.0
        else:
            scored = sorted(((self._score(c, item, context), -i) for i, c in enumerate(possible)), reverse=True)
            order = [possible[-i] for _, i in scored]
            best, rest, margin = order[0], order[1:], scored[0][0] - scored[1][0]
        place = best.place
        locative = item.preposition in AT or item.relation is not None or bool(item.types)
        confidence = 0.95 if margin >= 2 else 0.6 + 0.17 * margin
        if best.weak:
            confidence *= 0.85
        if place.country and place.country not in context.countries:
            confidence *= 0.9
        is_capital = place.kind == "city" and place == self._places.capital(place.country)
        return PlaceMention(
            first=item.first,
            last=item.last,
            core_first=item.match.first,
            core_last=item.match.last,
            place=place,
            alternatives=tuple(c.place for c in rest[:_MAX_ALTERNATIVES]),
            relation=item.relation,
            confidence=round(confidence, 3),
            preposition=item.preposition,
            types=item.types,
            metonym=not locative and (place.kind == "country" or is_capital),
        )

    def _evident(self, candidate: Candidate, item: Reading, context: Context) -> bool:
        """Whether the words around a doubtful name, and the countries of the article, make it a place."""
        if candidate.place.kind == "country":
            return _evident_country(candidate.place, item, context)
        place = candidate.place
        if item.before is not None and item.before.person:
            return False
        several = " " in item.match.entry.attrs["name"]
        if candidate.curated and several:
            return True
        if item.types and self._kind_fits(place, item.types):
            known = candidate.curated or (place.population >= 50_000 and "city" in item.types)
            return known or place.country in context.countries
        located = item.preposition in AT or item.relation is not None
        support = context.countries.get(place.country, 0.0)
        if not support or not located or place.kind == "neighbourhood":
            return False
        share = support / max(context.countries.values())
        inside = item.preposition in self._words.weak_at or item.relation is not None
        large = candidate.curated and place.population >= 30_000
        needed = (1.0, 0.3) if candidate.curated or several else (2.0, 0.5)
        return large or (inside and support >= needed[0] and share >= needed[1])

    def _kind_fits(self, place: Place, types: frozenset[str]) -> bool:
        return place.kind in types or (place.kind in TOWNS and not types.isdisjoint(self._words.town_types))

    def _score(self, candidate: Candidate, item: Reading, context: Context) -> float:
        place = candidate.place
        score = 0.4 * math.log10(place.population + 1)
        if candidate.curated:
            score = max(score, 1.6) + 1.4
        if candidate.weak:
            score -= 1.0
        support = context.countries.get(place.country, 0.0)
        if support:
            score += 1.0 + 2.0 * support / max(context.countries.values())
        if item.types:
            score += 3.0 if place.kind in item.types else 1.5 if self._kind_fits(place, item.types) else -1.0
        elif place.kind == "country":
            score += 4.0
        elif place.kind == "governorate":
            score += 1.5 if item.relation == "countryside" else -1.5
        elif place.kind not in TOWNS:
            score -= 0.5
        if place.lat is not None and any(
            p.lat is not None and p.id != place.id and kilometres(place, p.lat, p.lon) <= _WITHIN_KM
            for p in context.sure[:20]
        ):
            score += 1.0
        return score


def _evident_country(place: Place, item: Reading, context: Context) -> bool:
    """Whether a country name that is also a word is the country: after a preposition, in a list, the army of."""
    before = item.before
    if item.preposition or item.relation or item.joined or item.types:
        return True
    if before is not None and before.genitive:
        return True
    return item.starts_sentence and context.countries.get(place.country, 0.0) >= 1


def kilometres(place: Place, lat: float | None, lon: float | None) -> float:
    """How far *place* lies from a point, infinitely far where either is unknown."""
    if place.lat is None or place.lon is None or lat is None or lon is None:
        return math.inf
    x = (lon - place.lon) * math.cos(math.radians((place.lat + lat) / 2))
    return 111.2 * math.hypot(x, lat - place.lat)
