"""A worker in a process of its own, with a detector that makes one alert of each article: `python worker_process.py`.

Its alerts are plain on purpose: the tests are about what is delivered, not about what is found.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from datetime import datetime

from schemas.alert import (
    Alert,
    ArticleReference,
    AttackType,
    DetectorReference,
    DiplomacyType,
    Evidence,
    Kind,
    Status,
    Timing,
)
from schemas.article import Article
from stream.settings import load_settings
from stream.worker import run_worker


class OneAlert:
    """Finds one event in each article: an attack where the title has an even length, else a diplomatic move."""

    lexicon_version = "test"

    def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
        time.sleep(float(os.environ.get("TEST_SECONDS_AN_ARTICLE", "0")))
        if "boom" in article.title:
            raise RuntimeError("a bug\x1b[31m")
        text = article.title or article.body
        size = int(article.tags[0]) if article.tags else 1
        attack = len(article.title) % 2 == 0
        alert = Alert(
            alert_id=hashlib.sha256(article.article_id.encode()).hexdigest()[:16],
            kind=Kind.ATTACK if attack else Kind.DIPLOMACY,
            event_type=AttackType.SHELLING if attack else DiplomacyType.CONSULT,
            timing=Timing.BACKGROUND if "background" in article.title else Timing.NEW,
            status=Status.REPORTED,
            evidence=(
                Evidence(
                    field="title" if article.title else "body",
                    start=0,
                    end=len(text[:600]),
                    text=text[:600],
                    trigger=text[:3],
                    rule="test.one",
                ),
            ),
            severity=1,
            severity_reasons=("x" * size,),
            confidence=1,
            article=ArticleReference(
                article_id=article.article_id,
                url=article.url,
                source=article.source,
                title=article.title,
                published_at=article.published_at,
            ),
            detector=DetectorReference(version="test", lexicon_version="test"),
            detected_at=detected_at,
        )
        return [alert]


if __name__ == "__main__":
    sys.exit(run_worker(load_settings(), load=OneAlert))
