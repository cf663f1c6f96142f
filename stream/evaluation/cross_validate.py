"""Honest figures: fit on three quarters of the marked articles, measure on the fourth, four times.

`make evaluate` calls it; it needs scikit-learn. The split is by a hash of the article's id: the same on every machine,
and an article stays in its part when others are added. Judged sentences are split likewise, quiet articles are not
measured here and serve every part.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.article import Article
from stream.detection.detector import Detector
from stream.detection.marked import mark
from stream.detection.marks import read_records
from stream.detection.places import PlaceResolver
from stream.detection.train import Inputs, add_inputs, fit, packaged_lexicon, read_inputs
from stream.evaluation.figures import Found
from stream.evaluation.gold import GoldSentence, gold_article
from stream.evaluation.measure import EMPTY, Report, measure
from stream.evaluation.running import detect_all
from stream.evaluation.sentences import measure_sentences
from stream.evaluation.shipped import described
from stream.evaluation.tables import sentence_line

FOLDS = 4


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A report for each article, by its id, and the figures of all sentences; each was held out once."""

    reports: Mapping[str, Report]
    sentences: Found


def fold_of(article_id: str, count: int = FOLDS) -> int:
    """The part, from 0 up to *count*, in which an article or a sentence is held out."""
    return int.from_bytes(hashlib.sha256(article_id.encode()).digest()[:8], "big") % count


def cross_validate(inputs: Inputs, count: int = FOLDS) -> HeldOut:
    """Fit *count* models and measure each on what it did not see."""
    lexicon = packaged_lexicon()
    marked = mark(inputs.marked, lexicon.matcher, PlaceResolver())
    reports: dict[str, Report] = {}
    found = Found()
    for number in range(count):
        learning = [m for m in marked if fold_of(m.article["article_id"], count) != number]
        held = [record for record in inputs.marked if fold_of(record["article_id"], count) == number]
        judged = [record for record in inputs.sentences if fold_of(record["article_id"], count) == number]
        others = [record for record in inputs.sentences if fold_of(record["article_id"], count) != number]
        sys.stderr.write(f"part {number + 1} of {count}: fit on {len(learning)}, measure on {len(held)} articles\n")
        detector = Detector(lexicon, fit(lexicon, learning, others, inputs.quiet))
        for record in held:
            gold = [gold_article(record)]
            reports[record["article_id"]] = measure(gold, detect_all(detector, gold))
        sentences = [GoldSentence(Article.model_validate(record), record["gold"]) for record in judged]
        found += measure_sentences(sentences, detect_all(detector, sentences))
    return HeldOut(reports, found)


def total(reports: Iterable[Report]) -> Report:
    """The reports of several articles as one."""
    out = EMPTY
    for report in reports:
        out += report
    return out


def main(arguments: Iterable[str] | None = None) -> None:
    """Cross-validate and print the figures, of each input and of all articles together."""
    parser = argparse.ArgumentParser(description="Held-out figures by cross-validation.")
    add_inputs(parser)
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many parts (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE too")
    options = parser.parse_args(None if arguments is None else list(arguments))
    inputs = read_inputs(parser, options)
    held = cross_validate(inputs, options.folds)
    figures: dict[str, Any] = {}
    for name, ids in _groups(options, inputs).items():
        measured = described(total(held.reports[i] for i in ids))
        figures[name] = measured.figures
        sys.stdout.write(f"== {name}, {len(ids)} articles, each held out while the model was fitted\n")
        sys.stdout.write("".join(f"{line}\n" for line in measured.lines))
    if options.sentences:
        attacks = sum(record["gold"] for record in inputs.sentences)
        figures[options.sentences.name] = {"sentences": held.sentences.as_json()}
        sys.stdout.write(f"== {options.sentences.name}, each held out while the model was fitted\n")
        sys.stdout.write(sentence_line(len(inputs.sentences), attacks, held.sentences) + "\n")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _groups(options: argparse.Namespace, inputs: Inputs) -> dict[str, list[str]]:
    """The ids of each input file's articles, and of all."""
    groups = {path.name: [record["article_id"] for record in read_records(path)] for path in options.marked}
    in_full = {article_id for ids in groups.values() for article_id in ids}
    every = [record["article_id"] for record in inputs.marked]
    if options.marks:
        groups[options.marks.name] = [article_id for article_id in every if article_id not in in_full]
    return {**groups, "all": every}


if __name__ == "__main__":
    main()
