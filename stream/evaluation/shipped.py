"""Measure the shipped model on the marked files and check it against the committed figures.

- `python -m stream.evaluation.shipped FOLDER` prints the figures;
- with `--check FILE` it fails when one is more than 0.02 worse than in FILE;
- with `--update FILE` it writes them down there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.alert import Timing
from schemas.article import Article
from stream.detection.detector import Detector, load_detector
from stream.detection.quiet_articles import unlearned_articles
from stream.evaluation.committed import losses
from stream.evaluation.gold import GoldArticle, GoldSentence
from stream.evaluation.measure import Report, measure
from stream.evaluation.running import detect_all, read_gold
from stream.evaluation.sentences import measure_sentences
from stream.evaluation.tables import figures_lines, reliability_lines, sentence_line

TRAINED_ON = ("dev.jsonl", "seed.jsonl", "gsr_dev.jsonl")
"""The files that the shipped model is fitted on; `make train` names the same."""
FILES = ("dev.jsonl", "seed.jsonl", "gsr_dev.jsonl")


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one file, as JSON and as lines of text."""

    figures: dict[str, Any]
    lines: tuple[str, ...]


def measure_file(detector: Detector, path: Path) -> Measured:
    """Detect the articles or sentences of *path* and measure the alerts."""
    gold = read_gold(path)
    alerts = detect_all(detector, gold)
    sentences = [item for item in gold if isinstance(item, GoldSentence)]
    if sentences:
        found = measure_sentences(sentences, alerts)
        attacks = sum(item.is_attack for item in sentences)
        return Measured({"sentences": found.as_json()}, (sentence_line(len(sentences), attacks, found),))
    return described(measure([item for item in gold if isinstance(item, GoldArticle)], alerts))


def described(report: Report) -> Measured:
    """A report as JSON and as lines of text, the reliability table included."""
    figures = report.as_json()
    return Measured(figures, (*figures_lines(figures), *reliability_lines(report)))


def quiet_lines(detector: Detector, articles: Path) -> Iterator[str]:
    """How many alerts the articles on sport, economy, technology and culture raise that were not learned from."""
    articles_of: Counter[str] = Counter()
    alerts_of: Counter[str] = Counter()
    for record in unlearned_articles(articles):
        article = Article.model_validate(record)
        alerts = detector.detect(article, detected_at=article.published_at)
        for name in (record["category"], "all"):
            articles_of[name] += 1
            alerts_of[name] += sum(alert.timing is Timing.NEW for alert in alerts)
    for name, count in sorted(articles_of.items()):
        yield f"{name:12} {alerts_of[name]} alerts on {count} articles, {100 * alerts_of[name] / count:.1f} per 100"


def measure_all(folder: Path) -> dict[str, Measured]:
    """The figures of every file of `FILES` that is in *folder*."""
    detector = load_detector()
    return {name: measure_file(detector, folder / name) for name in FILES if (folder / name).exists()}


def main(arguments: Iterable[str] | None = None) -> None:
    """Measure, print, and check or write down."""
    parser = argparse.ArgumentParser(description="Measure the shipped model on marked files.")
    parser.add_argument("folder", type=Path, help=f"where {', '.join(FILES)} are")
    parser.add_argument(
        "--quiet", type=Path, metavar="FILE", help="count the alerts on its articles on sport and the like"
    )
    parser.add_argument("--check", type=Path, metavar="FILE", help="fail when a figure fell below those in FILE")
    parser.add_argument("--update", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args(None if arguments is None else list(arguments))
    say = sys.stdout.write
    if not options.folder.is_dir():
        say(f"There is no {options.folder}: nothing to measure.\n")
        return
    measured = measure_all(options.folder)
    for name, item in measured.items():
        seen = "seen in training: these flatter" if name in TRAINED_ON else "not seen in training"
        say(f"== {name}, shipped model ({seen})\n")
        say("".join(f"{line}\n" for line in item.lines))
    if options.quiet:
        say(f"== {options.quiet.name}, sport, economy, technology and culture (not seen in training)\n")
        say("".join(f"{line}\n" for line in quiet_lines(load_detector(), options.quiet)))
    figures = {name: item.figures for name, item in measured.items()}
    if options.update:
        options.update.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if options.check:
        found = list(losses(json.loads(options.check.read_text(encoding="utf-8")), figures))
        sys.stderr.write("".join(f"{line}\n" for line in found))
        if found:
            raise SystemExit(f"{len(found)} figures fell; mend that, or accept them by `make evaluate-update`")


if __name__ == "__main__":
    main()
