"""The lexicons of the detector, validated and compiled into one matcher.

A lexicon file is a list of entries; `schemas.lexicon` says what an entry may hold. Overlay folders add entries or, with
`off: true`, switch packaged ones off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from schemas.lexicon import CueEntry, TriggerEntry
from stream.detection import resources
from stream.detection.matcher import Entry, Matcher
from stream.detection.morphology import noun_forms, verb_forms

TRIGGER_FILES = {"attack.yaml": "attack", "diplomacy.yaml": "diplomacy"}
CUE_FILE = "cues.yaml"


class LexiconError(ValueError):
    """A lexicon file that cannot be used: the message names file, entry and field, and what to do."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What was loaded: the entries by file, the matcher over all forms and the hash of all of it."""

    triggers: dict[str, TriggerEntry]
    cues: dict[str, CueEntry]
    matcher: Matcher
    version: str


def parse(name: str, content: bytes) -> list[dict[str, Any]]:
    """Return the entries of a lexicon file, as they stand. Raises LexiconError where it is no list of entries."""
    try:
        data = yaml.load(content, Loader=resources.YamlLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise LexiconError(f"{name}: not valid YAML: {error}") from error
    if not isinstance(data, list):
        raise LexiconError(f"{name}: a lexicon file is a list of entries, not a {type(data).__name__}")
    rows = []
    for number, row in enumerate(data, 1):
        if not isinstance(row, dict):
            raise LexiconError(f"{name}: entry number {number}: an entry is a mapping with an id, not {row!r}")
        # YAML 1.1 reads a plain `off` as the value false, as a key too.
        rows.append({"off" if key is False else key: value for key, value in row.items()})
    return rows


def _validate(name: str, rows: list[dict[str, Any]], model: type[Any]) -> list[Any]:
    out = []
    adapter = TypeAdapter(model)
    for number, row in enumerate(rows, 1):
        label = row.get("id") or f"number {number}"
        try:
            out.append(adapter.validate_python(row))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the entry itself"
            raise LexiconError(f"{name}: entry {label}: field {where}: {first['msg']}") from error
    return out


def _trigger_forms(entry: TriggerEntry, kind: str) -> Iterator[tuple[str, Entry]]:
    common = {"kind": kind, "type": entry.type, "weak": entry.weak}
    verb = Entry(entry.id, "trigger", {**common, "pos": "verb"})
    noun = Entry(entry.id, "trigger", {**common, "pos": "noun"})
    phrase = Entry(entry.id, "trigger", {**common, "pos": "phrase"})
    for spec in entry.forms:
        yield spec, phrase
    for spec in entry.verbs:
        lemma = Entry(entry.id, "trigger", {**verb.attrs, "lemma": spec.split("/")[0]})
        for form in verb_forms(spec):
            yield form, lemma
    for spec in entry.nouns:
        lemma = Entry(entry.id, "trigger", {**noun.attrs, "lemma": spec.split("/")[0]})
        for form in noun_forms(spec):
            yield form, lemma


def load(  # noqa: C901, PLR0912 - every file, then every entry
    overlays: Sequence[Path] = (), extra_forms: Iterable[tuple[str, Entry]] = ()
) -> Lexicon:
    """Load and compile the packaged lexicons and the overlay folders.

    Raises `LexiconError` when a file cannot be used.
    """
    digest = hashlib.sha256(resources.version().encode())
    triggers: dict[str, TriggerEntry] = {}
    kinds: dict[str, str] = {}
    cues: dict[str, CueEntry] = {}
    sources: list[tuple[str, str, bytes]] = [
        (name, name, resources.read_bytes(name)) for name in (*TRIGGER_FILES, CUE_FILE)
    ]
    for folder in overlays:
        if not folder.is_dir():
            raise LexiconError(f"{folder}: no such lexicon folder; check RASID_LEXICON_PATH")
        for path in sorted(folder.glob("*.yaml")):
            if path.name not in TRIGGER_FILES and path.name != CUE_FILE:
                known = ", ".join([*TRIGGER_FILES, CUE_FILE])
                raise LexiconError(f"{path}: unknown lexicon file; an overlay may hold {known}")
            content = path.read_bytes()
            digest.update(path.name.encode() + b"\0" + content)
            sources.append((str(path), path.name, content))
    for label, name, content in sources:
        rows = parse(label, content)
        if name == CUE_FILE:
            for cue in _validate(label, rows, CueEntry):
                cues[cue.id] = cue
        else:
            for trigger in _validate(label, rows, TriggerEntry):
                triggers[trigger.id] = trigger
                kinds[trigger.id] = TRIGGER_FILES[name]
    forms: list[tuple[str, Entry]] = []
    for trigger in triggers.values():
        if not trigger.off:
            forms.extend(_trigger_forms(trigger, kinds[trigger.id]))
    for cue in cues.values():
        if not cue.off:
            entry = Entry(cue.id, "cue")
            forms.extend((word, entry) for word in cue.words)
    forms.extend(extra_forms)
    return Lexicon(triggers, cues, Matcher(forms), digest.hexdigest()[:12])
