"""What the model is told: facts with names that a person can read.

The same functions serve training and detection, so that the two cannot drift apart. Facts about a candidate decide
whether it is news, of what type and with what status; facts about a link tie an actor, a place or a date to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from stream.detection.actors import ActorMention
from stream.detection.analysis import Analysis, Candidate, FieldAnalysis
from stream.detection.morphology import is_definite

_WINDOW = 5


def _word(field: FieldAnalysis, i: int) -> str:
    mask = field.masks.get(i)
    if mask is not None:
        return mask
    word = field.text.words[i]
    return "#" if word[0].isdigit() else word


def lemma_of(candidate: Candidate, field: FieldAnalysis) -> str:
    """The trigger as the lexicon knows it: the lemma of a verb or noun, the words of a phrase without clitics."""
    lemma = candidate.match.entry.attrs.get("lemma")
    if lemma is not None:
        return str(lemma)
    return " ".join(field.text.words[candidate.first : candidate.last])[len(candidate.match.prefix) :]


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


def sentence_facts(  # noqa: C901 - one list of facts, read top to bottom
    analysis: Analysis, number: int, sentence: int, kind: str
) -> list[str]:
    """Facts about a sentence that hold for each candidate of *kind* in it."""
    field = analysis.fields[number]
    published = analysis.published.date()
    here = field.sentences[sentence]
    low, high = field.text.sentence_span(sentence)
    out = list({m.entry.id for m in here.cues})
    size = high - low
    out.append("size=" + ("short" if size < 8 else "medium" if size < 25 else "long"))
    separators = "".join(field.text.separators[low:high])
    if '"' in separators:
        out.append("quoted")
    if "?" in separators:
        out.append("question")
    out.extend({"also=" + m.entry.id for m in here.triggers})
    ages = {age_class(published, d.start, d.end) if d.precision != "unknown" else "vague" for d in here.dates}
    out.extend("age=" + age for age in ages)
    if not ages:
        out.append("age=none")
    elif ages <= {"old", "month", "wide", "vague"}:
        out.append("age=only_old")
    elif ages <= {"today", "yesterday", "week"}:
        out.append("age=only_new")
    for toll in here.tolls:
        out.append(f"toll={toll.kind}")
        if toll.scope == "cumulative":
            out.append("toll=cumulative")
        if toll.low >= 500:
            out.append("toll=huge")
    places = here.places
    precisions = {p.place.precision for p in places}
    out.extend("place=" + p for p in precisions)
    if any(p.relation for p in places):
        out.append("place=relation")
    out.extend({f"who={a.actor.type}.{a.form}" for a in here.actors})
    named = len({a.actor.country or a.actor.id for a in here.actors if a.form != "generic"})
    out.append(f"parties={min(named, 3)}")
    if kind == "attack":
        # The company of a diplomatic verb says little that its neighbours and parties do not (measured).
        out.extend({"in=" + _word(field, i) for i in range(low, high)})
        out.extend({"cin=" + field.classes[i] for i in range(low, high)})
        out.extend(f"opens{i - low}={_word(field, i)}" for i in range(low, min(low + 2, high)))
    return out


def article_facts(analysis: Analysis) -> list[str]:
    """Facts about the article that hold for each candidate in it."""
    out: list[str] = []
    title = analysis.fields[0]
    body = analysis.fields[1]
    out.extend({"title_has=" + m.entry.id for m in title.triggers})
    kinds = {m.entry.attrs["kind"] for m in title.triggers}
    out.extend(f"title_kind={k}" for k in kinds or {"none"})
    out.extend({"title_cue=" + m.entry.id for m in title.cues})
    cues: dict[str, int] = {}
    for m in body.cues:
        cues[m.entry.id] = cues.get(m.entry.id, 0) + 1
    size = len(body.text.words) + 1
    for name in ("cue.sport", "cue.culture", "cue.economy", "cue.court", "cue.accident", "cue.crime", "cue.domestic"):
        share = 100 * cues.get(name, 0) / size
        out.append(f"much:{name}=" + ("0" if share == 0 else "1" if share < 1 else "2" if share < 3 else "3"))
    armed = sum(a.actor.type in ("army", "armed_group", "militants") for a in body.actors)
    out.append("armed=" + ("0" if armed == 0 else "1" if armed < 3 else "2" if armed < 8 else "3"))
    return out


def candidate_facts(  # noqa: C901, PLR0912, PLR0915 - one list of facts, read top to bottom
    analysis: Analysis, candidate: Candidate
) -> list[str]:
    """The facts about *candidate* itself, beside those of its sentence and its article."""
    field = analysis.fields[candidate.field]
    entry = candidate.match.entry
    out: list[str] = []
    say = out.append
    lemma = lemma_of(candidate, field)
    prefix = candidate.match.prefix
    pos = str(entry.attrs["pos"])
    word = field.text.words[candidate.first][len(prefix) :]
    say("bias:" + candidate.kind)
    say(f"rule={entry.id}")
    say(f"lemma={lemma}")
    say(f"form={word}")
    say(f"pos={pos}")
    say(f"prefix={prefix}")
    definite = is_definite(prefix)
    say(f"definite={definite}|{entry.id}")
    if candidate.field == 0:
        where = "title"
    else:
        where = f"lead{candidate.sentence}" if candidate.sentence < 3 else "late"
        say(f"where5={5 * candidate.sentence // max(len(field.text.sentence_ends), 1)}")
    say(f"where={where}")
    say(f"where|pos={where}|{pos}")
    say(f"where|rule={where}|{entry.id}")
    low, high = candidate.sentence_first, candidate.sentence_last
    for step in range(1, 4):
        i = candidate.first - step
        say(f"w-{step}={_word(field, i) if i >= low else '<s>'}")
        say(f"c-{step}={field.classes[i] if i >= low else '<s>'}")
        i = candidate.last - 1 + step
        say(f"w+{step}={_word(field, i) if i < high else '</s>'}")
        say(f"c+{step}={field.classes[i] if i < high else '</s>'}")
    say(f"lemma|w+1={lemma}|{_word(field, candidate.last) if candidate.last < high else '</s>'}")
    say(f"lemma|w-1={lemma}|{_word(field, candidate.first - 1) if candidate.first > low else '<s>'}")
    if candidate.kind == "attack":
        out.extend("before=" + _word(field, i) for i in range(max(low, candidate.first - _WINDOW), candidate.first))
        out.extend("after=" + _word(field, i) for i in range(candidate.last, min(high, candidate.last + _WINDOW)))
    out.extend("cbefore=" + field.classes[i] for i in range(max(low, candidate.first - _WINDOW), candidate.first))
    out.extend("cafter=" + field.classes[i] for i in range(candidate.last, min(high, candidate.last + _WINDOW)))
    say(f"class={field.classes[candidate.first]}")
    say(f"rule|c-1={entry.id}|{field.classes[candidate.first - 1] if candidate.first > low else '<s>'}")
    say(f"rule|c+1={entry.id}|{field.classes[candidate.last] if candidate.last < high else '</s>'}")
    here = field.sentences[candidate.sentence]
    for cue in here.cues:
        if cue.entry.id not in ("cue.after", "cue.relative", "cue.reporting"):
            gap = candidate.first - cue.last if cue.first < candidate.first else cue.first - candidate.last
            if gap < 4:
                side = "before" if cue.first < candidate.first else "after"
                say(f"near:{side}:{cue.entry.id}")
    before = [a for a in here.actors if a.last <= candidate.first]
    after = [a for a in here.actors if candidate.last <= a.first]
    if before:
        say(f"actor-1={before[-1].actor.type}.{before[-1].form}")
        if candidate.first - before[-1].last <= 1:
            say(f"actor-1 close={before[-1].actor.type}.{before[-1].form}|{pos}")
    if after:
        say(f"actor+1={after[0].actor.type}.{after[0].form}")
        if after[0].first - candidate.last <= 1:
            say(f"actor+1 close={after[0].actor.type}.{after[0].form}|{pos}")
            say(f"actor+1 close|rule={after[0].form}|{entry.id}")
    nearest = min(
        here.dates,
        key=lambda d: abs(d.first - candidate.first),
        default=None,
    )
    if nearest is not None:
        age = (
            age_class(analysis.published.date(), nearest.start, nearest.end)
            if nearest.precision != "unknown"
            else "vague"
        )
        say(f"date={age}")
        say(f"date|span={age}|{nearest.span}")
        if abs(nearest.first - candidate.first) < 8:
            say(f"date close={age}")
    say(f"rule|age_none={entry.id}|{nearest is None}")
    return out


def _bucket(n: int) -> str:
    return str(n) if n < 4 else "4-6" if n < 7 else "7-12" if n < 13 else "13+"


def between(spans: Sequence[tuple[int, int]], first: int, trigger: int) -> int:
    """How many of *spans* begin between the words *first* and *trigger*, at most four."""
    low, high = sorted((first, trigger))
    return min(sum(low < s < high for s, _ in spans), 4)


def link_facts(  # noqa: PLR0917 - a span and what it is
    field: FieldAnalysis, candidate: Candidate, lemma: str, first: int, last: int, what: str, rank: int
) -> Iterator[str]:
    """How the words *first* up to *last* of the candidate's sentence lie to the trigger.

    `what` describes the words (the class of an actor, say); `rank` counts things of the same sort between the two.
    """
    words = field.text.words
    entry = candidate.match.entry
    pos = str(entry.attrs["pos"])
    if first >= candidate.last:
        side, low, high = "after", candidate.last, first
    elif last <= candidate.first:
        side, low, high = "before", last, candidate.first
    else:
        side, low, high = "inside", first, first
    gap = high - low
    title = "title" if candidate.field == 0 else "body"
    yield f"{side}"
    yield f"what={what}"
    yield f"side|what={side}|{what}"
    yield f"side|pos={side}|{pos}|{title}"
    yield f"side|rule={side}|{entry.id}"
    yield f"side|lemma={side}|{lemma}"
    yield f"side|gap={side}|{_bucket(gap)}"
    yield f"side|rank={side}|{rank}"
    yield f"side|rank|rule={side}|{rank}|{entry.id}"
    yield f"side|rank|pos={side}|{rank}|{pos}|{title}"
    yield f"lemma|side|rank={lemma}|{side}|{rank}"
    previous = _word(field, first - 1) if first > candidate.sentence_first else "<s>"
    yield f"prev={previous}"
    yield f"side|prev={side}|{previous}"
    yield f"type|side|prev={candidate.type}|{side}|{previous}"
    yield f"type|side|rank|pos={candidate.type}|{side}|{rank}|{pos}"
    yield f"type|side|what={candidate.type}|{side}|{what}"
    if first > candidate.sentence_first + 1:
        yield f"prev2={_word(field, first - 2)} {previous}"
    if first > candidate.sentence_first:
        yield f"cprev={side}|{field.classes[first - 1]}"
    yield f"next={_word(field, last) if last < candidate.sentence_last else '</s>'}"
    if first < len(words):
        yield f"letter={words[first][:1]}"
        yield f"side|letters={side}|{words[first][:2]}"
        yield f"side|letters|rule={side}|{words[first][:2]}|{entry.id}"
    if gap <= 8:
        for i in range(low, high):
            yield f"between={side}|{_word(field, i)}"
            yield f"cbetween={side}|{field.classes[i]}"
    if gap == 0:
        yield f"touch={side}|{pos}|{what}"
        yield f"touch|rule={side}|{entry.id}"
    if any(separator.strip() for separator in field.text.separators[low:high]):
        yield f"{side}|pause"


def actor_class(mention: ActorMention) -> str:
    """What kind of actor, and how it is named."""
    return f"{mention.actor.type}.{mention.form}"


_REACH = 7
_MEANS = ("cue.aircraft", "cue.artillery", "cue.explosive", "cue.firearm", "cue.blade", "cue.suicide", "cue.chemical")


def nature_facts(  # noqa: C901, PLR0912 - one list of facts, read top to bottom
    analysis: Analysis, candidates: Sequence[Candidate]
) -> list[str]:
    """What tells the type of an event: its triggers and the means named near them. One candidate or all of an event."""
    out: set[str] = set()
    rules: set[str] = set()
    strong: set[str] = set()
    for candidate in candidates:
        field = analysis.fields[candidate.field]
        entry = candidate.match.entry
        lemma = lemma_of(candidate, field)
        weak = bool(entry.attrs["weak"])
        rules.add(entry.id)
        out.add(f"type={candidate.type}|{weak}")
        if not weak:
            strong.add(candidate.type)
            out.add(f"type={candidate.type}|{'title' if candidate.field == 0 else 'body'}")
        out.add(f"lemma={lemma}")
        out.add(f"form={' '.join(field.text.words[candidate.first : candidate.last])}")
        low, high = candidate.sentence_first, candidate.sentence_last
        if candidate.last < high:
            out.add(f"lemma|next={lemma}|{_word(field, candidate.last)}")
            out.add(f"next={_word(field, candidate.last)}")
            out.add(f"cnext={field.classes[candidate.last]}")
        if candidate.first > low:
            out.add(f"previous={_word(field, candidate.first - 1)}")
            out.add(f"cprevious={field.classes[candidate.first - 1]}")
        here = field.sentences[candidate.sentence]
        for cue in here.cues:
            gap = cue.first - candidate.last if cue.first >= candidate.last else candidate.first - cue.last
            if gap <= _REACH:
                out.add(f"near={cue.entry.id}")
                if cue.entry.id in _MEANS:
                    out.add(f"near|rule={cue.entry.id}|{entry.id}")
                    if gap <= 1 and cue.last > candidate.first:
                        # The trigger's own attribute: artillery fire, a rocket attack.
                        out.add(f"own={cue.entry.id}")
                        out.add(f"own|type={cue.entry.id}|{candidate.type}")
            elif cue.entry.id in _MEANS:
                out.add(f"far={cue.entry.id}")
        for other in here.triggers:
            if not other.entry.attrs["weak"]:
                gap = abs(other.first - candidate.first)
                if other.first != candidate.first:
                    out.add(("also=" if gap <= _REACH else "also far=") + other.entry.id)
        near = [a for a in here.actors if abs(a.first - candidate.first) <= _REACH]
        out.update(f"who={a.actor.type}" for a in near)
        if not weak:
            out.add("strong")
    out.update(f"rule={r}" for r in rules)
    if len(rules) == 1:
        out.add(f"only={next(iter(rules))}")
    out.add(f"agreed={next(iter(strong))}" if len(strong) == 1 else f"types={len(strong)}")
    return sorted(out)


_STANCE = (
    "cue.denial",
    "cue.negation",
    "cue.allegation",
    "cue.planned",
    "cue.hypothesis",
    "cue.foiled",
    "cue.reporting",
)


def status_facts(analysis: Analysis, candidates: Sequence[Candidate]) -> list[str]:
    """What tells whether an event is said to have happened: cues near its triggers, tense, dates to come."""
    out: set[str] = set()
    published = analysis.published.date()
    for candidate in candidates:
        field = analysis.fields[candidate.field]
        entry = candidate.match.entry
        low, high = candidate.sentence_first, candidate.sentence_last
        prefix = candidate.match.prefix
        word = field.text.words[candidate.first]
        out.add(f"rule={entry.id}")
        out.add(f"type={candidate.type}")
        out.add(f"type|title={candidate.type}|{candidate.field == 0}")
        out.add(f"pos={entry.attrs['pos']}")
        out.add(f"lemma={lemma_of(candidate, field)}")
        if entry.attrs["pos"] == "verb":
            out.add(f"initial={word[len(prefix) :][:1]}|{prefix[-1:]}")
        here = field.sentences[candidate.sentence]
        for cue in here.cues:
            if cue.entry.id in _STANCE:
                before = cue.first < candidate.first
                gap = candidate.first - cue.last if before else cue.first - candidate.last
                side = "before" if before else "after"
                out.add(f"{cue.entry.id}|{side}|{'near' if gap <= 3 else 'mid' if gap <= 8 else 'far'}")
                if gap <= 8:
                    out.add(f"{cue.entry.id}|{entry.id}")
        for step in (1, 2):
            if candidate.first - step >= low:
                out.add(f"w-{step}={_word(field, candidate.first - step)}")
                out.add(f"c-{step}={field.classes[candidate.first - step]}")
            if candidate.last - 1 + step < high:
                out.add(f"w+{step}={_word(field, candidate.last - 1 + step)}")
                out.add(f"c+{step}={field.classes[candidate.last - 1 + step]}")
        dates = [d for d in here.dates if d.precision != "unknown"]
        for when in dates:
            gap = abs(when.first - candidate.first)
            out.add(f"age={age_class(published, when.start, when.end)}|{'near' if gap <= 6 else 'far'}|{entry.id}")
            out.add(f"age={age_class(published, when.start, when.end)}|{'near' if gap <= 6 else 'far'}")
            out.add(f"tense={when.tense}")
    return sorted(out)
