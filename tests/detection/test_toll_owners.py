from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.article import Article
from stream.detection import Detector, load_detector
from stream.detection.alerts import best_tolls
from stream.detection.analysis import Analysis
from stream.detection.events import Event, Mention, score_candidates
from stream.detection.slots import _tolls
from stream.detection.text import normalise

Told = tuple[str, list[str]]


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The packaged detector: what it thinks of a trigger is nothing to the tolls."""
    return load_detector()


def events_of(analysis: Analysis, scored: list[Mention], told: list[Told]) -> list[Event]:
    """New events of the given types, each with the triggers that the words name, in order of their mention."""
    out = []
    for kind, words in told:
        wanted = {normalise(word) for word in words}
        mentions = [
            m
            for m in scored
            if m.candidate.kind == "attack"
            and wanted & set(analysis.fields[m.candidate.field].text.words[m.candidate.first : m.candidate.last])
        ]
        assert mentions, words
        out.append(Event("attack", mentions, kind, "reported", "new", 0.9, []))
    return out


def tolls_of(detector: Detector, title: str, body: str, told: list[Told]) -> list[dict[str, int]]:
    """For each event what adds up under each kind."""
    published = datetime(2012, 7, 20, 9, tzinfo=UTC)
    analysis = detector.analyse(Article(article_id="a", title=title, body=body, published_at=published))
    events = events_of(analysis, score_candidates(analysis, detector.model), told)
    out = []
    for mine in _tolls(analysis, events):
        sums: dict[str, int] = {}
        for _, toll in best_tolls(mine, analysis.fields):
            sums[toll.kind] = sums.get(toll.kind, 0) + toll.low
        out.append(sums)
    return out


def test_each_event_has_its_own_sentence(detector: Detector) -> None:
    """Two attacks told one after the other do not share their dead."""
    body = "قتل ستة جنود في كمين قرب قندهار.\nوفي هرات أسفر تفجير عن مقتل 11 شخصا."
    assert tolls_of(detector, "أفغانستان", body, [("armed_clash", ["كمين"]), ("bombing", ["تفجير"])]) == [
        {"killed": 6},
        {"killed": 11},
    ]


def test_dead_and_wounded_stay_together(detector: Detector) -> None:
    """The wounded told in one breath with the dead belong to the same event, though another one is nearer."""
    body = "أدت اشتباكات إلى مقتل 23 مسلحا وإصابة 40 بعد تفجير هز المدينة."
    clash, bombing = tolls_of(detector, "الصومال", body, [("armed_clash", ["اشتباكات"]), ("bombing", ["تفجير"])])
    assert clash == bombing == {"killed": 23, "injured": 40}  # joint: the sentence tells of both


def test_what_was_captured_killed_nobody(detector: Detector) -> None:
    """The dead belong to the fighting beside it."""
    body = "سيطرت قوات المعارضة على بلدة دير حافر.\nوقتل 14 جنديا خلال سيطرت المعارضة في معارك سبقتها."
    territory, clash = tolls_of(detector, "سوريا", body, [("territory", ["سيطرت"]), ("armed_clash", ["معارك"])])
    assert territory == {}
    assert clash == {"killed": 14}


def test_what_was_captured_keeps_the_only_toll(detector: Detector) -> None:
    """No figure is lost where the article tells of nothing else."""
    body = "سيطرت قوات المعارضة على البلدة وقتل خلال ذلك 14 جنديا."
    assert tolls_of(detector, "سوريا", body, [("territory", ["سيطرت"])]) == [{"killed": 14}]


def test_a_sentence_that_goes_on_names_its_kind(detector: Detector) -> None:
    """A toll without an event of its own goes to the event of the kind that its sentence names."""
    body = (
        "اندلعت اشتباكات في مصراتة.\nوسقطت قذائف على سوق في المدينة.\n"
        "وقال طبيب إن 9 أشخاص قتلوا في القصف المدفعي المذكور.\n"
    )
    clash, shelling = tolls_of(detector, "ليبيا", body, [("armed_clash", ["اشتباكات"]), ("shelling", ["قذائف"])])
    assert (clash, shelling) == ({}, {"killed": 9})


@pytest.mark.parametrize(
    ("body", "killed"),
    [
        ("قتل عشرات المتظاهرين في هجوم بصنعاء.\nوقال مسعف إن الهجوم أسفر عن مقتل 17 شخصا.", 17),
        ("مقتل العشرات في هجوم.\nوذكرت الشرطة أن الهجوم أسفر عن مقتل حارس.", 20),
        ("أسفر هجوم عن سقوط قتلى وقال الجيش إن 5 جنود قتلوا في الهجوم.", 5),
        ("قتل في هجوم 8 جنود.\nوأسفر الهجوم أيضا عن مقتل 12 مسلحا.", 20),
        ("قتل في هجوم 8 مدنيين.\nوأسفر الهجوم عن مقتل 12 شخصا.", 12),
    ],
    ids=["number before dozens", "dozens before one", "number before a plural", "both sides", "one count"],
)
def test_which_figures_count(detector: Detector, body: str, killed: int) -> None:
    """A number says more than an order of magnitude, the fullest sentence most; two sides of a fight add up."""
    assert tolls_of(detector, "اليمن", body, [("armed_clash", ["هجوم", "الهجوم"])]) == [{"killed": killed}]
