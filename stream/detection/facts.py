"""Facts: what the model is told, with names that a person can read, and groups of them that are weighed at once.

A fact is a string, `name=part|part`. What tells facts gives tuples instead, from which the strings can be made:

- `("lemma|next", lemma, word)` is the one fact `lemma|next=<lemma>|<word>`, and `("strong",)` the fact `strong`;
- `(function, *arguments)` is all the facts that the function gives for these arguments.

Training and explanations spell them out. The detector does not: it remembers what each tuple weighs, so that facts
which depend on the same few things cost one look-up together. A tuple must therefore hold all that its facts say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Told = tuple[Any, ...]
"""Facts that are told at once."""


def spelled(told: Iterable[Told]) -> Iterator[str]:
    """Each fact of *told* as a string."""
    for item in told:
        yield from spell(item)


def spell(told: Told) -> Iterable[str]:
    """The facts of one tuple."""
    first = told[0]
    if callable(first):
        return first(*told[1:])  # type: ignore[no-any-return]
    return (f"{first}={'|'.join(map(str, told[1:]))}" if len(told) > 1 else first,)
