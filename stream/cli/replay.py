"""`rasid replay`: articles from archives into the articles topic, and what the workers make of them."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from schemas.alert import Alert
from stream.archives.formats import Format
from stream.archives.mapping import FieldMap
from stream.archives.reading import ArchiveReader
from stream.archives.sources import sources, without_secrets
from stream.broker.paths import state_dir
from stream.bulk_detection import DetectorError, LineResult, Recipe, detect_lines
from stream.cli.asynchronous import run
from stream.cli.endings import cancelled_by_signals, signals_end_it
from stream.cli.failure import Failed
from stream.cli.options import broker_options
from stream.cli.progress import progress
from stream.cli.replay_options import replay_options
from stream.cli.replay_progress import ReplayBar, replay_bar
from stream.demo_worker import WorkerProcess, worker_process
from stream.demonstration import StalledError
from stream.exit_codes import ExitCode
from stream.isolation import make_topics, private_settings, remove_topics, variables
from stream.reading import Damage
from stream.replaying import UndeliveredError
from stream.replays.ordering import Span
from stream.replays.outcome import Outcome
from stream.replays.pacing import Rate, Speed
from stream.replays.page import page
from stream.replays.plan import Plan, counted
from stream.replays.progress_file import ProgressError, ProgressFile, mark_of
from stream.replays.running import Run
from stream.settings import Settings
from stream.terminal import harmless_json, visible


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the user wants of a replay beside the sending."""

    isolated: bool
    dry_run: bool
    wait: bool
    save: Path | None
    report: Path | None
    as_json: bool
    restart: bool
    processes: int

    @property
    def alerts(self) -> bool:
        """Whether alerts are asked for."""
        return self.wait or self.isolated or self.save is not None or self.report is not None


@click.command()
@replay_options
@broker_options
def replay(
    *,
    settings: Settings,
    archives: tuple[str, ...],
    form: str | None,
    field_map: FieldMap,
    encoding: str,
    since: datetime | None,
    until: datetime | None,
    order: str | None,
    speed: float | None,
    rate: float | None,
    **wanted: Any,
) -> None:
    """Send articles from archives to the articles topic, and tell what came of them.

    ARCHIVES are files, folders, globs, addresses (http, s3), or - for standard input: JSON lines, JSON, CSV, Parquet,
    WARC, text and web pages, GDELT's lists, the ANT corpus; plain, packed (gz, zst, bz2, xz) or in a zip. JSON lines
    are sent unchanged. What is no article is sent too: it becomes a dead letter. An interrupted replay goes on where it
    stopped when the same command is given again.

    \b
    Examples:
      rasid replay articles.jsonl
      rasid replay 'archive-2024-*.csv.gz' --map body=text --since 2024-03-01 --speed 60x
      rasid replay s3://bucket/news/ --isolated --report march.html
      rasid replay archive.jsonl --dry-run --save run.jsonl     (then: rasid diff old.jsonl run.jsonl)
      crawler --json | rasid replay - --rate 50

    \b
    Exit codes:
      0 every article was sent · 65 some input could not be read · 66 an archive unpacks to too much
      74 the workers stand still · 75 the broker did not take all · 79 no such topic
    """
    wish = _Wanted(**wanted)
    if speed and rate:
        raise click.UsageError("--speed and --rate exclude each other")
    if speed and order == "file":
        raise click.UsageError("--speed keeps the gaps between times of publication, so it needs --order publication")
    if wish.isolated and wish.dry_run:
        raise click.UsageError("--isolated and --dry-run exclude each other")
    reader = ArchiveReader(Format(form) if form else None, field_map, encoding, settings.max_message_bytes)
    by_publication = order == "publication" or bool(speed)
    pace = Speed(speed) if speed else Rate(rate) if rate else None
    plan = Plan(archives, reader, Span(since, until), by_publication, pace)
    _check_files(archives, wish)
    outcome = Outcome()
    with _saved(wish.save) as keep:

        def show(alert: Alert) -> None:
            outcome.add_alert(alert)
            keep(alert)

        if wish.dry_run:
            _dry_run(settings, plan, outcome, wish, show)
        elif wish.isolated:
            _isolated(settings, plan, outcome, show)
        else:
            _live(settings, plan, outcome, wish, show)
    plan.count_left_out(outcome)
    _report(outcome, wish, archives)


def _dry_run(settings: Settings, plan: Plan, outcome: Outcome, wish: _Wanted, show: Callable[[Alert], None]) -> None:
    began = time.monotonic()
    with _bar("Reading", plan) as bar:
        lines, advance = counted(plan.items(bar.total), outcome), bar.advance
        if not wish.alerts:
            for item in lines:
                advance(not isinstance(item, Damage))
        else:
            recipe = Recipe(settings.overlays, settings.max_article_bytes, settings.publish_background, None)
            try:
                for result in detect_lines(lines, recipe, processes=wish.processes):
                    if isinstance(result, LineResult):
                        _take(result, outcome, show)
                        advance(1)
            except DetectorError as cause:
                raise Failed(str(cause), ExitCode.BAD_DATA) from cause
    outcome.seconds = time.monotonic() - began
    for damage in outcome.damages:
        click.echo(visible(damage), err=True)
    extra = f", {outcome.without_id} of them no article" if outcome.without_id else ""
    click.echo(f"{outcome.articles} lines would be sent{extra}.", err=True)


def _take(result: LineResult, outcome: Outcome, show: Callable[[Alert], None]) -> None:
    if result.failure:
        outcome.dead_letters[result.failure.code.value] += 1
    for line in result.alerts:
        show(Alert.model_validate_json(line))


def _live(settings: Settings, plan: Plan, outcome: Outcome, wish: _Wanted, show: Callable[[Alert], None]) -> None:
    file = _progress_file(settings, plan, restart=wish.restart)
    work = Run(settings, plan, outcome, watch=wish.alerts, file=file)
    try:
        if file and file.is_resumed:
            _say(f"Going on after {file.progress.settled} lines that were sent before; --restart begins anew.")
        _send(work)
        if wish.alerts:
            try:
                _read_alerts(work, show)
            except StalledError as cause:
                advice = f"Is a worker running for the group {settings.group_id}? `rasid worker` starts one"
                raise Failed(f"{cause}. {advice}", ExitCode.STALLED) from cause
        if file:
            file.remove()
    except (KeyboardInterrupt, SystemExit):
        if file:
            _say(f"Stopped after {work.count.settled} lines; the same command goes on there.")
        raise
    finally:
        if file:
            file.close()


def _isolated(settings: Settings, plan: Plan, outcome: Outcome, show: Callable[[Alert], None]) -> None:
    ours = private_settings(settings, f"rasid-replay-{uuid.uuid4().hex[:8]}", {})
    with signals_end_it():
        try:
            run(make_topics(ours))
            _say(f"Topics: {ours.topic_prefix}*. Worker: starting.")
            with worker_process({**variables(ours), "RASID_LOG_FORMAT": "json"}) as worker:
                work = Run(ours, plan, outcome, watch=True, is_alone=True)
                _send(work)
                try:
                    _read_alerts(work, show, worker)
                except StalledError as cause:
                    words = "\n".join(visible(line) for line in worker.last_words().splitlines())
                    raise Failed(f"{cause}. The worker's log ends:\n{words}", ExitCode.STALLED) from cause
        finally:
            run(remove_topics(ours))


def _send(work: Run) -> None:
    """Send the articles; tell what was sent and what could not be, also when it is interrupted."""
    plan, count = work.plan, work.count
    with _bar("Sending", plan) as bar:
        try:
            run(cancelled_by_signals(work.send(bar.total, bar.advance)))
        except UndeliveredError as cause:
            raise Failed(str(cause), ExitCode.UNDELIVERED) from cause
    for damage in count.damages:
        click.echo(visible(str(damage)), err=True)
        work.outcome.add_damage(damage)
    work.outcome.articles, work.outcome.without_id = count.sent, count.without_id
    extra = f", {count.without_id} of them no article" if count.without_id else ""
    _say(f"{count.sent} lines sent to {work.settings.topics.articles}{extra}.")


@contextmanager
def _bar(label: str, plan: Plan) -> Iterator[ReplayBar]:
    # The files are looked at for their sizes only where somebody watches.
    total = plan.total_bytes() if sys.stderr.isatty() else None
    with replay_bar(label, total) as bar:
        plan.reader.tally = bar.read
        yield bar


def _read_alerts(work: Run, show: Callable[[Alert], None], worker: WorkerProcess | None = None) -> None:
    if not work.count.ends:
        return
    with progress("Articles processed", total=work.count.sent) as advance:
        ended = worker.exit_code if worker else lambda: None
        run(cancelled_by_signals(work.read_alerts(show, worker_ended=ended, advance=advance)))


def _progress_file(settings: Settings, plan: Plan, *, restart: bool) -> ProgressFile | None:
    if not plan.can_resume:
        return None
    identity = {**plan.identity(), "broker": settings.broker, "topic": settings.topics.articles}
    try:
        return ProgressFile(state_dir() / "replays", identity, mark_of(plan.paths), restart=restart)
    except ProgressError as cause:
        raise Failed(str(cause)) from cause
    except OSError as cause:
        raise Failed(
            f"the progress cannot be kept in {cause.filename}: {cause.strerror}. XDG_STATE_HOME names another place",
            ExitCode.NOT_WRITTEN,
        ) from cause


def _check_files(archives: tuple[str, ...], wish: _Wanted) -> None:
    """End with a usage error where a file is not there, or would be written over."""
    for source in sources(path for path in archives if "://" not in path):
        if isinstance(source, Damage):
            raise click.UsageError(visible(f"{source.path}: {source.reason}"))
        for output in (wish.save, wish.report):
            if output and output.exists() and not source.name.startswith("standard") and output.samefile(source.name):
                raise click.UsageError(f"{output} is also an input, and would be overwritten")


@contextmanager
def _saved(path: Path | None) -> Iterator[Callable[[Alert], None]]:
    """Give what writes an alert to *path*; there is nothing there until all are written."""
    if path is None:
        yield lambda _: None
        return
    partial = path.with_name(f"{path.name}.partial")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(partial.open("w", encoding="utf-8", newline="\n"))
        except OSError as cause:
            raise Failed(f"{partial} cannot be written: {cause.strerror}", ExitCode.NOT_WRITTEN) from cause
        stack.callback(partial.unlink, missing_ok=True)
        yield lambda alert: print(harmless_json(alert.to_json().decode()), file=file)
        file.flush()
        partial.replace(path)


def _report(outcome: Outcome, wish: _Wanted, archives: tuple[str, ...]) -> None:
    for reason, count in outcome.left_out.items():
        if count:
            _say(f"{count} left out: {reason}.")
    if wish.report:
        try:
            wish.report.write_text(page(outcome, [without_secrets(each) for each in archives]), encoding="utf-8")
        except OSError as cause:
            raise Failed(f"{wish.report} cannot be written: {cause.strerror}", ExitCode.NOT_WRITTEN) from cause
    if wish.as_json:
        click.echo(harmless_json(json.dumps(outcome.as_json(), ensure_ascii=False)))
    elif wish.alerts:
        for line in outcome.lines():
            _say(line)
    if outcome.refused:
        code = ExitCode.OVER_LIMIT if outcome.over_limit else ExitCode.BAD_DATA
        raise Failed(f"{outcome.refused} lines or files could not be read or sent", code)


def _say(sentence: str) -> None:
    with suppress(BrokenPipeError):
        click.echo(visible(sentence), err=True)
