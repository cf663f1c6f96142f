"""Who publishes and who owns it: outlets and agencies under all their names, from the data files beside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from stream.detection.text import Text, normalise
from stream.incidents.resources import load_yaml

_STATE_BODIES = frozenset({"state", "army", "government", "security", "person"})
_NUMBERED = re.compile(r"\.\d+$")
_OPENING, _CLOSING = frozenset("(["), frozenset(")]/")


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet: its *name* in English where it is known, else as received. *owners* are actor ids."""

    name: str
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    agency: str
    short: bool


def outlet(name: str) -> Outlet:
    """Return the outlet that *name* stands for: its id, one of its names, a domain or an address of its site."""
    known = _outlets()
    key = _key(name)
    if key in known:
        return known[key]
    host = (urlsplit(name if "//" in name else f"//{name}").hostname or "") if "." in name else ""
    labels = host.split(".")
    domains = (".".join(labels[i:]) for i in range(len(labels) - 1))
    return next((known[domain] for domain in domains if domain in known), Outlet(name.strip()))


def agency_of_outlet(name: str) -> str | None:
    """Return the id of the agency whose own outlet *name* is, None for all other outlets."""
    return _agency_outlets().get(_key(name))


def agency(agency_id: str) -> Outlet:
    """Return the agency *agency_id* as an outlet. Raises KeyError when there is none."""
    return _agencies()[agency_id]


def byline(text: str) -> str | None:
    """Return the id of the agency that *text* names as where it has the story from, the first of several.

    An article that names an agency has, with few exceptions, the story from it. A short name counts only in brackets or
    right after a word such as "agency".
    """
    parsed = Text(text)
    heads = _bylines()[1]
    for at, word in enumerate(parsed.words):
        for name in _starting(word):
            last = at + len(name.words)
            if tuple(parsed.words[at + 1 : last]) != name.words[1:]:
                continue
            if not name.short or _stands_alone(parsed, at, last) or (at and parsed.words[at - 1] in heads):
                return name.agency
    return None


def is_party(owner: str, parties: Iterable[str]) -> bool:
    """Say whether the actor *owner* is one of *parties* (actor ids), or a state one of whose arms is."""
    kind, _, code = owner.partition(".")
    organs: frozenset[str] = frozenset(load_yaml("outlets.yaml")["organs"].get(code.upper(), ()))
    # One of several people under one id has a number behind it.
    for party in (_NUMBERED.sub("", party) for party in parties):
        if party == owner or (kind == "state" and (party in organs or _country_code(party) == code)):
            return True
    return False


def _country_code(actor: str) -> str | None:
    """Return the code in the id of a state's body without a name of its own (army.ru), None for all others."""
    kind, _, rest = actor.partition(".")
    code = rest.split(".")[0]
    return code if kind in _STATE_BODIES and len(code) == 2 else None


def _key(name: str) -> str:
    return " ".join(normalise(name).split()).casefold()


def _stands_alone(text: Text, first: int, last: int) -> bool:
    before = text.norm[text.ends[first - 1] if first else 0 : text.starts[first]].strip()
    after = text.norm[text.ends[last - 1] :].strip()
    return before[-1:] in _OPENING and after[:1] in _CLOSING


@lru_cache(maxsize=50_000)
def _starting(word: str) -> tuple[_Name, ...]:
    """Return the names that begin with *word*, or with what is behind its clitics."""
    names, _, clitics = _bylines()
    found = list(names.get(word, ()))
    for clitic in clitics:
        if word.startswith(clitic):
            found += (name for name in names.get(word[len(clitic) :], ()) if not name.short)
    return tuple(found)


@cache
def _outlets() -> dict[str, Outlet]:
    known: dict[str, Outlet] = {}
    for row in load_yaml("outlets.yaml")["outlets"]:
        made = Outlet(row["en"], tuple(row.get("owners", ())))
        keys = [*map(_key, (row["id"], row["en"], *row["names"])), *row.get("domains", ())]
        known.update(dict.fromkeys(keys, made))
    for row in _agency_rows():
        if "outlet" not in row:
            made = Outlet(row["en"])
            known.update(dict.fromkeys(map(_key, (row["id"], row["en"], *row["names"])), made))
    return known


@cache
def _agencies() -> dict[str, Outlet]:
    return {row["id"]: _outlets()[_key(row.get("outlet", row["id"]))] for row in _agency_rows()}


@cache
def _agency_outlets() -> dict[str, str]:
    ids = {made: agency_id for agency_id, made in _agencies().items()}
    return {key: ids[made] for key, made in _outlets().items() if made in ids}


@cache
def _bylines() -> tuple[dict[str, list[_Name]], frozenset[str], tuple[str, ...]]:
    names: dict[str, list[_Name]] = {}
    for row in _agency_rows():
        for field in ("names", "short"):
            for form in row.get(field, ()):
                words = tuple(Text(form).words)
                names.setdefault(words[0], []).append(_Name(words, row["id"], short=field == "short"))
    for found in names.values():
        found.sort(key=lambda name: (-len(name.words), name.agency))
    data = load_yaml("agencies.yaml")
    return names, frozenset(map(normalise, data["heads"])), tuple(sorted(map(normalise, data["clitics"]), key=len))


def _agency_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = load_yaml("agencies.yaml")["agencies"]
    return rows
