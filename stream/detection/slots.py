"""What belongs to an event: actors with their roles, place, date and tolls, each tied to a mention by the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from stream.detection.actors import ActorMention
from stream.detection.analysis import Analysis, Candidate, Sentence
from stream.detection.dates import DateMention
from stream.detection.events import Event, Mention
from stream.detection.links import Links
from stream.detection.model import Model
from stream.detection.places import PlaceMention
from stream.detection.tolls import Toll

_SURE_PLACE = 0.2  # a place of its own sentence that is likelier than this is not looked for elsewhere
_LIKELY_PLACE = 0.4  # a town in another sentence that is likelier than this is told instead of its country
# A place named in the title is a little likelier; of the surplus that agreeing mentions give, this share counts.
_TITLE_PLACE = 1.15
_AGREEMENT = 0.4
_NEARBY = 2.0  # what the probability of a place in another sentence weighs beside that of one in its own


@dataclass(frozen=True, slots=True)
class RoleFiller:
    """An actor of an event; `field` is 0 for the title, 1 for the body."""

    role: str
    field: int
    mention: ActorMention
    probability: float


@dataclass(frozen=True, slots=True)
class Slots:
    """All that fills an event. `start_reason` says where the date came from."""

    actors: list[RoleFiller]
    place: PlaceMention | None
    place_field: int
    when: DateMention | None
    when_field: int
    start_reason: str
    tolls: list[tuple[int, Toll]]


def _actors(event: Event, mentions: Sequence[Mention], model: Model, links: Links) -> list[RoleFiller]:
    floor = {"initiator": model.numbers[f"initiator.{event.kind}"], "target": model.numbers[f"target.{event.kind}"]}
    best: dict[str, tuple[float, RoleFiller]] = {}
    for mention in mentions:
        for actor, roles in links.actors(mention.candidate):
            target = roles.target - floor["target"] > roles.initiator - floor["initiator"]
            role, probability = ("target", roles.target) if target else ("initiator", roles.initiator)
            if probability < floor[role]:
                continue
            filler = RoleFiller(role, mention.candidate.field, actor, probability)
            # A state and its adjective are one actor; so are two phrases for one army.
            country = actor.actor.country
            key = country if actor.form in ("state", "adjective") and country else actor.actor.id
            known = best.get(key)
            if known is None or filler.probability > known[0]:
                best[key] = (filler.probability, filler)
    fillers = [filler for _, filler in best.values()]
    # A state beside its own army or leader is the same side told shorter.
    named = {(f.role, f.mention.actor.country) for f in fillers if f.mention.form in ("name", "phrase")}
    kept = [
        f
        for f in fillers
        if f.mention.form not in ("state", "adjective") or (f.role, f.mention.actor.country) not in named
    ]
    # So is an office beside its holder.
    offices = [
        f for f in kept if f.mention.actor.id == f"{f.mention.actor.type}.{(f.mention.actor.country or '').lower()}"
    ]
    holders = {(f.role, f.mention.actor.country) for f in kept if f.mention.actor.type == "person" and f not in offices}
    kept = [
        f
        for f in kept
        if f not in offices
        or f.mention.actor.type not in {"person", "government"}
        or (f.role, f.mention.actor.country) not in holders
    ]
    kept.sort(key=lambda f: (f.role, -f.probability, f.field, f.mention.first))
    return kept[:8]


def _place(event: Event, model: Model, links: Links) -> tuple[PlaceMention | None, int]:
    found = _agreed(
        (probability * weight * (1 if mention.candidate.field else _TITLE_PLACE), mention.candidate.field, place)
        for weight, mention in _weighted(event)
        for place, probability in links.places(mention.candidate)
    )
    if not found or max(score for score, _, _ in found) < _SURE_PLACE:
        found += [
            (_NEARBY * probability * weight, number, place)
            for weight, mention in _weighted(event)
            for number, place, probability in links.nearby(mention.candidate)
        ]
    best = max(found, key=lambda item: item[0], default=None)
    if best is None or best[0] < model.numbers["place"]:
        return None, 0
    if best[2].place.precision == "country":
        best = _finer(event, links, best)
    return best[2], best[1]


def _agreed(found: Iterable[tuple[float, int, PlaceMention]]) -> list[tuple[float, int, PlaceMention]]:
    """Each place once, at its likeliest mention: what several mentions say counts for more than what one says."""
    best: dict[str, tuple[float, int, PlaceMention]] = {}
    wrong: dict[str, float] = {}
    for item in found:
        name = item[2].place.id
        wrong[name] = wrong.get(name, 1.0) * (1 - min(item[0], 1.0))
        if name not in best or item[0] > best[name][0]:
            best[name] = item
    return [
        (score + _AGREEMENT * max(0.0, 1 - wrong[name] - score), number, place)
        for name, (score, number, place) in best.items()
    ]


def _finer(event: Event, links: Links, wide: tuple[float, int, PlaceMention]) -> tuple[float, int, PlaceMention]:
    """A likely place in another sentence that lies in the country *wide*, if there is one."""
    inside = [
        (probability * weight, number, place)
        for weight, mention in _weighted(event)
        for number, place, probability in links.nearby(mention.candidate)
        if place.place.country == wide[2].place.country and place.place.lat is not None and not place.metonym
    ]
    best = max(inside, key=lambda item: item[0], default=wide)
    return best if best[0] >= _LIKELY_PLACE else wide


def _weighted(event: Event) -> Iterator[tuple[float, Mention]]:
    for mention in event.mentions:
        yield 0.5 + 0.5 * max(mention.new, mention.background), mention


def _fallback_place(analysis: Analysis) -> tuple[PlaceMention | None, int]:
    """The first place that the title or the lead puts something in."""
    for number in (0, 1):
        field = analysis.fields[number]
        limit = field.text.sentence_ends[min(1, len(field.text.sentence_ends) - 1)] if field.text.words else 0
        for place in field.places:
            if place.first < limit and place.locative and not place.metonym:
                return place, number
    return None, 0


def _when(analysis: Analysis, event: Event, model: Model, links: Links) -> tuple[DateMention | None, int, str]:
    best: tuple[float, int, DateMention] | None = None
    for weight, mention in _weighted(event):
        for when, probability in links.dates(mention.candidate):
            if when.precision == "unknown":
                continue
            score = probability * weight
            if best is None or score > best[0]:
                best = (score, mention.candidate.field, when)
    if best is not None and best[0] >= model.numbers["date"]:
        return best[2], best[1], "stated with the event"
    if event.timing == "new":
        lead = _lead_date(analysis)
        if lead is not None:
            return lead[0], lead[1], "first date of the article"
    return None, 0, "publication date"


def _lead_date(analysis: Analysis) -> tuple[DateMention, int] | None:
    published = analysis.published.date()
    for number in (0, 1):
        for when in analysis.fields[number].dates:
            near = when.precision == "day" and 0 <= (published - when.end).days <= 7
            if near and when.end <= published:
                return when, number
    return None


def published_date(analysis: Analysis) -> date:
    """The day of publication in the article's own zone."""
    return analysis.published.date()


_BLOODLESS = frozenset({"territory", "interception"})
"""Types of events that kill nobody: the dead fell in the fighting or the attack beside them."""


def _tolls(analysis: Analysis, events: Sequence[Event]) -> list[list[tuple[int, Toll]]]:
    """For each attack the tolls that are its own.

    A toll belongs to the event whose trigger it holds, else to the nearest event of its sentence; a toll that goes on
    where another ended ("ten dead and 40 wounded") belongs to the same event. Where a sentence states no event, see
    `_told`. What was captured or intercepted has a toll only where the article has no other new attack.
    """
    out: list[list[tuple[int, Toll]]] = [[] for _ in events]
    attacks = [i for i, event in enumerate(events) if event.kind == "attack"]
    new = [i for i in attacks if events[i].timing == "new"]
    bloody = [i for i in new if events[i].type not in _BLOODLESS] or new
    stated: dict[tuple[int, int], list[tuple[int, Candidate]]] = {}
    for i in attacks:
        for mention in events[i].mentions:
            key = (mention.candidate.field, mention.candidate.sentence)
            stated.setdefault(key, []).append((i, mention.candidate))
    for number, field in enumerate(analysis.fields):
        for place, sentence in enumerate(field.sentences):
            here = [(i, c) for i, c in stated.get((number, place), []) if i in bloody or i not in new]
            last: tuple[int, int | None] = (-1, None)
            for toll in sentence.tolls:
                owner = last[1] if toll.first == last[0] and here else None
                if owner is None:
                    owner = _nearest(toll, here, events) if here else _told(sentence, events, bloody)
                if owner is not None:
                    out[owner].append((number, toll))
                last = toll.last, owner
    for i in bloody:
        if not out[i]:
            # A joint toll counts for each event that its sentence states.
            spots = dict.fromkeys((m.candidate.field, m.candidate.sentence) for m in events[i].mentions)
            out[i] = [(n, toll) for n, place in spots for toll in analysis.fields[n].sentences[place].tolls]
    return out


def _nearest(toll: Toll, here: Sequence[tuple[int, Candidate]], events: Sequence[Event]) -> int:
    """The number of the event whose trigger is nearest to *toll*, new ones first at the same distance."""

    def distance(item: tuple[int, Candidate]) -> tuple[int, bool, int]:
        i, c = item
        inside = toll.first <= c.first < toll.last
        gap = -1 if inside else max(toll.first - c.last, c.first - toll.last, 0)
        return gap, events[i].timing != "new", i

    return min(here, key=distance)[0]


def _told(sentence: Sentence, events: Sequence[Event], new: Sequence[int]) -> int | None:
    """The new event of which a *sentence* that states none goes on to tell: one of the kind it names, or the surest."""
    named = {str(m.entry.attrs["type"]) for m in sentence.triggers if m.entry.attrs["kind"] == "attack"}
    named |= {"chemical"} & {cue.entry.id.removeprefix("cue.") for cue in sentence.cues}
    alike = [i for i in new if events[i].type in named]
    if alike or len(new) == 1:
        return (alike or new)[0]
    return None if named - _BLOODLESS - {"other_attack"} else next(iter(new), None)


def fill(analysis: Analysis, events: Sequence[Event], model: Model, links: Links) -> list[Slots]:
    """The slots of each event, in the order of *events*."""
    tolls = _tolls(analysis, events)
    out = []
    for event, mine in zip(events, tolls, strict=True):
        place, place_field = _place(event, model, links)
        if place is None and event.kind == "attack":
            place, place_field = _fallback_place(analysis)
        when, when_field, reason = _when(analysis, event, model, links)
        actors = _actors(event, event.mentions, model, links)
        out.append(Slots(actors, place, place_field, when, when_field, reason, mine))
    return out
