"""Fit the packaged model anew: `make train`.

A development tool: it needs scikit-learn (`pip install --group train`) and the marked news. It learns from marked
articles (in full, or as marks with their articles apart), from sentences that are judged as a whole, and from articles
on sport, technology and culture, in which next to nothing is news of ours.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stream.detection import training
from stream.detection.actors import actor_forms
from stream.detection.lexicon import Lexicon, load
from stream.detection.marked import Marked, mark
from stream.detection.marks import load_marks, read_records
from stream.detection.model import MODEL_FILE, Model
from stream.detection.places import PlaceResolver, place_forms
from stream.detection.quiet_articles import learned_articles

DEFAULT_OUTPUT = Path(__file__).parent / "lexicons" / MODEL_FILE
# How much a sentence, or a trigger in a quiet article, counts beside a candidate of a marked article.
SENTENCE_WEIGHT = 0.3
QUIET_WEIGHT = 0.5

Records = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What there is to learn from, each record as parsed JSON: see the options of `add_inputs`."""

    marked: Records
    sentences: Records
    quiet: Records


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what there is to learn from."""
    parser.add_argument("--marked", nargs="*", default=[], type=Path, help="marked articles in full, JSON lines")
    parser.add_argument("--marks", type=Path, help="marks without text, as in tests/marks")
    parser.add_argument("--sentences", type=Path, help="sentences with `gold: true` where they report an attack")
    parser.add_argument(
        "--articles",
        type=Path,
        help="the articles of --marks, plain or gzip; quiet ones among them are learned from too",
    )


def read_inputs(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Inputs:
    """Read what the options name; of an article that is marked twice the first record counts."""
    if options.marks and not options.articles:
        parser.error("--marks needs --articles: marks hold no text")
    records = [record for path in options.marked for record in read_records(path)]
    records += load_marks(options.marks, options.articles) if options.marks else []
    known: dict[str, dict[str, Any]] = {}
    for record in records:
        known.setdefault(record["article_id"], record)
    if not known:
        parser.error("no marked articles: name some by --marked or --marks")
    sentences = list(read_records(options.sentences)) if options.sentences else []
    quiet = learned_articles(options.articles, known.keys()) if options.articles else []
    return Inputs(list(known.values()), sentences, quiet)


def packaged_lexicon() -> Lexicon:
    """The lexicon without overlays, as the shipped detector has it."""
    return load((), [*place_forms(), *actor_forms()])


def fit(lexicon: Lexicon, marked: Sequence[Marked], sentences: Records, quiet: Records) -> Model:
    """Fit a model; *marked* comes from `marked.mark`."""
    resolver = PlaceResolver()
    more: dict[str, training.Rows] = {}
    training.join(more, training.sentence_rows(sentences, lexicon.matcher, resolver, SENTENCE_WEIGHT))
    entries = [(entry.id.partition(".")[0], entry) for entry in lexicon.triggers.values()]
    training.join(more, training.example_rows(entries, lexicon.matcher, resolver))
    training.join(more, training.quiet_rows(quiet, lexicon.matcher, resolver, QUIET_WEIGHT))
    return training.train(marked, more)


def main(arguments: Iterable[str] | None = None) -> None:
    """Read the inputs, fit the model and write it."""
    parser = argparse.ArgumentParser(description="Fit the detector's model.")
    add_inputs(parser)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="where the model goes")
    options = parser.parse_args(None if arguments is None else list(arguments))
    inputs = read_inputs(parser, options)
    lexicon = packaged_lexicon()
    marked = mark(inputs.marked, lexicon.matcher, PlaceResolver())
    training.save(fit(lexicon, marked, inputs.sentences, inputs.quiet), options.output)
    counts = f"{len(inputs.marked)} articles, {len(inputs.sentences)} sentences, {len(inputs.quiet)} quiet articles"
    sys.stderr.write(f"{options.output}: fitted on {counts}\n")


if __name__ == "__main__":
    main()
