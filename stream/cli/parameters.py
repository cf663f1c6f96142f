"""Arguments and types of arguments that several commands take."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

import click


class Moment(click.ParamType):
    """A time in ISO 8601; without an offset it is UTC."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time, or end with a usage error."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time. Write it as 2025-01-31 or 2025-01-31T08:00:00+03:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


MOMENT = Moment()


class Start(Moment):
    """Where reading begins: `earliest`, `latest`, or a time."""

    name = "earliest|latest|TIME"
    _ENDS: ClassVar[dict[str, Literal["beginning", "end"]]] = {"earliest": "beginning", "latest": "end"}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the start as `stream.subscription` has it, or end with a usage error."""
        if value in self._ENDS:
            return self._ENDS[value]
        return super().convert(value, param, ctx)


START = Start()


class InputFile(click.Path):
    """The path of a file that can be read, or - for standard input."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, readable=True, allow_dash=True)


articles_argument = click.argument("articles", metavar="FILES...", nargs=-1, required=True, type=InputFile())

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl"]),
    help="For people or for programs. [default: table on a terminal, else jsonl]",
)


def wants_table(form: str | None) -> bool:
    """Say whether the output is for people: as asked for, else whether a terminal looks."""
    return form == "table" if form else sys.stdout.isatty()
