"""Sample articles with their alerts and incidents, and the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, sync_playwright

import stream
from schemas.alert import Alert, Timing
from schemas.article import Article
from schemas.incident import Incident
from stream.detection.detector import Detector, load_detector
from stream.incidents.lifecycle import Incidents
from tests.web.site import START, Site

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class News:
    """Articles, their alerts, and the newest revision of each incident."""

    articles: tuple[Article, ...]
    alerts: tuple[Alert, ...]
    incidents: tuple[Incident, ...]


@pytest.fixture(scope="session")
def detector() -> Detector:
    """Give the detector."""
    return load_detector()


@pytest.fixture(scope="session")
def news(detector: Detector) -> News:
    """Give the project's samples."""
    return read_news(detector)


def read_news(detector: Detector) -> News:
    """Return the project's samples with what is found in them."""
    lines = (Path(stream.__file__).parent / "samples" / "articles.jsonl").read_bytes().splitlines()
    articles = tuple(Article.model_validate(orjson.loads(line)) for line in lines)
    found = (alert for article in articles for alert in detector.detect(article, detected_at=START))
    # As a worker publishes them.
    alerts = tuple(alert for alert in found if alert.timing is Timing.NEW)
    newest = {incident.incident_id: incident for incident in revisions(*alerts)}
    return News(articles, alerts, tuple(newest.values()))


def revisions(*alerts: Alert) -> list[Incident]:
    """Return every revision of the incidents that *alerts* are gathered into, in order."""
    gathered = Incidents()
    return [
        revision.incident
        for alert in alerts
        for revision in gathered.apply(alert, now=alert.article.published_at)
        if revision.incident
    ]


@pytest.fixture
def site(news: News) -> Iterator[Site]:
    """Give a service with the samples in it, which the test may change."""
    with site_of(news) as made:
        yield made


@pytest.fixture(scope="session")
def still_site(news: News) -> Iterator[Site]:
    """Give a service with the samples in it, which tests share and do not change."""
    with site_of(news) as made:
        yield made


def site_of(news: News) -> Site:
    """Return a service with *news* in it, not started."""
    made = Site()
    made.add(*news.alerts, *news.incidents)
    for article in news.articles:
        made.add_text(article)
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give Chromium, or skip: it is a package of the system, which .ci/run installs.

    For a module only: as long as it is there, no other event loop can be run in the main thread.
    """
    path = next(filter(None, (shutil.which(name) for name in _CHROMIUMS)), None)
    if path is None:
        message = "There is no Chromium for the tests of the page. On Debian: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path)
        yield running
        running.close()
