"""Marks without the articles that they mark: positions, so that no sentence of other people's news is kept here.

A line of a marks file is one article: `{"article_id", "events": [...]}`. In an event each text of the marked record
(quotes, triggers, actors, place, date, tolls, weapons, source) is `[field, start, end]`: field 0 is the title, 1 the
body, and the numbers are code points of the text as received. What is not text (types, days, numbers, coordinates,
the reader's English names) stands as it is. `tests/marks/README.md` says what is marked and how.

    python -m stream.detection.marks MARKED.jsonl --articles articles.jsonl.gz > marks.jsonl
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_FIELDS = ("title", "body")
_TEXTS = ("date_text", "killed_text", "injured_text")
_NAMED = ("place", "source")
_LISTS = ("initiators", "targets")
_PLAIN = ("kind", "type", "timing", "status", "date", "killed", "injured")

Span = list[int]


class MarksError(ValueError):
    """Marks that do not fit their article: the message names the article and what does not fit."""


def load_marks(marks: Path, articles: Path) -> list[dict[str, Any]]:
    """Return the marked articles: each as in *articles* (JSON lines, plain or gzip), with its `events` in full.

    Raises MarksError when an article is missing there or is not the one that was marked.
    """
    rows = list(read_records(marks))
    wanted = {row["article_id"] for row in rows}
    found = {a["article_id"]: a for a in read_records(articles) if a["article_id"] in wanted}
    out = []
    for row in rows:
        article = found.get(row["article_id"])
        if article is None:
            raise MarksError(f"{marks}: article {row['article_id']} is not in {articles}")
        out.append({**article, "events": [restore(event, article) for event in row["events"]]})
    return out


def strip(record: dict[str, Any], article: dict[str, Any]) -> dict[str, Any]:
    """Return the marks of *record* (`article_id` and `events`) as positions in *article*. Raises MarksError."""
    return {"article_id": record["article_id"], "events": [_strip_event(event, article) for event in record["events"]]}


def _strip_event(event: dict[str, Any], article: dict[str, Any]) -> dict[str, Any]:
    quotes = [_find(quote, article) for quote in event["quotes"]]
    triggers = []
    for (number, start, _), quote, trigger in zip(quotes, event["quotes"], event["triggers"], strict=True):
        at = quote.find(trigger)
        if at < 0:
            raise MarksError(f"article {article['article_id']}: trigger {trigger!r} is not in its quote")
        triggers.append([number, start + at, start + at + len(trigger)])
    out: dict[str, Any] = {name: event.get(name) for name in _PLAIN}
    out |= {"quotes": quotes, "triggers": triggers}
    out |= {name: [_strip_name(item, article) for item in event[name]] for name in _LISTS}
    out |= {name: _strip_name(event[name], article) if event.get(name) else None for name in _NAMED}
    out |= {name: _find(event[name], article) if event.get(name) else None for name in _TEXTS}
    out["weapons"] = [_find(text, article) for text in event["weapons"]]
    return out


def _strip_name(item: dict[str, Any], article: dict[str, Any]) -> dict[str, Any]:
    return {**item, "text": _find(item["text"], article)}


def _find(text: str, article: dict[str, Any]) -> Span:
    """Where *text* stands first: in the title, else in the body."""
    for number, name in enumerate(_FIELDS):
        at = article[name].find(text)
        if at >= 0:
            return [number, at, at + len(text)]
    raise MarksError(f"article {article['article_id']}: {text!r} is in neither title nor body")


def restore(event: dict[str, Any], article: dict[str, Any]) -> dict[str, Any]:
    """Return a stored event with its texts, taken from *article*. Raises MarksError."""

    def text(span: Span) -> str:
        number, start, end = span
        whole = article[_FIELDS[number]]
        if not 0 <= start < end <= len(whole):
            raise MarksError(f"article {article['article_id']}: {start} to {end} is outside of its {_FIELDS[number]}")
        return str(whole[start:end])

    out = {name: event[name] for name in _PLAIN}
    out["quotes"] = [text(span) for span in event["quotes"]]
    out["triggers"] = [text(span) for span in event["triggers"]]
    out |= {name: [{**item, "text": text(item["text"])} for item in event[name]] for name in _LISTS}
    out |= {name: {**event[name], "text": text(event[name]["text"])} if event[name] else None for name in _NAMED}
    out |= {name: text(event[name]) if event[name] else None for name in _TEXTS}
    out["weapons"] = [text(span) for span in event["weapons"]]
    return out


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file of JSON lines, plain or gzip."""
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    # Not splitlines: a text may hold other line ends than the one between records.
    return (json.loads(line) for line in data.decode().split("\n") if line.strip())


def main(arguments: Iterable[str] | None = None) -> None:
    """Read marked records and write their marks."""
    parser = argparse.ArgumentParser(description="Strip the text from marked articles.")
    parser.add_argument("marked", nargs="+", type=Path, help="JSON lines with article_id and events")
    parser.add_argument("--articles", required=True, type=Path, help="JSON lines with the articles, plain or gzip")
    options = parser.parse_args(None if arguments is None else list(arguments))
    records = [record for path in options.marked for record in read_records(path)]
    wanted = {record["article_id"] for record in records}
    articles = {a["article_id"]: a for a in read_records(options.articles) if a["article_id"] in wanted}
    for record in sorted(records, key=lambda item: str(item["article_id"])):
        article = articles.get(record["article_id"])
        if article is None:
            raise SystemExit(f"article {record['article_id']} is not in {options.articles}")
        row = strip(record, article)
        sys.stdout.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
