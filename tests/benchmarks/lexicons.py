"""All surface forms of the shipped lexicon, and detectors with a larger one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import chain

from schemas.lexicon import TriggerEntry
from stream.detection import model
from stream.detection.actors import actor_forms
from stream.detection.detector import Detector
from stream.detection.lexicon import load
from stream.detection.lexicon_entries import entries
from stream.detection.matcher import Entry, surface
from stream.detection.morphology import noun_forms, verb_forms
from stream.detection.places import place_forms


def shipped_forms() -> list[str]:
    """Return every form that the detector looks for, normalised, each once."""
    named = chain(place_forms(), actor_forms())
    forms = chain(_listed(), (form for form, _ in named))
    return sorted({normal for form in forms if (normal := surface(form))})


def _listed() -> Iterator[str]:
    for item in entries():
        entry = item.entry
        if not isinstance(entry, TriggerEntry):
            yield from entry.words
            continue
        yield from entry.forms
        for spec in entry.verbs:
            yield from verb_forms(spec)
        for spec in entry.nouns:
            yield from noun_forms(spec)


def made_up_forms(count: int, vocabulary: Sequence[str], *, seed: int = 1) -> list[str]:
    """Return *count* forms that no article has, as names are: one or two words.

    The first word of the longer ones stands in articles, so that each such place has to be looked at further.
    """
    rng = random.Random(seed)
    known = set(vocabulary)
    letters = sorted({letter for word in vocabulary for letter in word if letter.isalpha() and not letter.isascii()})
    found: set[str] = set()
    while len(found) < count:
        word = "".join(rng.choices(letters, k=rng.randint(5, 9)))
        if word not in known:
            found.add(word if len(found) % 2 else f"{rng.choice(vocabulary)} {word}")
    return sorted(found)


def larger_detector(forms: Sequence[str]) -> Detector:
    """Return the shipped detector that looks for *forms* too and makes nothing of them."""
    more = ((form, Entry(f"made_up.{number}", "made_up")) for number, form in enumerate(forms))
    return Detector(load((), chain(place_forms(), actor_forms(), more)), model.load())
