"""A small linear model over named facts: loaded from a data file, explained by its largest weights."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from stream.detection import resources
from stream.detection.facts import Told, spell, spelled

MODEL_FILE = "model.json.gz"
_REMEMBERED = 60_000
_PARTS = re.compile("[=| ]")
_UNIT = 10_000
"""Scores are added up as whole ten-thousandths: in whatever order facts come, the sum is the same to the last digit."""


class _Sums(dict[Told, Any]):
    """What facts told at once weigh, remembered: whole units, one an answer; of a yes-or-no head just the number."""

    __slots__ = ("_nothing", "_weights", "_yes_or_no")

    def __init__(self, answers: int, weights: dict[str, tuple[float, ...]]) -> None:
        super().__init__()
        self._yes_or_no = answers == 1
        self._nothing: Any = 0 if self._yes_or_no else (0,) * answers
        self._weights = weights

    def __missing__(self, told: Told) -> Any:
        if len(self) >= _REMEMBERED:
            self.clear()
        weights = self._weights
        found = [weights[fact] for fact in spell(told) if fact in weights]
        if found:
            total = _units(map(sum, zip(*found, strict=True)))
            result = total[0] if self._yes_or_no else total
        else:
            result = self._nothing
        self[told] = result
        return result


def _units(scores: Iterable[float]) -> tuple[int, ...]:
    return tuple(round(score * _UNIT) for score in scores)


@dataclass(frozen=True, slots=True)
class Head:
    """One question: its possible answers and, for each fact, a weight an answer.

    A head with one answer is a yes-or-no question (logistic); more answers are exclusive (softmax).
    """

    answers: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]
    _sums: _Sums = field(init=False, repr=False, compare=False)
    _start: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Begin to remember."""
        object.__setattr__(self, "_sums", _Sums(len(self.answers), self.weights))
        object.__setattr__(self, "_start", _units(self.bias))

    def weigh(self, told: Iterable[Told], start: Sequence[int] | None = None) -> list[int]:
        """The score of each answer in whole units. `start` holds that of other facts about the same thing."""
        begin = self._start if start is None else start
        if len(begin) == 1:
            return [sum(map(self._sums.__getitem__, told), begin[0])]
        return list(map(sum, zip(begin, *map(self._sums.__getitem__, told), strict=True)))

    def log_odds(self, told: Iterable[Told]) -> float:
        """The log-odds of yes, of a yes-or-no head."""
        return float(sum(map(self._sums.__getitem__, told), self._start[0]) / _UNIT)

    def yes(self, told: Iterable[Told]) -> float:
        """The probability of yes, of a yes-or-no head."""
        return sigmoid(self.log_odds(told))

    def probabilities(self, told: Iterable[Told], start: Sequence[int] | None = None) -> list[float]:
        """The probability of each of several answers. `start` as in `weigh`."""
        scores = self.weigh(told, start)
        top = max(scores)
        powers = [math.exp((score - top) / _UNIT) for score in scores]
        whole = sum(powers)
        return [p / whole for p in powers]

    def answer(self, told: Iterable[Told]) -> str:
        """The likeliest answer."""
        scores = self.weigh(told)
        return self.answers[scores.index(max(scores))]

    def reasons(self, told: Iterable[Told], answer: int = 0, most: int = 8) -> list[tuple[str, float]]:
        """The facts that weighed most for or against *answer*, heaviest first."""
        weighed = [(fact, self.weights[fact][answer]) for fact in spelled(told) if fact in self.weights]
        weighed.sort(key=lambda item: -abs(item[1]))
        return weighed[:most]


@dataclass(frozen=True, slots=True)
class Model:
    """All heads by name, and the numbers that were fitted beside them."""

    heads: dict[str, Head]
    numbers: dict[str, float]

    def vocabulary(self) -> frozenset[str]:
        """Every word that a fact of any head holds, and more: all the parts of its facts."""
        return frozenset(part for head in self.heads.values() for fact in head.weights for part in _PARTS.split(fact))


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
