"""Measure yes-or-no judgements of sentences: whether each reports an attack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.alert import Alert, Kind, Status, Timing
from stream.evaluation.figures import Found
from stream.evaluation.gold import GoldSentence

_NO_ATTACK = (Status.DENIED, Status.PLANNED)


def measure_sentences(gold: Sequence[GoldSentence], alerts: Iterable[Alert]) -> Found:
    """A sentence counts as judged an attack when it has a new attack alert that is neither denied nor planned."""
    said = alarmed(alerts)
    found = Found()
    for sentence in gold:
        alarm = sentence.article.article_id in said
        truth = sentence.is_attack
        found += Found(tp=int(alarm and truth), fp=int(alarm and not truth), fn=int(truth and not alarm))
    return found


def alarmed(alerts: Iterable[Alert]) -> set[str]:
    """The ids of the sentences that the alerts call attacks."""
    return {
        alert.article.article_id
        for alert in alerts
        if alert.kind is Kind.ATTACK and alert.timing is Timing.NEW and alert.status not in _NO_ATTACK
    }
