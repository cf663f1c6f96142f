"""What the detector sees in one article before it decides: triggers, cues, places, dates, tolls, actors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from stream.detection.actors import ActorMention, find_actors
from stream.detection.dates import DateMention, find_dates
from stream.detection.matcher import Match, Matcher
from stream.detection.numbers import find_numbers
from stream.detection.places import PlaceMention, PlaceResolver
from stream.detection.text import Text
from stream.detection.tolls import Toll, find_tolls
from stream.detection.word_classes import Word, WordReader


@dataclass(slots=True, eq=False)
class Candidate:
    """A trigger in its sentence: something that may state an event. Never changed, and equal to itself only.

    `first` and `last` are word numbers in `field` (0 the title, 1 the body).
    """

    field: int
    first: int
    last: int
    match: Match
    sentence: int
    sentence_first: int
    sentence_last: int
    kind: str
    """`attack` or `diplomacy`."""
    type: str
    """The event type that the trigger names by itself."""
    pos: str
    weak: bool
    lemma: str
    """The trigger as the lexicon knows it: the lemma of a verb or noun, the words of a phrase without clitics."""


def _candidate(number: int, text: Text, match: Match) -> Candidate:
    first, last, attrs = match.first, match.last, match.entry.attrs
    sentence = text.sentence_of(first)
    lemma = attrs.get("lemma") or " ".join(text.words[first:last])[len(match.prefix) :]
    return Candidate(
        number,
        first,
        last,
        match,
        sentence,
        *text.sentence_span(sentence),
        kind=attrs["kind"],
        type=attrs["type"],
        pos=attrs["pos"],
        weak=bool(attrs["weak"]),
        lemma=lemma,
    )


@dataclass(slots=True)
class Sentence:
    """What one sentence holds, each list in text order: rules look here, so that time grows with the text only."""

    triggers: list[Match] = field(default_factory=list)
    cues: list[Match] = field(default_factory=list)
    places: list[PlaceMention] = field(default_factory=list)
    dates: list[DateMention] = field(default_factory=list)
    tolls: list[Toll] = field(default_factory=list)
    actors: list[ActorMention] = field(default_factory=list)


@dataclass(slots=True)
class FieldAnalysis:
    """One field of the article with everything found in it, each list in text order."""

    text: Text
    triggers: list[Match]
    cues: list[Match]
    places: list[PlaceMention]
    dates: list[DateMention]
    tolls: list[Toll]
    actors: list[ActorMention]
    words: list[Word]
    """Each word of the text as the model is told of it."""
    sentences: list[Sentence] = field(default_factory=list)
    """By sentence number."""
    often: Counter[str] = field(default_factory=Counter)
    """How many times each actor is named."""

    def __post_init__(self) -> None:
        """Sort everything into its sentence."""
        self.sentences = [Sentence() for _ in self.text.sentence_ends]
        number = self.text.sentence_of
        for match in self.triggers:
            self.sentences[number(match.first)].triggers.append(match)
        for match in self.cues:
            self.sentences[number(match.first)].cues.append(match)
        for place in self.places:
            self.sentences[number(place.first)].places.append(place)
        for when in self.dates:
            self.sentences[number(when.first)].dates.append(when)
        for toll in self.tolls:
            self.sentences[number(toll.first)].tolls.append(toll)
        for actor in self.actors:
            self.sentences[number(actor.first)].actors.append(actor)
            self.often[actor.actor.id] += 1


@dataclass(frozen=True, slots=True)
class Analysis:
    """Both fields of an article; `published` decides what its dates mean."""

    fields: tuple[FieldAnalysis, FieldAnalysis]
    published: datetime
    day: date
    """The day of publication in the article's own zone."""
    candidates: list[Candidate]


def longest(matches: Sequence[Match]) -> list[Match]:
    """Of overlapping matches the longest; of the same words all readings."""
    out: list[Match] = []
    taken: dict[int, tuple[int, int]] = {}
    for match in sorted(matches, key=lambda m: (m.first - m.last, m.first)):
        span = (match.first, match.last)
        owners = {taken.get(i) for i in range(*span)}
        if owners == {None}:
            taken.update(dict.fromkeys(range(*span), span))
            out.append(match)
        elif owners == {span}:
            out.append(match)
    out.sort(key=lambda m: (m.first, m.last))
    return out


def _words(
    text: Text,
    reader: WordReader,
    actors: Sequence[ActorMention],
    places: Sequence[PlaceMention],
    dates: Sequence[DateMention],
) -> list[Word]:
    """The model must learn how news is told, not which war it tells of: names become classes."""
    words = list(map(reader.__getitem__, text.words))
    for when in dates:
        words[when.first : when.last] = [reader.name("DATE")] * (when.last - when.first)
    for place in places:
        words[place.core_first : place.core_last] = [reader.name("PLACE")] * (place.core_last - place.core_first)
    for actor in actors:
        if actor.form != "generic":
            words[actor.first : actor.last] = [reader.name("ACTOR." + actor.actor.type)] * (actor.last - actor.first)
    return words


def analyse(  # noqa: PLR0917 - an article, and what it is read with
    title: str,
    body: str,
    published: datetime,
    matcher: Matcher,
    resolver: PlaceResolver,
    reader: WordReader | None = None,
) -> Analysis:
    """Scan both fields of an article and list its candidates. Without a *reader* no word is unknown."""
    reader = reader if reader is not None else WordReader()
    texts = [Text(title, "title"), Text(body, "body")]
    matches = [matcher.scan(text) for text in texts]
    places = resolver.resolve(texts, matches)
    fields = []
    candidates = []
    for number, text in enumerate(texts):
        triggers = longest([m for m in matches[number] if m.entry.domain == "trigger"])
        cues = [m for m in matches[number] if m.entry.domain == "cue"]
        numbers = find_numbers(text)
        dates = find_dates(text, published, numbers)
        tolls = find_tolls(text, numbers)
        claimed: set[int] = set()
        for match in (*triggers, *cues):
            claimed.update(range(match.first, match.last))
        for when in dates:
            claimed.update(range(when.first, when.last))
        actors = find_actors(text, matches[number], places[number], frozenset(claimed))
        # A name swallows a trigger inside it ("the Conquest Front", "Human Rights Watch").
        inside = {i for a in actors if a.form == "name" for i in range(a.first, a.last)}
        triggers = [m for m in triggers if m.first not in inside]
        words = _words(text, reader, actors, places[number], dates)
        fields.append(FieldAnalysis(text, triggers, cues, places[number], dates, tolls, actors, words))
        candidates += [_candidate(number, text, match) for match in triggers]
    return Analysis((fields[0], fields[1]), published, published.date(), candidates)
