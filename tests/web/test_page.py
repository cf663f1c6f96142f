"""The page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schemas.article import Article
from schemas.incident import Lifecycle
from stream.detection.detector import Detector
from tests.formats.made import hostile, incident
from tests.incidents.made import alert, toll
from tests.web.conftest import News, revisions
from tests.web.site import START, Site

HTML = '<img src=x onerror="window.harm=1"><script>window.harm=1</script><b>&lt;i&gt;</b> javascript:alert(1) '
_SOON = 10_000.0
"""Milliseconds that a page may take where time is not what a test is about."""

# Contrast as WCAG 2 defines it: of some elements of each selector, against the first ground that is not transparent.
CONTRAST = """(selectors) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
  const linear = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const shares = [0.2126, 0.7152, 0.0722];
  const light = (colour) => parts(colour).map(linear).reduce((sum, part, at) => sum + part * shares[at], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const ratio = (element) => {
    const both = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
    return (both[0] + 0.05) / (both[1] + 0.05);
  };
  return selectors.flatMap((selector) =>
    [...document.querySelectorAll(selector)].slice(0, 6).map((element) => [selector, ratio(element)]));
}"""


@dataclass(slots=True)
class Open:
    """A page, and everything that should not have happened on it."""

    page: Page
    site: Site
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open *path* and wait until the list is there."""
        self.page.goto(self.site.url + path)
        expect(self.page.locator("#feed")).to_have_attribute("aria-busy", "false", timeout=15_000)
        return self.page


class Opener:
    """Opens pages, and at the end makes sure that nothing went wrong on any."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser = browser
        self.site = site
        self.opened: list[Open] = []

    def __call__(self, path: str = "/", *, land: bool = False, **options: Any) -> Page:
        """Open *path* in a new browser context; *options* are that one's."""
        settings = {"locale": "ar", "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        page = self._browser.new_context(**settings).new_page()
        made = Open(page, self.site)
        self.opened.append(made)
        page.on("pageerror", lambda fault: made.faults.append(str(fault)))
        page.on("console", lambda said: made.faults.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: made.faults.append(f"dialog {dialog.message}"))
        page.on("request", lambda asked: made.asked.append(asked.url))
        if not land:
            # Drawing the world takes half a second of processor time, and most tests do not look at it.
            page.route("**/static/base-map.json", lambda route: route.fulfill(json={"countries": [], "towns": []}))
        return made.go(path)

    def close(self) -> None:
        """Close all pages; fails when anything went wrong on one."""
        faults = [fault for one in self.opened for fault in one.faults]
        foreign = {url for one in self.opened for url in one.asked if not url.startswith(self.site.url)}
        harmed = [one.page.evaluate("window.harm") for one in self.opened]
        for one in self.opened:
            one.page.context.close()
        assert faults == []
        assert foreign == set()
        assert set(harmed) <= {None}


@pytest.fixture
def look(browser: Browser, still_site: Site) -> Iterator[Opener]:
    """Give what opens pages of the site that does not change; a fault, or a request to elsewhere, fails the test."""
    opener = Opener(browser, still_site)
    yield opener
    opener.close()


@pytest.fixture
def look_live(browser: Browser, site: Site) -> Iterator[Opener]:
    """Give the same for a site that the test changes."""
    opener = Opener(browser, site)
    yield opener
    opener.close()


def titles(page: Page) -> list[str]:
    """The headlines in the list."""
    return page.locator("#feed h3").all_inner_texts()


def test_the_list_is_the_news_the_newest_first(look: Opener, news: News) -> None:
    """Arabic, from right to left, with incidents where there are any; alerts at a click."""
    page = look()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert titles(page) == [one.headline.ar for one in reversed(news.incidents)]
    page.get_by_role("button", name="تنبيهات").click()
    expect(page.locator("#feed h3").first).to_have_text(news.alerts[-1].article.title)
    assert len(titles(page)) == len(news.alerts)
    expect(page.locator("#state")).to_have_text("مباشر")


def test_a_new_alert_comes_to_the_top_and_onto_the_map(look_live: Opener) -> None:
    """Without a click; the counts follow."""
    page = look_live("/?of=alerts")
    spots = page.locator("path.spot").count()
    total = page.locator("#totals").inner_text()
    look_live.site.add(alert("new", "air_strike", "mosul", killed=7, text="غارة على الموصل"))
    expect(page.locator("#feed > li").first).to_have_attribute("data-id", "new", timeout=_SOON)
    expect(page.locator("#feed .mark.killed").first).to_have_text("7 قتلى")
    expect(page.locator("path.spot[data-ids~=new]")).to_have_count(1, timeout=_SOON)
    assert page.locator("path.spot").count() in {spots, spots + 1}
    assert page.locator("#totals").inner_text() != total


def test_a_revision_moves_its_incident_up_and_a_tombstone_removes_it(look_live: Opener, news: News) -> None:
    """An incident stands in the list once."""
    page = look_live("/?of=incidents")
    first = news.incidents[0]
    look_live.site.add(first.model_copy(update={"revision": 99, "lifecycle": Lifecycle.CORRECTED}))
    own = page.locator(f"#feed > li[data-id='{first.incident_id}']")
    expect(page.locator("#feed > li").first).to_have_attribute("data-id", first.incident_id, timeout=_SOON)
    expect(own).to_have_count(1)
    expect(own.locator(".status.corrected")).to_have_text("مصحَّح")
    look_live.site.remove(first.incident_id)
    expect(own).to_have_count(0, timeout=_SOON)


def test_the_list_does_not_move_under_a_reader(look_live: Opener) -> None:
    """What comes while somebody reads further down waits behind a button."""
    page = look_live("/?of=alerts")
    page.locator("#scroller").evaluate("element => element.scrollTop = 600")
    look_live.site.add(alert("one"), alert("two"))
    fresh = page.locator("#fresh")
    expect(fresh).to_have_text(re.compile("خبران جديدان"), timeout=_SOON)
    assert page.locator("#scroller").evaluate("element => element.scrollTop") >= 590
    assert page.locator("#feed > li[data-id=two]").count() == 0
    fresh.click()
    expect(page.locator("#feed > li").first).to_have_attribute("data-id", "two")
    expect(fresh).to_be_hidden()


def test_filters_stand_in_the_address_and_back_undoes_them(look: Opener, news: News) -> None:
    """Kind, type, country, words: what is shown is what the API's filter gives."""
    page = look("/?of=alerts&limit=500")
    page.locator("#kinds [data-value=attack]").click()
    attacks = [one for one in news.alerts if one.kind == "attack"]
    expect(page.locator("#feed > li")).to_have_count(len(attacks))
    page.locator("#filters summary").click()
    page.locator("select[name=country]").select_option("SY")
    syrian = [one for one in attacks if one.place and one.place.country == "SY"]
    expect(page.locator("#feed > li")).to_have_count(len(syrian))
    assert 0 < len(syrian) < len(attacks)
    expect(page.locator("#chips .chip")).to_have_text(re.compile("سوريا"))
    assert "kind=attack" in page.url
    assert "country=SY" in page.url
    page.go_back()
    expect(page.locator("#feed > li")).to_have_count(len(attacks))
    page.locator("#search input").fill("مقديشو")
    expect(page.locator("#feed > li").first).to_contain_text("مقديشو")
    expect(page.locator("#feed > li")).not_to_have_count(len(attacks))


def test_a_day_and_a_province_are_filters_at_a_click(look: Opener, news: News) -> None:
    """The timeline and the list of provinces lead to what they count."""
    page = look("/?of=alerts")
    day = page.locator("g.day:has(rect.attack)").last
    wanted = day.get_attribute("data-day")
    day.locator(".reach").click()
    expect(page).to_have_url(re.compile(f"since={wanted}.*until={wanted}"))
    own = [one for one in news.alerts if str(one.occurred.start or one.article.published_at.date()) == wanted]
    expect(page.locator("#feed > li")).to_have_count(len(own))
    page = look("/?of=alerts")
    page.get_by_role("button", name=re.compile("محافظة إدلب")).click()
    idlib = [one for one in news.alerts if one.place and one.place.admin1 == "Idlib Governorate"]
    expect(page.locator("#feed > li")).to_have_count(len(idlib))


def test_a_spot_on_the_map_leads_to_what_happened_there(look: Opener, news: News) -> None:
    """The map has land and names of its own."""
    page = look("/?of=alerts&country=SO", land=True)
    expect(page.locator("path.land").nth(200)).to_be_attached(timeout=_SOON)
    expect(page.locator(".name", has_text="الصومال").first).to_be_visible()
    own = [one for one in news.alerts if one.place and one.place.country == "SO"]
    spot = page.locator("path.spot").last
    expect(spot).to_be_visible()
    spot.dispatch_event("click")
    if len(own) == 1:
        expect(page).to_have_url(re.compile("/alerts/"))
    else:
        expect(page).to_have_url(re.compile("near=|/alerts/"))


def test_sentences_are_marked_in_the_text_at_their_place(look_live: Opener, detector: Detector) -> None:
    """Offsets count code points, while the browser's strings count others: signs outside the basic plane come first."""
    article = Article(
        article_id="astral",
        title="\U0001f534\U0001f1f8\U0001f1fe عاجل",
        body="\U0001f6a8\U0001f6a8 \U00010330 خبر.\n"
        "قُتل تسعة مدنيين في غارات شنتها طائرات حربية روسية على محيط مدينة جسر الشغور.\nانتهى.",
        published_at=START,
    )
    found = detector.detect(article, detected_at=START)
    assert found
    look_live.site.add_text(article)
    look_live.site.add(*found)
    page = look_live(f"/alerts/{found[0].alert_id}")
    mark = page.locator(".text p mark.own").first
    wanted = next(one for one in found[0].evidence if one.field == "body")
    expect(mark).to_have_text(wanted.text, timeout=_SOON)
    expect(mark.locator("strong")).to_have_text(wanted.trigger)
    assert page.locator(".text p").inner_text() == article.body


def test_an_article_full_of_html_is_text(look_live: Opener, news: News, detector: Detector) -> None:
    """In the list, on the page of the alert and of its incident, in the text, on the map."""
    sample = news.articles[0]
    article = sample.model_copy(
        update={
            "article_id": HTML,
            "title": HTML + sample.title,
            "body": HTML + sample.body,
            "url": "javascript:harm=1",
        }
    )
    found = detector.detect(article, detected_at=START)
    harmful = hostile("harm")
    known = incident(*found[:1])
    look_live.site.add_text(article)
    look_live.site.add_text(article.model_copy(update={"article_id": harmful.article.article_id}))
    look_live.site.add(*found, harmful, known, incident(harmful))
    page = look_live("/?of=alerts")
    expect(page.locator(f"#feed > li[data-id='{found[0].alert_id}'] h3")).to_have_text(article.title)
    for path in (f"/alerts/{found[0].alert_id}", f"/incidents/{known.incident_id}", "/alerts/harm"):
        page = look_live(path)
        expect(page.locator("#detail h1")).to_be_visible()
        if path.startswith("/inc"):
            page.locator(".source .quiet").first.click()
        if "harm" not in path:
            expect(page.locator(".text p")).to_have_text(article.body, use_inner_text=True, timeout=_SOON)
        page.wait_for_timeout(200)
        assert page.locator("main img, main script:not([src]), main b > i, main iframe").count() == 0
        assert page.locator("a[href^='javascript' i]").count() == 0


def test_an_incident_shows_its_toll_sources_actors_and_claims(look_live: Opener) -> None:
    """A later, lower figure is a correction, and is shown as one."""
    alerts = (
        alert("a", "shelling", "saraqib", "syria", "rebels", killed=9, outlet="one", claims=()),
        alert("b", "shelling", "saraqib", "syria", "rebels", killed=14, hours=2, outlet="two"),
        alert("c", "shelling", "saraqib", "syria", "rebels", hours=5, outlet="two", casualties=(toll(12),)),
    )
    gathered = revisions(*alerts)[-1]
    look_live.site.add(*alerts, gathered)
    page = look_live(f"/incidents/{gathered.incident_id}")
    expect(page.locator("#detail h1")).to_have_text(gathered.headline.ar, timeout=_SOON)
    assert page.locator("article.source").count() == 3
    assert page.locator(".toll circle").count() == len(gathered.toll.history) == 3
    corrections = sum(figure.corrects for figure in gathered.toll.history)
    assert page.locator(".toll .corrects circle").count() == corrections == 1
    assert page.locator(".actors li").count() == len(gathered.actors)
    assert page.locator("path.chosen-place").count() == 1
    page.locator("article.source h3 a").first.click()
    expect(page).to_have_url(re.compile("/alerts/"))
    page.get_by_role("link", name="جزء من حادث").click()
    expect(page.locator("#detail h1")).to_have_text(gathered.headline.ar)


def test_everything_can_be_done_by_keyboard(look: Opener, news: News) -> None:
    """Also on an Arabic keyboard; Escape goes back to where one was."""
    page = look("/?of=alerts")
    page.keyboard.press("j")
    # The same key where the keyboard is an Arabic one.
    page.evaluate("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '\u062a', bubbles: true}))")
    expect(page.locator("#feed > li").nth(1).locator("a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#detail h1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("#feed > li").nth(1).locator("a")).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator("#feed > li")).to_have_count(sum(one.kind == "attack" for one in news.alerts))
    page.keyboard.press("/")
    expect(page.locator("#search input")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("#days svg").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("since="))


def test_the_language_and_the_appearance_are_remembered(look: Opener, news: News) -> None:
    """English turns the page round; the browser's language is the first choice."""
    page = look("/?of=incidents", locale="en-GB", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    assert titles(page)[0] == news.incidents[-1].headline.en
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    page.locator("#language").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#feed h3").first).to_have_text(news.incidents[-1].headline.ar)
    page.reload()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_on_a_phone_one_part_is_seen_at_a_time_and_nothing_is_cut(look: Opener, news: News, locale: str) -> None:
    """No scrolling sideways; buttons are large enough for a thumb."""
    page = look("/?of=alerts", locale=locale, viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    parts = {"feed": ".list", "map": ".where", "overview": ".overview"}
    for tab, part in parts.items():
        page.locator(f"#tabs [data-tab={tab}]").tap()
        for other in parts.values():
            assert page.locator(other).is_visible() == (other == part)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.locator("#tabs button").first.bounding_box()["height"] >= 40  # type: ignore[index]
    page.locator("#tabs [data-tab=feed]").tap()
    page.locator("#feed h3 a").first.tap()
    expect(page.locator("#detail h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_broken_connection_is_shown_and_mended(look_live: Opener) -> None:
    """No new alert may mean that nothing happens, or that nothing arrives: the page says which."""
    page = look_live("/?of=alerts")
    look_live.site.store.state = "silent"
    page.reload()
    expect(page.locator("#state")).to_have_attribute("data-state", "silent", timeout=_SOON)
    look_live.site.store.state = "live"
    page.reload()
    expect(page.locator("#state")).to_have_attribute("data-state", "live", timeout=_SOON)
    page.context.set_offline(True)
    look_live.site.do(look_live.site.live.close)
    expect(page.locator("#state")).to_have_attribute("data-state", "offline", timeout=_SOON)
    look_live.opened[-1].faults.clear()


def test_contrast_is_enough_to_read(look: Opener) -> None:
    """Text that carries meaning has at least 4.5 to 1, in light and dark."""
    wanted = [
        "#feed h3",
        ".card .type",
        ".card .place",
        ".line",
        ".mark.killed",
        ".mark.status",
        "#state",
        ".segments button",
    ]
    for scheme in ("light", "dark"):
        ratios = look("/?of=alerts", color_scheme=scheme).evaluate(CONTRAST, wanted)
        assert len(ratios) > 20
        assert [one for one in ratios if one[1] < 4.5] == []
