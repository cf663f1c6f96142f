"""The options of `rasid replay`, in groups, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stream.archives.formats import Format
from stream.archives.mapping import FieldMap, MappingError, parse_map
from stream.cli.parameters import MOMENT
from stream.replays.pacing import parse_speed

ENCODINGS = ("utf-8", "windows-1256", "iso-8859-6")
"""One-byte encodings and UTF-8: in any of them a line end is one byte."""

_OUTPUT = click.Path(dir_okay=False, path_type=Path)


class _Speed(click.ParamType):
    name = "SPEED"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if isinstance(value, float):
            return value
        try:
            return parse_speed(value)
        except ValueError as cause:
            self.fail(str(cause), param, ctx)


def _field_map(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> FieldMap:
    del ctx, param
    try:
        return parse_map(value)
    except MappingError as cause:
        raise click.BadParameter(str(cause)) from cause


_ARCHIVE = (
    click.argument("archives", metavar="ARCHIVES...", nargs=-1, required=True),
    click.option(
        "--format",
        "form",
        type=click.Choice([form.value for form in Format]),
        help="What the archives are written in. [default: found out from each file]",
    ),
    click.option(
        "--map",
        "field_map",
        multiple=True,
        metavar="FIELD=NAME",
        callback=_field_map,
        help="Take an article's field from a foreign name, as in body=text or title=headline.main; may be repeated.",
    ),
    click.option(
        "--encoding", type=click.Choice(ENCODINGS), default="utf-8", show_default=True, help="Of text and tables."
    ),
    click.option("--since", type=MOMENT, help="Only articles that were published at this time or later."),
    click.option("--until", type=MOMENT, help="Only articles that were published before this time."),
)
_PACE = (
    click.option(
        "--order",
        type=click.Choice(["file", "publication"]),
        help="As they stand in the files, or by time of publication. [default: file; with --speed: publication]",
    ),
    click.option(
        "--speed",
        type=_Speed(),
        help="60x: an hour's articles in a minute, with the gaps that lay between them. [default: max]",
    ),
    click.option("--rate", type=click.FloatRange(0, min_open=True), metavar="N", help="So many articles a second."),
)
_OUTPUTS = (
    click.option("--isolated", is_flag=True, help="Use topics and a worker of its own, and remove them at the end."),
    click.option(
        "--dry-run", is_flag=True, help="Send nothing and need no Kafka: read, count, and detect if asked to."
    ),
    click.option(
        "--wait", is_flag=True, help="Wait for the workers and count their alerts. [implied by the options below]"
    ),
    click.option("--save", type=_OUTPUT, help="Write the alerts of this run, as JSON lines, for `rasid diff`."),
    click.option("--report", type=_OUTPUT, help="Write a page with charts and a map of what came of it."),
    click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object on standard output."),
    click.option("--restart", is_flag=True, help="Begin anew, also where the same replay was interrupted."),
    click.option(
        "--processes",
        type=click.IntRange(1, 256),
        default=1,
        show_default=True,
        help="How many processes detect in a dry run.",
    ),
)


def replay_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the argument and the options of `rasid replay`."""
    for option in reversed((*_ARCHIVE, *_PACE, *_OUTPUTS)):
        command = option(command)
    return command
