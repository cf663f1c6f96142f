"""`rasid broker`: a Kafka on this machine for developers."""

from __future__ import annotations

import json
import sys

import click

from stream.broker import BrokerError, choose, instance
from stream.exit_codes import ExitCode


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _failed(cause: BrokerError) -> click.ClickException:
    failure = click.ClickException(str(cause))
    failure.exit_code = ExitCode.NO_BROKER
    return failure


_tryout = click.option(
    "--tryout",
    is_flag=True,
    help="Where neither Docker nor Java is there, take Tansu: in memory, for trying out only.",
)


@click.group()
def broker() -> None:
    """Start, stop and look at a Kafka on this machine.

    \b
    The broker is, in this order:
      the one that RASID_BROKER names;
      the kafka service of docker-compose.yml, if a Docker engine answers;
      Apache Kafka as a local process (Java 17 or newer, and Maven for the first start).

    It listens on 127.0.0.1 only, on a port that is free.

    \b
    Example:
      export RASID_BROKER=$(rasid broker start)
    """


@broker.command()
@_tryout
def start(*, tryout: bool) -> None:
    """Start the broker unless it runs, and print its address.

    It goes on after the shell ends. Its messages are kept from one start to the next.

    \b
    Example:
      rasid broker start
    """
    try:
        click.echo(instance.start(allow_tryout=tryout, say=_say))
    except BrokerError as cause:
        raise _failed(cause) from cause


@broker.command()
@click.option("--delete-data", is_flag=True, help="Delete its messages and topics too.")
def stop(*, delete_data: bool) -> None:
    """Stop the broker that `start` started. It is no error if none runs.

    \b
    Example:
      rasid broker stop --delete-data
    """
    try:
        instance.stop(delete_data=delete_data, say=_say)
    except BrokerError as cause:
        raise _failed(cause) from cause


@broker.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a sentence.")
def status(*, as_json: bool) -> None:
    """Say whether the broker runs and answers.

    Exit codes: 0 it answers; 69 it does not, or none runs.

    \b
    Example:
      rasid broker status --json
    """
    try:
        found = instance.current()
        running = found is not None and found.is_running()
        answers = found is not None and running and found.answers()
    except BrokerError as cause:
        raise _failed(cause) from cause
    if as_json:
        details = (
            {"kind": found.kind, "bootstrap": found.bootstrap, "pid": found.pid, "log": found.log} if found else {}
        )
        click.echo(json.dumps({"running": running, "answers": answers, **details}))
    elif found is None:
        click.echo("No broker was started.")
    elif not running:
        click.echo(f"The broker at {found.bootstrap} is gone without having been stopped. Log: {found.log}")
    else:
        verb = "answers" if answers else "runs, but does not answer"
        click.echo(f"The broker at {found.bootstrap} {verb} ({found.kind}). Log: {found.log or 'docker compose logs'}")
    if not answers:
        sys.exit(ExitCode.NO_BROKER)


@broker.command()
@_tryout
def which(*, tryout: bool) -> None:
    """Say which broker would be taken here, and why; start nothing.

    \b
    Example:
      rasid broker which
    """
    try:
        click.echo(choose(allow_tryout=tryout).sentence)
    except BrokerError as cause:
        raise _failed(cause) from cause
