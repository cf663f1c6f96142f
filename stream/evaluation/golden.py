"""Our own short articles in `tests/golden/`, measured by class: which must raise which alerts, and which none.

`python -m stream.evaluation.golden tests/golden --update` writes the floors and the failures that are known.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.alert import Kind
from stream.detection.detector import Detector, load_detector
from stream.evaluation.figures import KindFigures
from stream.evaluation.gold import GoldArticle, gold_article
from stream.evaluation.measure import Report, measure
from stream.evaluation.running import detect_all

FLOORS = "floors.json"


@dataclass(frozen=True, slots=True)
class GoldenLine:
    """A short article with what it must raise; `group` says what it is an example of."""

    group: str
    gold: GoldArticle

    @property
    def id(self) -> str:
        """The article's id."""
        return self.gold.article.article_id


@dataclass(frozen=True, slots=True)
class GoldenReport:
    """Pass rates by class of line, rates by aspect, and what went wrong on each line that failed or is incomplete."""

    classes: Mapping[str, float]
    aspects: Mapping[str, float]
    failures: Mapping[str, tuple[str, ...]]

    def as_json(self) -> dict[str, Any]:
        """Return the floors that this report would set: the rates, rounded down, and the failures."""
        return {
            "classes": {name: _floor(rate) for name, rate in sorted(self.classes.items())},
            "aspects": {name: _floor(rate) for name, rate in sorted(self.aspects.items())},
            "known_failures": {name: list(faults) for name, faults in sorted(self.failures.items())},
        }


def _floor(rate: float) -> float:
    return math.floor(rate * 1000 + 1e-9) / 1000


def golden_lines(folder: Path) -> list[GoldenLine]:
    """All lines of the JSON-lines files in *folder*, by file and line."""
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").split("\n")
        if line.strip()
    ]
    return [GoldenLine(row["class"], gold_article(row)) for row in rows]


def measure_golden(detector: Detector, lines: Sequence[GoldenLine]) -> GoldenReport:
    """A line passes when each of its events is found and no other alert is raised; its slots count by aspect."""
    passed: dict[str, list[bool]] = {}
    failures: dict[str, tuple[str, ...]] = {}
    total = {kind: KindFigures() for kind in Kind}
    for line in lines:
        report = measure([line.gold], detect_all(detector, [line.gold]))
        passed.setdefault(line.group, []).append(_passes(report))
        total = {kind: total[kind] + report.figures[kind] for kind in Kind}
        if report.mistakes:
            failures[line.id] = tuple(f"{m.what} {m.event} {m.detail}".rstrip() for m in report.mistakes)
    classes = {name: sum(results) / len(results) for name, results in passed.items()}
    return GoldenReport(classes, _aspects(total), failures)


def _passes(report: Report) -> bool:
    return all(figures.events.fp == figures.events.fn == 0 for figures in report.figures.values())


def _aspects(total: Mapping[Kind, KindFigures]) -> dict[str, float]:
    out: dict[str, float] = {}
    for kind, figures in total.items():
        out[f"{kind.value} events f1"] = figures.events.f1
        for name in ("type", "status", "country", "place", "date", "killed", "injured"):
            rate = getattr(figures, name).rate
            if rate is not None:
                out[f"{kind.value} {name}"] = rate
        out[f"{kind.value} initiator f1"] = figures.initiator.f1
        out[f"{kind.value} target f1"] = figures.target.f1
    return out


def main(arguments: Iterable[str] | None = None) -> None:
    """Measure the golden lines and print the rates; with --update write the floors."""
    parser = argparse.ArgumentParser(description="Measure the golden lines.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--update", action="store_true", help=f"write {FLOORS} in the folder")
    options = parser.parse_args(None if arguments is None else list(arguments))
    report = measure_golden(load_detector(), golden_lines(options.folder))
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n"
    if options.update:
        (options.folder / FLOORS).write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
