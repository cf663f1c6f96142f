"""The time of a stream that several sources feed, each in the order of its articles, and none waiting for the others.

After an outage, or when an archive is read, one source may be months ahead of another. The time of the stream is
therefore that of the source which is furthest behind: no account is too late because of another source's haste. A
source from which nothing has come for `IDLE` holds nobody up, and as long are those waited for that have not begun.
Arrival times are those of the log, so the same log gives the same times whenever it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from schemas.base import Message, Moment

IDLE = timedelta(minutes=10)
"""After this a source counts as silent."""


class SourceTime(Message):
    """How far a source is: its newest article, and when something last arrived from it."""

    newest: Moment
    arrived: Moment


class StreamTime(Message):
    """What is known of the sources. Serialises to JSON for a table."""

    began: Moment | None = None
    now: Moment | None = None
    """Before this nothing more is expected; None while that is not known. Never goes back."""
    sources: Mapping[str, SourceTime] = {}

    def after(self, source: str, published_at: datetime, arrived: datetime) -> StreamTime:
        """Return the time after an article of *source* that was published at *published_at* has *arrived*."""
        before = self.sources.get(source)
        mine = SourceTime(
            newest=max(before.newest, published_at) if before else published_at,
            arrived=max(before.arrived, arrived) if before else arrived,
        )
        sources = {**self.sources, source: mine}
        began = self.began or arrived
        latest = max(time.arrived for time in sources.values())
        now = self.now
        if latest - began >= IDLE:
            behind = min(time.newest for time in sources.values() if latest - time.arrived < IDLE)
            now = max(now or behind, behind)
        return StreamTime.model_construct(began=began, now=now, sources=sources)
