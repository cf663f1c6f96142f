"""What another run changed: alerts gained, alerts lost, and the slots that differ in those that stayed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.alert import Alert, Role, Timing
from stream.evaluation.measure import by_article
from stream.evaluation.pairing import pair_alerts


@dataclass(frozen=True, slots=True)
class Change:
    """An alert in which a slot reads otherwise than before."""

    alert: Alert
    slot: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Unless background is compared too, an alert that has become background is lost."""

    gained: tuple[Alert, ...]
    lost: tuple[Alert, ...]
    changed: tuple[Change, ...]
    same: int
    """How many alerts stayed as they were."""

    def as_json(self, right: Mapping[str, bool]) -> dict[str, Any]:
        """Return the comparison; *right* tells of alert ids whether a marked event stands behind them."""
        return {
            "same": self.same,
            "gained": [_brief(alert, right) for alert in self.gained],
            "lost": [_brief(alert, right) for alert in self.lost],
            "changed": [
                {**_brief(change.alert, right), "slot": change.slot, "before": change.before, "after": change.after}
                for change in self.changed
            ],
        }


def compare(
    old: Iterable[Alert],
    new: Iterable[Alert],
    *,
    slots: Callable[[Alert], Mapping[str, str]] | None = None,
    background: bool = False,
) -> Comparison:
    """Compare two runs over the same articles, by *slots* (default: `slots_of`).

    With *background*, alerts of background events are compared as well, else left out.
    """
    slots = slots or slots_of
    before, after = by_article(old), by_article(new)
    gained: list[Alert] = []
    lost: list[Alert] = []
    changed: list[Change] = []
    same = 0
    for article_id in dict.fromkeys([*after, *before]):
        olds = [alert for alert in before.get(article_id, ()) if background or alert.timing is Timing.NEW]
        news = [alert for alert in after.get(article_id, ()) if background or alert.timing is Timing.NEW]
        pairs = pair_alerts(olds, news)
        stayed = {i for i, _ in pairs}
        known = {j for _, j in pairs}
        lost += [alert for i, alert in enumerate(olds) if i not in stayed]
        gained += [alert for j, alert in enumerate(news) if j not in known]
        for i, j in pairs:
            differences = _differences(olds[i], news[j], slots)
            changed += differences
            same += not differences
    return Comparison(tuple(gained), tuple(lost), tuple(changed), same)


def _brief(alert: Alert, right: Mapping[str, bool]) -> dict[str, Any]:
    return {
        "article_id": alert.article.article_id,
        "alert_id": alert.alert_id,
        "kind": alert.kind.value,
        "event_type": alert.event_type.value,
        "right": right.get(alert.alert_id),
        "sentence": alert.evidence[0].text,
    }


def slots_of(alert: Alert) -> dict[str, str]:
    """The slots of *alert* as strings that compare."""
    place = alert.place
    sides = {
        role.value: ", ".join(sorted(actor.text for actor in alert.actors if actor.role is role))
        for role in (Role.INITIATOR, Role.TARGET)
    }
    tolls = sorted(
        f"{toll.low}-{'' if toll.high is None else toll.high} {toll.kind.value}" for toll in alert.casualties
    )
    return {
        "type": alert.event_type.value,
        "status": alert.status.value,
        **sides,
        "place": f"{place.text} ({place.country}, {place.lat}, {place.lon})" if place else "",
        "date": f"{alert.occurred.start} to {alert.occurred.end}",
        "toll": ", ".join(tolls),
    }


def _differences(old: Alert, new: Alert, slots: Callable[[Alert], Mapping[str, str]]) -> list[Change]:
    before, after = slots(old), slots(new)
    return [Change(new, slot, before[slot], after[slot]) for slot in before if before[slot] != after[slot]]
