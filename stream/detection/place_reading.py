"""The words around a place name, read once: what kind of place, where from it, and which preposition governs it."""

from __future__ import annotations

from dataclasses import dataclass

from stream.detection.matcher import Match
from stream.detection.place_data import Candidate, Gazetteer, Place
from stream.detection.place_words import Cue, PlaceWords
from stream.detection.text import Text

_MAX_STEPS = 6
_LOOSE_SEPARATORS = frozenset(" \"'()")
TOWNS = frozenset({"city", "town", "village"})
AT = frozenset({"in", "on", "to", "from"})
"""Prepositions that carry an event to a place."""


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place named in a text: the words *first* up to *last*, type word and qualifier included; the name is *core*."""

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
    types: frozenset[str] = frozenset()
    """The kinds of place that the word before the name can say, as in `place_words.yaml`."""
    metonym: bool = False
    """A country or capital as an actor or subject, not as a location."""
    anaphoric: bool = False
    """The text has a common noun, or a demonym, instead of a name (the city, the Turkish border)."""

    unlisted: bool = False
    """The name is in no list; `place` is where it lies: the place named next to it, or the country."""

    @property
    def locative(self) -> bool:
        """Whether the words before it say that something is, or goes, there."""
        return bool(self.preposition in AT or self.relation or self.types)


@dataclass(slots=True)
class Context:
    """What an article says about where it plays: evidence for countries, and the places that are beyond doubt."""

    countries: dict[str, float]
    sure: list[Place]


@dataclass(slots=True)
class Reading:
    """The words around one match, read once."""

    match: Match
    first: int
    last: int
    candidates: tuple[Candidate, ...]
    preposition: str = ""
    relation: str | None = None
    types: frozenset[str] = frozenset()
    before: Cue | None = None
    starts_sentence: bool = False
    joined: bool = False


class Reader:
    """Reads the words before and after place names."""

    def __init__(self, places: Gazetteer, words: PlaceWords) -> None:
        self._places = places
        self._words = words

    def is_adjective(self, text: Text, match: Match) -> bool:
        """A country name that agrees with the noun before it is an adjective: the Saudi forces."""
        if match.last - match.first != 1 or match.entry.attrs["name"] not in self._words.adjectival:
            return False
        if match.first == 0 or text.separators[match.first - 1] != " ":
            return False
        bare = match.prefix.removesuffix(self._words.article)
        before = text.words[match.first - 1]
        cue = self._words.cues.get(before)
        if bare or (cue is not None and (cue.preposition or cue.person or cue.genitive)):
            return False
        if match.entry.attrs["name"].startswith(self._words.article) or match.prefix:
            return any(before.startswith(clitic + self._words.article) for clitic in self._words.article_clitics)
        return before.endswith(self._words.feminine)

    def read(self, text: Text, match: Match) -> Reading:
        """The reading of one match: its candidates and the words around it."""
        item = Reading(match, match.first, match.last, self._places.candidates(match.entry.attrs["name"]))
        if match.last == match.first + 1 and (
            country := self._words.marked.get(text.raw_text(match.first, match.last))
        ):
            item.candidates = tuple(c for c in item.candidates if c.place.country == country)
        item.preposition = self._words.clitics.get(match.prefix.removesuffix(self._words.article), "")
        self.read_before(text, item)
        self._read_after(text, item)
        return item

    def read_before(self, text: Text, item: Reading) -> None:
        """Take in type words and relations before the name, as far as the preposition that governs them."""
        words, separators, cues = text.words, text.separators, self._words.cues
        first = at = item.match.first
        start = text.sentence_span(text.sentence_of(first))[0]
        types: set[str] = set()
        while at > start and not item.preposition and first - at < _MAX_STEPS:
            if not _LOOSE_SEPARATORS.issuperset(separators[at - 1]):
                break
            cue = cues.get(words[at - 1])
            if cue is None:
                break
            if cue.types:
                types |= cue.types
            elif cue.relation:
                item.relation = compose(item.relation, cue.relation)
            elif cue.links and at - 2 >= start and (two := cues.get(words[at - 2])) and two.relation:
                item.relation, cue, at = compose(item.relation, two.relation), two, at - 1
            else:
                item.before = cue
                item.preposition = cue.preposition
                break
            if cue.types and cue.relation:
                item.relation = item.relation or cue.relation
            at -= 1
            item.first = at
            item.preposition = cue.preposition
        item.types = frozenset(types)
        item.starts_sentence = at == start
        if item.before is None and at > start and separators[at - 1] == " ":
            item.before = cues.get(words[at - 1])

    def _read_after(self, text: Text, item: Reading) -> None:
        """Take in what qualifies the name from behind: eastern after a countryside, international after an airport."""
        words = text.words
        qualified = bool(item.types) or item.match.last - item.match.first > 1
        while item.last < len(words) and text.separators[item.last - 1] == " ":
            word = words[item.last]
            if not (qualified and word in self._words.qualifiers) and not (
                (qualified or item.relation) and word in self._words.directions
            ):
                break
            item.last += 1


def compose(inner: str | None, outer: str) -> str:
    """North and east make northeast, as Arabic orders them; otherwise the relation nearest to the name holds."""
    if inner in {"east", "west"} and outer in {"north", "south"}:
        return outer + inner
    if inner in {"centre", "inside"}:
        return outer
    return inner or outer
