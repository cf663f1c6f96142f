"""The figures of the shipped model, where the marked news is kept beside the project."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from schemas.alert import Alert
from stream.detection import load_detector
from stream.evaluation.committed import losses
from stream.evaluation.gold import GoldArticle, GoldSentence
from stream.evaluation.measure import by_article, measure
from stream.evaluation.running import detect_all, read_gold
from stream.evaluation.sentences import measure_sentences
from stream.evaluation.shipped import FILES

MARKED = Path(__file__).parents[3] / "shared" / "eval"
FIGURES = Path(__file__).parent / "figures.json"
needs_marked_news = pytest.mark.skipif(not (MARKED / "dev.jsonl").exists(), reason=f"there is no {MARKED.name}/")

Gold = list[GoldArticle] | list[GoldSentence]


@pytest.fixture(scope="module")
def runs() -> dict[str, tuple[Gold, list[Alert]]]:
    """Each marked file with the alerts of the packaged detector."""
    detector = load_detector()
    golds = {name: read_gold(MARKED / name) for name in FILES}
    return {name: (gold, detect_all(detector, gold)) for name, gold in golds.items()}


def _reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_score", MARKED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@needs_marked_news
@pytest.mark.parametrize("name", ["dev.jsonl", "seed.jsonl"])
def test_the_reference_measure_gives_the_same_figures(name: str, runs: dict[str, tuple[Gold, list[Alert]]]) -> None:
    """Ours is written from the definition; the script that defines it agrees in every figure."""
    gold, alerts = runs[name]
    raw = [json.loads(line) for line in (MARKED / name).read_text(encoding="utf-8").split("\n") if line]
    plain = {key: [json.loads(a.to_json()) for a in found] for key, found in by_article(alerts).items()}
    wanted, _ = _reference().score(raw, plain, 0)
    assert measure([item for item in gold if isinstance(item, GoldArticle)], alerts).as_json() == wanted


@needs_marked_news
def test_no_figure_fell(runs: dict[str, tuple[Gold, list[Alert]]]) -> None:
    """None is more than 0.02 worse than the committed one; `make evaluate-update` accepts new ones."""
    figures = {}
    for name, (gold, alerts) in runs.items():
        sentences = [item for item in gold if isinstance(item, GoldSentence)]
        articles = [item for item in gold if isinstance(item, GoldArticle)]
        figures[name] = (
            {"sentences": measure_sentences(sentences, alerts).as_json()}
            if sentences
            else measure(articles, alerts).as_json()
        )
    assert list(losses(json.loads(FIGURES.read_text(encoding="utf-8")), figures)) == []


@pytest.mark.parametrize(
    ("was", "now", "names"),
    [
        ({"events": {"f1": 0.8}}, {"events": {"f1": 0.78}}, []),
        ({"events": {"f1": 0.8}}, {"events": {"f1": 0.77}}, ["events: f1 0.770, committed 0.800"]),
        ({"date": {"rate": 0.8}}, {"date": {"rate": 0.7}}, ["date: rate 0.700, committed 0.800"]),
        ({"background alarmed": {"rate": 0.1}}, {"background alarmed": {"rate": 0.05}}, []),
        (
            {"background alarmed": {"rate": 0.1}},
            {"background alarmed": {"rate": 0.13}},
            ["background alarmed: rate 0.130, committed 0.100"],
        ),
        (
            {"killed": {"rate": 1, "of": 40, "invented": 1}},
            {"killed": {"rate": 1, "of": 40, "invented": 2}},
            ["killed: 2 invented, committed 1"],
        ),
        ({"killed": {"rate": None}}, {"killed": {"rate": 0.1}}, []),
        ({"a": {"events": {"f1": 1}}}, {}, ["a: was measured once, and is no more"]),
    ],
    ids=["within", "f1", "rate", "less-is-better", "more-background", "invented", "nothing-to-judge", "gone"],
)
def test_what_counts_as_a_loss(was: dict[str, object], now: dict[str, object], names: list[str]) -> None:
    """More than 0.02 in the wrong direction, or a figure that is no longer measured."""
    assert list(losses(was, now)) == names
