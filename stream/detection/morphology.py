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
    feminine = grammar["noun"]["feminine"]
    for pronoun in grammar["pronouns"]:
        if pronoun and stem.endswith(feminine):
            yield stem[:-1] + grammar["noun"]["feminine_open"] + pronoun
        else:
            yield stem + pronoun


def verb_forms(spec: str) -> set[str]:
    """The forms of a verb written `past/present` (third person masculine singular), object pronouns included.

    A third part, `past/present/past-stem`, gives the stem before consonantal endings of weak verbs.
    """
    parts = [normalise(part.strip()) for part in spec.split("/")]
    rules = _grammar()["verb"]
    out: set[str] = set()
    past, present = parts[0], parts[1] if len(parts) > 1 else ""
    weak_final = past[-1] in "اي" and len(past) >= 3
    stem = past[:-1] if weak_final else past
    for ending in rules["past_endings"]:
        if weak_final and ending == "":
            forms = [past, stem + "ا"]
        else:
            forms = [stem + ending] if not (weak_final and ending == "ا") else [stem + "يا", stem + "وا"]
        for form in forms:
            out.update(_with_pronouns(form.removesuffix("وا") + "و" if form.endswith("وا") and len(form) > 3 else form))
            out.add(form)
    if present:
        tail = present[1:]
        weak = tail[-1] in "ياو" and len(tail) >= 2
        for initial in rules["present_initials"]:
            for ending in rules["present_endings"]:
                if weak and ending in ("ون", "وا"):
                    form = initial + tail[:-1] + ending
                else:
                    form = initial + tail + ending
                out.add(form)
                if ending in ("", "ون", "ان"):
                    out.update(_with_pronouns(form))
                if ending == "وا":
                    out.update(_with_pronouns(form[:-1]))
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
            if ending == "ا" and stem != head:
                continue
            out.add(stem + ending if ending else head)
    return out
