"""stream/bulk_detection.py: many articles in several processes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stream import bulk_detection
from stream.bulk_detection import DetectorError, Recipe, detect_lines
from stream.reading import Damage, Line

RECIPE = Recipe(
    overlays=(), max_bytes=1_000_000, publish_background=False, detected_at=datetime(2025, 1, 1, tzinfo=UTC)
)
ARTICLE = '{"id": "a", "title": "طقس معتدل اليوم", "date": "2025-01-01"}'.encode()


def test_an_endless_input_is_read_only_a_little_ahead() -> None:
    """Results come while the input goes on, in order, damages at their place; memory stays bounded."""
    read = 0

    def endless() -> Iterator[Line | Damage]:
        nonlocal read
        for read in itertools.count(1):
            yield Damage("f", read, "cut", fatal=False) if read % 50 == 0 else Line("f", read, ARTICLE)

    with closing(detect_lines(endless(), RECIPE, processes=2)) as results:
        found = list(itertools.islice(results, 200))
    assert [result.number for result in found] == list(range(1, 201))
    assert [result.number for result in found if isinstance(result, Damage)] == [50, 100, 150, 200]
    assert read <= 200 + 32 * (2 * 3 + 2)


def test_a_short_input_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its results are there before another process would be."""
    monkeypatch.setattr(bulk_detection, "ProcessPoolExecutor", None)
    lines = [Line("f", number, ARTICLE) for number in range(1, 65)]
    assert [result.number for result in detect_lines(lines, RECIPE, processes=8)] == list(range(1, 65))


def test_a_wrong_lexicon_says_so_from_every_process(tmp_path: Path) -> None:
    """The same error as from one process, and not that a process ended."""
    (tmp_path / "attack.yaml").write_text("no list", encoding="utf-8")
    recipe = Recipe((tmp_path,), max_bytes=1_000_000, publish_background=False, detected_at=None)
    lines = [Line("f", number, ARTICLE) for number in range(200)]
    with pytest.raises(DetectorError, match="a lexicon file is a list of entries"):
        list(detect_lines(lines, recipe, processes=2))


def test_large_lines_make_small_batches() -> None:
    """A batch is full after a megabyte too."""
    lines = [Line("f", number, b"x" * 400_000) for number in range(7)]
    assert [len(batch) for batch in bulk_detection._batches(lines)] == [3, 3, 1]


def test_a_wrong_lexicon_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason of the detector, under one name that a command can catch."""

    def load(overlays: tuple[Path, ...]) -> None:
        raise ValueError("lexicon x: entry y")

    monkeypatch.setattr(bulk_detection, "load_detector", load)
    with pytest.raises(DetectorError, match="lexicon x: entry y"):
        list(detect_lines([], RECIPE))
