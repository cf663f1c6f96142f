"""Fit the model from marked articles: `python -m stream.detection.training MARKED.jsonl ... --output model.json.gz`.

A development tool (needs scikit-learn); the detector only reads what it writes. Marked articles are JSON lines as
`shared/eval/GUIDE.md` describes them.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from schemas.lexicon import TriggerEntry
from stream.detection.analysis import Analysis, Candidate, analyse
from stream.detection.events import KINDS, Event, find_events, score_candidates
from stream.detection.facts import Told, spelled
from stream.detection.features import nature_facts, news_facts, status_facts
from stream.detection.links import Links, actor_links, date_links
from stream.detection.marked import Marked, same_name
from stream.detection.merging import pair_facts, sketch
from stream.detection.model import Head, Model
from stream.detection.place_links import ArticlePlaces, nearby_places, place_links
from stream.detection.places import PlaceMention, kilometres
from stream.detection.text import Text

MIN_COUNT = 2
MIN_WEIGHT = 0.004
STRENGTH = {
    "news": 0.06,
    "type": 0.3,
    "status": 0.5,
    "merge": 0.3,
    "role": 0.15,
    "place": 0.1,
    "date": 0.15,
    "event": 0.3,
}
SAME_PLACE_KM = 25.0
NUMBERS = {
    "mention.attack": 0.2,
    "mention.diplomacy": 0.2,
    "new.attack": 1.0,
    "new.diplomacy": 1.0,
    "merge.attack": 0.0,
    "merge.diplomacy": 0.0,
    "event.attack": 0.4,
    "event.diplomacy": 0.38,
    "initiator.attack": 0.43,
    "target.attack": 0.37,
    "initiator.diplomacy": 0.43,
    "target.diplomacy": 0.37,
    "place": 0.1,
    "date": 0.25,
}


@dataclass
class Rows:
    """Facts and labels of one head."""

    facts: list[list[str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, told: Iterable[Told], label: str, weight: float = 1.0) -> None:
        """Add one example."""
        self.facts.append(list(spelled(told)))
        self.labels.append(label)
        self.weights.append(weight)


def sentence_rows(sentences: Iterable[dict[str, Any]], matcher: Any, resolver: Any, weight: float) -> dict[str, Rows]:
    """Examples for `news.attack` from sentences that are only judged as a whole (`gold: true | false`).

    Of a sentence that reports an attack every strong trigger counts as news, or every weak one where there is no other.
    """
    rows = Rows()
    for article in sentences:
        published = datetime.fromisoformat(article["published_at"])
        analysis = analyse(article["title"], article["body"], published, matcher, resolver)
        found = [(c, f) for c, f in zip(analysis.candidates, facts_of(analysis), strict=True) if c.kind == "attack"]
        strong = any(not c.match.entry.attrs["weak"] for c, _ in found)
        for candidate, facts in found:
            if not article["gold"]:
                rows.add(facts, "none", weight)
            elif not strong or not candidate.match.entry.attrs["weak"]:
                # Attacks are rare among the sentences: what there is counts double.
                rows.add(facts, "new", 2 * weight)
    return {"news.attack": rows}


def quiet_rows(articles: Iterable[dict[str, Any]], matcher: Any, resolver: Any, weight: float) -> dict[str, Rows]:
    """Examples from articles on sport, culture and technology: next to nothing in them is news of our kind."""
    rows = {f"news.{kind}": Rows() for kind in KINDS}
    for article in articles:
        published = datetime.fromisoformat(article["published_at"])
        analysis = analyse(article["title"], article["body"], published, matcher, resolver)
        for candidate, facts in zip(analysis.candidates, facts_of(analysis), strict=True):
            rows[f"news.{candidate.kind}"].add(facts, "none", weight)
    return rows


def example_rows(entries: Iterable[tuple[str, TriggerEntry]], matcher: Any, resolver: Any) -> dict[str, Rows]:
    """Examples from the lexicon itself: `(kind, entry)` pairs. What an entry shows by example is learned with it."""
    rows: dict[str, Rows] = {}
    for kind, entry in entries:
        news, types = rows.setdefault(f"news.{kind}", Rows()), rows.setdefault(f"type.{kind}", Rows())
        for sentence in entry.examples:
            analysis = analyse("", sentence, _EXAMPLE_DAY, matcher, resolver)
            for candidate, facts in zip(analysis.candidates, facts_of(analysis), strict=True):
                if candidate.match.entry.id == entry.id:
                    news.add(facts, "new")
                    types.add(nature_facts(analysis, [candidate]), entry.type)
        for sentence in entry.counter_examples:
            analysis = analyse("", sentence, _EXAMPLE_DAY, matcher, resolver)
            for candidate, facts in zip(analysis.candidates, facts_of(analysis), strict=True):
                if candidate.kind == kind:
                    news.add(facts, "none")
    return rows


_EXAMPLE_DAY = datetime(2024, 5, 17, 12, tzinfo=UTC)


def facts_of(analysis: Analysis) -> list[list[Told]]:
    """The facts of each candidate, in order."""
    return [news_facts(analysis, candidate) for candidate in analysis.candidates]


def collect(marked: Sequence[Marked]) -> dict[str, Rows]:
    """The examples of the heads that look at one candidate, from marked articles."""
    rows: dict[str, Rows] = {}

    def head(name: str) -> Rows:
        return rows.setdefault(name, Rows())

    for item in marked:
        analysis, events = item.analysis, item.article["events"]
        all_facts = facts_of(analysis)
        places = ArticlePlaces(analysis)
        for candidate, facts, owner in zip(analysis.candidates, all_facts, item.owners, strict=True):
            kind = candidate.kind
            label = "none" if owner is None else events[owner]["timing"]
            head(f"news.{kind}").add(facts, label)
            if owner is None:
                continue
            event = events[owner]
            _collect_links(head, places, candidate, event)
        for number, event in enumerate(events):
            mine = [c for c, o in zip(analysis.candidates, item.owners, strict=True) if o == number]
            if mine:
                name = event["type"].lower()
                head(f"type.{event['kind']}").add(nature_facts(analysis, mine), name)
                head(f"status.{event['kind']}").add(status_facts(analysis, mine), event["status"])
                # A sketch knows one candidate only: the type must hold for each alone as well.
                for candidate in mine if len(mine) > 1 else ():
                    head(f"type.{event['kind']}").add(nature_facts(analysis, [candidate]), name, 0.3)
    return rows


def _collect_links(head: Any, places: ArticlePlaces, candidate: Candidate, event: dict[str, Any]) -> None:
    analysis = places.analysis
    text = analysis.fields[candidate.field].text
    parties = {
        answer: _identities(analysis, [x["text"] for x in event[slot]])
        for slot, answer in (("targets", "target"), ("initiators", "initiator"))
    }
    for actor, facts in actor_links(analysis, candidate):
        name = text.raw_text(actor.first, actor.last)
        role = "none"
        for slot, answer in (("targets", "target"), ("initiators", "initiator")):
            if any(same_name(name, x["text"]) for x in event[slot]) or actor.actor.id in parties[answer]:
                role = answer
        head(f"role.{candidate.kind}").add(facts, role)
    # An event whose marks have no place teaches that none of those named is its own.
    for place, facts in place_links(places, candidate):
        head("place").add(facts, "yes" if _is_place(place, text, event.get("place")) else "no")
    for number, place, facts in nearby_places(places, candidate):
        right = _is_place(place, analysis.fields[number].text, event.get("place"))
        head("place.nearby").add(facts, "yes" if right else "no")
    if event.get("date"):
        first, last = (date.fromisoformat(x) for x in event["date"])
        for when, facts in date_links(analysis, candidate):
            head("date").add(facts, "yes" if (when.start, when.end) == (first, last) else "no")


def _is_place(mention: PlaceMention, text: Text, gold: dict[str, Any] | None) -> bool:
    """Whether a mention means the marked place: by its name, or by lying next to it."""
    place = mention.place
    if not gold or place.country != gold.get("country"):
        return False
    if same_name(text.raw_text(mention.first, mention.last), gold["text"]):
        return True
    return kilometres(place, gold.get("lat"), gold.get("lon")) <= SAME_PLACE_KM


def _identities(analysis: Analysis, names: Sequence[str]) -> set[str]:
    """The ids of actors that the article itself names by one of *names*: other mentions of them are right as well."""
    return {
        actor.actor.id
        for field_ in analysis.fields
        for actor in field_.actors
        if actor.form in ("name", "state")
        and any(same_name(field_.text.raw_text(actor.first, actor.last), name) for name in names)
    }


def collect_pairs(marked: Sequence[Marked], heads: dict[str, Head]) -> dict[str, Rows]:
    """Whether two candidates state one event; their sketches are made by heads that did not see these articles."""
    rows = {f"merge.{kind}": Rows() for kind in KINDS}
    model = Model(heads, NUMBERS)
    for item in marked:
        links = Links(item.analysis, model)
        owned = [
            (sketch(item.analysis, c, model, links), o)
            for c, o in zip(item.analysis.candidates, item.owners, strict=True)
            if o is not None
        ]
        for i, (a, x) in enumerate(owned):
            for b, y in owned[i + 1 :]:
                if a.candidate.kind == b.candidate.kind:
                    facts = pair_facts(item.analysis, a, b)
                    rows[f"merge.{a.candidate.kind}"].add(facts, "yes" if x == y else "no")
    return rows


def fit(rows: Rows, strength: float, answers: Sequence[str] | None = None) -> Head:
    """Fit one head; a yes-or-no head has the single answer `yes`."""
    counts = Counter(fact for facts in rows.facts for fact in set(facts))
    vectoriser = DictVectorizer()
    # A fact that holds twice counts twice, as it does when the model is read.
    data = vectoriser.fit_transform(
        [{f: float(n) for f, n in Counter(facts).items() if counts[f] >= MIN_COUNT} for facts in rows.facts]
    )
    labels = rows.labels
    found = sorted(set(labels))
    model = LogisticRegression(C=strength, max_iter=200, tol=1e-3)
    model.fit(data, labels, sample_weight=rows.weights)
    names = list(vectoriser.get_feature_names_out())
    if set(found) == {"yes", "no"}:
        weights = model.coef_[0] * (1 if model.classes_[1] == "yes" else -1)
        yes: dict[str, tuple[float, ...]] = {
            n: (round(float(w), 3),) for n, w in zip(names, weights, strict=True) if abs(w) >= MIN_WEIGHT
        }
        return Head(("yes",), (float(model.intercept_[0]),), yes)
    wanted = list(answers or found)
    order = {a: i for i, a in enumerate(model.classes_)}
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients = np.vstack([-coefficients[0] / 2, coefficients[0] / 2])
        intercepts = np.array([-intercepts[0] / 2, intercepts[0] / 2])
    table: dict[str, tuple[float, ...]] = {}
    for i, name in enumerate(names):
        values = tuple(round(float(coefficients[order[a]][i]), 3) if a in order else 0.0 for a in wanted)
        if max(map(abs, values)) >= MIN_WEIGHT:
            table[name] = values
    bias = tuple(float(intercepts[order[a]]) if a in order else -9.0 for a in wanted)
    return Head(tuple(wanted), bias, table)


def fit_heads(marked: Sequence[Marked], more: dict[str, Rows] | None = None) -> dict[str, Head]:
    """All heads that look at one candidate; `more` adds examples."""
    heads = {}
    collected = collect(marked)
    if more is not None:
        join(collected, more)
    for name, rows in collected.items():
        group = name.split(".")[0]
        answers = ["none", "new", "background"] if group == "news" else None
        heads[name] = fit(rows, STRENGTH[group], answers)
    return heads


_PERMISSIVE = {"event.attack": -1.0, "event.diplomacy": -1.0}


def _blank_event_heads() -> dict[str, Head]:
    return {f"event.{kind}": Head(("yes",), (0.0,), {}) for kind in KINDS}


def collect_events(marked: Sequence[Marked], heads: dict[str, Head]) -> dict[str, Rows]:
    """Whether each new event that the heads find in articles they did not see is right."""
    rows = {f"event.{kind}": Rows() for kind in KINDS}
    model = Model({**heads, **_blank_event_heads()}, {**NUMBERS, **_PERMISSIVE})
    for item in marked:
        owner: dict[int, int | None] = {id(c): o for c, o in zip(item.analysis.candidates, item.owners, strict=True)}
        mentions = score_candidates(item.analysis, model)
        used: set[int] = set()
        for event in find_events(item.analysis, mentions, model, Links(item.analysis, model)):
            if event.timing == "new":
                right = _claim(event, owner, item.article["events"], used)
                rows[f"event.{event.kind}"].add(event.facts, "yes" if right else "no")
    return rows


def _claim(event: Event, owner: dict[int, int | None], gold: list[dict[str, Any]], used: set[int]) -> bool:
    """Whether the event is a marked new one that no surer event has taken."""
    votes: Counter[int] = Counter()
    for mention in event.mentions:
        number = owner[id(mention.candidate)]
        if number is not None and gold[number]["timing"] == "new" and number not in used:
            votes[number] += 1
    if not votes:
        return False
    used.add(votes.most_common(1)[0][0])
    return True


def folds(marked: Sequence[Marked], count: int) -> list[tuple[list[Marked], list[Marked]]]:
    """Split by article into *count* pairs of training and held-out parts."""
    return [
        ([m for i, m in enumerate(marked) if i % count != k], [m for i, m in enumerate(marked) if i % count == k])
        for k in range(count)
    ]


def join(into: dict[str, Rows], more: dict[str, Rows]) -> None:
    """Add the examples of *more* to *into*."""
    for name, rows in more.items():
        all_rows = into.setdefault(name, Rows())
        all_rows.facts += rows.facts
        all_rows.labels += rows.labels
        all_rows.weights += rows.weights


def train(marked: Sequence[Marked], more: dict[str, Rows] | None = None, inner: int = 3) -> Model:
    """Fit everything; heads that build on others learn from articles that those did not see."""
    parts = [(fit_heads(training, more), held) for training, held in folds(marked, inner)]
    pairs: dict[str, Rows] = {}
    for heads, held in parts:
        join(pairs, collect_pairs(held, heads))
    merging = {name: fit(rows, STRENGTH["merge"]) for name, rows in pairs.items()}
    events: dict[str, Rows] = {}
    for heads, held in parts:
        join(events, collect_events(held, {**heads, **merging}))
    last = {name: fit(rows, STRENGTH["event"]) for name, rows in events.items()}
    return Model({**fit_heads(marked, more), **merging, **last}, NUMBERS)


def save(model: Model, path: Path) -> None:
    """Write the model file: the same model gives the same bytes."""
    data = {
        "heads": {
            name: {
                "answers": h.answers,
                "bias": [round(b, 4) for b in h.bias],
                "weights": dict(sorted(h.weights.items())),
            }
            for name, h in sorted(model.heads.items())
        },
        "numbers": model.numbers,
    }
    path.write_bytes(gzip.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0))
