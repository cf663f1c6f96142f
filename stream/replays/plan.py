"""What is replayed: which articles, in which order, and at what pace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from stream.archives.reading import ArchiveReader
from stream.archives.sources import sources
from stream.reading import STDIN, Damage, Line
from stream.replaying import read_article
from stream.replays.ordering import Span, in_order
from stream.replays.outcome import Outcome
from stream.replays.pacing import Pace


@dataclass(slots=True)
class Plan:
    """One replay. *paths* are files, folders, globs, addresses, or `-`."""

    paths: tuple[str, ...]
    reader: ArchiveReader
    span: Span = field(default_factory=Span)
    by_publication: bool = False
    pace: Pace | None = None

    def items(self, total: Callable[[int], None] = lambda _: None) -> Iterator[Line | Damage]:
        """Give the lines in the order in which they are sent; *total* is told their number, if it gets known."""
        found = self.reader.read(self.paths)
        if self.span:
            found = self.span.select(found)
        return in_order(found, total=total) if self.by_publication else found

    def identity(self) -> dict[str, Any]:
        """Return what makes this replay the same as an earlier one; its pace does not."""
        reader, span = self.reader, self.span
        return {
            "paths": self.paths,
            "format": reader.form,
            "map": reader.field_map.names,
            "encoding": reader.encoding,
            "since": span.since.isoformat() if span.since else None,
            "until": span.until.isoformat() if span.until else None,
            "by_publication": self.by_publication,
        }

    @property
    def can_resume(self) -> bool:
        """Say whether the same lines can be read again."""
        return STDIN not in self.paths

    def total_bytes(self) -> int | None:
        """Return the size of all files together, or None when one's is not known."""
        total = 0
        for source in sources(self.paths):
            if isinstance(source, Damage):
                continue
            if source.size is None:
                return None
            total += source.size
        return total

    def count_left_out(self, outcome: Outcome) -> None:
        """Add what was left out to *outcome*, by reason."""
        outcome.left_out.update(self.reader.passed_over)
        if self.span.outside:
            outcome.left_out["outside the span of time, or without a date"] += self.span.outside


def counted(items: Iterator[Line | Damage], outcome: Outcome) -> Iterator[Line | Damage]:
    """Give *items*, and count in *outcome* what would be sent and what is damaged."""
    for item in items:
        if isinstance(item, Damage):
            outcome.add_damage(item)
        else:
            outcome.articles += 1
            if article := read_article(item.data):
                outcome.add_article(article)
            else:
                outcome.without_id += 1
        yield item
