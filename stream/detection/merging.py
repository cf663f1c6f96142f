"""Mentions of one event in an article become one: pairs are weighed by the model, then joined step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from stream.detection.analysis import Analysis, Candidate
from stream.detection.features import lemma_of, nature_facts, status_facts
from stream.detection.links import Links
from stream.detection.model import Head, Model
from stream.detection.morphology import is_definite


@dataclass(frozen=True, slots=True)
class Sketch:
    """A first guess of what one candidate states, good enough to tell it from others."""

    candidate: Candidate
    type: str
    status: str
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
    sides: dict[str, set[str]] = {"initiator": set(), "target": set()}
    types: dict[str, set[str]] = {"initiator": set(), "target": set()}
    countries = set()
    for actor, answers in links.actors(candidate):
        for role, members in sides.items():
            if answers[role] > 0.4:
                members.add(actor.actor.country or actor.actor.id)
                types[role].add(actor.actor.type)
                if actor.actor.country:
                    countries.add(actor.actor.country)
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
        model.heads[f"status.{candidate.kind}"].answer(status_facts(analysis, [candidate])),
        lemma_of(candidate, field),
        frozenset(sides["initiator"]),
        frozenset(sides["target"]),
        frozenset(types["initiator"]),
        frozenset(types["target"]),
        frozenset(countries),
        best_place.id if best_place else None,
        best_place.precision if best_place else "none",
        best_day,
        frozenset((t.kind, t.low) for t in field.sentences[candidate.sentence].tolls),
        frozenset(w for w in field.text.words[low:high] if len(w) > 3),
    )


def _compare(name: str, a: frozenset[object], b: frozenset[object]) -> str:
    if not a or not b:
        return f"{name}=missing"
    return f"{name}=same" if a & b else f"{name}=other"


def pair_facts(analysis: Analysis, a: Sketch, b: Sketch) -> Iterator[str]:
    """Facts about two candidates of one kind, *a* before *b* in the article."""
    one, two = a.candidate, b.candidate
    same = one.field == two.field and one.sentence == two.sentence
    yield "bias"
    if same:
        field = analysis.fields[one.field]
        gap = two.first - one.last
        size = "0" if gap <= 0 else "1-3" if gap <= 3 else "4-8" if gap <= 8 else "9-15" if gap <= 15 else "16+"
        group, where = "same", f"same|{size}"
        breaks = sum("," in s or "\n" in s for s in field.text.separators[one.last - 1 : two.first])
        yield f"same|commas={min(breaks, 3)}"
        if two.first > one.last:
            yield f"link={field.text.words[one.last]}"
            yield f"before second={field.text.words[two.first - 1]}"
        yield f"second prefix={two.match.prefix[:1]}|{two.match.entry.attrs['pos']}"
        yield f"lemmas={a.lemma}|{b.lemma}"
    elif one.field != two.field:
        group, where = "title", "title|" + ("lead" if two.sentence < 2 else "rest")
    else:
        distance = two.sentence - one.sentence
        size = "1" if distance == 1 else "2-3" if distance <= 3 else "4-7" if distance <= 7 else "8+"
        group, where = "apart", f"apart|{size}|{'from lead' if one.sentence < 2 else ''}"
    yield f"where={where}"
    same_type = a.type == b.type
    types = "|".join(sorted((a.type, b.type)))
    yield f"types={types}|{group}"
    rules = "|".join(sorted((one.match.entry.id, two.match.entry.id)))
    yield f"rules={rules}|{group}"
    yield f"same type={same_type}|{group}"
    yield f"same type={same_type}|{where}"
    yield f"weak={int(bool(one.match.entry.attrs['weak'])) + int(bool(two.match.entry.attrs['weak']))}|{group}"
    yield f"same lemma={a.lemma == b.lemma}|{group}"
    prefix = two.match.prefix
    yield f"definite={is_definite(prefix)}|{group}|{same_type}"
    yield f"prefix={prefix}|{group}"
    if not same and two.first > two.sentence_first:
        # "This attack" takes up an attack told before.
        yield f"before second={analysis.fields[two.field].text.words[two.first - 1]}|{a.lemma == b.lemma}"
    verdicts = [
        _compare("initiators", a.initiators, b.initiators),
        _compare("targets", a.targets, b.targets),
        _compare("crossed", a.initiators, b.targets),
        _compare("places", frozenset({a.place} - {None}), frozenset({b.place} - {None})),
        _compare("days", frozenset({a.day} - {None}), frozenset({b.day} - {None})),
    ]
    if not same:
        verdicts.append(_compare("tolls", a.tolls, b.tolls))
        verdicts.append(_compare("countries", a.countries, b.countries))
        shared = len(a.words & b.words) / (1 + min(len(a.words), len(b.words)))
        level = (
            "0" if shared < 0.05 else "1" if shared < 0.12 else "2" if shared < 0.22 else "3" if shared < 0.4 else "4"
        )
        verdicts.append(f"shared={level}")
    for verdict in verdicts:
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
