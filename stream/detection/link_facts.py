"""What the model is told of an actor, a place or a date of a candidate's sentence: how it lies to the trigger."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from stream.detection.analysis import Candidate, FieldAnalysis
from stream.detection.facts import Told
from stream.detection.matcher import Entry
from stream.detection.word_classes import AFTER_ALL, Word


def between(starts: Sequence[int], first: int, trigger: int) -> int:
    """How many of *starts*, in order, lie between the words *first* and *trigger*, at most four."""
    low, high = (first, trigger) if first < trigger else (trigger, first)
    return min(max(bisect_left(starts, high) - bisect_right(starts, low), 0), 4)


def link_facts(  # noqa: PLR0917 - a span and what it is
    field: FieldAnalysis, candidate: Candidate, first: int, last: int, what: str, rank: int
) -> list[Told]:
    """How the words *first* up to *last* of the candidate's sentence lie to the trigger.

    `what` describes the words (the class of an actor, say); `rank` counts things of the same sort between the two.
    """
    words, opens = field.words, candidate.sentence_first
    entry, type_ = candidate.match.entry, candidate.type
    if first >= candidate.last:
        side, low, high = "after", candidate.last, first
    elif last <= candidate.first:
        side, low, high = "before", last, candidate.first
    else:
        side, low, high = "inside", first, first
    gap = high - low
    previous = words[first - 1] if first > opens else None
    following = words[last] if last < candidate.sentence_last else AFTER_ALL
    out: list[Told] = [
        (_what, side, what, type_),
        (_rank, side, rank, entry, candidate.lemma, candidate.field == 0),
        (_letters, side, field.text.words[first][:2], entry),
        (_gap, side, gap, _pause(field, low, high)),
        (_previous, side, type_, previous),
        ("next", following.text),
    ]
    if previous is not None and first > opens + 1:
        out.append((_two_previous, words[first - 2].text, previous.text))
    if gap == 0:
        out.append((_touch, side, what, entry))
    elif gap <= 8:
        out += [(_between, side, word) for word in words[low:high]]
    return out


def _pause(field: FieldAnalysis, low: int, high: int) -> bool:
    return bool("".join(field.text.separators[low:high]).strip())


def _what(side: str, what: str, type_: str) -> Iterator[str]:
    yield side
    yield f"what={what}"
    yield f"side|what={side}|{what}"
    yield f"type|side|what={type_}|{side}|{what}"


def _rank(side: str, rank: int, entry: Entry, lemma: str, titled: bool) -> Iterator[str]:  # noqa: FBT001 - of a tuple
    pos, type_ = entry.attrs["pos"], entry.attrs["type"]
    title = "title" if titled else "body"
    yield f"side|pos={side}|{pos}|{title}"
    yield f"side|rule={side}|{entry.id}"
    yield f"side|lemma={side}|{lemma}"
    yield f"side|rank={side}|{rank}"
    yield f"side|rank|rule={side}|{rank}|{entry.id}"
    yield f"side|rank|pos={side}|{rank}|{pos}|{title}"
    yield f"lemma|side|rank={lemma}|{side}|{rank}"
    yield f"type|side|rank|pos={type_}|{side}|{rank}|{pos}"


def _letters(side: str, letters: str, entry: Entry) -> Iterator[str]:
    yield f"letter={letters[:1]}"
    yield f"side|letters={side}|{letters}"
    yield f"side|letters|rule={side}|{letters}|{entry.id}"


def _gap(side: str, gap: int, pause: bool) -> Iterator[str]:  # noqa: FBT001 - part of a tuple
    size = str(gap) if gap < 4 else "4-6" if gap < 7 else "7-12" if gap < 13 else "13+"
    yield f"side|gap={side}|{size}"
    if pause:
        yield f"{side}|pause"


def _previous(side: str, type_: str, word: Word | None) -> Iterator[str]:
    text = word.text if word else "<s>"
    yield f"prev={text}"
    yield f"side|prev={side}|{text}"
    yield f"type|side|prev={type_}|{side}|{text}"
    if word:
        yield f"cprev={side}|{word.cls}"


def _two_previous(one: str, two: str) -> Iterator[str]:
    yield f"prev2={one} {two}"


def _between(side: str, word: Word) -> Iterator[str]:
    yield f"between={side}|{word.text}"
    yield f"cbetween={side}|{word.cls}"


def _touch(side: str, what: str, entry: Entry) -> Iterator[str]:
    yield f"touch={side}|{entry.attrs['pos']}|{what}"
    yield f"touch|rule={side}|{entry.id}"
