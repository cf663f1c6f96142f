"""What may fill an event: actors, places and dates near a candidate, with the facts that tie them to it."""

from __future__ import annotations

from collections.abc import Iterator

from stream.detection.actors import ActorMention
from stream.detection.analysis import Analysis, Candidate
from stream.detection.dates import DateMention
from stream.detection.features import actor_class, age_class, between, lemma_of, link_facts
from stream.detection.model import Model
from stream.detection.place_links import ArticlePlaces, nearby_places, place_links
from stream.detection.places import PlaceMention


def actor_links(analysis: Analysis, candidate: Candidate) -> Iterator[tuple[ActorMention, list[str]]]:
    """Each actor that may take part, with the facts that tie it to the trigger.

    Those of its own sentence first; then those of the sentence before, whom a verb without a subject carries on.
    """
    field = analysis.fields[candidate.field]
    sentence = field.sentences[candidate.sentence]
    here = sentence.actors
    spans = [(a.first, a.last) for a in here]
    lemma = lemma_of(candidate, field)
    pos = str(candidate.match.entry.attrs["pos"])
    victims = {
        i
        for t in sentence.tolls
        if t.victims_first is not None and t.victims_last is not None
        for i in range(t.victims_first, t.victims_last)
    }
    counted = {t.first: t.kind for t in sentence.tolls}
    # Subject-verb-object, as in headlines: an actor stands right before the trigger.
    subject = next(
        (
            a
            for a in reversed(here)
            if a.last <= candidate.first and candidate.first - a.last <= 2 and a.form != "adjective"
        ),
        None,
    )
    parties = [a for a in here if a.form not in {"adjective", "generic"}]
    for actor in here:
        rank = between(spans, actor.first, candidate.first)
        what = actor_class(actor)
        facts = list(link_facts(field, candidate, lemma, actor.first, actor.last, what, rank))
        if actor.first in victims or actor.last - 1 in victims:
            facts.append("victim")
        if any(first <= actor.first < first + 3 for first in counted):
            facts.append("counted")
        facts.append(f"often={min(field.often[actor.actor.id], 3)}")
        facts.append(f"same type={candidate.type}|{what}")
        side = "before" if actor.last <= candidate.first else "after"
        order = sum(candidate.last <= p.first < actor.first for p in parties) if side == "after" else rank
        order = min(order, 3)
        facts.append(f"svo={subject is not None}|{side}|{order}|{pos}")
        facts.append(f"svo|type={subject is not None}|{side}|{order}|{candidate.type}")
        facts.append(f"svo|type|form={subject is not None}|{side}|{order}|{candidate.type}|{actor.form}")
        if actor is subject:
            facts.append(f"subject|{pos}|{candidate.type}")
        yield actor, facts
    if candidate.field == 0 or candidate.sentence == 0:
        return
    named = min(sum(a.form != "generic" for a in here), 3)
    before = any(a.last <= candidate.first and a.form != "generic" for a in here)
    near = any(0 <= a.first - candidate.last < 3 and a.form != "generic" for a in here)
    low = field.text.sentence_span(candidate.sentence - 1)[0]
    present = {a.actor.id for a in here}
    earlier = [a for a in field.sentences[candidate.sentence - 1].actors if a.form in ("name", "phrase", "state")]
    for number, actor in enumerate(earlier):
        what = actor_class(actor)
        opens = candidate.first - candidate.sentence_first < 2
        facts = ["carried", f"carried|{number}", f"carried|last={number == len(earlier) - 1}", f"carried|{what}"]
        facts += [
            f"carried|{pos}|{opens}|{before}|{near}",
            f"carried|named={named}",
            f"carried|{number}|{opens}|{near}",
        ]
        facts += [f"carried|rule={candidate.match.entry.id}", f"carried|present={actor.actor.id in present}"]
        facts.append(f"carried|start={actor.first - low < 3}|{opens}|{near}")
        yield actor, facts


def date_links(analysis: Analysis, candidate: Candidate) -> Iterator[tuple[DateMention, list[str]]]:
    """Each date of the candidate's sentence with the facts that tie it to the trigger."""
    field = analysis.fields[candidate.field]
    here = field.sentences[candidate.sentence].dates
    spans = [(d.first, d.last) for d in here]
    lemma = lemma_of(candidate, field)
    for when in here:
        age = age_class(analysis.published.date(), when.start, when.end) if when.precision != "unknown" else "vague"
        what = f"{age}.{when.span}"
        rank = between(spans, when.first, candidate.first)
        facts = list(link_facts(field, candidate, lemma, when.first, when.last, what, rank))
        facts += [f"precision={when.precision}", f"age={age}", f"tense={when.tense}", f"alone={len(here) == 1}"]
        yield when, facts


class Links:
    """What the model makes of each actor, place and date near the candidates of one article: worked out once each."""

    def __init__(self, analysis: Analysis, model: Model) -> None:
        self.analysis = analysis
        self._heads = model.heads
        self._article = ArticlePlaces(analysis)
        self._actors: dict[int, list[tuple[ActorMention, dict[str, float]]]] = {}
        self._places: dict[int, list[tuple[PlaceMention, float]]] = {}
        self._nearby: dict[int, list[tuple[int, PlaceMention, float]]] = {}
        self._dates: dict[int, list[tuple[DateMention, float]]] = {}

    def actors(self, candidate: Candidate) -> list[tuple[ActorMention, dict[str, float]]]:
        """Each actor with the probability of each role."""
        found = self._actors.get(id(candidate))
        if found is None:
            head = self._heads[f"role.{candidate.kind}"]
            found = self._actors[id(candidate)] = [
                (actor, dict(zip(head.answers, head.probabilities(facts), strict=True)))
                for actor, facts in actor_links(self.analysis, candidate)
            ]
        return found

    def places(self, candidate: Candidate) -> list[tuple[PlaceMention, float]]:
        """Each place with the probability that it happened there."""
        found = self._places.get(id(candidate))
        if found is None:
            head = self._heads["place"]
            found = self._places[id(candidate)] = [
                (place, head.probabilities(facts)[0]) for place, facts in place_links(self._article, candidate)
            ]
        return found

    def nearby(self, candidate: Candidate) -> list[tuple[int, PlaceMention, float]]:
        """The same of the places in other sentences, each with its field."""
        found = self._nearby.get(id(candidate))
        if found is None:
            head = self._heads.get("place.nearby")
            found = self._nearby[id(candidate)] = (
                [
                    (n, place, head.probabilities(facts)[0])
                    for n, place, facts in nearby_places(self._article, candidate)
                ]
                if head is not None
                else []
            )
        return found

    def dates(self, candidate: Candidate) -> list[tuple[DateMention, float]]:
        """Each date with the probability that it happened then."""
        found = self._dates.get(id(candidate))
        if found is None:
            head = self._heads["date"]
            found = self._dates[id(candidate)] = [
                (when, head.probabilities(facts)[0]) for when, facts in date_links(self.analysis, candidate)
            ]
        return found
