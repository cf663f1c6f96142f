"""B-cubed precision and recall of a clustering (Bagga and Baldwin 1998), each item weighing the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BCubed:
    """Over `items`: how pure their clusters are (precision) and how whole (recall), each from 0 to 1."""

    items: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, 0 where there are no items."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def bcubed(given: Mapping[str, str], marked: Mapping[str, str]) -> BCubed:
    """Measure the clusters *given* (item -> cluster) against those *marked*, over the items that are marked.

    Each item counts the share of its given cluster that is of its marked cluster (precision), and the share of its
    marked cluster that is in its given cluster (recall). A marked item without a given cluster is alone in one.
    """
    if not marked:
        return BCubed(0, 0.0, 0.0)
    placed = {item: ("in", given[item]) if item in given else ("alone", item) for item in marked}
    given_sizes = Counter(placed.values())
    marked_sizes = Counter(marked.values())
    common = Counter((placed[item], cluster) for item, cluster in marked.items())
    precision = recall = 0.0
    for item, cluster in marked.items():
        shared = common[placed[item], cluster]
        precision += shared / given_sizes[placed[item]]
        recall += shared / marked_sizes[cluster]
    return BCubed(len(marked), precision / len(marked), recall / len(marked))
