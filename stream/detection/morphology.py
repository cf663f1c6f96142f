"""Word forms: what a lemma looks like in running text, generated from `lexicons/morphology.yaml`.

The generator over-generates on purpose: a form that never occurs costs nothing, a missing one loses an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from stream.detection.resources import load_yaml
from stream.detection.text import normalise


@cache
def _grammar() -> Any:
    return load_yaml("morphology.yaml")


def _with_pronouns(stem: str) -> Iterator[str]:
    grammar = _grammar()
    feminine, hamza = grammar["noun"]["feminine"], grammar["noun"]["hamza"]
    for pronoun in grammar["pronouns"]:
        if pronoun and stem.endswith(hamza):
            yield stem + pronoun
            for seat in grammar["noun"]["hamza_seats"]:
                yield stem[:-1] + seat + pronoun
        elif pronoun and stem.endswith(feminine):
            yield stem[:-1] + grammar["noun"]["feminine_open"] + pronoun
        else:
            yield stem + pronoun


def is_definite(prefix: str) -> bool:
    """Whether a group of proclitics ends with the article."""
    return bool(prefix) and prefix.endswith(tuple(_grammar()["definite"]))


def before_article(prefix: str) -> str:
    """The conjunctions and prepositions of a group of proclitics, as far as they can be cut off with the word whole."""
    ending = next((end for end in _grammar()["definite"] if prefix.endswith(end)), "")
    return prefix.removesuffix(ending)


def conjunctions() -> tuple[str, ...]:
    """The one-letter conjunctions that are written with the next word."""
    return tuple(_grammar()["conjunctions"])


def _past_forms(past: str, rules: Any) -> Iterator[str]:
    weak = past.endswith(tuple(rules["weak_past"])) and len(past) >= 3
    stem = past[:-1] if weak else past
    plural = rules["masculine_plural"]
    for ending in rules["past_endings"]:
        if weak and ending == "":
            forms = [past, stem + rules["dual"]]
        elif weak and ending == rules["dual"]:
            forms = [stem + dual for dual in rules["weak_dual"]]
        else:
            forms = [stem + ending]
        for form in forms:
            yield form
            joined = form.endswith(plural) and len(form) > 3
            yield from _with_pronouns(form.removesuffix(plural) + rules["plural_joined"] if joined else form)


def _present_forms(present: str, rules: Any) -> Iterator[str]:
    tail = present[1:]
    weak = tail.endswith(tuple(rules["weak_finals"])) and len(tail) >= 2
    plural = rules["masculine_plural"]
    for initial in rules["present_initials"]:
        for ending in rules["present_endings"]:
            stem = tail[:-1] if weak and ending in rules["weak_lost_before"] else tail
            form = initial + stem + ending
            yield form
            if ending in rules["takes_pronoun"]:
                yield from _with_pronouns(form)
            elif ending == plural:
                yield from _with_pronouns(form.removesuffix(plural) + rules["plural_joined"])


def verb_forms(spec: str) -> set[str]:
    """The forms of a verb written `past/present` (third person masculine singular), object pronouns included."""
    parts = [normalise(part.strip()) for part in spec.split("/")]
    rules = _grammar()["verb"]
    out = set(_past_forms(parts[0], rules))
    if len(parts) > 1:
        out.update(_present_forms(parts[1], rules))
    return {form for form in out if len(form) >= 2}


def noun_forms(spec: str) -> set[str]:
    """The forms of a noun written `singular` or `singular/plural/...`: case, dual and possessive pronouns included."""
    rules = _grammar()["noun"]
    out: set[str] = set()
    for part in spec.split("/"):
        noun = normalise(part.strip())
        head, _, rest = noun.partition(" ")
        if rest:
            out.add(noun)
            continue
        out.update(_with_pronouns(head))
        stem = head[:-1] + rules["feminine_open"] if head.endswith(rules["feminine"]) else head
        for ending in rules["endings"]:
            if stem != head and ending == rules["accusative"]:
                continue
            out.add(stem + ending if ending else head)
    return out
