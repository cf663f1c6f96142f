"""A small linear model over named facts: loaded from a data file, explained by its largest weights."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from stream.detection import resources
from stream.detection.facts import Told, spell, spelled

MODEL_FILE = "model.json.gz"
_REMEMBERED = 40_000
_PARTS = re.compile("[=| ]")
_UNIT = 10_000
"""Scores are added up as whole ten-thousandths: in whatever order facts come, the sum is the same to the last digit."""
_LANE = 32
"""The scores of all answers of a head are one number, so many bits for each: they are added up at once."""
_MIDDLE = 1 << (_LANE - 1)
"""What stands for zero when scores are read from their bits, since they may be negative."""


def _packed(scores: Iterable[float]) -> int:
    return sum(round(score * _UNIT) << (_LANE * i) for i, score in enumerate(scores))


class _Sums(dict[Told, int]):
    """What facts told at once weigh, packed and remembered."""

    __slots__ = ("_weights",)

    def __init__(self, weights: dict[str, tuple[float, ...]]) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, told: Told) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        weights = self._weights
        found = self[told] = sum(_packed(weights[fact]) for fact in spell(told) if fact in weights)
        return found


@dataclass(frozen=True, slots=True)
class Head:
    """One question: its possible answers and, for each fact, a weight an answer.

    A head with one answer is a yes-or-no question (logistic); more answers are exclusive (softmax).
    """

    answers: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]
    start: int = field(init=False, repr=False, compare=False)
    """What is known before any fact is told: packed scores, to which `told` adds."""
    _sums: _Sums = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Begin to remember."""
        object.__setattr__(self, "_sums", _Sums(self.weights))
        middle = sum(_MIDDLE << (_LANE * i) for i in range(len(self.answers)))
        object.__setattr__(self, "start", middle + _packed(self.bias))

    def told(self, told: Iterable[Told], start: int | None = None) -> int:
        """The packed scores once *told* is known, beside what made *start*."""
        return sum(map(self._sums.__getitem__, told), self.start if start is None else start)

    def scores(self, told: Iterable[Told], start: int | None = None) -> list[float]:
        """The log-odds of each answer. `start` as in `told`."""
        return [(lane - _MIDDLE) / _UNIT for lane in self._lanes(self.told(told, start))]

    def _lanes(self, packed: int) -> list[int]:
        return memoryview(packed.to_bytes(4 * len(self.answers), "little")).cast("I").tolist()

    def yes(self, told: Iterable[Told]) -> float:
        """The probability of yes, of a yes-or-no head."""
        return sigmoid((self.told(told) - _MIDDLE) / _UNIT)

    def probabilities(self, told: Iterable[Told], start: int | None = None) -> list[float]:
        """The probability of each of several answers. `start` as in `told`."""
        lanes = self._lanes(self.told(told, start))
        top = max(lanes)
        powers = [math.exp((lane - top) / _UNIT) for lane in lanes]
        whole = sum(powers)
        return [p / whole for p in powers]

    def answer(self, told: Iterable[Told]) -> str:
        """The likeliest answer."""
        lanes = self._lanes(self.told(told))
        return self.answers[lanes.index(max(lanes))]

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
