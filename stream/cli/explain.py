"""`rasid explain`: why an article raised the alerts it raised, or none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
from pydantic import ValidationError

from schemas.article import Article
from stream.cli.explanation_output import explanation_lines
from stream.cli.failure import Failed
from stream.cli.options import settings_options
from stream.cli.parameters import InputFile
from stream.detection import LexiconError, load_detector
from stream.detection.explain import explain as explained
from stream.exit_codes import ExitCode
from stream.reading import Damage, read_lines
from stream.settings import Settings
from stream.terminal import harmless_json, visible


@click.command()
@click.argument("file", metavar="FILE", type=InputFile())
@click.option("--article", "article_id", metavar="ID", help="Only the article of this id.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article, for programs.")
@settings_options
def explain(*, settings: Settings, file: str, article_id: str | None, as_json: bool) -> None:
    """Show what the detector saw in each article of FILE, and why it decided as it did.

    Each mention is shown (triggers, cues, actors, places, dates, tolls), then each trigger in its sentence with its
    probabilities, the facts that weighed most, and what became of it, then the events with their slots. Weights above 0
    speak for news. FILE holds JSON lines, plain or packed; - is standard input.

    \b
    Examples:
      rasid explain articles.jsonl --article 20250131-17
      rasid explain articles.jsonl --json | jq '.candidates[] | {trigger, new, fate}'
    """
    try:
        detector = load_detector(settings.overlays)
    except LexiconError as cause:
        raise Failed(visible(str(cause)), ExitCode.BAD_DATA) from cause
    shown = 0
    for article in _articles(file, article_id):
        explanation = explained(detector, article)
        if as_json:
            click.echo(harmless_json(json.dumps(explanation.as_json(), ensure_ascii=False)))
        else:
            if shown:
                click.echo()
            for line in explanation_lines(explanation):
                click.echo(line)
        shown += 1
    if not shown:
        wanted = f"article {article_id} is not in it" if article_id else "it holds no article"
        raise Failed(visible(f"{file}: {wanted}"), ExitCode.BAD_DATA)


def _articles(file: str, article_id: str | None) -> Iterator[Article]:
    for item in read_lines([file]):
        if isinstance(item, Damage):
            raise Failed(visible(str(item)), ExitCode.OVER_LIMIT if item.over_limit else ExitCode.BAD_DATA)
        try:
            article = Article.model_validate_json(item.data)
        except ValidationError as cause:
            first = cause.errors()[0]
            where = ".".join(map(str, first["loc"])) or "article"
            raise Failed(visible(f"{file}:{item.number}: {where}: {first['msg']}"), ExitCode.BAD_DATA) from cause
        if article_id is None or article.article_id == article_id:
            yield article
