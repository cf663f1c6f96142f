"""From candidates to events: which triggers state news, which of them state the same event, of what type and status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stream.detection.analysis import Analysis, Candidate
from stream.detection.features import article_facts, candidate_facts, nature_facts, sentence_facts, status_facts
from stream.detection.merging import merge, sketch
from stream.detection.model import Model

_MOST_MENTIONS = 48
KINDS = ("attack", "diplomacy")


@dataclass(frozen=True, slots=True)
class Mention:
    """A candidate with what the model thinks of it: `new` and `background` are probabilities."""

    candidate: Candidate
    facts: list[str]
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


def score_candidates(analysis: Analysis, model: Model) -> list[Mention]:
    """Every candidate with its probabilities, in text order."""
    if not analysis.candidates:
        return []
    article = article_facts(analysis)
    sentences: dict[tuple[int, int], list[str]] = {}
    out = []
    for candidate in analysis.candidates:
        key = (candidate.field, candidate.sentence)
        shared = sentences.get(key)
        if shared is None:
            shared = sentence_facts(analysis, candidate.field, candidate.sentence_first, candidate.sentence_last)
            shared = sentences[key] = shared + article
        facts = candidate_facts(analysis, candidate, shared)
        _, new, background = model.heads["news." + candidate.kind].probabilities(facts)
        out.append(Mention(candidate, facts, new, background))
    return out


def joint(mentions: Sequence[Mention], timing: str) -> float:
    """The probability that at least one of the mentions is right, were they independent."""
    wrong = 1.0
    for mention in mentions:
        wrong *= 1 - (mention.new if timing == "new" else mention.background)
    return 1 - wrong


def event_facts(found: Sequence[Sequence[Mention]], rank: int, timing: str, model: Model) -> list[str]:
    """What speaks for an event as a whole, beside the surer events of its article."""
    mentions = found[rank]
    best = max(m.new if timing == "new" else m.background for m in mentions)
    together = joint(mentions, timing)
    out = [f"best={int(best * 10)}", f"joint={int(together * 10)}", f"mentions={min(len(mentions), 4)}"]
    out += [f"best>={i}" for i in range(1, int(best * 20) + 1)]
    out += [f"joint>={i}" for i in range(1, int(together * 20) + 1)]
    out.append(f"title={any(m.candidate.field == 0 for m in mentions)}")
    out.append(f"lead={any(m.candidate.field == 1 and m.candidate.sentence < 2 for m in mentions)}")
    places = {(m.candidate.field, m.candidate.sentence) for m in mentions}
    out.append(f"sentences={min(len(places), 3)}")
    out.append(f"rank={min(rank, 5)}")
    weak = all(m.candidate.match.entry.attrs["weak"] for m in mentions)
    out.append(f"weak={weak}")
    out.append("rule=" + mentions[0].candidate.match.entry.id)
    surer = found[:rank]
    shares = any((m.candidate.field, m.candidate.sentence) in places for other in surer for m in other)
    out.append(f"shares sentence={shares}")
    out.append(f"shares sentence|weak={shares}|{weak}")
    kinds = {m.candidate.match.entry.attrs["type"] for m in mentions}
    again = any(m.candidate.type in kinds for other in surer for m in other)
    out.append(f"type again={again}")
    out.append(f"type again|shares={again}|{shares}")
    return out


def find_events(analysis: Analysis, mentions: Sequence[Mention], model: Model) -> list[Event]:
    """Merge the likely mentions into events; events of both timings come back, the surest first within a kind."""
    events: list[Event] = []
    for kind in KINDS:
        floor = model.numbers[f"mention.{kind}"]
        likely = [m for m in mentions if m.candidate.kind == kind and max(m.new, m.background) >= floor]
        if len(likely) > _MOST_MENTIONS:
            keep = sorted(likely, key=lambda m: -max(m.new, m.background))[:_MOST_MENTIONS]
            wanted = {id(m) for m in keep}
            likely = [m for m in likely if id(m) in wanted]
        for timing in ("new", "background"):
            chosen = [m for m in likely if (m.new >= m.background * model.numbers[f"new.{kind}"]) == (timing == "new")]
            if not chosen:
                continue
            sketches = [sketch(analysis, m.candidate, model) for m in chosen]
            groups = merge(analysis, sketches, model.heads[f"merge.{kind}"], model.numbers[f"merge.{kind}"])
            found = [sorted((chosen[i] for i in g), key=lambda m: -max(m.new, m.background)) for g in groups]
            found.sort(key=lambda members: -joint(members, timing))
            for rank, members in enumerate(found):
                facts = event_facts(found, rank, timing, model)
                confidence = model.heads[f"event.{kind}"].probabilities(facts)[0]
                if timing == "new" and confidence < model.numbers[f"event.{kind}"]:
                    continue
                events.append(
                    Event(
                        kind,
                        members,
                        model.heads[f"type.{kind}"].answer(nature_facts(analysis, [m.candidate for m in members])),
                        model.heads[f"status.{kind}"].answer(status_facts(analysis, [m.candidate for m in members])),
                        timing,
                        confidence,
                    )
                )
    return events
