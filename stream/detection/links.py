"""What may fill an event: actors, places and dates near a candidate, with the facts that tie them to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stream.detection.actors import ActorMention
from stream.detection.analysis import Analysis, Candidate, Sentence
from stream.detection.dates import DateMention
from stream.detection.facts import Told
from stream.detection.features import actor_class, age_of
from stream.detection.link_facts import between, link_facts
from stream.detection.model import Model
from stream.detection.place_links import ArticlePlaces, nearby_places, place_links
from stream.detection.places import PlaceMention


def actor_links(analysis: Analysis, candidate: Candidate) -> Iterator[tuple[ActorMention, list[Told]]]:
    """Each actor that may take part, with the facts that tie it to the trigger.

    Those of its own sentence first; then those of the sentence before, whom a verb without a subject carries on.
    """
    field = analysis.fields[candidate.field]
    sentence = field.sentences[candidate.sentence]
    here = sentence.actors
    starts = [a.first for a in here]
    pos, type_ = candidate.pos, candidate.type
    victims, counted = _victims(sentence)
    # Subject-verb-object, as in headlines: an actor stands right before the trigger.
    subject = next(
        (
            a
            for a in reversed(here)
            if a.last <= candidate.first and candidate.first - a.last <= 2 and a.form != "adjective"
        ),
        None,
    )
    parties = [a.first for a in here if a.form not in {"adjective", "generic"} and candidate.last <= a.first]
    for actor in here:
        first, last = actor.first, actor.last
        rank = between(starts, first, candidate.first)
        what = actor_class(actor)
        side = "before" if last <= candidate.first else "after"
        order = sum(party < first for party in parties) if side == "after" else rank
        facts = link_facts(field, candidate, first, last, what, rank)
        facts.append((_itself, type_, what, min(field.often[actor.actor.id], 3)))
        facts.append((_svo, subject is not None, side, min(order, 3), pos, type_, actor.form))
        if first in victims or last - 1 in victims:
            facts.append(("victim",))
        if first in counted:
            facts.append(("counted",))
        if actor is subject:
            facts.append((f"subject|{pos}|{type_}",))
        yield actor, facts
    if candidate.field == 0 or candidate.sentence == 0:
        return
    earlier = [a for a in field.sentences[candidate.sentence - 1].actors if a.form in ("name", "phrase", "state")]
    if not earlier:
        return
    named = min(sum(a.form != "generic" for a in here), 3)
    before = any(a.last <= candidate.first and a.form != "generic" for a in here)
    near = any(0 <= a.first - candidate.last < 3 and a.form != "generic" for a in here)
    low = field.text.sentence_span(candidate.sentence - 1)[0]
    present = {a.actor.id for a in here}
    opens = candidate.first - candidate.sentence_first < 2
    shared: list[Told] = [(_carried, pos, opens, before, near, named), ("carried|rule", candidate.match.entry.id)]
    for number, actor in enumerate(earlier):
        yield (
            actor,
            [
                *shared,
                (_carried_at, number, number == len(earlier) - 1, opens, near, actor.first - low < 3),
                (f"carried|{actor_class(actor)}",),
                ("carried|present", actor.actor.id in present),
            ],
        )


def _victims(sentence: Sentence) -> tuple[set[int], set[int]]:
    """The words that name victims of the tolls of a sentence, and those right behind the beginning of a toll."""
    victims: set[int] = set()
    counted: set[int] = set()
    for toll in sentence.tolls:
        counted.update(range(toll.first, toll.first + 3))
        if toll.victims_first is not None and toll.victims_last is not None:
            victims.update(range(toll.victims_first, toll.victims_last))
    return victims, counted


def _itself(type_: str, what: str, often: int) -> Iterator[str]:
    yield f"often={often}"
    yield f"same type={type_}|{what}"


def _svo(  # noqa: PLR0917 - part of a tuple
    subject: bool,  # noqa: FBT001 - part of a tuple
    side: str,
    order: int,
    pos: str,
    type_: str,
    form: str,
) -> Iterator[str]:
    yield f"svo={subject}|{side}|{order}|{pos}"
    yield f"svo|type={subject}|{side}|{order}|{type_}"
    yield f"svo|type|form={subject}|{side}|{order}|{type_}|{form}"


def _carried(pos: str, opens: bool, before: bool, near: bool, named: int) -> Iterator[str]:  # noqa: FBT001 - of a tuple
    yield "carried"
    yield f"carried|{pos}|{opens}|{before}|{near}"
    yield f"carried|named={named}"


def _carried_at(number: int, last: bool, opens: bool, near: bool, start: bool) -> Iterator[str]:  # noqa: FBT001 - of a tuple
    yield f"carried|{number}"
    yield f"carried|last={last}"
    yield f"carried|{number}|{opens}|{near}"
    yield f"carried|start={start}|{opens}|{near}"


def date_links(analysis: Analysis, candidate: Candidate) -> Iterator[tuple[DateMention, list[Told]]]:
    """Each date of the candidate's sentence with the facts that tie it to the trigger."""
    field = analysis.fields[candidate.field]
    here = field.sentences[candidate.sentence].dates
    starts = [d.first for d in here]
    for when in here:
        age = age_of(analysis, when)
        rank = between(starts, when.first, candidate.first)
        facts = link_facts(field, candidate, when.first, when.last, f"{age}.{when.span}", rank)
        facts.append((_date, when.precision, age, when.tense, len(here) == 1))
        yield when, facts


def _date(precision: str, age: str, tense: str | None, alone: bool) -> Iterator[str]:  # noqa: FBT001 - part of a tuple
    yield f"precision={precision}"
    yield f"age={age}"
    yield f"tense={tense}"
    yield f"alone={alone}"


class Roles(NamedTuple):
    """How likely an actor has each role."""

    initiator: float
    target: float


class Links:
    """What the model makes of each actor, place and date near the candidates of one article: worked out once each."""

    def __init__(self, analysis: Analysis, model: Model) -> None:
        self.analysis = analysis
        self._heads = model.heads
        self._article = ArticlePlaces(analysis)
        self._actors: dict[Candidate, list[tuple[ActorMention, Roles]]] = {}
        self._places: dict[Candidate, list[tuple[PlaceMention, float]]] = {}
        self._nearby: dict[Candidate, list[tuple[int, PlaceMention, float]]] = {}
        self._dates: dict[Candidate, list[tuple[DateMention, float]]] = {}

    def actors(self, candidate: Candidate) -> list[tuple[ActorMention, Roles]]:
        """Each actor with the probability of each role."""
        found = self._actors.get(candidate)
        if found is None:
            head = self._heads[f"role.{candidate.kind}"]
            initiator, target = map(head.answers.index, Roles._fields)
            found = self._actors[candidate] = []
            for actor, facts in actor_links(self.analysis, candidate):
                answers = head.probabilities(facts)
                found.append((actor, Roles(answers[initiator], answers[target])))
        return found

    def places(self, candidate: Candidate) -> list[tuple[PlaceMention, float]]:
        """Each place with the probability that it happened there."""
        found = self._places.get(candidate)
        if found is None:
            yes = self._heads["place"].yes
            found = self._places[candidate] = [
                (place, yes(facts)) for place, facts in place_links(self._article, candidate)
            ]
        return found

    def nearby(self, candidate: Candidate) -> list[tuple[int, PlaceMention, float]]:
        """The same of the places in other sentences, each with its field."""
        found = self._nearby.get(candidate)
        if found is None:
            head = self._heads.get("place.nearby")
            found = self._nearby[candidate] = (
                [(n, place, head.yes(facts)) for n, place, facts in nearby_places(self._article, candidate)]
                if head is not None
                else []
            )
        return found

    def dates(self, candidate: Candidate) -> list[tuple[DateMention, float]]:
        """Each date with the probability that it happened then."""
        found = self._dates.get(candidate)
        if found is None:
            yes = self._heads["date"].yes
            found = self._dates[candidate] = [
                (when, yes(facts)) for when, facts in date_links(self.analysis, candidate)
            ]
        return found
