"""The lexicon entries with the files they stand in, and what is wrong with them beyond their schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.alert import AttackType, DiplomacyType
from schemas.lexicon import CueEntry, TriggerEntry
from stream.detection import resources
from stream.detection.lexicon import CUE_FILE, TRIGGER_FILES, Lexicon, parse
from stream.detection.text import Text

_TYPES: Mapping[str, frozenset[str]] = {
    "attack": frozenset(item.value for item in AttackType),
    "diplomacy": frozenset(item.value for item in DiplomacyType),
}


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry in effect: the file that it comes from, its kind (`attack`, `diplomacy` or `cue`) and its words."""

    file: str
    kind: str
    entry: TriggerEntry | CueEntry

    @property
    def type(self) -> str:
        """The event type that a trigger names; empty for a cue."""
        return self.entry.type if isinstance(self.entry, TriggerEntry) else ""

    @property
    def words(self) -> list[str]:
        """The words as they are written in the file."""
        entry = self.entry
        return [*entry.verbs, *entry.nouns, *entry.forms] if isinstance(entry, TriggerEntry) else list(entry.words)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field of an entry."""

    file: str
    entry: str
    field: str
    fault: str

    def __str__(self) -> str:
        return f"{self.file}: entry {self.entry}: field {self.field}: {self.fault}"


def entries(overlays: Sequence[Path] = ()) -> list[ListedEntry]:
    """All entries in effect, overlays over the package; those switched off are here too, with `off`.

    The overlays must have been loaded by `lexicon.load` before: what is wrong with their form is told there.
    """
    return list({item.entry.id: item for item in _all(overlays)}.values())


def _all(overlays: Sequence[Path]) -> Iterator[ListedEntry]:
    files: list[tuple[str, str, list[dict[str, Any]]]] = [
        (name, name, resources.load_yaml(name)) for name in (*TRIGGER_FILES, CUE_FILE)
    ]
    paths = (path for folder in overlays for path in sorted(folder.glob("*.yaml")))
    files.extend((str(path), path.name, parse(str(path), path.read_bytes())) for path in paths)
    for label, name, rows in files:
        for row in rows:
            if name == CUE_FILE:
                yield ListedEntry(label, "cue", CueEntry(**row))
            else:
                yield ListedEntry(label, TRIGGER_FILES[name], TriggerEntry(**row))


def problems(lexicon: Lexicon, overlays: Sequence[Path] = ()) -> list[Problem]:
    """What is wrong in the entries of the overlays, or in the packaged ones when there are no overlays."""
    packaged = {item.entry.id: item for item in entries()}
    mine = {str(path) for folder in overlays for path in folder.glob("*.yaml")}
    found = []
    for item in entries(overlays):
        if not overlays or item.file in mine:
            faults = _faults(item, lexicon, packaged)
            found += [Problem(item.file, item.entry.id, field, fault) for field, fault in faults]
    return found


def _faults(item: ListedEntry, lexicon: Lexicon, packaged: Mapping[str, ListedEntry]) -> Iterator[tuple[str, str]]:
    known = packaged.get(item.entry.id)
    if known is not None and known.kind != item.kind:
        yield "id", f"this id is an entry of kind {known.kind} in the package"
    if item.entry.off:
        if known is None:
            yield "off", "no packaged entry has this id; `rasid lexicon list` shows those there are"
        return
    if not item.words:
        yield ("words" if item.kind == "cue" else "forms"), "the entry has no words, so that it never fires"
    if isinstance(item.entry, TriggerEntry):
        if item.type not in _TYPES[item.kind]:
            yield "type", f"{item.type!r} is no {item.kind} type; there are {', '.join(sorted(_TYPES[item.kind]))}"
        for number, example in enumerate(item.entry.examples, 1):
            if item.entry.id not in {m.entry.id for m in lexicon.matcher.scan(Text(example))}:
                yield f"examples.{number}", f"none of the entry's words is in it: {example}"
