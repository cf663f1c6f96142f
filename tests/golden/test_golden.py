"""Short articles in our own words: what must raise an alert, and what must not.

The model weighs evidence, so single lines may fail; no class and no aspect may fall below its floor in floors.json,
where the failures known when the floors were set are listed too. `make evaluate-update` sets them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stream.detection import load_detector
from stream.evaluation.golden import FLOORS, GoldenReport, golden_lines, measure_golden

FOLDER = Path(__file__).parent
LINES = golden_lines(FOLDER)
GROUP_OF = {line.id: line.group for line in LINES}
SET: dict[str, Any] = json.loads((FOLDER / FLOORS).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report() -> GoldenReport:
    """All lines, measured once with the packaged detector."""
    return measure_golden(load_detector(), LINES)


def _news(report: GoldenReport, group: str | None = None) -> str:
    known = SET["known_failures"]
    lines = [
        f"{name}: {fault}"
        for name, faults in report.failures.items()
        for fault in faults
        if group in (None, GROUP_OF[name]) and fault not in known.get(name, [])
    ]
    return "new failures:\n" + "\n".join(lines)


@pytest.mark.parametrize("group", sorted(set(GROUP_OF.values())))
def test_no_class_falls_below_its_floor(group: str, report: GoldenReport) -> None:
    """The share of lines whose events are all found, with no alert beside them."""
    assert report.classes[group] >= SET["classes"][group], _news(report, group)


@pytest.mark.parametrize("aspect", sorted(SET["aspects"]))
def test_no_aspect_falls_below_its_floor(aspect: str, report: GoldenReport) -> None:
    """Type, status, actors, place, date and tolls of the events that were found."""
    assert report.aspects[aspect] >= SET["aspects"][aspect], _news(report)


def test_there_are_lines_enough() -> None:
    """At least 60 lines that must raise alerts, 25 that must raise none, and each id once."""
    loud = [line for line in LINES if line.gold.events]
    assert len(loud) >= 60
    assert len(LINES) - len(loud) >= 25
    assert len(GROUP_OF) == len(LINES)


def test_every_quote_stands_in_its_line() -> None:
    """A quote that is not verbatim could never be found."""
    for line in LINES:
        article = line.gold.article
        for event in line.gold.events:
            names = (*event.quotes, *event.initiators, *event.targets)
            assert [name for name in names if name not in f"{article.title}\n{article.body}"] == [], line.id
