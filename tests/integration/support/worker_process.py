"""A worker in a process of its own, with a detector that makes one alert of each article: `python worker_process.py`.

Its alerts are plain on purpose: the tests are about what is delivered, not about what is found.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import time
from datetime import datetime
from typing import Any, NoReturn

from faust.transport.consumer import Consumer

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
from stream.delivery import Delivery
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


class Broken(OneAlert):
    """Fails on every article, as after a bad release."""

    def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
        super().detect(article, detected_at=detected_at)
        raise KeyError(article.article_id)


async def _never(*_: Any, **__: Any) -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError


async def _not_committed(*_: Any, **__: Any) -> bool:
    return False


def _break(fault: str) -> None:
    """Make the worker hang in the way that *fault* names."""
    match fault:
        case "no delivery":
            Delivery.deliver = _never  # type: ignore[method-assign]
        case "no commits":
            Consumer._commit_offsets = _not_committed  # type: ignore[method-assign]


if __name__ == "__main__":
    fault = os.environ.get("TEST_FAULT", "")
    _break(fault)
    sys.exit(run_worker(load_settings(), load=Broken if fault == "broken" else OneAlert))
