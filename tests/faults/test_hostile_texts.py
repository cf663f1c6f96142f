"""Texts made to cost time, read by the detector itself; and clocks that are wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.article import Article
from stream.detection.detector import load_detector
from stream.processing import Processor
from tests.faults.conftest import Figures
from tests.faults.hostile import HOSTILE_TEXTS, repeated
from tests.integration.stand import ROOT

NOW = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def detector() -> Any:
    """Give the packaged detector."""
    return load_detector()


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_time_grows_with_the_length_of_a_text_only(detector: Any, name: str, figures: Figures) -> None:
    """Four times the text takes about four times as long, and never the square of it, which would be sixteen times."""

    def seconds(size: int) -> float:
        article = Article(article_id="a", title="خبر", body=repeated(HOSTILE_TEXTS[name], size), published_at=NOW)
        began = time.process_time()
        detector.detect(article, detected_at=NOW)
        return time.process_time() - began

    small, large = 30_000, 120_000
    seconds(small)
    base = min(seconds(small) for _ in range(2))
    ratio = min(seconds(large) for _ in range(2)) / max(base, 0.002)
    figures(seconds_for_120_KB=ratio * max(base, 0.002), ratio_to_30_KB=ratio)
    assert ratio < 9


def test_words_never_seen_before_fill_no_memory(fault_scale: str, figures: Figures) -> None:
    """What is remembered of words is bounded: once that many were read, new ones cost no memory, only time.

    The bound is 50,000 words, about 12 MB.
    """
    rounds = {"small": 3, "full": 30}[fault_scale]
    program = Path(__file__).parent / "support" / "new_words.py"
    done = subprocess.run(
        [sys.executable, str(program), str(rounds), "60000"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=600,
    )
    sizes = [int(line) for line in done.stdout.splitlines()]
    growth = (sizes[-1] - sizes[0]) / 1_000_000
    figures(words=60_000 * rounds, growth_in_MB=growth, resident_MB=sizes[-1] // 1_000_000)
    assert growth < 12


def test_a_clock_that_is_a_day_wrong_changes_the_time_of_detection_alone() -> None:
    """Alert ids, timing and dates of events come from the article, so any worker at any time gives the same."""
    detector = load_detector()
    found = []
    for skew in (timedelta(), timedelta(days=1), timedelta(days=-1)):
        processor = Processor(detector, clock=lambda now=NOW + skew: now)  # type: ignore[misc]
        alerts = []
        for line in (ROOT / "stream" / "samples" / "articles.jsonl").read_bytes().splitlines():
            for alert in processor.process(line).alerts:
                assert alert.detected_at == NOW + skew
                alerts.append(alert.model_copy(update={"detected_at": NOW}))
        found.append(alerts)
    assert found[0]
    assert found[0] == found[1] == found[2]
