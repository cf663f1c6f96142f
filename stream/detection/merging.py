"""Mentions of one event in an article become one: pairs are weighed by the model, then joined step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from stream.detection.analysis import Analysis, Candidate
from stream.detection.facts import Told
from stream.detection.features import nature_facts
from stream.detection.links import Links
from stream.detection.model import Head, Model
from stream.detection.morphology import is_definite
from stream.detection.word_classes import AFTER_ALL

_LIKELY_ROLE = 0.4


@dataclass(frozen=True, slots=True)
class Sketch:
    """A first guess of what one candidate states, good enough to tell it from others."""

    candidate: Candidate
    type: str
    lemma: str
    initiators: frozenset[str]
    targets: frozenset[str]
    initiator_types: frozenset[str]
    target_types: frozenset[str]
    countries: frozenset[str]
    place: str | None
    place_precision: str
    day: tuple[date, date] | None
    tolls: frozenset[tuple[str, int]]
    words: frozenset[str]


def sketch(analysis: Analysis, candidate: Candidate, model: Model, links: Links) -> Sketch:
    """Guess type, actors, place, day and toll of *candidate* from its own sentence."""
    field = analysis.fields[candidate.field]
    sides: tuple[set[str], set[str]] = set(), set()
    types: tuple[set[str], set[str]] = set(), set()
    countries = set()
    for mention, roles in links.actors(candidate):
        for probability, members, sorts in zip(roles, sides, types, strict=True):
            if probability > _LIKELY_ROLE:
                actor = mention.actor
                members.add(actor.country or actor.id)
                sorts.add(actor.type)
                if actor.country:
                    countries.add(actor.country)
    best_place, place_score = None, 0.15
    for place, score in links.places(candidate):
        if score > place_score:
            best_place, place_score = place.place, score
    best_day, day_score = None, 0.2
    for when, score in links.dates(candidate):
        if score > day_score and when.precision != "unknown":
            best_day, day_score = (when.start, when.end), score
    low, high = candidate.sentence_first, candidate.sentence_last
    return Sketch(
        candidate,
        model.heads[f"type.{candidate.kind}"].answer(nature_facts(analysis, [candidate])),
        candidate.lemma,
        frozenset(sides[0]),
        frozenset(sides[1]),
        frozenset(types[0]),
        frozenset(types[1]),
        frozenset(countries),
        best_place.id if best_place else None,
        best_place.precision if best_place else "none",
        best_day,
        frozenset((t.kind, t.low) for t in field.sentences[candidate.sentence].tolls),
        frozenset(w for w in field.text.words[low:high] if len(w) > 3),
    )


def _compare(a: frozenset[object], b: frozenset[object]) -> str:
    if not a or not b:
        return "missing"
    return "other" if a.isdisjoint(b) else "same"


def _compare_one(a: object, b: object) -> str:
    if a is None or b is None:
        return "missing"
    return "same" if a == b else "other"


def _shared(a: Sketch, b: Sketch) -> str:
    """How much the words of two sentences have in common."""
    share = len(a.words & b.words) / (1 + min(len(a.words), len(b.words)))
    return "0" if share < 0.05 else "1" if share < 0.12 else "2" if share < 0.22 else "3" if share < 0.4 else "4"


def pair_facts(analysis: Analysis, a: Sketch, b: Sketch) -> list[Told]:
    """Facts about two candidates of one kind, *a* before *b* in the article."""
    one, two = a.candidate, b.candidate
    same = one.field == two.field and one.sentence == two.sentence
    same_type, same_lemma = a.type == b.type, a.lemma == b.lemma
    text = analysis.fields[two.field].text
    out: list[Told] = []
    if same:
        gap = two.first - one.last
        size = "0" if gap <= 0 else "1-3" if gap <= 3 else "4-8" if gap <= 8 else "9-15" if gap <= 15 else "16+"
        group, where = "same", f"same|{size}"
        breaks = sum("," in s or "\n" in s for s in text.separators[one.last - 1 : two.first])
        out = [
            ("same|commas", min(breaks, 3)),
            ("second prefix", two.match.prefix[:1], two.pos),
            ("lemmas", a.lemma, b.lemma),
        ]
        if two.first > one.last:
            out += [("link", text.words[one.last]), ("before second", text.words[two.first - 1])]
    elif one.field != two.field:
        group, where = "title", "title|" + ("lead" if two.sentence < 2 else "rest")
    else:
        distance = two.sentence - one.sentence
        size = "1" if distance == 1 else "2-3" if distance <= 3 else "4-7" if distance <= 7 else "8+"
        group, where = "apart", f"apart|{size}|{'from lead' if one.sentence < 2 else ''}"
    rules = sorted((one.match.entry.id, two.match.entry.id))
    initiators = _compare(a.initiators, b.initiators)
    crossed = _compare(a.initiators, b.targets)
    out += [
        (_pair_types, *sorted((a.type, b.type)), group, where),
        ("rules", *rules, group),
        (_pair_second, two.match.prefix, group, same_type, same_lemma, one.weak + two.weak),
        (_pair_sides, initiators, _compare(a.targets, b.targets), crossed, group, same_type),
        (_pair_where, _compare_one(a.place, b.place), _compare_one(a.day, b.day), group, same_type),
    ]
    if not same:
        if two.first > two.sentence_first:
            # "This attack" takes up an attack told before.
            out.append(("before second", text.words[two.first - 1], same_lemma))
        # "On the other hand", "and in Tripoli": the way a sentence begins tells whether the subject changes.
        words, begin = analysis.fields[two.field].words, two.sentence_first
        second = words[begin + 1] if begin + 1 < two.sentence_last else AFTER_ALL
        out += [("opens", words[begin].text, group), ("opens2", words[begin].text, second.text)]
        tolls, countries = _compare(a.tolls, b.tolls), _compare(a.countries, b.countries)
        out.append((_pair_apart, tolls, countries, _shared(a, b), group, same_type))
    return out


def _pair_types(one: str, two: str, group: str, where: str) -> Iterator[str]:
    yield "bias"
    yield f"where={where}"
    yield f"types={one}|{two}|{group}"
    yield f"same type={one == two}|{group}"
    yield f"same type={one == two}|{where}"


def _pair_second(prefix: str, group: str, same_type: bool, same_lemma: bool, weak: int) -> Iterator[str]:  # noqa: FBT001 - of a tuple
    yield f"weak={weak}|{group}"
    yield f"same lemma={same_lemma}|{group}"
    yield f"definite={is_definite(prefix)}|{group}|{same_type}"
    yield f"prefix={prefix}|{group}"


def _pair_sides(initiators: str, targets: str, crossed: str, group: str, same_type: bool) -> Iterator[str]:  # noqa: FBT001 - of a tuple
    for verdict in (f"initiators={initiators}", f"targets={targets}", f"crossed={crossed}"):
        yield f"{verdict}|{group}"
        yield f"{verdict}|{group}|{same_type}"


def _pair_where(places: str, days: str, group: str, same_type: bool) -> Iterator[str]:  # noqa: FBT001 - of a tuple
    for verdict in (f"places={places}", f"days={days}"):
        yield f"{verdict}|{group}"
        yield f"{verdict}|{group}|{same_type}"


def _pair_apart(tolls: str, countries: str, shared: str, group: str, same_type: bool) -> Iterator[str]:  # noqa: FBT001 - of a tuple
    for verdict in (f"tolls={tolls}", f"countries={countries}", f"shared={shared}"):
        yield f"{verdict}|{group}"
        yield f"{verdict}|{group}|{same_type}"


Scores = dict[tuple[int, int], float]
"""The log-odds that two numbered candidates state one event, the smaller number first."""


def pair_scores(analysis: Analysis, chosen: Sequence[Sketch], head: Head) -> Scores:
    """Weigh each pair of *chosen* by the model."""
    return {
        (i, j): head.scores(pair_facts(analysis, chosen[i], chosen[j]))[0]
        for i in range(len(chosen))
        for j in range(i + 1, len(chosen))
    }


def linkage(scores: Scores, x: Sequence[int], y: Sequence[int]) -> float:
    """The mean of the scores between two groups of numbers."""
    return sum(scores[min(i, j), max(i, j)] for i in x for j in y) / (len(x) * len(y))


def merge(count: int, scores: Scores, threshold: float) -> list[list[int]]:
    """Group the numbers up to *count* into events: average linkage over the log-odds that two are one event."""
    groups = [[i] for i in range(count)]
    sums = [[scores[min(i, j), max(i, j)] if i != j else 0.0 for j in range(count)] for i in range(count)]
    while len(groups) > 1:
        best, pair = threshold, None
        for x, row in enumerate(sums):
            size = len(groups[x])
            for y in range(x + 1, len(groups)):
                score = row[y] / (size * len(groups[y]))
                if score > best:
                    best, pair = score, (x, y)
        if pair is None:
            break
        x, y = pair
        groups[x] = sorted(groups[x] + groups[y])
        del groups[y]
        for i, row in enumerate(sums):
            if i != x:
                row[x] += row[y]
                sums[x][i] = row[x]
        del sums[y]
        for row in sums:
            del row[y]
    return groups
