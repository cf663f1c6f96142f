"""Names of actors and places as a headline shows them, in Arabic with their cases, and in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.alert import Actor, Place, PlacePrecision
from stream.incidents.resources import load_yaml

_STATE = re.compile(r"(state|army|government|security)\.([a-z]{2})")
_BODY = re.compile(r"([a-z]+)\.([a-z]{2}|other)(\.\d+)?")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A name: *subject* is the Arabic nominative, *object_* the other two cases. *country* as adjective, for states."""

    subject: str
    object_: str
    en: str
    feminine: bool = False
    country: str | None = None


def actor_name(actor: Actor) -> Name | None:
    """Return the name of *actor*, None when it has none that can be shown in both languages."""
    data = load_yaml("headlines.yaml")
    if actor.id in data["generic"]:
        subject, object_, en = data["generic"][actor.id]
        return Name(subject, object_, en, _is_feminine(subject))
    body = _body(actor)
    if body:
        return body
    ar = (actor.name_ar or actor.text).replace("_", " ").strip()
    en = actor.name_en or data["persons"].get(ar) or _official(actor)
    return Name(ar, ar, en, actor.type != "person" and _is_feminine(ar)) if ar and en else None


def distinct(actors: Iterable[Actor]) -> list[Name]:
    """Return the names of *actors*, each once, in their order."""
    return list({name.en: name for actor in actors if (name := actor_name(actor))}.values())


def is_generic(actor: Actor) -> bool:
    """Say whether *actor* is known by its role only, such as "civilians"."""
    return actor.is_civilian or actor.id in load_yaml("headlines.yaml")["generic"]


def listed(names: Sequence[Name], *, subject: bool = False, limit: int = _SHOWN) -> tuple[str, str]:
    """Return *names* as one phrase, Arabic and English; those after *limit* are "others".

    The Arabic stands in the nominative for a *subject*, else in the case of objects. No names give empty phrases.
    """
    if not names:
        return "", ""
    data = load_yaml("headlines.yaml")
    shown = [(name.subject if subject else name.object_, name.en) for name in names[:limit]]
    if len(names) > limit:
        shown.append((data["others"]["ar"], data["others"]["en"]))
    ar = data["and"]["ar"].join(ar for ar, _ in shown)
    *first, last = (en for _, en in shown)
    return ar, data["and"]["en"].join((", ".join(first), last)) if first else last


def place_name(place: Place | None) -> tuple[str, str] | None:
    """Return the name of *place* with its country, Arabic and English; None where it has no name."""
    if place is None:
        return None
    data = load_yaml("headlines.yaml")["place"]
    country = country_names(place.country)
    if place.precision is PlacePrecision.COUNTRY and country:
        return country[0], country[1]
    ar, en = place.name_ar or place.text, place.name_en
    if not ar or not en:
        return (country[0], country[1]) if country else None
    if country is None or country[0] in ar or country[1] == en:
        return ar, en
    return data["ar"].format(name=ar, country=country[0]), data["en"].format(name=en, country=country[1])


def country_names(code: str | None) -> tuple[str, str, str, str] | None:
    """Return Arabic name, English name, Arabic adjective (masculine) and English adjective of the country *code*."""
    row = load_yaml("countries.yaml").get(code)
    return tuple(row) if row else None


def adjective(country: str, *, feminine: bool, definite: bool = False) -> str:
    """Return the Arabic adjective of *country*, an ISO code of countries.yaml, agreeing with its noun."""
    data = load_yaml("headlines.yaml")
    words = load_yaml("countries.yaml")[country][2].split()
    ending = data["feminine"] if feminine else ""
    return " ".join((data["article"] if definite else "") + word + ending for word in words)


def at(place: Place | None, preposition: str) -> str:
    """Return the English *preposition* as it stands before *place*: "in" a town is "at" a building."""
    words = load_yaml("headlines.yaml")["at"]
    is_point = place is not None and place.precision is PlacePrecision.POINT
    return str(words["en_point"] if is_point and preposition == words["en"] else preposition)


def with_to(phrase: str) -> str:
    """Return the Arabic *phrase* with the preposition "to" joined to its first word."""
    to = load_yaml("headlines.yaml")["to"]
    if phrase.startswith(to["before_lam"]):
        return str(to["plain"] + phrase.removeprefix(to["before"]))
    if phrase.startswith(to["before"]):
        return str(to["article"] + phrase.removeprefix(to["before"]))
    return str(to["plain"] + phrase)


def _body(actor: Actor) -> Name | None:
    """Return the name of a state, or of a body of it that has no name of its own but its country's adjective."""
    match = _BODY.fullmatch(actor.id or "")
    country = actor.country or ""
    names = country_names(country)
    template = load_yaml("headlines.yaml")["bodies"].get(match[1]) if match else None
    if match is None or names is None or template is None or "ar" not in template or match[2].upper() != country:
        return None
    if match[1] in {"civilians", "militants"} and len(names[2].split()) > 1:
        return None
    endings = load_yaml("headlines.yaml")["endings"]
    article = load_yaml("headlines.yaml")["article"]
    slots = {
        "country": names[0],
        "country_en": names[1],
        "adjective": names[3],
        "m": adjective(country, feminine=False, definite=True),
        "f": adjective(country, feminine=True, definite=True),
        "f_bare": adjective(country, feminine=True),
        "p": article + names[2] + endings["oblique"],
        "pn": article + names[2] + endings["nominative"],
    }
    ar = template["ar"].format(**slots)
    subject = template.get("nominative", template["ar"]).format(**slots)
    adjectival = country if _STATE.fullmatch(actor.id or "") else None
    masculine = load_yaml("headlines.yaml")["masculine_countries"]
    feminine = country not in masculine if match[1] == "state" else _is_feminine(ar)
    return Name(subject, ar, template["en"].format(**slots), feminine, adjectival)


def _official(actor: Actor) -> str | None:
    """Return what an unnamed office-holder is in English: "Pakistani official"."""
    names = country_names(actor.country)
    if actor.type != "person" or names is None:
        return None
    return str(load_yaml("headlines.yaml")["bodies"]["person"]["en"].format(adjective=names[3]))


def _is_feminine(name: str) -> bool:
    data = load_yaml("headlines.yaml")
    head = next(_words(name), "")
    return head in data["feminine_heads"] or head.endswith(tuple(data["feminine_endings"]))


def _words(name: str) -> Iterator[str]:
    article = load_yaml("headlines.yaml")["article"]
    feminine = load_yaml("headlines.yaml")["feminine_heads"]
    for word in name.split():
        bare = word.removeprefix(article)
        yield bare if word not in feminine else word
