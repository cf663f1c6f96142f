"""The committed figures: written down once, and no figure may fall far below them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MOST_LOSS = 0.02
"""By how much a rate may get worse before the check fails."""

_LESS_IS_BETTER = {"background alarmed"}

Figures = Mapping[str, Any]


def losses(committed: Figures, measured: Figures, path: str = "") -> Iterator[str]:
    """Name every figure of *measured* that is worse than the committed one by more than `MOST_LOSS`.

    Compared are F1, the rates and the share of invented tolls; precision and recall alone may trade places.
    """
    for name, was in committed.items():
        here = f"{path} {name}".strip()
        now = measured.get(name)
        if not isinstance(was, Mapping):
            continue
        if not isinstance(now, Mapping):
            yield f"{here}: was measured once, and is no more"
            continue
        yield from _worse(here, was, now, less_is_better=name in _LESS_IS_BETTER)
        yield from losses(was, now, here)


def _worse(name: str, was: Figures, now: Figures, *, less_is_better: bool) -> Iterator[str]:
    for figure in ("f1", "rate"):
        before, after = was.get(figure), now.get(figure)
        if not isinstance(before, float | int) or not isinstance(after, float | int):
            continue
        loss = after - before if less_is_better else before - after
        if round(loss, 6) > MOST_LOSS:
            yield f"{name}: {figure} {after:.3f}, committed {before:.3f}"
    if "invented" in was and now["invented"] - was["invented"] > MOST_LOSS * max(now["of"], 1):
        yield f"{name}: {now['invented']} invented, committed {was['invented']}"
