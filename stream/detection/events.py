"""From candidates to events: which triggers state news, which of them state the same event, of what type and status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from stream.detection.analysis import Analysis, Candidate
from stream.detection.facts import Told
from stream.detection.features import (
    age_class,
    article_facts,
    candidate_facts,
    nature_facts,
    sentence_facts,
    status_facts,
)
from stream.detection.links import Links
from stream.detection.merging import Scores, Sketch, linkage, merge, pair_scores, sketch
from stream.detection.model import Model

_MOST_MENTIONS = 48
KINDS = ("attack", "diplomacy")


@dataclass(frozen=True, slots=True)
class Mention:
    """A candidate with what the model thinks of it: `new` and `background` are probabilities."""

    candidate: Candidate
    new: float
    background: float


@dataclass(frozen=True, slots=True)
class Event:
    """All mentions of one event in an article, the surest first."""

    kind: str
    mentions: list[Mention]
    type: str
    status: str
    timing: str
    confidence: float
    facts: list[Told]
    """What the last decision was made from."""


def score_candidates(analysis: Analysis, model: Model) -> list[Mention]:
    """Every candidate with its probabilities, in text order."""
    if not analysis.candidates:
        return []
    article = article_facts(analysis)
    contexts: dict[tuple[int, int, str], int] = {}
    out = []
    for candidate in analysis.candidates:
        kind = candidate.kind
        head = model.heads["news." + kind]
        key = (candidate.field, candidate.sentence, kind)
        context = contexts.get(key)
        if context is None:
            context = contexts[key] = head.told(sentence_facts(analysis, *key) + article)
        _, new, background = head.probabilities(candidate_facts(analysis, candidate), context)
        out.append(Mention(candidate, new, background))
    return out


@dataclass(frozen=True, slots=True)
class Draft:
    """Merged mentions before the last decision: `joint` is the probability that one at least is right."""

    numbers: list[int]
    mentions: list[Mention]
    sketches: list[Sketch]
    joint: float
    best: float
    type: str
    status: str
    ages: frozenset[str]


def _draft(analysis: Analysis, members: Sequence[tuple[int, Mention, Sketch]], timing: str, model: Model) -> Draft:
    ordered = sorted(members, key=lambda member: -max(member[1].new, member[1].background))
    mentions = [mention for _, mention, _ in ordered]
    sure = [m.new if timing == "new" else m.background for m in mentions]
    wrong = 1.0
    for p in sure:
        wrong *= 1 - p
    published = analysis.published.date()
    sketches = [sketch for _, _, sketch in ordered]
    surest = mentions[0].candidate
    return Draft(
        [number for number, _, _ in ordered],
        mentions,
        sketches,
        1 - wrong,
        max(sure),
        sketches[0].type,
        model.heads[f"status.{surest.kind}"].answer(status_facts(analysis, [surest])),
        frozenset(age_class(published, *sketch.day) for sketch in sketches if sketch.day),
    )


def _echo(a: Draft, b: Draft) -> bool:
    """Whether two drafts tell the same: one type, a sentence in common, and nothing that sets them apart."""
    if a.type != b.type:
        return False
    spots = {(m.candidate.field, m.candidate.sentence) for m in a.mentions}
    if not any((m.candidate.field, m.candidate.sentence) in spots for m in b.mentions):
        return False
    for name in ("initiators", "targets"):
        one = {i for s in a.sketches for i in getattr(s, name)}
        two = {i for s in b.sketches for i in getattr(s, name)}
        if one and two and not one & two:
            return False
    places, others = ({s.place for s in d.sketches if s.place} for d in (a, b))
    return not places or not others or bool(places & others)


def _join_echoes(analysis: Analysis, drafts: Sequence[Draft], timing: str, model: Model) -> list[Draft]:
    out: list[Draft] = []
    for draft in sorted(drafts, key=lambda d: -d.joint):
        for i, known in enumerate(out):
            if _echo(known, draft):
                members = [
                    *zip(known.numbers, known.mentions, known.sketches, strict=True),
                    *zip(draft.numbers, draft.mentions, draft.sketches, strict=True),
                ]
                out[i] = _draft(analysis, members, timing, model)
                break
        else:
            out.append(draft)
    return out


def _closeness(draft: Draft, surer: Sequence[Draft], scores: Scores) -> Iterator[Told]:
    """How near a draft came to being merged with a surer one: what repeats an event is no event of its own."""
    links = [(linkage(scores, draft.numbers, other.numbers), other) for other in surer]
    link, nearest = max(links, key=lambda pair: pair[0])
    yield _steps, "near", int(max(0.0, min(5.0, link + 4.0)) * 2)
    peak = max(scores[min(i, j), max(i, j)] for i in draft.numbers for other in surer for j in other.numbers)
    yield _steps, "peak", int(max(0.0, min(6.0, peak + 4.0)) * 2)
    yield "nearest type", nearest.type == draft.type, link > -1
    yield "nearest types", nearest.type, draft.type, link > -1.5


def _steps(name: str, count: int) -> Iterator[str]:
    yield from (f"{name}>={i}" for i in range(1, count + 1))


def event_facts(drafts: Sequence[Draft], rank: int, scores: Scores) -> list[Told]:
    """What speaks for an event as a whole, beside the surer events of its article."""
    draft = drafts[rank]
    mentions = draft.mentions
    places = {(m.candidate.field, m.candidate.sentence) for m in mentions}
    weak = all(m.candidate.weak for m in mentions)
    initiators = {i for s in draft.sketches for i in s.initiators}
    targets = {i for s in draft.sketches for i in s.targets}
    out: list[Told] = [
        (_steps, "best", int(draft.best * 20)),
        (_steps, "joint", int(draft.joint * 20)),
        ("mentions", min(len(mentions), 4)),
        ("title", any(m.candidate.field == 0 for m in mentions)),
        ("lead", any(m.candidate.field == 1 and m.candidate.sentence < 2 for m in mentions)),
        ("sentences", min(len(places), 3)),
        ("rank", min(rank, 5)),
        ("weak", weak),
        ("rule", mentions[0].candidate.match.entry.id),
        (_sides, draft.type, draft.status, min(len(initiators), 2), min(len(targets), 2)),
        ("place", any(s.place for s in draft.sketches)),
    ]
    out += [(f"initiator is {name}",) for name in draft.sketches[0].initiator_types]
    out += [(f"target is {name}",) for name in draft.sketches[0].target_types]
    out += [("age", age) for age in draft.ages] or [("age", "none")]
    surer = drafts[:rank]
    if surer:
        out += _closeness(draft, surer, scores)
        out.append(("top", int(surer[0].joint * 5)))
        out.append(("gap", int((surer[-1].joint - draft.joint) * 5)))
    out.append(("drafts", min(len(drafts), 6)))
    titled = [d for d in drafts if any(m.candidate.field == 0 for m in d.mentions)]
    if titled and draft not in titled:
        out.append(("title tells the type", any(d.type == draft.type for d in titled)))
        out.append(("title is sure", int(max(d.joint for d in titled) * 5)))
    shares = any((m.candidate.field, m.candidate.sentence) in places for other in surer for m in other.mentions)
    again = any(other.type == draft.type for other in surer)
    same_side = any(not initiators.isdisjoint(s.initiators) for other in surer for s in other.sketches)
    out.append((_again, shares, weak, again, same_side))
    return out


def _sides(type_: str, status: str, initiators: int, targets: int) -> Iterator[str]:
    yield f"type={type_}"
    yield f"status={status}"
    yield f"initiators={initiators}|{type_}"
    yield f"targets={targets}|{type_}"
    yield f"parties={initiators}|{targets}"


def _again(shares: bool, weak: bool, again: bool, same_side: bool) -> Iterator[str]:  # noqa: FBT001 - part of a tuple
    yield f"shares sentence={shares}"
    yield f"shares sentence|weak={shares}|{weak}"
    yield f"type again={again}"
    yield f"type again|shares={again}|{shares}"
    yield f"type again|same side={again}|{same_side}"


def _one_reading(mentions: Iterable[Mention]) -> list[Mention]:
    """Of mentions that are the same words the surest, in text order: a word states one thing."""
    best: dict[tuple[int, int, int], Mention] = {}
    for mention in mentions:
        candidate = mention.candidate
        spot = (candidate.field, candidate.first, candidate.last)
        known = best.get(spot)
        if known is None or max(mention.new, mention.background) > max(known.new, known.background):
            best[spot] = mention
    return list(best.values())


def _nature(analysis: Analysis, draft: Draft, model: Model) -> tuple[str, str]:
    """The type and the status of the event: what all its mentions say."""
    if len(draft.mentions) == 1:
        return draft.type, draft.status
    candidates = [m.candidate for m in draft.mentions]
    kind = candidates[0].kind
    return (
        model.heads[f"type.{kind}"].answer(nature_facts(analysis, candidates)),
        model.heads[f"status.{kind}"].answer(status_facts(analysis, candidates)),
    )


def find_events(analysis: Analysis, mentions: Sequence[Mention], model: Model, links: Links) -> list[Event]:
    """Merge the likely mentions into events; events of both timings come back, the surest first within a kind."""
    events: list[Event] = []
    for kind in KINDS:
        floor = model.numbers[f"mention.{kind}"]
        likely = _one_reading(m for m in mentions if m.candidate.kind == kind and max(m.new, m.background) >= floor)
        if len(likely) > _MOST_MENTIONS:
            keep = sorted(likely, key=lambda m: -max(m.new, m.background))[:_MOST_MENTIONS]
            wanted = {id(m) for m in keep}
            likely = [m for m in likely if id(m) in wanted]
        for timing in ("new", "background"):
            chosen = [m for m in likely if (m.new >= m.background * model.numbers[f"new.{kind}"]) == (timing == "new")]
            if not chosen:
                continue
            sketches = [sketch(analysis, m.candidate, model, links) for m in chosen]
            scores = pair_scores(analysis, sketches, model.heads[f"merge.{kind}"])
            groups = merge(len(chosen), scores, model.numbers[f"merge.{kind}"])
            drafts = [_draft(analysis, [(i, chosen[i], sketches[i]) for i in g], timing, model) for g in groups]
            drafts = _join_echoes(analysis, drafts, timing, model)
            drafts.sort(key=lambda draft: -draft.joint)
            for rank, draft in enumerate(drafts):
                members = draft.mentions
                facts = event_facts(drafts, rank, scores)
                confidence = model.heads[f"event.{kind}"].yes(facts)
                if timing == "new" and confidence < model.numbers[f"event.{kind}"]:
                    continue
                events.append(
                    Event(
                        kind,
                        members,
                        *_nature(analysis, draft, model),
                        timing,
                        confidence,
                        facts,
                    )
                )
    return events
