"""Which place an event gets: those of its sentence, those of the others, and the finer one inside a country."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from schemas.article import Article
from stream.detection.analysis import Analysis, Candidate
from stream.detection.detector import Detector, load_detector
from stream.detection.events import Event, Mention
from stream.detection.facts import spelled
from stream.detection.links import Links
from stream.detection.model import Head, Model
from stream.detection.place_links import ArticlePlaces, nearby_places, place_links
from stream.detection.slots import _place

TITLE = "اشتباكات في مصراتة"
BODY = (
    "اندلعت اشتباكات الخميس في مدينة مصراتة بين فصيلين مسلحين. "
    "وقال مصدر طبي إن القصف أوقع خمسة قتلى. "
    "وفي روما طالب وزير الخارجية الإيطالي بوقف القتال في ليبيا. "
    "وأغلق مطار طرابلس أبوابه."
)


@cache
def detector() -> Detector:
    """One detector for all tests."""
    return load_detector()


def analysis_of(title: str, body: str) -> Analysis:
    """What is seen in an article of these words."""
    published = datetime(2020, 6, 12, 9, tzinfo=UTC)
    return detector().analyse(Article(article_id="a", title=title, body=body, published_at=published))


def trigger(analysis: Analysis, word: str, number: int = 1) -> Candidate:
    """The candidate whose trigger is *word*."""
    text = analysis.fields[number].text
    return next(c for c in analysis.candidates if c.field == number and word in text.raw_text(c.first, c.last))


def names(analysis: Analysis, candidate: Candidate) -> list[str]:
    """The places named nearby, as written."""
    return [
        analysis.fields[number].text.raw_text(place.first, place.last)
        for number, place, _ in nearby_places(ArticlePlaces(analysis), candidate)
    ]


def test_places_of_other_sentences_nearest_first() -> None:
    """The title, then the sentences around; each with where it stands as a fact."""
    analysis = analysis_of(TITLE, BODY)
    shelling = trigger(analysis, "القصف")
    assert list(place_links(ArticlePlaces(analysis), shelling)) == []
    assert names(analysis, shelling) == ["مصراتة", "مدينة مصراتة", "روما", "ليبيا", "مطار طرابلس"]
    spots = [
        next(f for f in spelled(facts) if f.startswith("spot="))
        for _, _, facts in nearby_places(ArticlePlaces(analysis), shelling)
    ]
    assert [s.split("=")[1].split("|")[0] for s in spots] == ["title", "-1", "+1", "+1", "+2"]


def test_a_place_of_its_own_sentence_is_not_told_twice() -> None:
    """What the sentence names itself is no place from elsewhere."""
    analysis = analysis_of(TITLE, BODY)
    assert "مصراتة" not in names(analysis, trigger(analysis, "اشتباكات"))


def test_a_namesake_abroad_stands_alone() -> None:
    """A place has company where the article names others of its country, or its people."""
    analysis = analysis_of(TITLE, BODY)
    article = ArticlePlaces(analysis)
    company = {p.place.name_en: article.company(p) for f in analysis.fields for p in f.places}
    assert company["Misrata"] == 2
    assert company["Rome"] > 0  # its minister
    assert article.main == "LY"
    alone = analysis_of("", "وقع انفجار في مدينة طرابلس. وزار وفد مدينة سيول.")
    places = ArticlePlaces(alone)
    assert [places.company(p) for p in alone.fields[1].places if p.place.country == "KR"] == [0]


def test_a_long_article_costs_no_more_a_mention() -> None:
    """However many places an article names, those around a mention are looked at and no others."""
    analysis = analysis_of("", "وقع قصف في حلب. " * 400)
    article = ArticlePlaces(analysis)
    assert max(len(article.around(c)) for c in analysis.candidates) <= 40


def _event(candidate: Candidate) -> Event:
    mention = Mention(candidate, new=1.0, background=0.0)
    return Event("attack", [mention], "shelling", "reported", "new", 1.0, [])


def chosen(analysis: Analysis, word: str, own: dict[str, float], nearby: dict[str, float]) -> str | None:
    """The place that a model of these weights chooses for the event of *word*."""

    def head(weights: dict[str, float]) -> Head:
        return Head(("yes",), (-4.0,), {fact: (weight,) for fact, weight in weights.items()})

    model = Model({"place": head(own), "place.nearby": head(nearby)}, {"place": 0.1})
    place, _ = _place(_event(trigger(analysis, word)), model, Links(analysis, model))
    return place.place.name_en if place else None


def test_the_place_of_the_sentence_comes_first() -> None:
    """A likely place of its own sentence is taken, whatever other sentences name."""
    analysis = analysis_of("", "سقطت صواريخ على مدينة مصراتة. وأصاب قصف مدفعي ميناء بنغازي.")
    both = {"kind=attack|locative": 9.0}
    assert chosen(analysis, "قصف", {"locative=True": 4.0}, both) == "Benghazi"
    assert chosen(analysis, "قصف", {}, both) == "Misrata"


def test_nothing_likely_is_no_place() -> None:
    """Below the number of the model no place is told."""
    analysis = analysis_of(TITLE, BODY)
    assert chosen(analysis, "القصف", {}, {}) is None


def test_a_town_is_told_instead_of_its_country() -> None:
    """The most specific place: a town that another sentence names, when it lies in the country and is likely."""
    analysis = analysis_of(
        "", "أوقع قصف ثلاثة قتلى في ليبيا. وسقطت القذائف على بلدة بني وليد. وصلت لجنة إلى مدينة روما."
    )
    towns = {"kind=attack|locative": 6.0}
    assert chosen(analysis, "قصف", {"locative=True": 4.0}, {}) == "Libya"
    assert chosen(analysis, "قصف", {"locative=True": 4.0}, towns) == "Bani Walid"


def test_an_adjective_that_looks_like_a_town() -> None:
    """A city "overlooking" the sea is not the town of Metula, and what destroys vehicles is not Palmyra."""
    analysis = analysis_of("غارات تقتل مسلحين وتدمر آليات", "احتشدت القوات جنوبي المدينة المطلة على البحر الأحمر.")
    assert {p.place.name_en for f in analysis.fields for p in f.places} & {"Metula", "Palmyra"} == set()
