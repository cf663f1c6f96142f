"""Which place a name in a text means, where in relation to it, and whether something happens there at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stream.detection.matcher import Match
from stream.detection.place_data import Candidate, Gazetteer, Place, gazetteer, place_forms
from stream.detection.place_words import Cue, PlaceWords, place_words
from stream.detection.text import Text

__all__ = ["Place", "PlaceMention", "PlaceResolver", "place_forms"]

_MAX_STEPS = 6
_MAX_ALTERNATIVES = 4
_WITHIN_KM = 150.0
_TOWNS = frozenset({"city", "town", "village"})
_LOOSE_SEPARATORS = frozenset(' "\'()')
_AT = frozenset({"in", "on", "to", "from"})
"""Prepositions that carry an event to a place."""


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place named in a text: the words *first* up to *last* with type word and qualifier, the name itself in *core*."""

    first: int
    last: int
    core_first: int
    core_last: int
    place: Place
    alternatives: tuple[Place, ...] = ()
    """Other places of that name, the likelier first."""
    relation: str | None = None
    """near, outskirts, countryside, centre, inside, or a direction such as northeast: where from the place."""
    confidence: float = 1.0
    preposition: str = ""
    """in, on, to, from, between, with, for, or empty: what stands before it."""
    type_word: str | None = None
    """The kind of place that the word before the name says, as in `place_words.yaml`."""
    metonym: bool = False
    """A country or capital as an actor or subject, not as a location."""
    anaphoric: bool = False
    """The text has a common noun, or a demonym, instead of a name (the city, the Turkish border)."""

    @property
    def locative(self) -> bool:
        """Whether the words before it say that something is, or goes, there."""
        return bool(self.preposition in _AT or self.relation or self.type_word)


@dataclass(slots=True)
class _Context:
    """What an article says about where it plays: evidence for countries, and the places that are beyond doubt."""

    countries: dict[str, float]
    sure: list[Place]


@dataclass(slots=True)
class _Reading:
    """The words around one match, read once."""

    match: Match
    first: int
    last: int
    candidates: tuple[Candidate, ...]
    preposition: str = ""
    relation: str | None = None
    types: frozenset[str] = frozenset()
    type_word: str | None = None
    before: Cue | None = None
    starts_sentence: bool = False
    joined: bool = False


class PlaceResolver:
    """Resolves the place names of an article; one per process, without state of its own."""

    def __init__(self, places: Gazetteer | None = None, words: PlaceWords | None = None) -> None:
        self._places = places or gazetteer()
        self._words = words or place_words()

    def resolve(self, texts: Sequence[Text], matches: Sequence[list[Match]]) -> list[list[PlaceMention]]:
        """The place mentions of each text, by first word, none overlapping; all texts give context to each other."""
        context = _Context({}, [])
        readings = []
        for text, found in zip(texts, matches, strict=True):
            chosen = self._choose(found)
            demonyms = [m for m in found if m.entry.domain == "demonym"]
            readings.append((text, [self._read(text, m, chosen, i) for i, m in enumerate(chosen)], demonyms))
        for _, items, demonyms in readings:
            self._weigh(items, demonyms, context)
        out = []
        for text, items, demonyms in readings:
            mentions = [m for m in (self._decide(item, context) for item in items) if m is not None]
            out.append(self._with_common_nouns(text, mentions, demonyms, context))
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
        return not bare or len(name) >= (3 if bare in self._words.light_clitics else 5) or self._strong(match)

    def _strong(self, match: Match) -> bool:
        return any(not c.weak for c in self._places.candidates(match.entry.attrs["name"]))

    def _outweighs(self, match: Match, other: Match) -> bool:
        """Of two readings of the same words, a known name with a clitic beats a doubtful one without."""
        if match[1:3] != other[1:3] or "place" != other.entry.domain != match.entry.domain:
            return False
        return self._strong(match) and not self._strong(other)

    def _read(self, text: Text, match: Match, chosen: list[Match], number: int) -> _Reading:
        words, separators, cues = text.words, text.separators, self._words.cues
        start = text.sentence_span(text.sentence_of(match.first))[0]
        item = _Reading(match, match.first, match.last, self._places.candidates(match.entry.attrs["name"]))
        item.preposition = self._words.clitics.get(match.prefix.removesuffix(self._words.article), "")
        at, types = match.first, set[str]()
        while at > start and not item.preposition and match.first - at < _MAX_STEPS:
            if not _LOOSE_SEPARATORS.issuperset(separators[at - 1]):
                break
            cue = cues.get(words[at - 1])
            if cue is None or (cue.joins and at != match.first):
                break
            if cue.types:
                types |= cue.types
                item.type_word = item.type_word or words[at - 1]
            elif cue.relation:
                item.relation = _compose(item.relation, cue.relation)
            elif cue.links and at - 2 >= start and (two := cues.get(words[at - 2])) and two.relation:
                item.relation, cue, at = _compose(item.relation, two.relation), two, at - 1
            else:
                item.before = cue
                item.preposition = cue.preposition
                break
            at -= 1
            item.first = at
            item.preposition = cue.preposition
        item.types = frozenset(types)
        item.starts_sentence = at == start
        if item.before is None and at > start and separators[at - 1] == " ":
            item.before = cues.get(words[at - 1])
        self._read_after(text, item)
        return item

    def _read_after(self, text: Text, item: _Reading) -> None:
        """Take in what qualifies the name from behind: a direction after `countryside`, `international` after an airport."""
        words = text.words
        while item.last < len(words) and text.separators[item.last - 1] == " ":
            word = words[item.last]
            if word in self._words.qualifiers and (item.types or item.match.last - item.match.first > 1):
                item.last += 1
            elif word in self._words.directions and (item.types or item.relation):
                item.last += 1
            else:
                break

    def _weigh(self, items: list[_Reading], demonyms: list[Match], context: _Context) -> None:
        counts = context.countries
        for match in demonyms:
            country = match.entry.attrs["country"]
            counts[country] = counts.get(country, 0.0) + 0.5
        previous: _Reading | None = None
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

    def _coordinated(self, one: _Reading, two: _Reading) -> bool:
        return one.last == two.first and two.match.prefix.startswith(self._words.conjunction) and not two.preposition

    def _decide(self, item: _Reading, context: _Context) -> PlaceMention | None:
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
        locative = item.preposition in _AT or item.relation is not None or bool(item.types)
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
            type_word=min(item.types) if item.types else None,
            metonym=not locative and (place.kind == "country" or is_capital),
        )

    def _evident(self, candidate: Candidate, item: _Reading, context: _Context) -> bool:
        """Whether the words around a doubtful name, and the countries of the article, make it a place."""
        place = candidate.place
        before = item.before
        if before is not None and before.person:
            return False
        if item.types and self._kind_fits(place, item.types):
            return place.country in context.countries or candidate.curated or place.population >= 50_000
        located = item.preposition in _AT or item.relation is not None
        if place.kind == "country":
            return (
                located
                or item.preposition != ""
                or item.joined
                or (before is not None and before.genitive)
                or (item.starts_sentence and context.countries.get(place.country, 0.0) >= 1)
            )
        support = context.countries.get(place.country, 0.0)
        if not located or not support:
            return False
        if candidate.curated or " " in item.match.entry.attrs["name"]:
            return support >= 1
        return support >= 2 and (support >= 0.3 * max(context.countries.values()) or place.population >= 100_000)

    def _kind_fits(self, place: Place, types: frozenset[str]) -> bool:
        return place.kind in types or (place.kind in _TOWNS and not types.isdisjoint(self._words.town_types))

    def _score(self, candidate: Candidate, item: _Reading, context: _Context) -> float:
        place = candidate.place
        score = 0.4 * math.log10(place.population + 1)
        if candidate.curated:
            score = max(score, 1.6) + 0.6
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
        elif place.kind not in _TOWNS:
            score -= 0.5
        if place.lat is not None and any(
            p.lat is not None and p.id != place.id and _kilometres(place, p) <= _WITHIN_KM for p in context.sure[:20]
        ):
            score += 1.0
        return score

    def _with_common_nouns(
        self, text: Text, mentions: list[PlaceMention], demonyms: list[Match], context: _Context
    ) -> list[PlaceMention]:
        """Add what is named without a name: the Syrian north, the Turkish capital."""
        del context
        taken = {at for mention in mentions for at in range(mention.first, mention.last)}
        added = list(self._lands(text, demonyms, taken))
        return sorted([*mentions, *added], key=lambda m: m.first) if added else mentions

    def _lands(self, text: Text, demonyms: list[Match], taken: set[int]) -> Iterator[PlaceMention]:
        words = text.words
        for match in demonyms:
            at = match.first - 1
            if at < 0 or match.first in taken or at in taken or text.separators[at] != " ":
                continue
            head = self._words.lands.get(words[at])
            if head is None:
                continue
            country = match.entry.attrs["country"]
            place = self._places.capital(country) if head.capital else self._places.country(country)
            if place is None:
                continue
            preposition = head.preposition
            if not preposition and at and (before := self._words.cues.get(words[at - 1])):
                preposition = before.preposition
            yield PlaceMention(
                first=at,
                last=match.last,
                core_first=match.first,
                core_last=match.last,
                place=place,
                relation=None if head.capital else head.relation or "inside",
                confidence=0.8,
                preposition=preposition,
                anaphoric=True,
            )


def _compose(inner: str | None, outer: str) -> str:
    """north + east: northeast, as Arabic orders them; otherwise the relation nearest to the name holds."""
    if inner in {"east", "west"} and outer in {"north", "south"}:
        return outer + inner
    return inner or outer


def _kilometres(one: Place, other: Place) -> float:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return math.inf
    x = (other.lon - one.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return 111.2 * math.hypot(x, other.lat - one.lat)


