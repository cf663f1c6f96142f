"""`rasid lexicon`: check, list and try the words of the detector."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from schemas.article import Article
from schemas.lexicon import TriggerEntry
from stream.cli.explanation_output import explanation_lines
from stream.cli.failure import Failed
from stream.cli.options import settings_options
from stream.cli.parameters import MOMENT, format_option, wants_table
from stream.detection import Detector, LexiconError, load_detector
from stream.detection.explain import explain
from stream.detection.lexicon_entries import ListedEntry, entries, problems
from stream.exit_codes import ExitCode
from stream.settings import Settings
from stream.terminal import harmless_json, visible


@click.group()
def lexicon() -> None:
    """Check, list and try the words that the detector knows, your own among them.

    RASID_LEXICON_PATH names folders with attack.yaml, diplomacy.yaml or cues.yaml (several folders with : between). An
    entry there adds to the package, replaces the packaged one of the same id or, with `off: true`, switches it off.

    \b
    Examples:
      rasid lexicon check words
      rasid lexicon list --kind attack --type shelling
    """


@lexicon.command()
@click.argument("folders", metavar="[FOLDER]...", nargs=-1, type=click.Path(path_type=Path))
@settings_options
def check(*, settings: Settings, folders: tuple[Path, ...]) -> None:
    """Check overlay folders: every fault with its file, entry and field.

    Without FOLDER those of RASID_LEXICON_PATH are checked, and the packaged lexicons where that is not set.

    \b
    Examples:
      rasid lexicon check words
      RASID_LEXICON_PATH=words rasid lexicon check

    \b
    Exit codes:
      0 nothing is wrong · 65 something is
    """
    overlays = folders or settings.overlays
    detector = _detector(overlays)
    found = problems(detector.lexicon, overlays)
    for problem in found:
        click.echo(visible(str(problem)))
    if found:
        raise Failed(f"{len(found)} faults", ExitCode.BAD_DATA)
    listed = entries(overlays)
    off = sum(item.entry.off for item in listed)
    click.echo(f"{len(listed) - off} entries, {off} switched off, lexicon version {detector.lexicon_version}")


@lexicon.command("list")
@click.option("--kind", type=click.Choice(["attack", "diplomacy", "cue"]), help="Only entries of this kind.")
@click.option("--type", "event_type", metavar="TYPE", help="Only triggers of this event type.")
@format_option
@settings_options
def list_(*, settings: Settings, kind: str | None, event_type: str | None, form: str | None) -> None:
    """List the entries in effect, overlays included: id, type, file and words.

    \b
    Examples:
      rasid lexicon list --kind diplomacy
      rasid lexicon list --type shelling
      rasid lexicon list --format jsonl | jq -r .id
    """
    _detector(settings.overlays)
    chosen = [
        item for item in entries(settings.overlays) if kind in (None, item.kind) and event_type in (None, item.type)
    ]
    for line in _table(chosen) if wants_table(form) else map(_json_line, chosen):
        click.echo(line)


@lexicon.command("try")
@click.argument("sentence")
@click.option("--published", type=MOMENT, help="When it was published: dates are worked out from that. [default: now]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@settings_options
def try_(*, settings: Settings, sentence: str, published: datetime | None, as_json: bool) -> None:
    """Explain what the detector makes of SENTENCE, as the body of an article without a title.

    \b
    Examples:
      rasid lexicon try "$sentence" --published 2025-01-31
      RASID_LEXICON_PATH=words rasid lexicon try "..." --json | jq .events
    """
    if not sentence.strip():
        raise click.UsageError("the sentence is empty")
    article = Article(article_id="sentence", title="", body=sentence, published_at=published or datetime.now(UTC))
    explanation = explain(_detector(settings.overlays), article)
    if as_json:
        click.echo(harmless_json(json.dumps(explanation.as_json(), ensure_ascii=False)))
        return
    for line in explanation_lines(explanation):
        click.echo(line)


def _detector(overlays: tuple[Path, ...]) -> Detector:
    try:
        return load_detector(overlays)
    except (LexiconError, OSError) as cause:
        raise Failed(visible(str(cause)), ExitCode.BAD_DATA) from cause


def _table(listed: list[ListedEntry]) -> Iterator[str]:
    wide = max((len(item.entry.id) for item in listed), default=0)
    for item in listed:
        weak = isinstance(item.entry, TriggerEntry) and item.entry.weak
        notes = ",".join(["off"] * item.entry.off + ["weak"] * weak)
        words = ", ".join(item.words)
        yield visible(f"{item.entry.id:{wide}}  {item.type or item.kind:15} {notes:8} {item.file}: {words}")


def _json_line(item: ListedEntry) -> str:
    row: dict[str, Any] = {
        "id": item.entry.id,
        "kind": item.kind,
        "type": item.type or None,
        "file": item.file,
        "off": item.entry.off,
    }
    row |= {"weak": getattr(item.entry, "weak", False), "words": item.words}
    return harmless_json(json.dumps(row, ensure_ascii=False))
