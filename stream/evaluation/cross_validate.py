"""Honest figures: fit on three quarters of the marked articles, measure on the fourth, four times.

    python -m stream.evaluation.cross_validate --marked dev.jsonl --marks marks.jsonl --articles articles.jsonl.gz

A development tool (needs scikit-learn). The split is by a hash of the article's id: the same on every machine, and an
article stays in its part when others are added.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from stream.detection import training
from stream.detection.actors import actor_forms
from stream.detection.detector import Detector
from stream.detection.lexicon import Lexicon, load
from stream.detection.model import Model
from stream.detection.places import PlaceResolver, place_forms
from stream.detection.train import add_inputs, marked_articles
from stream.evaluation.gold import gold_article
from stream.evaluation.measure import EMPTY, Report, measure
from stream.evaluation.running import detect_all
from stream.evaluation.shipped import described

FOLDS = 4


def fold_of(article_id: str, count: int = FOLDS) -> int:
    """The part, from 0 up to *count*, in which an article is held out."""
    return int.from_bytes(hashlib.sha256(article_id.encode()).digest()[:8], "big") % count


def cross_validate(records: Sequence[dict[str, Any]], count: int = FOLDS) -> dict[str, Report]:
    """Return a report for each article that was held out once, by its id."""
    lexicon = _lexicon()
    marked = training.mark(records, lexicon.matcher, PlaceResolver())
    reports: dict[str, Report] = {}
    for number in range(count):
        learning = [m for m in marked if fold_of(m.article["article_id"], count) != number]
        held = [m.article for m in marked if fold_of(m.article["article_id"], count) == number]
        sys.stderr.write(f"part {number + 1} of {count}: fit on {len(learning)}, measure on {len(held)} articles\n")
        reports.update(_held_out(lexicon, training.train(learning), held))
    return reports


def _held_out(lexicon: Lexicon, model: Model, held: Sequence[dict[str, Any]]) -> dict[str, Report]:
    detector = Detector(lexicon, model)
    out = {}
    for record in held:
        gold = [gold_article(record)]
        out[record["article_id"]] = measure(gold, detect_all(detector, gold))
    return out


def _lexicon() -> Lexicon:
    return load((), [*place_forms(), *actor_forms()])


def total(reports: Iterable[Report]) -> Report:
    """The reports of several articles as one."""
    out = EMPTY
    for report in reports:
        out += report
    return out


def main(arguments: Iterable[str] | None = None) -> None:
    """Cross-validate and print the figures, of each input and of all together."""
    parser = argparse.ArgumentParser(description="Held-out figures by cross-validation.")
    add_inputs(parser)
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many parts (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE too")
    options = parser.parse_args(None if arguments is None else list(arguments))
    groups = {path.name: [r["article_id"] for r in marked_articles([path], None, None)] for path in options.marked}
    records = marked_articles(options.marked, options.marks, options.articles)
    known = {article_id for ids in groups.values() for article_id in ids}
    if options.marks:
        groups[options.marks.name] = [r["article_id"] for r in records if r["article_id"] not in known]
    if not records:
        parser.error("no marked articles: name some by --marked or --marks")
    reports = cross_validate(records, options.folds)
    figures = {}
    for name, ids in (*groups.items(), ("all", list(reports))):
        measured = described(total(reports[i] for i in ids))
        figures[name] = measured.figures
        sys.stdout.write(f"== {name}, {len(ids)} articles, each held out while the model was fitted\n")
        sys.stdout.write("".join(f"{line}\n" for line in measured.lines))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
