"""Places named without a name: the Syrian north, the Turkish capital, the city, the south of the country."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stream.detection.matcher import Entry, Match
from stream.detection.place_data import Gazetteer, Place
from stream.detection.place_reading import AT, TOWNS, Context, PlaceMention, Reader, Reading, compose
from stream.detection.place_words import Cue, PlaceWords
from stream.detection.text import Text

_NO_ENTRY = Entry("place.common_noun", "place")


class CommonNouns:
    """Finds common nouns that stand for a place, and the place."""

    def __init__(self, places: Gazetteer, words: PlaceWords, reader: Reader) -> None:
        self._places = places
        self._words = words
        self._reader = reader

    def add(
        self, text: Text, mentions: list[PlaceMention], demonyms: list[Match], context: Context
    ) -> list[PlaceMention]:
        """Add what is named without a name: the Syrian north, the Turkish capital, the city, the south."""
        taken = {at for mention in mentions for at in range(mention.first, mention.last)}
        added = []
        for land in self._lands(text, demonyms, taken):
            follows = next((i for i, m in enumerate(mentions) if m.first == land.last), None)
            if follows is not None and mentions[follows].place.country == land.place.country:
                named_one = replace(mentions[follows], first=land.first, preposition=land.preposition, metonym=False)
                mentions[follows] = replace(named_one, relation=named_one.relation or land.relation)
            else:
                added.append(land)
        taken |= {at for mention in added for at in range(mention.first, mention.last)}
        added += self._unlisted(text, sorted([*mentions, *added], key=lambda m: m.first), taken, context)
        taken |= {at for mention in added for at in range(mention.first, mention.last)}
        named = sorted([*mentions, *added], key=lambda m: m.first)
        added += self._anaphora(text, named, taken, context)
        return sorted([*mentions, *added], key=lambda m: m.first) if added else mentions

    def _anaphora(
        self, text: Text, named: list[PlaceMention], taken: set[int], context: Context
    ) -> Iterator[PlaceMention]:
        """Common nouns that stand for a place named before, or for the country that the article is about."""
        words = text.words
        for at in [at for at, word in enumerate(words) if word in self._words.stand_ins]:
            if at in taken or at + 1 in taken:
                continue
            noun, way = self._words.anaphora.get(words[at]), self._words.ways.get(words[at])
            last, relation, cue = at + 1, None, noun or way
            while last < len(words) and words[last] in self._words.directions and text.separators[last - 1] == " ":
                relation = compose(relation, self._words.directions[words[last]])
                last += 1
            if noun is None and way is not None:
                place, relation = self._main_country(context), compose(relation, way.relation or "")
            elif noun is not None and "region" not in noun.types:
                place = self._antecedent(noun, named, at, context)
            else:
                place = self._main_country(context) if relation else None
            if place is None or cue is None:
                continue
            item = Reading(Match(_NO_ENTRY, at, last, ""), at, last, (), preposition=cue.preposition)
            self._reader.read_before(text, item)
            if way is not None and item.preposition not in AT:
                continue
            yield PlaceMention(
                first=item.first,
                last=last,
                core_first=at,
                core_last=last,
                place=place,
                relation=item.relation or relation,
                confidence=0.55,
                preposition=item.preposition,
                anaphoric=True,
            )

    def _unlisted(
        self, text: Text, named: list[PlaceMention], taken: set[int], context: Context
    ) -> Iterator[PlaceMention]:
        """A type word with a definite noun names a place that no list holds: it lies where its company does."""
        words, article = text.words, self._words.article
        unlisted = self._words.unlisted
        for at in [at for at, word in enumerate(words[:-1]) if word in unlisted]:
            if text.separators[at] != " " or at in taken or at + 1 in taken:
                continue
            word = words[at]
            name = words[at + 1]
            if not name.startswith(article) or len(name) < 5 or name in self._words.directions:
                continue
            start, end = text.sentence_span(text.sentence_of(at))
            after = next((m for m in named if at + 2 <= m.first <= min(at + 7, end - 1)), None)
            before = next((m for m in reversed(named) if start <= m.first < at), None)
            if after is not None:
                place: Place | None = after.place
            else:
                place = self._places.country(before.place.country) if before else self._main_country(context)
            if place is None:
                continue
            cue = unlisted[word]
            item = Reading(Match(_NO_ENTRY, at, at + 2, ""), at, at + 2, (), preposition=cue.preposition)
            self._reader.read_before(text, item)
            yield PlaceMention(
                first=item.first,
                last=at + 2,
                core_first=at + 1,
                core_last=at + 2,
                place=place,
                relation="inside",
                confidence=0.45,
                preposition=item.preposition,
                types=self._words.cues[word].types,
                unlisted=True,
            )

    def _main_country(self, context: Context) -> Place | None:
        countries = context.countries
        return self._places.country(max(countries, key=lambda c: countries[c])) if countries else None

    def _antecedent(self, noun: Cue, named: list[PlaceMention], at: int, context: Context) -> Place | None:
        """The last place before word *at* of a kind that the noun can mean."""
        if "country" in noun.types:
            return self._main_country(context)
        if "capital" in noun.types:
            return (main := self._main_country(context)) and self._places.capital(main.country)
        if "strip" in noun.types:
            strip = next((c.place for c in self._places.candidates(self._words.strip) if c.place.kind == "area"), None)
            return strip if strip and context.countries.get(strip.country) else None
        towns = not noun.types.isdisjoint({"city", "village"})
        before = [m for m in named if m.first < at and not m.anaphoric]
        for mention in reversed(before or [m for m in named if not m.anaphoric]):
            kind = mention.place.kind
            if kind in noun.types or (towns and kind in TOWNS) or noun.types.intersection(mention.types):
                return mention.place
        return None

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
