"""Actors in a text: names from the lexicon, noun phrases by grammar, states by country, capital or adjective."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from stream.detection.matcher import Entry, Match
from stream.detection.morphology import conjunctions
from stream.detection.places import PlaceMention
from stream.detection.resources import load_yaml
from stream.detection.text import Text, normalise

_MAX_PHRASE = 12
_MAX_NAME = 4


@dataclass(frozen=True, slots=True)
class Actor:
    """Who: `id` is stable; `type` as in `lexicons/actors.yaml`; `country` ISO 3166-1 alpha-2 or None."""

    id: str
    name_ar: str
    name_en: str
    type: str
    country: str | None
    is_civilian: bool = False


@dataclass(frozen=True, slots=True)
class ActorMention:
    """The words *first* up to *last* name *actor*. `form` says how: name, phrase, state, adjective or generic.

    `prefix` holds the proclitics that are written together with the first word.
    """

    first: int
    last: int
    actor: Actor
    form: str
    prefix: str = ""


def _actor(row: dict[str, Any], name: str) -> Actor:
    """The actor that *name* means in an entry of the lexicon; see `each` there."""
    country, civilian = row.get("country"), bool(row.get("civilian", False))
    if not row.get("each"):
        return Actor(row["id"], row["names"][0], row["en"], row["type"], country, civilian)
    full = max((n for n in row["names"] if n.endswith(name)), key=len)
    number = row["names"].index(full)
    return Actor(f"{row['id']}.{number}", full, "", row["type"], country, civilian)


@cache
def _named() -> tuple[tuple[str, Entry], ...]:
    out: list[tuple[str, Entry]] = []
    for row in load_yaml("actors.yaml"):
        for name in row["names"]:
            actor = _actor(row, name)
            attrs = {"type": row["type"], "actor": actor, "generic": row["id"].startswith("generic.")}
            out.append((name, Entry(row["id"], "actor", attrs)))
    return tuple(out)


def actor_forms() -> Iterator[tuple[str, Entry]]:
    """Every form that can begin or be an actor, for the shared matcher."""
    yield from _named()
    grammar: dict[str, Any] = load_yaml("actor_heads.yaml")
    for row in grammar["heads"]:
        entry = Entry(f"actor_head.{row['type']}", "actor_head", {"type": row["type"]})
        for head in row["heads"]:
            yield head, entry


@cache
def _inner() -> frozenset[str]:
    return frozenset(normalise(word) for word in load_yaml("actor_heads.yaml")["inner"])


def _slug(words: Sequence[str]) -> str:
    return "_".join(words)


def _state(country: str, text: str, name_en: str) -> Actor:
    return Actor(f"state.{country.lower()}", text, name_en, "state", country)


def _joined(text: Text, i: int) -> bool:
    """True when word *i* follows the word before it with nothing but a space between."""
    return i > 0 and text.separators[i - 1] in (" ", ', "', ", ", ' "')


def _phrase(  # noqa: C901, PLR0912, PLR0917 - a small grammar, read left to right
    text: Text,
    head: Match,
    demonyms: dict[int, Match],
    countries: dict[int, PlaceMention],
    named: dict[int, Match],
    busy: frozenset[int],
) -> tuple[int, str | None, int | None, bool] | None:
    """Read a noun phrase from its head: where it ends, its country, the country word and whether a name follows."""
    inner = _inner()
    i = head.last
    country: str | None = None
    where: int | None = None
    end = head.last
    named_body = False
    limit = min(len(text.words), head.first + _MAX_PHRASE)
    while i < limit and text.separators[i - 1] == " ":
        if i in demonyms:
            if country is not None and where is not None and i != end:
                break
            country = country or str(demonyms[i].entry.attrs["country"])
            where = where if where is not None else i
            i = end = demonyms[i].last
        elif i in countries and country is None:
            country = countries[i].place.country
            where = i
            i = end = countries[i].core_last
        elif i in named and named[i].prefix.startswith(conjunctions()):
            break
        elif i in named and not named[i].entry.attrs["generic"]:
            actor: Actor = named[i].entry.attrs["actor"]
            where, country, end = i, country or actor.country, named[i].last
            if actor.type == "person" or head.entry.attrs["type"] != "person":
                return end, country, where, True
            named_body = True
            break
        elif text.words[i] in inner:
            i += 1
        else:
            break
    if head.entry.attrs["type"] != "person":
        return (end, country, where, False) if country is not None else None
    if country is None and not named_body:
        return None
    # A personal name after the title: a known one, or words that nothing else claims.
    if end < len(text.words) and text.separators[end - 1] in (" ", ", "):
        if end in named and not named[end].entry.attrs["generic"]:
            return named[end].last, country, end, True
        i = end
        while i < min(len(text.words), end + _MAX_NAME) and i not in busy and len(text.words[i]) > 1:
            i += 1
            if text.separators[i - 1] != " ":
                break
        apposition = text.separators[end - 1] == ", "
        if i > end and (not apposition or (i - end >= 2 and "," in text.separators[i - 1])):
            return i, country, where, named_body
    return end, country, where, named_body


def find_actors(  # noqa: C901 - four ways to be named
    text: Text, matches: Sequence[Match], places: Sequence[PlaceMention], claimed: frozenset[int]
) -> list[ActorMention]:
    """All actor mentions of *text*, longest first where they overlap, in text order.

    `claimed` holds the numbers of words that are verbs, cues, dates or other known words and so cannot be names.
    """
    named: dict[int, Match] = {}
    for match in matches:
        if match.entry.domain == "actor" and (match.first not in named or named[match.first].last < match.last):
            named[match.first] = match
    demonyms = {m.first: m for m in matches if m.entry.domain == "demonym"}
    countries = {p.core_first: p for p in places if p.place.precision == "country" or p.metonym}
    busy = claimed | frozenset(demonyms) | frozenset(named)
    prefixes = {m.first: m.prefix for m in matches if m.entry.domain == "place"}
    found: list[ActorMention] = []
    for match in named.values():
        form = "generic" if match.entry.attrs["generic"] else "name"
        found.append(ActorMention(match.first, match.last, match.entry.attrs["actor"], form, match.prefix))
    for match in matches:
        if match.entry.domain != "actor_head":
            continue
        read = _phrase(text, match, demonyms, countries, named, busy)
        if read is None:
            continue
        end, country, where, has_name = read
        kind = str(match.entry.attrs["type"])
        base: Actor | None = named[where].entry.attrs["actor"] if has_name and where in named else None
        if base is None:
            phrase = text.raw_text(match.first, end)
            state = (country or "xx").lower()
            base = Actor(f"{kind}.{state}", phrase, "", kind, country, kind == "civilians")
        found.append(ActorMention(match.first, end, base, "phrase", match.prefix))
    for first, place in countries.items():
        if place.place.country:
            actor = _state(place.place.country, place.place.name_ar, place.place.name_en)
            found.append(ActorMention(first, place.core_last, actor, "state", prefixes.get(first, "")))
    for first, match in demonyms.items():
        country = str(match.entry.attrs["country"])
        actor = _state(country, text.raw_text(first, match.last), str(match.entry.attrs.get("name_en", "")))
        found.append(ActorMention(first, match.last, actor, "adjective", match.prefix))
    return _longest(found)


def _longest(found: list[ActorMention]) -> list[ActorMention]:
    order = {"name": 0, "phrase": 1, "state": 2, "generic": 3, "adjective": 4}
    found.sort(key=lambda m: (m.first - m.last, order[m.form], m.first))
    taken: set[int] = set()
    out = []
    for mention in found:
        words = range(mention.first, mention.last)
        if taken.isdisjoint(words):
            taken.update(words)
            out.append(mention)
    out.sort(key=lambda m: m.first)
    return out
