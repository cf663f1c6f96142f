"""`rasid` itself: its commands by name, and how every one of them ends."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from typing import Any, Never

import click

from stream.exit_codes import ExitCode

# As a shell reports a program that SIGINT or SIGPIPE ended.
_INTERRUPTED = 130
_BROKEN_PIPE = 141
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Named here and imported when called: `rasid detect` must not wait for Faust.
_COMMANDS = {
    "worker": "stream.cli.worker:worker",
    "incidents": "stream.cli.incidents:incidents",
    "topics": "stream.cli.topics:topics",
    "detect": "stream.cli.detect:detect",
    "explain": "stream.cli.explain:explain",
    "evaluate": "stream.cli.evaluate:evaluate",
    "lexicon": "stream.cli.lexicon:lexicon",
    "replay": "stream.cli.replay:replay",
    "diff": "stream.cli.diff:diff",
    "subscribe": "stream.cli.subscribe:subscribe",
    "serve": "stream.cli.serve:serve",
    "dead-letters": "stream.cli.dead_letters:dead_letters",
    "demo": "stream.cli.demo:demo",
    "broker": "stream.cli.broker:broker",
    "doctor": "stream.cli.doctor:doctor",
    "plan": "stream.cli.plan:plan_command",
    "config": "stream.cli.config:config",
    "completion": "stream.cli.completion:completion",
}


class _Rasid(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Return the names in the order of the table: the help is read from the top."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """Return the command of that name, or None."""
        where = _COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        command = getattr(importlib.import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; a disk that is full ends it without a traceback, whatever it was to write."""
        try:
            return super().main(*args, **extra)
        except OSError as cause:
            if cause.errno not in _NO_ROOM:
                raise
            click.echo(f"Error: {cause.filename or 'standard output'} cannot be written: {cause.strerror}", err=True)
            _silence_stdout()
            sys.exit(ExitCode.NOT_WRITTEN)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C and a reader that went away end it without a traceback."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            # JSON is UTF-8 whatever the locale says.
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (KeyboardInterrupt, click.Abort):
            click.echo("Interrupted.", err=True)
            _leave(ctx, _INTERRUPTED)
        except BrokenPipeError:
            _silence_stdout()
            _leave(ctx, _BROKEN_PIPE)
        return result


def _silence_stdout() -> None:
    # Python flushes it once more at exit, and would complain again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(ctx: click.Context, code: int) -> Never:
    ctx.exit(code)


@click.group(cls=_Rasid, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rasid", message="%(prog)s %(version)s")
def main() -> None:
    """Turn Arabic news into typed conflict alerts, on Kafka or without it.

    Data goes to standard output, all else to standard error.

    \b
    Examples:
      rasid demo                                      see it work, on a Kafka of its own
      rasid detect articles.jsonl > alerts.jsonl      no Kafka needed
      rasid worker --broker kafka.example:9092        articles topic in, alert topics out

    \b
    Exit codes:
      0  done                                    73  the port for health and metrics is taken
      1  failed                                  74  the worker made no progress
      2  wrong usage                             75  alerts could not be delivered
      65 some input was refused                  76, 77  TLS, or the broker refuses the login
      66 an archive unpacks to too much          78  a setting is wrong
      69 no broker can be reached                79  a topic is missing
      70 our own code or lexicons are broken     130 Ctrl-C
      71 the dead-letter topic takes nothing
      72 output cannot be written (disk full)
    """
