"""Fit the packaged model anew: `make train`.

    python -m stream.detection.train --marked dev.jsonl --marks tests/marks/articles.jsonl --articles raw.jsonl.gz

A development tool: it needs scikit-learn (`pip install --group train`) and the marked articles.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stream.detection import training
from stream.detection.actors import actor_forms
from stream.detection.lexicon import load
from stream.detection.marks import load_marks
from stream.detection.model import MODEL_FILE
from stream.detection.places import PlaceResolver, place_forms

DEFAULT_OUTPUT = Path(__file__).parent / "lexicons" / MODEL_FILE


def marked_articles(marked: Iterable[Path], marks: Path | None, articles: Path | None) -> list[dict[str, Any]]:
    """Return the articles of the *marked* files and those of *marks*, each article once, the first record of it."""
    records = []
    for path in marked:
        records += [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    if marks is not None and articles is not None:
        records += load_marks(marks, articles)
    known: dict[str, dict[str, Any]] = {}
    for record in records:
        known.setdefault(record["article_id"], record)
    return list(known.values())


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which articles there are to learn from."""
    parser.add_argument("--marked", nargs="*", default=[], type=Path, help="marked articles in full, JSON lines")
    parser.add_argument("--marks", type=Path, help="marks without text, as in tests/marks")
    parser.add_argument("--articles", type=Path, help="the articles of --marks, JSON lines, plain or gzip")


def main(arguments: Iterable[str] | None = None) -> None:
    """Read the marked articles, fit the model and write it."""
    parser = argparse.ArgumentParser(description="Fit the detector's model from marked articles.")
    add_inputs(parser)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="where the model goes")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if (options.marks is None) != (options.articles is None):
        parser.error("--marks and --articles go together: marks hold no text")
    records = marked_articles(options.marked, options.marks, options.articles)
    if not records:
        parser.error("no marked articles: name some by --marked or --marks")
    lexicon = load((), [*place_forms(), *actor_forms()])
    marked = training.mark(records, lexicon.matcher, PlaceResolver())
    training.save(training.train(marked), options.output)
    sys.stderr.write(f"{options.output}: fitted on {len(records)} articles\n")


if __name__ == "__main__":
    main()
