"""Foreign field names under an article's own: what `--map body=text` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.article import ALIASES


class MappingError(ValueError):
    """A mapping that names no field. The text says which there are."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """An article's field -> the archive's. A dot leads into an object: `headline.main`."""

    names: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def columns(self) -> frozenset[str]:
        """The archive's names, those of objects included."""
        return frozenset(name for _, theirs in self.names for name in (theirs, theirs.partition(".")[0]))

    def apply(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return *fields* with every mapped value under the article's name; the others stay as they are."""
        mapped = {ours: value for ours, theirs in self.names if (value := _value(fields, theirs)) is not None}
        return {**fields, **mapped}


def parse_map(pairs: tuple[str, ...]) -> FieldMap:
    """Return the mapping of `FIELD=NAME` pairs. Raises MappingError."""
    names = []
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals or not theirs or ours not in ALIASES:
            raise MappingError(f"{pair!r} is not FIELD=NAME, where FIELD is one of {', '.join(ALIASES)}")
        names.append((ours, theirs))
    return FieldMap(tuple(names))


def _value(fields: Mapping[str, Any], name: str) -> Any:
    if name in fields:
        return fields[name]
    value: Any = fields
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
