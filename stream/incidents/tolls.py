"""The toll of an incident: the history of its figures, and which of them stand.

The rules follow the low, best and high estimates of the UCDP Georeferenced Event Dataset (Sundberg and Melander 2013,
"Introducing the UCDP Georeferenced Event Dataset", Journal of Peace Research 50(4)), made exact so that a program can
follow them:

1. A figure belongs to the source that its article names for it, else to the outlet. Figures of one article, kind and
   source for several sides (civilians, soldiers) add up to that source's figure.
2. Of a source's figures only the newest stands. If it is lower than the one before, it corrects it.
3. Figures more than `COMPETING` older than the newest are outdated: tolls rise as bodies are found, and a source that
   stays silent meanwhile does not compete.
4. Of the figures that stand, `low` is the lowest and `high` the highest (null where the highest is "at least");
   `best` is the one with most independent outlets behind it, and of several the newest.
5. Tolls of several events over time (`cumulative`) and those of withdrawn accounts never stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, groupby
from typing import Literal

from schemas.alert import Casualties, CasualtyKind, CasualtyScope
from schemas.incident import Figure, Range, Toll
from stream.incidents.accounts import Account, standing
from stream.incidents.sources import count_sources

COMPETING = timedelta(hours=12)
"""How long a figure competes with newer ones of other sources."""

TollKind = Literal[CasualtyKind.KILLED, CasualtyKind.INJURED]

_KINDS: tuple[TollKind, ...] = (CasualtyKind.KILLED, CasualtyKind.INJURED)


@dataclass(frozen=True, slots=True)
class Count:
    """One source's toll of one kind in one article, all sides added up."""

    account: Account
    kind: TollKind
    source: str
    parts: tuple[Casualties, ...]

    @property
    def low(self) -> int:
        """At least how many."""
        return sum(part.low for part in self.parts)

    @property
    def high(self) -> int | None:
        """At most how many, or None when the text gives no upper end."""
        highs = [part.high for part in self.parts if part.high is not None]
        return sum(highs) if len(highs) == len(self.parts) else None


def counts(account: Account, scope: CasualtyScope = CasualtyScope.INCIDENT) -> tuple[Count, ...]:
    """Return the tolls of *account*: one for each kind and source."""
    told = sorted(
        (
            (_KINDS.index(c.kind), _source(c, account), i)
            for i, c in enumerate(account.casualties)
            if c.kind in _KINDS and c.scope is scope
        ),
    )
    return tuple(
        Count(account, _KINDS[kind], source, tuple(account.casualties[i] for *_, i in group))
        for (kind, source), group in groupby(told, key=lambda item: item[:2])
    )


def _source(casualties: Casualties, account: Account) -> str:
    if casualties.source is None:
        return account.outlet
    return casualties.source.id or casualties.source.text


def toll(accounts: Sequence[Account]) -> Toll:
    """Return the toll that *accounts*, in their order, give together."""
    kept = {account.alert_id for account in standing(accounts)}
    told = [count for account in accounts for count in counts(account)]
    stand = {kind: _standing([c for c in told if c.kind is kind and c.account.alert_id in kept]) for kind in _KINDS}
    current = {id(count) for of_kind in stand.values() for count in of_kind}
    history: list[Figure] = []
    last: dict[tuple[TollKind, str], int] = {}
    for count in told:
        before = last.get((count.kind, count.source), 0)
        history += _figures(count, stands=id(count) in current, corrects=count.low < before)
        last[count.kind, count.source] = count.low
    over_time = [c for account in accounts for c in counts(account, CasualtyScope.CUMULATIVE)]
    return Toll(
        killed=_range(stand[CasualtyKind.KILLED]),
        injured=_range(stand[CasualtyKind.INJURED]),
        history=tuple(history),
        cumulative=tuple(f for c in over_time for f in _figures(c, stands=False, corrects=False)),
    )


def _standing(told: Sequence[Count]) -> list[Count]:
    """The newest figure of each source, where it is new enough to compete. *told* is in the order of the accounts.

    "At least one" or "dozens", after a larger figure, tells nothing new: it outdates none and does not compete.
    """
    most = accumulate((count.low for count in told), max, initial=0)
    telling = [
        count for count, before in zip(told, most, strict=False) if count.high is not None or count.low >= before
    ]
    newest = {count.source: count for count in telling}
    latest = max((count.account.published_at for count in telling), default=None)
    return [c for c in newest.values() if latest is not None and latest - c.account.published_at <= COMPETING]


def _range(stand: Sequence[Count]) -> Range | None:
    if not stand:
        return None
    most = max(count.low for count in stand)
    # "At least one", "dozens": where another figure is larger, it holds as well, and says less.
    stand = [count for count in stand if count.high is not None or count.low == most]
    low = min(count.low for count in stand)
    top = max(stand, key=lambda c: (c.low if c.high is None else c.high, c.high is None))
    backing = {figure: _backing(figure, stand) for figure in {count.low for count in stand}}
    best = max(stand, key=lambda c: (backing[c.low], c.account.order))
    return Range(low=low, best=best.low, high=top.high)


def _backing(figure: int, stand: Sequence[Count]) -> int:
    """How many independent outlets give this figure."""
    reports = [count.account.report for count in stand if count.low == figure]
    return 1 if len(reports) == 1 else count_sources(reports).independent


def _figures(count: Count, *, stands: bool, corrects: bool) -> list[Figure]:
    return [
        Figure(
            kind=count.kind,
            low=part.low,
            high=part.high,
            victims=part.victims,
            source=part.source,
            article_id=count.account.article_id,
            at=count.account.published_at,
            standing=stands,
            corrects=corrects,
        )
        for part in count.parts
    ]
