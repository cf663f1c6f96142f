"""A worker that needs TEST_SECONDS for an article tagged `slow`, and says in the file TEST_BEGAN that it began."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from pathlib import Path

from schemas.alert import Alert
from schemas.article import Article
from stream.detection.detector import load_detector
from stream.processing import Detector
from stream.settings import load_settings
from stream.worker import run_worker


class Slow:
    """The packaged detector, slow where the article asks for it."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    @property
    def lexicon_version(self) -> str:
        return self._detector.lexicon_version

    def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
        if "slow" in article.tags:
            Path(os.environ["TEST_BEGAN"]).touch()
            time.sleep(float(os.environ["TEST_SECONDS"]))
        return self._detector.detect(article, detected_at=detected_at)


if __name__ == "__main__":
    sys.exit(run_worker(load_settings(), load=lambda: Slow(load_detector(()))))
