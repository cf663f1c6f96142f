"""Independent sources: how many witnesses stand behind the outlets that report one event.

Outlets copy agencies and each other. An alert carries the title and the sentences that state the event, not the
article, so that is what is compared: outlets rewrite titles and keep sentences. A copy that kept one sentence of a long
story is seen if that sentence is evidence; a story retold in other words is not, nor a byline that stands apart from
the evidence. So `independent` tends to be too high, and is nearer to the truth than the number of outlets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rensa import RMinHash  # type: ignore[import-untyped]

from stream.detection.text import Text
from stream.incidents.outlets import Outlet, agency, agency_of_outlet, byline, is_party, outlet

__all__ = ["Report", "Sources", "byline", "count_sources", "same_story", "signature"]

SLOTS = 128
"""Values of a signature: the estimated similarity has a standard error below 0.05."""

_SEED = 1
# The lowest byte of each value is enough (Li and Koenig, b-bit minwise hashing, 2010), in a quarter of the state: of
# 256 values that differ, one agrees by chance, which the estimate allows for.
_VALUES = 256
_SHINGLE = 2
_CONTAINED = 0.4
_SHARED = 10


@dataclass(frozen=True, slots=True)
class Report:
    """What is kept of one article: its *outlet* as received, the *byline* (id of an agency) and the *signature*."""

    article_id: str
    outlet: str
    byline: str | None
    signature: tuple[int, ...]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Sources:
    """Who reports an event.

    *independent* counts an agency with all its copies once, and articles that copy each other once. *party_owned* are
    those of the outlets, and of the agencies that they quote, that a party to the event owns. Names are sorted.
    """

    outlets: tuple[str, ...]
    independent: int
    party_owned: tuple[str, ...]


def signature(text: str) -> tuple[int, ...]:
    """Return what tells whether *text* is a copy: its number of pairs of neighbouring words, then their MinHash.

    Lines are taken apart: sentences from different places are no neighbours. Signatures are kept in tables: changing
    how they are made means starting those anew.
    """
    pairs: set[str] = set()
    for line in text.split("\n"):
        words = Text(line).words
        pairs.update(" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))
    sketch = RMinHash(num_perm=SLOTS, seed=_SEED)
    sketch.update(sorted(pairs))
    return (len(pairs), *(value % _VALUES for value in sketch.digest()))


def same_story(one: Sequence[int], other: Sequence[int]) -> bool:
    """Say whether two signatures are of texts that share 40 % of the shorter one, and at least 10 pairs of words.

    Containment and not similarity: a copy is often cut down. The limits were read off pairs of real articles.
    """
    return bool(list(_copies((one, other))))


def _copies(signatures: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of *signatures*, by their places, that are of one story: each with all after it at once."""
    sizes = [made[0] for made in signatures]
    values = b"".join(bytes(made[1:]) for made in signatures)
    largest = max(sizes, default=0)
    for i, size in enumerate(sizes):
        fewest = _fewest(size + largest)
        after = values[(i + 1) * SLOTS :]
        mine = values[i * SLOTS : (i + 1) * SLOTS] * (len(sizes) - i - 1)
        differences = (int.from_bytes(mine) ^ int.from_bytes(after)).to_bytes(len(after))
        for start in range(0, len(after), SLOTS):
            equal = differences.count(0, start, start + SLOTS)
            if equal >= fewest:
                j = i + 1 + start // SLOTS
                if _shares(equal, size, sizes[j]):
                    yield i, j


def _fewest(pairs: int) -> float:
    """Return how many values have to be equal, at least, for two texts of so many pairs together to share enough."""
    if pairs <= 2 * _SHARED:
        return SLOTS
    similarity = _SHARED / (pairs - _SHARED)
    return SLOTS * (similarity * (1 - 1 / _VALUES) + 1 / _VALUES) - 0.01


def _shares(equal: int, size: int, other: int) -> bool:
    """Say whether two texts of so many pairs of words, of whose values so many are equal, share enough of them."""
    similarity = max(0.0, (equal / SLOTS - 1 / _VALUES) / (1 - 1 / _VALUES))
    shared = similarity / (1 + similarity) * (size + other)
    return shared >= max(_SHARED, _CONTAINED * min(size, other))


def count_sources(reports: Iterable[Report], parties: Iterable[str] = ()) -> Sources:
    """Return who stands behind *reports* of one event. *parties*: actor ids of those that fight. Order changes nothing.

    Articles that share text, or an agency, have one witness. An outlet's own articles have one, too, and none beside
    that of an agency which the same outlet quotes: more is not known to be its own.
    """
    ordered = sorted(set(reports), key=lambda report: (report.published_at, report.article_id, report.signature))
    parties = tuple(parties)
    outlets = {report.outlet: outlet(report.outlet) for report in ordered}
    agencies = [report.byline or agency_of_outlet(report.outlet) for report in ordered]
    names = [outlets[report.outlet].name for report in ordered]

    groups = _Groups(len(ordered))
    groups.join_equal(agencies)
    for i, j in _copies([report.signature for report in ordered]):
        if names[i] != names[j]:
            groups.join(i, j)
    signed = {groups.of(i) for i, agency_id in enumerate(agencies) if agency_id}
    quoting = {name for i, name in enumerate(names) if groups.of(i) in signed}
    unsigned = [i for i in range(len(ordered)) if groups.of(i) not in signed]
    by_outlet: dict[str, int] = {}
    for i in unsigned:
        groups.join(i, by_outlet.setdefault(names[i], i))
    explained = {groups.of(i) for i in unsigned if names[i] in quoting}
    witnesses = signed | {groups.of(i) for i in unsigned if groups.of(i) not in explained}

    publishers = {*outlets.values(), *(agency(agency_id) for agency_id in agencies if agency_id)}
    return Sources(
        outlets=tuple(sorted(set(names))),
        independent=len(witnesses),
        party_owned=tuple(sorted(made.name for made in publishers if _is_owned(made, parties))),
    )


def _is_owned(made: Outlet, parties: tuple[str, ...]) -> bool:
    return any(is_party(owner, parties) for owner in made.owners)


class _Groups:
    """Disjoint sets of the numbers below *size*."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def of(self, item: int) -> int:
        while (parent := self._parents[item]) != item:
            self._parents[item] = item = self._parents[parent]
        return item

    def together(self, one: int, other: int) -> bool:
        return self.of(one) == self.of(other)

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        self._parents[second] = first

    def join_equal(self, labels: Sequence[str | None]) -> None:
        first: dict[str, int] = {}
        for item, label in enumerate(labels):
            if label:
                self.join(item, first.setdefault(label, item))
