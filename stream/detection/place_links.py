"""The places that may be an event's own, with the facts that tie each to a mention of it.

Those of its sentence, and those of the others: an article names the town once, often in its lead, and goes on to tell
what happened there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stream.detection.analysis import Analysis, Candidate
from stream.detection.facts import Told
from stream.detection.link_facts import between, link_facts
from stream.detection.places import PlaceMention

_NEAR = 3  # sentences before or after that are told apart
_LEAD = 2  # sentences of the body that tell where an article plays
_WINDOW = 12  # sentences before and after a mention that are looked at
_MOST = 40  # places looked at for one mention


def _spot(candidate: Candidate, number: int, sentence: int) -> str:
    if number == 0:
        return "title"
    if candidate.field == 0:
        return f"lead{sentence}" if sentence < 2 else "body"
    gap = sentence - candidate.sentence
    if abs(gap) <= _NEAR:
        return f"{gap:+d}"
    return "lead" if sentence == 0 else "earlier" if gap < 0 else "later"


class ArticlePlaces:
    """How often an article names each place, and which country it names most: worked out once an article."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        places = [place for field in analysis.fields for place in field.places]
        self.named = Counter(place.place.id for place in places)
        self.located = Counter(place.place.id for place in places if place.locative)
        countries = Counter(place.place.country for place in places)
        self._parties = Counter(actor.actor.country for field in analysis.fields for actor in field.actors)
        self._countries = countries
        self.main = max(countries, key=lambda c: countries[c], default="")

    def company(self, mention: PlaceMention) -> int:
        """How much else in the article is of the country of a place, two at most: a namesake abroad stands alone."""
        place = mention.place
        others = self._countries[place.country] - (self.named[place.id] if place.kind != "country" else 1)
        return min(others + self._parties[place.country or None], 2)

    def around(self, candidate: Candidate) -> list[tuple[int, int, int, PlaceMention]]:
        """Field, sentence and order of the places in other sentences, the title and the nearest sentences first."""
        title, body = self.analysis.fields
        at = candidate.sentence if candidate.field else 0
        low, high = max(at - _WINDOW, 0), min(at + _WINDOW + 1, len(body.sentences))
        spots = [(1, index) for index in sorted({*range(_LEAD), *range(low, high)}, key=lambda i: (abs(i - at), i))]
        spots = [(0, index) for index in range(len(title.sentences))] + spots
        return [
            (number, index, order, place)
            for number, index in spots
            if (number, index) != (candidate.field, candidate.sentence)
            and index < len(self.analysis.fields[number].sentences)
            for order, place in enumerate(self.analysis.fields[number].sentences[index].places)
        ][:_MOST]


def place_links(article: ArticlePlaces, candidate: Candidate) -> Iterator[tuple[PlaceMention, list[Told]]]:
    """Each place of the candidate's sentence with the facts that tie it to the trigger."""
    field = article.analysis.fields[candidate.field]
    sentence = field.sentences[candidate.sentence]
    here = sentence.places
    if not here:
        return
    starts = [p.first for p in here]
    inside = {i for a in sentence.actors if a.form in ("name", "phrase") for i in range(a.first, a.last)}
    for place in here:
        precision, locative = place.place.precision, place.locative
        what = f"{precision}.{place.preposition}.{place.relation is not None}"
        rank = between(starts, place.first, candidate.first)
        facts = link_facts(field, candidate, place.first, place.last, what, rank)
        facts.append((_itself, precision, place.preposition, locative, place.metonym, candidate.kind))
        facts.append((_company, article.company(place), precision))
        facts.append(("anaphoric", place.anaphoric))
        if place.core_first in inside:
            facts.append(("inside actor",))
        yield place, facts


def _itself(
    precision: str,
    preposition: str,
    locative: bool,  # noqa: FBT001 - part of a tuple
    metonym: bool,  # noqa: FBT001 - part of a tuple
    kind: str,
) -> Iterator[str]:
    yield f"precision={precision}"
    yield f"locative={locative}"
    yield f"metonym={metonym}"
    yield f"preposition={preposition}|{precision}"
    yield f"kind={kind}|{precision}|{locative}|{metonym}"


def _company(company: int, precision: str) -> Iterator[str]:
    yield f"company={company}|{precision}"


def nearby_places(article: ArticlePlaces, candidate: Candidate) -> Iterator[tuple[int, PlaceMention, list[Told]]]:
    """Each place of the other sentences that its own does not name: its field, its mention and the facts."""
    fields = article.analysis.fields
    own = fields[candidate.field].sentences[candidate.sentence].places
    here = {p.place.id for p in own}
    lands = {p.place.country for p in own}
    owned = "locative" if any(p.locative and not p.metonym for p in own) else "named" if own else "none"
    kind, type_, rule = candidate.kind, candidate.type, candidate.match.entry.id
    for number, index, order, mention in article.around(candidate):
        place = mention.place
        if place.id in here:
            continue
        field = fields[number]
        spot = _spot(candidate, number, index)
        what = f"{place.precision}.{mention.preposition}.{mention.metonym}"
        same = [
            t.entry.attrs["type"] == type_ for t in field.sentences[index].triggers if t.entry.attrs["kind"] == kind
        ]
        told = "type" if any(same) else "kind" if same else "none"
        before = field.text.words[mention.first - 1] if mention.first else "<s>"
        facts: list[Told] = [
            (_nearby, kind, owned, spot, type_, rule, min(order, 3)),
            (_nearby_what, what, kind, owned, type_),
            (_nearby_spot, what, kind, spot, told),
            (
                _nearby_land,
                place.country in lands,
                place.country == article.main,
                kind,
                place.precision,
                min(article.located[place.id], 3),
            ),
            (_often, min(article.named[place.id], 4), kind, what),
            (_company, article.company(mention), place.precision),
            (_nearby_told, mention.relation is not None, kind, mention.anaphoric, mention.unlisted),
            (_preceding, before, kind),
        ]
        yield number, mention, facts


def _nearby(  # noqa: PLR0917 - part of a tuple
    kind: str, owned: str, spot: str, type_: str, rule: str, order: int
) -> Iterator[str]:
    yield f"kind={kind}|{owned}"
    yield f"spot={spot}|{kind}|{owned}"
    yield f"type|spot={type_}|{spot}|{owned}"
    yield f"rule={rule}|{spot}"
    yield f"order={order}|{spot}"


def _nearby_what(what: str, kind: str, owned: str, type_: str) -> Iterator[str]:
    yield f"what={what}|{kind}"
    yield f"what|owned={what}|{owned}"
    yield f"type|what={type_}|{what}"


def _nearby_spot(what: str, kind: str, spot: str, told: str) -> Iterator[str]:
    yield f"spot|what={spot}|{what}"
    yield f"told={told}|{spot}|{kind}"
    yield f"told|what={told}|{what}"


def _nearby_land(
    known: bool,  # noqa: FBT001 - part of a tuple
    main: bool,  # noqa: FBT001 - part of a tuple
    kind: str,
    precision: str,
    located: int,
) -> Iterator[str]:
    yield f"land={known}|{main}|{kind}|{precision}"
    yield f"located={located}|{kind}|{precision}"


def _often(count: int, kind: str, what: str) -> Iterator[str]:
    yield f"often={count}|{kind}"
    yield f"often|what={count}|{what}"


def _nearby_told(relation: bool, kind: str, anaphoric: bool, unlisted: bool) -> Iterator[str]:  # noqa: FBT001 - of a tuple
    yield f"relation={relation}|{kind}"
    yield f"anaphoric={anaphoric}|{unlisted}"


def _preceding(word: str, kind: str) -> Iterator[str]:
    yield f"prev={word}"
    yield f"prev|kind={word}|{kind}"
