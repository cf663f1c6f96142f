"""The places that may be an event's own, with the facts that tie each to a mention of it.

Those of its sentence, and those of the others: an article names the town once, often in its lead, and goes on to tell
what happened there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stream.detection.analysis import Analysis, Candidate
from stream.detection.features import between, lemma_of, link_facts
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


def place_links(article: ArticlePlaces, candidate: Candidate) -> Iterator[tuple[PlaceMention, list[str]]]:
    """Each place of the candidate's sentence with the facts that tie it to the trigger."""
    field = article.analysis.fields[candidate.field]
    sentence = field.sentences[candidate.sentence]
    here = sentence.places
    spans = [(p.first, p.last) for p in here]
    lemma = lemma_of(candidate, field)
    inside = {i for a in sentence.actors if a.form in ("name", "phrase") for i in range(a.first, a.last)}
    for place in here:
        what = f"{place.place.precision}.{place.preposition}.{place.relation is not None}"
        rank = between(spans, place.first, candidate.first)
        facts = list(link_facts(field, candidate, lemma, place.first, place.last, what, rank))
        facts += [f"precision={place.place.precision}", f"locative={place.locative}", f"metonym={place.metonym}"]
        facts.append(f"preposition={place.preposition}|{place.place.precision}")
        facts.append(f"anaphoric={place.anaphoric}")
        facts.append(f"kind={candidate.kind}|{place.place.precision}|{place.locative}|{place.metonym}")
        facts.append(f"company={article.company(place)}|{place.place.precision}")
        if place.core_first in inside:
            facts.append("inside actor")
        yield place, facts


def nearby_places(article: ArticlePlaces, candidate: Candidate) -> Iterator[tuple[int, PlaceMention, list[str]]]:
    """Each place of the other sentences that its own does not name: its field, its mention and the facts."""
    fields = article.analysis.fields
    own = fields[candidate.field].sentences[candidate.sentence].places
    here = {p.place.id for p in own}
    lands = {p.place.country for p in own}
    owned = "locative" if any(p.locative and not p.metonym for p in own) else "named" if own else "none"
    kind = candidate.kind
    for number, index, order, place in article.around(candidate):
        if place.place.id in here:
            continue
        field = fields[number]
        spot = _spot(candidate, number, index)
        what = f"{place.place.precision}.{place.preposition}.{place.metonym}"
        triggers = field.sentences[index].triggers
        same = [t.entry.attrs["type"] == candidate.type for t in triggers if t.entry.attrs["kind"] == kind]
        told = "type" if any(same) else "kind" if same else "none"
        count = min(article.named[place.place.id], 4)
        before = field.text.words[place.first - 1] if place.first else "<s>"
        facts = [
            f"kind={kind}|{owned}",
            f"spot={spot}|{kind}|{owned}",
            f"spot|what={spot}|{what}",
            f"what={what}|{kind}",
            f"what|owned={what}|{owned}",
            f"type|what={candidate.type}|{what}",
            f"type|spot={candidate.type}|{spot}|{owned}",
            f"rule={candidate.match.entry.id}|{spot}",
            f"told={told}|{spot}|{kind}",
            f"told|what={told}|{what}",
            f"land={place.place.country in lands}|{place.place.country == article.main}|{kind}|{place.place.precision}",
            f"often={count}|{kind}",
            f"often|what={count}|{what}",
            f"located={min(article.located[place.place.id], 3)}|{kind}|{place.place.precision}",
            f"order={min(order, 3)}|{spot}",
            f"company={article.company(place)}|{place.place.precision}",
            f"relation={place.relation is not None}|{kind}",
            f"anaphoric={place.anaphoric}|{place.unlisted}",
            f"prev={before}",
            f"prev|kind={before}|{kind}",
        ]
        yield number, place, facts
