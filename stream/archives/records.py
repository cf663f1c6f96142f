"""What every reader of a format gives: records, of which each may become an article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from schemas.article import ALIASES
from stream.reading import Damage
from stream.unpack_limits import DEFAULT_LIMITS, UnpackLimits


@dataclass(frozen=True, slots=True)
class Record:
    """One article's fields under the archive's own names. *number* counts lines or records of the file from 1."""

    number: int
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Part:
    """A file, or a member of a zip archive, that holds records.

    *size* is what it has in bytes on disk, where known; *modified* is its time, for texts that name no date of their
    own; *passed_over* counts what is no article and was left alone, by reason.
    """

    path: str
    modified: datetime | None = None
    size: int | None = None
    max_bytes: int = 10_000_000
    encoding: str = "utf-8"
    wanted: frozenset[str] = frozenset()
    """Columns that are read although no article's field is called so."""
    limits: UnpackLimits = DEFAULT_LIMITS
    passed_over: Counter[str] = field(default_factory=Counter)

    def damage(self, number: int, reason: str, *, fatal: bool = False, over_limit: bool = False) -> Damage:
        """Return a Damage of this part."""
        return Damage(self.path, number, reason, fatal=fatal, over_limit=over_limit)


Records = Iterator[Record | Damage]
Reader = Callable[[BinaryIO, Part], Records]

KNOWN = frozenset([*ALIASES, *(alias for aliases in ALIASES.values() for alias in aliases)])
_TEXTS = frozenset(["title", "body", *ALIASES["title"], *ALIASES["body"]])
_FOLDED = {name.casefold(): name for name in KNOWN}
_SHOWN_NAMES = 12


def canonical(column: str, wanted: frozenset[str]) -> str:
    """Return the article's field that *column* is, whatever its case; a *wanted* or strange name stays as it is."""
    name = column.strip()
    return name if name in KNOWN or name in wanted else _FOLDED.get(name.casefold(), name)


def no_text_among(columns: list[str], wanted: frozenset[str]) -> str | None:
    """Return what to do when no column holds a title or body, or None when one does."""
    if any(column in _TEXTS or column in wanted for column in columns):
        return None
    shown = ", ".join(columns[:_SHOWN_NAMES])
    return (
        f"no column is an article's title or body; name them with --map, as in --map body=COLUMN (there are: {shown})"
    )
