"""What the model is told: facts with names that a person can read.

The same functions serve training and detection, so that the two cannot drift apart. Facts about a candidate decide
whether it is news, of what type and with what status; what ties an actor, a place or a date to it is in `link_facts`.
How facts are written down, many of them in groups that depend on the same few things, is told in `facts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from stream.detection.actors import ActorMention
from stream.detection.analysis import Analysis, Candidate
from stream.detection.dates import DateMention
from stream.detection.facts import Told
from stream.detection.matcher import Entry
from stream.detection.morphology import is_definite
from stream.detection.word_classes import AFTER_ALL, BEFORE_ALL, Word

_WINDOW = 5


def age_class(published: date, start: date, end: date) -> str:
    """How a date lies to publication: the guide's limit for news is seven days."""
    if start > published:
        return "coming"
    days = (published - end).days
    if days < 0:
        return "running"
    if days == 0:
        return "today"
    if days == 1:
        return "yesterday"
    if days <= 7:
        return "week" if (published - start).days <= 7 else "wide"
    return "month" if days <= 31 else "old"


def age_of(analysis: Analysis, when: DateMention) -> str:
    """The same of a date of the article; `vague` where its days are a guess."""
    return age_class(analysis.day, when.start, when.end) if when.precision != "unknown" else "vague"


def sentence_facts(  # noqa: C901 - one list of facts, read top to bottom
    analysis: Analysis, number: int, sentence: int, kind: str
) -> list[Told]:
    """Facts about a sentence that hold for each candidate of *kind* in it."""
    field = analysis.fields[number]
    here = field.sentences[sentence]
    low, high = field.text.sentence_span(sentence)
    out: list[Told] = [(cue,) for cue in {m.entry.id for m in here.cues}]
    size = high - low
    out.append(("size", "short" if size < 8 else "medium" if size < 25 else "long"))
    separators = "".join(field.text.separators[low:high])
    if '"' in separators:
        out.append(("quoted",))
    if "?" in separators:
        out.append(("question",))
    out += [("also", rule) for rule in {m.entry.id for m in here.triggers}]
    ages = {age_of(analysis, when) for when in here.dates}
    out += [("age", age) for age in ages]
    if not ages:
        out.append(("age", "none"))
    elif ages <= {"old", "month", "wide", "vague"}:
        out.append(("age", "only_old"))
    elif ages <= {"today", "yesterday", "week"}:
        out.append(("age", "only_new"))
    for toll in here.tolls:
        out.append(("toll", toll.kind))
        if toll.scope == "cumulative":
            out.append(("toll", "cumulative"))
        if toll.low >= 500:
            out.append(("toll", "huge"))
    out += [("place", precision) for precision in {p.place.precision for p in here.places}]
    if any(p.relation for p in here.places):
        out.append(("place", "relation"))
    out += [("who", who) for who in {actor_class(a) for a in here.actors}]
    named = len({a.actor.country or a.actor.id for a in here.actors if a.form != "generic"})
    out.append(("parties", min(named, 3)))
    if kind == "attack":
        # The company of a diplomatic verb says little that its neighbours and parties do not (measured).
        words = field.words[low:high]
        out += [("in", text) for text in {word.text for word in words}]
        out += [("cin", cls) for cls in {word.cls for word in words}]
        out += [(f"opens{i}", word.text) for i, word in enumerate(words[:2])]
    return out


_SHARES = ("cue.sport", "cue.culture", "cue.economy", "cue.court", "cue.accident", "cue.crime", "cue.domestic")


def article_facts(analysis: Analysis) -> list[Told]:
    """Facts about the article that hold for each candidate in it."""
    title, body = analysis.fields
    out: list[Told] = [("title_has", rule) for rule in {m.entry.id for m in title.triggers}]
    kinds = {m.entry.attrs["kind"] for m in title.triggers}
    out += [("title_kind", kind) for kind in kinds or {"none"}]
    out += [("title_cue", cue) for cue in {m.entry.id for m in title.cues}]
    cues = dict.fromkeys(_SHARES, 0)
    for m in body.cues:
        if m.entry.id in cues:
            cues[m.entry.id] += 1
    size = len(body.text.words) + 1
    for name, count in cues.items():
        share = 100 * count / size
        out.append(("much:" + name, "0" if share == 0 else "1" if share < 1 else "2" if share < 3 else "3"))
    armed = sum(a.actor.type in ("army", "armed_group", "militants") for a in body.actors)
    out.append(("armed", "0" if armed == 0 else "1" if armed < 3 else "2" if armed < 8 else "3"))
    return out


def news_facts(analysis: Analysis, candidate: Candidate) -> list[Told]:
    """All that tells whether *candidate* is news: facts about itself, its sentence and its article."""
    shared = sentence_facts(analysis, candidate.field, candidate.sentence, candidate.kind) + article_facts(analysis)
    return candidate_facts(analysis, candidate) + shared


def candidate_facts(  # noqa: C901 - one list of facts, read top to bottom
    analysis: Analysis, candidate: Candidate
) -> list[Told]:
    """The facts about *candidate* itself, beside those of its sentence and its article."""
    field = analysis.fields[candidate.field]
    words = field.words
    entry, lemma, first, last = candidate.match.entry, candidate.lemma, candidate.first, candidate.last
    prefix = candidate.match.prefix
    low, high = candidate.sentence_first, candidate.sentence_last
    form = field.text.words[first][len(prefix) :]
    around = [words[i] if i >= low else BEFORE_ALL for i in range(first - 1, first - 4, -1)]
    around += [words[i] if i < high else AFTER_ALL for i in range(last, last + 3)]
    before, after = words[max(low, first - _WINDOW) : first], words[last : min(high, last + _WINDOW)]
    out: list[Told] = [
        (_trigger, entry, lemma, form, prefix, _where(candidate), words[first].cls),
        *zip(_AROUND, ("-1", "-2", "-3", "+1", "+2", "+3"), around, strict=True),
        (_beside, "-1", entry, lemma, around[0]),
        (_beside, "+1", entry, lemma, around[3]),
    ]
    if candidate.field:
        out.append(("where5", 5 * candidate.sentence // max(len(field.text.sentence_ends), 1)))
    if candidate.kind == "attack":
        out += [(_in_front, word) for word in before]
        out += [(_behind, word) for word in after]
    else:
        out += [("cbefore", word.cls) for word in before]
        out += [("cafter", word.cls) for word in after]
    here = field.sentences[candidate.sentence]
    for cue in here.cues:
        gap = first - cue.last if cue.first < first else cue.first - last
        if gap < 4 and cue.entry.id not in ("cue.after", "cue.relative", "cue.reporting"):
            out.append((f"near:{'before' if cue.first < first else 'after'}:{cue.entry.id}",))
    left = right = None
    for actor in here.actors:
        if actor.last <= first:
            left = actor
        elif last <= actor.first:
            right = actor
            break
    if left is not None:
        out.append((_actor_before, actor_class(left), candidate.pos, first - left.last <= 1))
    if right is not None:
        out.append((_actor_after, right.actor.type, right.form, entry, right.first - last <= 1))
    nearest = min(here.dates, key=lambda d: abs(d.first - first), default=None)
    if nearest is not None:
        out.append((_nearest_date, age_of(analysis, nearest), nearest.span, abs(nearest.first - first) < 8))
    out.append(("rule|age_none", entry.id, nearest is None))
    return out


def _where(candidate: Candidate) -> str:
    if candidate.field == 0:
        return "title"
    return f"lead{candidate.sentence}" if candidate.sentence < 3 else "late"


def _trigger(  # noqa: PLR0917 - what is known of a trigger
    entry: Entry, lemma: str, form: str, prefix: str, where: str, cls: str
) -> Iterator[str]:
    pos = entry.attrs["pos"]
    yield f"bias:{entry.attrs['kind']}"
    yield f"rule={entry.id}"
    yield f"lemma={lemma}"
    yield f"form={form}"
    yield f"pos={pos}"
    yield f"prefix={prefix}"
    yield f"definite={is_definite(prefix)}|{entry.id}"
    yield f"where={where}"
    yield f"where|pos={where}|{pos}"
    yield f"where|rule={where}|{entry.id}"
    yield f"class={cls}"


def _around(step: str, word: Word) -> Iterator[str]:
    yield f"w{step}={word.text}"
    yield f"c{step}={word.cls}"


_AROUND = (_around,) * 6


def _beside(step: str, entry: Entry, lemma: str, word: Word) -> Iterator[str]:
    yield f"lemma|w{step}={lemma}|{word.text}"
    yield f"rule|c{step}={entry.id}|{word.cls}"


def _in_front(word: Word) -> Iterator[str]:
    yield f"before={word.text}"
    yield f"cbefore={word.cls}"


def _behind(word: Word) -> Iterator[str]:
    yield f"after={word.text}"
    yield f"cafter={word.cls}"


def _actor_before(who: str, pos: str, close: bool) -> Iterator[str]:  # noqa: FBT001 - part of a tuple
    yield f"actor-1={who}"
    if close:
        yield f"actor-1 close={who}|{pos}"


def _actor_after(type_: str, form: str, entry: Entry, close: bool) -> Iterator[str]:  # noqa: FBT001 - part of a tuple
    yield f"actor+1={type_}.{form}"
    if close:
        yield f"actor+1 close={type_}.{form}|{entry.attrs['pos']}"
        yield f"actor+1 close|rule={form}|{entry.id}"


def _nearest_date(age: str, span: bool, close: bool) -> Iterator[str]:  # noqa: FBT001 - part of a tuple
    yield f"date={age}"
    yield f"date|span={age}|{span}"
    if close:
        yield f"date close={age}"


def actor_class(mention: ActorMention) -> str:
    """What kind of actor, and how it is named."""
    return f"{mention.actor.type}.{mention.form}"


_REACH = 7
_MEANS = ("cue.aircraft", "cue.artillery", "cue.explosive", "cue.firearm", "cue.blade", "cue.suicide", "cue.chemical")


def nature_facts(  # noqa: C901, PLR0912 - one list of facts, read top to bottom
    analysis: Analysis, candidates: Sequence[Candidate]
) -> set[Told]:
    """What tells the type of an event: its triggers and the means named near them. One candidate or all of an event."""
    out: set[Told] = set()
    say = out.add
    strong: set[str] = set()
    for candidate in candidates:
        field = analysis.fields[candidate.field]
        words, entry, lemma, type_ = field.words, candidate.match.entry, candidate.lemma, candidate.type
        first, last = candidate.first, candidate.last
        say(("type", type_, candidate.weak))
        if not candidate.weak:
            strong.add(type_)
            say(("strong",))
            say(("type", type_, "title" if candidate.field == 0 else "body"))
        say(("lemma", lemma))
        say(("form", " ".join(field.text.words[first:last])))
        if last < candidate.sentence_last:
            say(("lemma|next", lemma, words[last].text))
            say(("next", words[last].text))
            say(("cnext", words[last].cls))
        if first > candidate.sentence_first:
            say(("previous", words[first - 1].text))
            say(("cprevious", words[first - 1].cls))
        here = field.sentences[candidate.sentence]
        for cue in here.cues:
            gap = cue.first - last if cue.first >= last else first - cue.last
            means = cue.entry.id in _MEANS
            if gap <= _REACH:
                say(("near", cue.entry.id))
                if means:
                    say(("near|rule", cue.entry.id, entry.id))
                    if gap <= 1 and cue.last > first:
                        # The trigger's own attribute: artillery fire, a rocket attack.
                        say(("own", cue.entry.id))
                        say(("own|type", cue.entry.id, type_))
            elif means:
                say(("far", cue.entry.id))
        for other in here.triggers:
            if other.first != first and not other.entry.attrs["weak"]:
                say(("also" if abs(other.first - first) <= _REACH else "also far", other.entry.id))
        for actor in here.actors:
            if abs(actor.first - first) <= _REACH:
                say(("who", actor.actor.type))
    rules = {candidate.match.entry.id for candidate in candidates}
    out.update(("rule", rule) for rule in rules)
    if len(rules) == 1:
        say(("only", *rules))
    say(("agreed", *strong) if len(strong) == 1 else ("types", len(strong)))
    return out


_STANCE = (
    "cue.denial",
    "cue.negation",
    "cue.allegation",
    "cue.planned",
    "cue.hypothesis",
    "cue.foiled",
    "cue.reporting",
)


def status_facts(  # noqa: C901 - one list of facts, read top to bottom
    analysis: Analysis, candidates: Sequence[Candidate]
) -> set[Told]:
    """What tells whether an event is said to have happened: cues near its triggers, tense, dates to come."""
    out: set[Told] = set()
    say = out.add
    for candidate in candidates:
        field = analysis.fields[candidate.field]
        words, rule = field.words, candidate.match.entry.id
        first, last = candidate.first, candidate.last
        low, high = candidate.sentence_first, candidate.sentence_last
        say(("rule", rule))
        say(("type", candidate.type))
        say(("type|title", candidate.type, candidate.field == 0))
        say(("pos", candidate.pos))
        say(("lemma", candidate.lemma))
        if candidate.pos == "verb":
            prefix = candidate.match.prefix
            say(("initial", field.text.words[first][len(prefix) :][:1], prefix[-1:]))
        here = field.sentences[candidate.sentence]
        for cue in here.cues:
            if cue.entry.id in _STANCE:
                before = cue.first < first
                gap = first - cue.last if before else cue.first - last
                side = "before" if before else "after"
                say((f"{cue.entry.id}|{side}|{'near' if gap <= 3 else 'mid' if gap <= 8 else 'far'}",))
                if gap <= 8:
                    say((f"{cue.entry.id}|{rule}",))
        for step in (1, 2):
            if first - step >= low:
                say((f"w-{step}", words[first - step].text))
                say((f"c-{step}", words[first - step].cls))
            if last - 1 + step < high:
                say((f"w+{step}", words[last - 1 + step].text))
                say((f"c+{step}", words[last - 1 + step].cls))
        for when in here.dates:
            if when.precision != "unknown":
                age, near = age_of(analysis, when), "near" if abs(when.first - first) <= 6 else "far"
                say(("age", age, near, rule))
                say(("age", age, near))
                say(("tense", when.tense))
    return out
