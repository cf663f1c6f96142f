"""Facts and groups of facts: what is weighed at once weighs what its facts weigh."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stream.detection.analysis import Analysis, analyse
from stream.detection.detector import Detector, load_detector
from stream.detection.facts import Told, spelled
from stream.detection.features import nature_facts, news_facts, status_facts
from stream.detection.links import actor_links, date_links
from stream.detection.model import Head
from stream.detection.place_links import ArticlePlaces, nearby_places, place_links
from stream.detection.places import PlaceResolver
from stream.detection.word_classes import WordReader

PUBLISHED = datetime(2018, 4, 18, 9, 30, tzinfo=UTC)
TITLE = "مقتل 5 جنود سوريين في غارة إسرائيلية على حمص"
BODY = (
    "قتل خمسة جنود سوريين أمس الثلاثاء في غارة جوية شنتها طائرات إسرائيلية على مطار التيفور قرب حمص. "
    "وقالت وزارة الخارجية الروسية إن الهجوم، الذي لم تعلن إسرائيل مسؤوليتها عنه، «تصعيد خطير». "
    "ونفى متحدث باسم الجيش الإسرائيلي شن أي غارات! وكان مسلحون قصفوا بلدة كفريا في 12 مارس الماضي؟\n"
    "واتفق وزير الخارجية التركي ونظيره الإيراني في أنقرة على عقد اجتماع الأسبوع المقبل، وطالبا دمشق بوقف القصف."
)


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The packaged detector."""
    return load_detector()


def everything_told(analysis: Analysis, detector: Detector) -> Iterator[tuple[str, list[Told]]]:
    """What each head that looks at one candidate is told, with the name of the head."""
    places = ArticlePlaces(analysis)
    for candidate in analysis.candidates:
        yield f"news.{candidate.kind}", news_facts(analysis, candidate)
        yield f"type.{candidate.kind}", list(nature_facts(analysis, [candidate]))
        yield f"status.{candidate.kind}", list(status_facts(analysis, [candidate]))
        yield from ((f"role.{candidate.kind}", told) for _, told in actor_links(analysis, candidate))
        yield from (("date", told) for _, told in date_links(analysis, candidate))
        yield from (("place", told) for _, told in place_links(places, candidate))
        yield from (("place.nearby", told) for _, _, told in nearby_places(places, candidate))


def one_by_one(head: Head, told: list[Told]) -> list[float]:
    """The scores of *told*, fact by fact."""
    weights = [head.weights[fact] for fact in spelled(told) if fact in head.weights]
    return [bias + sum(w[i] for w in weights) for i, bias in enumerate(head.bias)]


def test_a_fact_is_spelled_from_its_parts() -> None:
    """A name with its parts, a name alone, or whatever a function gives."""

    def group(a: str, b: bool) -> Iterator[str]:
        yield f"a={a}"
        yield f"a|b={a}|{b}"

    told: list[Told] = [("strong",), ("type|title", "shelling", True), (group, "x", False)]
    assert list(spelled(told)) == ["strong", "type|title=shelling|True", "a=x", "a|b=x|False"]


def test_groups_weigh_what_their_facts_weigh(detector: Detector) -> None:
    """The detector's words and remembered sums give the scores of the single facts that training sees."""
    plain = analyse(TITLE, BODY, PUBLISHED, detector.lexicon.matcher, PlaceResolver())
    trained = list(everything_told(plain, detector))
    assert {name for name, _ in trained} >= {"news.attack", "news.diplomacy", "role.attack", "place.nearby", "date"}
    read = analyse(
        TITLE, BODY, PUBLISHED, detector.lexicon.matcher, PlaceResolver(), WordReader(detector.model.vocabulary())
    )
    for (name, facts), (same, known) in zip(trained, everything_told(read, detector), strict=True):
        assert name == same
        head = detector.model.heads[name]
        for told in (facts, known, known):  # the second time from memory
            assert head.scores(told) == pytest.approx(one_by_one(head, facts), abs=1e-3)


def test_sums_do_not_depend_on_the_order(detector: Detector) -> None:
    """The same facts in another order give the same score to the last digit."""
    plain = analyse(TITLE, BODY, PUBLISHED, detector.lexicon.matcher, PlaceResolver())
    for name, told in everything_told(plain, detector):
        head = detector.model.heads[name]
        assert head.scores(told) == head.scores(list(reversed(told)))


def test_what_is_remembered_is_bounded() -> None:
    """However many facts a head is told, it forgets them in time."""
    head = Head(("yes",), (0.0,), {"in=a": (1.0,)})
    for number in range(150_000):
        head.scores([("in", str(number))])
    assert len(head._sums) <= 40_000
    assert head.scores([("in", "a")]) == [1.0]


@pytest.mark.parametrize("answers", [1, 2, 3, 5, 11])
def test_scores_of_either_sign_do_not_touch(answers: int) -> None:
    """The answers of a head are added up in one number: each comes out as it would alone."""
    bias = tuple((-1) ** i * 1.5 * i for i in range(answers))
    weights = tuple((-1) ** (i + 1) * 3.125 * (i + 1) for i in range(answers))
    head = Head(tuple(map(str, range(answers))), bias, {"a": weights, "b=1": weights})
    assert head.scores([]) == list(bias)
    told: list[Told] = [("a",), ("b", 1), ("a",), ("unknown",)]
    assert head.scores(told) == [b + 3 * w for b, w in zip(bias, weights, strict=True)]
    assert head.scores([("a",)], head.told([("b", 1)])) == [b + 2 * w for b, w in zip(bias, weights, strict=True)]
