"""A small linear model over named facts: loaded from a data file, explained by its largest weights."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stream.detection import resources

MODEL_FILE = "model.json.gz"
_USUAL_ANSWERS = 3  # most heads have three answers: a loop of their own is twice as fast


@dataclass(frozen=True, slots=True)
class Head:
    """One question: its possible answers and, for each fact, a weight an answer.

    A head with one answer is a yes-or-no question (logistic); more answers are exclusive (softmax).
    """

    answers: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]

    def scores(self, facts: Iterable[str], start: Sequence[float] | None = None) -> list[float]:
        """Log-odds of each answer. `start` holds the scores of other facts about the same thing, bias included."""
        get = self.weights.get
        begin = self.bias if start is None else start
        if len(begin) == 1:
            score = begin[0]
            for fact in facts:
                found = get(fact)
                if found is not None:
                    score += found[0]
            return [score]
        if len(begin) == _USUAL_ANSWERS:
            a, b, c = begin
            for fact in facts:
                found = get(fact)
                if found is not None:
                    x, y, z = found
                    a += x
                    b += y
                    c += z
            return [a, b, c]
        total = list(begin)
        for fact in facts:
            found = get(fact)
            if found is not None:
                for i, weight in enumerate(found):
                    total[i] += weight
        return total

    def probabilities(self, facts: Iterable[str], start: Sequence[float] | None = None) -> list[float]:
        """The probability of each answer; one number, that of yes, for a yes-or-no question. `start` as in `scores`."""
        scores = self.scores(facts, start)
        if len(scores) == 1:
            return [sigmoid(scores[0])]
        top = max(scores)
        powers = [math.exp(s - top) for s in scores]
        whole = sum(powers)
        return [p / whole for p in powers]

    def answer(self, facts: Iterable[str]) -> str:
        """The likeliest answer."""
        scores = self.scores(facts)
        return self.answers[scores.index(max(scores))]

    def reasons(self, facts: Iterable[str], answer: int = 0, most: int = 8) -> list[tuple[str, float]]:
        """The facts that weighed most for or against *answer*, heaviest first."""
        weighed = [(fact, self.weights[fact][answer]) for fact in facts if fact in self.weights]
        weighed.sort(key=lambda item: -abs(item[1]))
        return weighed[:most]


@dataclass(frozen=True, slots=True)
class Model:
    """All heads by name, and the numbers that were fitted beside them."""

    heads: dict[str, Head]
    numbers: dict[str, float]


def sigmoid(x: float) -> float:
    """The logistic function, safe for large arguments."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    power = math.exp(x)
    return power / (1.0 + power)


def from_json(data: dict[str, object]) -> Model:
    """Build a model from its parsed file."""
    heads = {}
    for name, raw in dict(data["heads"]).items():  # type: ignore[call-overload]
        heads[name] = Head(
            tuple(raw["answers"]), tuple(raw["bias"]), {fact: tuple(w) for fact, w in raw["weights"].items()}
        )
    return Model(heads, dict(data["numbers"]))  # type: ignore[call-overload]


def load() -> Model:
    """The packaged model."""
    return from_json(json.loads(gzip.decompress(resources.read_bytes(MODEL_FILE))))
