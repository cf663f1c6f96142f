"""Take the pictures of docs/serve.md: `python -m tests.web.pictures`. They show the project's own samples."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from schemas.alert import Alert, CasualtyKind
from stream.detection.detector import load_detector
from tests.web.conftest import read_news, revisions, site_of
from tests.web.site import Site

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_SETTLE_MS = 1500


def main() -> None:
    """Take all pictures anew."""
    news = read_news(load_detector())
    reports = told_again(next(alert for alert in news.alerts if alert.article.article_id.startswith("sample-02")))
    incident = revisions(*reports)[-1]
    wide: dict[str, Any] = {"viewport": {"width": 1360, "height": 850}}
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2}
    with site_of(news) as site, sync_playwright() as playwright:
        site.add(*reports, incident)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        take(browser, site, "page.png", "/?of=alerts", locale="ar", color_scheme="light", **wide)
        take(
            browser,
            site,
            "incident.png",
            f"/incidents/{incident.incident_id}",
            locale="en",
            color_scheme="dark",
            **wide,
        )
        take(browser, site, "phone.png", "/?of=alerts", locale="ar", color_scheme="dark", **phone)
        browser.close()


def told_again(first: Alert) -> list[Alert]:
    """Return *first* and what two more outlets made of it in the hours after, with other figures."""
    reports = []
    for hours, outlet, killed, injured in ((0, "A", 14, 30), (3, "B", 17, 34), (7, "C", 16, 41)):
        article = first.article.model_copy(
            update={
                "article_id": f"{first.article.article_id}-{outlet}",
                "published_at": first.article.published_at + timedelta(hours=hours),
                "source": first.article.source if not hours else f"outlet-{outlet.lower()}.example",
            }
        )
        figures = {CasualtyKind.KILLED: killed, CasualtyKind.INJURED: injured}
        tolls = tuple(
            toll.model_copy(update={"low": figures[toll.kind], "high": figures[toll.kind]}) for toll in first.casualties
        )
        update = {"alert_id": f"{first.alert_id}{outlet}", "article": article, "casualties": tolls}
        reports.append(first.model_copy(update=update))
    return reports


def take(browser: Browser, site: Site, name: str, path: str, **options: Any) -> None:
    """Take one picture of the page at *path*."""
    FOLDER.mkdir(exist_ok=True)
    page = browser.new_context(**options).new_page()
    page.goto(site.url + path)
    page.wait_for_selector("#feed[aria-busy=false]", state="attached")
    page.wait_for_timeout(_SETTLE_MS)
    page.screenshot(path=FOLDER / name)
    page.context.close()


if __name__ == "__main__":
    main()
