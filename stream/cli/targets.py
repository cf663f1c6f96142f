"""Where `rasid subscribe` gives its deliveries: the terminal, or one of the sinks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from stream.cli.alert_output import console, print_card, print_gone, print_heading, print_row
from stream.cli.failure import Failed
from stream.exit_codes import ExitCode
from stream.formats.cap import MessageStatus
from stream.kafka import admin, producer
from stream.outputs import Format, Output, output
from stream.settings import Settings
from stream.sinks import Sink
from stream.sinks.lines import FileSink, LineFile, StandardOutput
from stream.sinks.topic import TopicSink
from stream.sinks.undelivered import UndeliveredFile, UndeliveredKeeper, UndeliveredTopic
from stream.sinks.webhook import Retries, WebhookUrlError, webhook
from stream.subscribe import Delivered, Gone
from stream.terminal_text import Bidi, of_terminal
from stream.topics import partitions_of

FOR_PEOPLE = ("table", "cards")
"""The formats that are for a terminal."""

_TOPIC = "topic:"

DocumentOf = Callable[[Delivered], str | None]


@dataclass(frozen=True, slots=True)
class Target:
    """What the command line says of where deliveries go and how they look."""

    form: str
    incidents: bool
    bidi: str
    sender: str
    cap_status: MessageStatus
    file: Path | None
    webhook: str | None
    to_topic: str | None
    undelivered: str | None
    allow_private: bool
    attempts: int
    timeout: float

    @property
    def name(self) -> str:
        """What people call it; empty for standard output."""
        return "the webhook" if self.webhook else str(self.file or self.to_topic or "")


class Screen:
    """Shows deliveries to people, as rows under a heading or as cards."""

    def __init__(self, form: str, bidi: str) -> None:
        self._console = console()
        chosen = of_terminal() if bidi == "auto" else Bidi(bidi)
        self._bidi = chosen if self._console.is_terminal or bidi != "auto" else Bidi.NONE
        self._print = print_card if form == "cards" else print_row
        self._has_heading = form == "cards"

    async def take(self, delivered: Delivered, document: str) -> None:
        """Show it."""
        del document
        if not self._has_heading:
            print_heading(self._console)
            self._has_heading = True
        if isinstance(delivered.item, Gone):
            print_gone(self._console, delivered.item.incident_id)
        else:
            self._print(self._console, delivered.item, self._bidi)

    async def settle(self) -> None:
        """Nothing is kept back."""


@asynccontextmanager
async def opened(target: Target, settings: Settings) -> AsyncIterator[tuple[Sink, DocumentOf]]:
    """Give the sink of *target*, ready to take, and what makes its documents. Raises Failed and SettingsError."""
    if target.form in FOR_PEOPLE:
        yield Screen(target.form, target.bidi), lambda _: ""
        return
    made = output(Format(target.form), incidents=target.incidents, sender=target.sender, status=target.cap_status)
    async with AsyncExitStack() as stack:
        yield await _sink(stack, target, settings, made), made.document


async def _sink(stack: AsyncExitStack, target: Target, settings: Settings, made: Output) -> Sink:
    if target.file:
        return FileSink(stack.enter_context(_file(target.file)), made)
    if target.to_topic:
        await _check_topic(settings, target.to_topic)
        return TopicSink(await stack.enter_async_context(producer(settings)), target.to_topic, made)
    if target.webhook:
        hook = webhook(
            target.webhook,
            settings.webhook_secret,
            media_type=made.media_type,
            allow_private=target.allow_private,
            undelivered=await _undelivered(stack, target.undelivered, settings),
            retries=Retries(target.attempts, target.timeout),
        )
        try:
            return await stack.enter_async_context(hook)
        except WebhookUrlError as cause:
            raise Failed(str(cause), ExitCode.USAGE) from None
    return StandardOutput(made)


async def _undelivered(stack: AsyncExitStack, where: str | None, settings: Settings) -> UndeliveredKeeper | None:
    if where is None:
        return None
    if not where.startswith(_TOPIC):
        return UndeliveredFile(stack.enter_context(_file(Path(where))))
    name = where.removeprefix(_TOPIC)
    await _check_topic(settings, name)
    return UndeliveredTopic(await stack.enter_async_context(producer(settings)), name)


def _file(path: Path) -> LineFile:
    try:
        return LineFile(path)
    except OSError as cause:
        raise Failed(f"{path} cannot be written: {cause.strerror}", ExitCode.NOT_WRITTEN) from None


async def _check_topic(settings: Settings, name: str) -> None:
    async with admin(settings) as client:
        await partitions_of(client, [name])
