"""`rasid demo`: articles through a real Kafka to typed alerts, from nothing and leaving nothing."""

from __future__ import annotations

import os
import sys
import time
import uuid
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any

import click

from schemas.alert import Alert, Kind
from stream.broker import BrokerError, RunningBroker, temporary_broker
from stream.cli.alert_output import console, print_card
from stream.cli.asynchronous import run
from stream.cli.endings import signals_end_it
from stream.cli.failure import Failed
from stream.cli.options import broker_options
from stream.cli.parameters import InputFile
from stream.cli.progress import progress
from stream.demo_worker import WorkerProcess, worker_process
from stream.demonstration import Group, ReadBack, StalledError, read_back
from stream.exit_codes import ExitCode
from stream.isolation import PARTITIONS, make_topics, private_settings, remove_topics, variables
from stream.kafka import admin, consumer, producer
from stream.reading import read_lines
from stream.replaying import ReplayCount, UndeliveredError, replay
from stream.settings import Settings
from stream.subscription import seek
from stream.terminal import visible
from stream.topics import partitions_of


@dataclass(frozen=True, slots=True)
class _Run:
    """What a demonstration did."""

    sent: ReplayCount
    back: ReadBack
    seconds: float


@click.command()
@click.argument("files_", metavar="[FILES]...", nargs=-1, type=InputFile())
@click.option("--articles", "more", multiple=True, type=InputFile(), help="The same as FILES; may be repeated.")
@broker_options
def demo(*, settings: Settings, files_: tuple[str, ...], more: tuple[str, ...]) -> None:
    """Send articles through a real Kafka and show the alerts that an independent subscriber reads back.

    Gets a broker (RASID_BROKER's, Docker's, or Apache Kafka as a local process), makes topics under a prefix of its
    own, starts a worker, sends the packaged sample articles or your FILES, and shows each alert. Ends by itself, and
    leaves nothing running.

    \b
    Examples:
      rasid demo
      rasid demo articles.jsonl.gz
      rasid demo --articles articles.jsonl --broker 127.0.0.1:9092
    """
    given = (*files_, *more)
    try:
        with signals_end_it(), as_file(files("stream") / "samples" / "articles.jsonl") as samples:
            _demo(settings, given or (str(samples),))
    except BrokerError as cause:
        raise Failed(str(cause), ExitCode.NO_BROKER) from cause


def _demo(settings: Settings, articles: tuple[str, ...]) -> None:
    environ = dict(os.environ)
    if "broker" in settings.model_fields_set:
        environ["RASID_BROKER"] = settings.broker
    with temporary_broker(allow_tryout=True, say=_say, environ=environ) as broker:
        name = f"rasid-demo-{uuid.uuid4().hex[:8]}"
        ours = private_settings(settings, name, _changes(broker))
        run(make_topics(ours))
        _say(f"Topics: {ours.topic_prefix}*, {PARTITIONS} partitions each. Worker: starting.")
        try:
            with worker_process({**variables(ours), "RASID_LOG_FORMAT": "json"}) as worker:
                done = _watch(ours, articles, worker)
        finally:
            if broker.kind == "given":
                # The others end together with all that they hold.
                run(remove_topics(ours))
    _report(done)


def _changes(broker: RunningBroker) -> dict[str, Any]:
    """Return the settings in which the demonstration differs from the user's."""
    changes: dict[str, Any] = {
        "broker": broker.bootstrap,
    }
    if not broker.idempotent_producer:
        changes["idempotent_producer"] = False
    if broker.session_timeout_seconds is not None:
        changes["session_timeout_seconds"] = broker.session_timeout_seconds
    return changes


def _watch(settings: Settings, articles: tuple[str, ...], worker: WorkerProcess) -> _Run:
    try:
        return run(_send_and_read_back(settings, articles, worker))
    except (StalledError, UndeliveredError) as cause:
        words = "\n".join(visible(line) for line in worker.last_words().splitlines())
        raise Failed(f"{cause}. The worker's log ends:\n{words}", ExitCode.STALLED) from cause


async def _send_and_read_back(settings: Settings, articles: tuple[str, ...], worker: WorkerProcess) -> _Run:
    topics = settings.topics
    began = time.monotonic()
    lines = read_lines(articles, max_bytes=settings.max_message_bytes)
    async with producer(settings) as client:
        with progress("Articles sent") as advance:
            sent = await replay(lines, client, topics.articles, max_bytes=settings.max_message_bytes, advance=advance)
    for damage in sent.damages:
        _say(visible(str(damage)))
    if not sent.sent:
        raise Failed("there is no article in the input", ExitCode.BAD_DATA)
    _say(f"{sent.sent} articles sent to {topics.articles}. Reading alerts back:\n")
    stdout = console()

    def show(alert: Alert) -> None:
        print_card(stdout, alert)

    # An independent subscriber: it shares nothing with the worker but the broker.
    async with admin(settings) as client, consumer(settings, enable_auto_commit=False) as subscriber:
        ends = {at: sent.ends.get(at.partition, 0) for at in await partitions_of(client, [topics.articles])}
        read = [topics.alerts(kind) for kind in Kind] + [topics.dead_letters]
        await seek(subscriber, await partitions_of(client, read), "beginning")
        with progress("Articles processed", total=sent.sent, shown=not sys.stdout.isatty()) as advance:
            back = await read_back(
                subscriber,
                client,
                Group(settings.group_id, ends),
                topics,
                show=show,
                worker_ended=worker.exit_code,
                advance=advance,
            )
    return _Run(sent, back, time.monotonic() - began)


def _report(done: _Run) -> None:
    alerts = done.back.alerts
    letters = done.back.dead_letters
    click.echo(
        f"{done.sent.sent} articles, {alerts.total()} alerts, {letters.total()} dead letters in {done.seconds:.1f} s"
    )
    for kind in Kind:
        types = [(count, name) for (of, name), count in alerts.most_common() if of is kind]
        listed = ", ".join(f"{name} {count}" for count, name in types)
        click.echo(f"  {kind.value:<10} {sum(count for count, _ in types):>4}  {listed}".rstrip())
    if letters:
        click.echo("  dead letters: " + ", ".join(f"{code} {count}" for code, count in letters.most_common()))


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
