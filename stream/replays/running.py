"""A replay through Kafka: the articles are sent, and the alerts that workers make of them are read back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.alert import Alert, Kind
from schemas.article import Article
from schemas.dead_letter import DeadLetterHeader
from stream.demonstration import Group, read_back
from stream.kafka import admin, consumer, producer
from stream.replaying import ReplayCount, replay
from stream.replays.outcome import Outcome
from stream.replays.plan import Plan
from stream.replays.progress_file import Progress, ProgressFile
from stream.settings import Settings
from stream.subscription import header
from stream.topics import partitions_of

_Starts = dict[str, dict[str, int]]


@dataclass(slots=True)
class Run:
    """One replay through Kafka. *watch*: wait until workers have taken every article, and give their alerts.

    *file* remembers how far it came; *is_alone* says that nobody else uses the topics. *count* and *outcome* tell what
    was done, also after it was cancelled.
    """

    settings: Settings
    plan: Plan
    outcome: Outcome
    watch: bool = False
    is_alone: bool = False
    file: ProgressFile | None = None
    count: ReplayCount = field(default_factory=ReplayCount)
    _ids: set[int] = field(default_factory=set)
    _starts: _Starts = field(default_factory=dict)

    async def send(self, total: Callable[[int], None], advance: Callable[[int], None]) -> None:
        """Send what was not sent before. Raises MissingTopicError, UndeliveredError, ConnectError."""
        topics = self.settings.topics
        progress = self.file.progress if self.file else Progress("")
        self._resume(progress)
        began = time.monotonic() - progress.seconds

        def note(articles: int) -> None:
            advance(articles)
            self._remember(progress, time.monotonic() - began)

        async with admin(self.settings) as client:
            await partitions_of(client, [topics.articles])
            watched = await partitions_of(client, self._read_topics()) if self.watch else []
        if self.watch and not progress.starts:
            progress.starts = await self._ends_of(watched)
        async with producer(self.settings) as sender:
            try:
                await replay(
                    self.plan.items(total),
                    sender,
                    topics.articles,
                    max_bytes=self.settings.max_message_bytes,
                    pace=self.plan.pace,
                    skip=progress.settled,
                    count=self.count,
                    on_article=self._on_article,
                    advance=note,
                )
            finally:
                self.outcome.seconds = time.monotonic() - began
                self._remember(progress, self.outcome.seconds, now=True)
        self._starts = progress.starts

    async def read_alerts(
        self,
        show: Callable[[Alert], None],
        *,
        worker_ended: Callable[[], int | None] = lambda: None,
        advance: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Give every alert once, when all that was sent is processed. Raises StalledError."""
        began = time.monotonic()
        topics = self.settings.topics
        async with admin(self.settings) as client, consumer(self.settings, enable_auto_commit=False) as reader:
            partitions = await partitions_of(client, [topics.articles])
            group = Group(self.settings.group_id, *self._bounds(partitions))
            self._seek(reader, await partitions_of(client, self._read_topics()))
            back = await read_back(
                reader,
                client,
                group,
                topics,
                show=show,
                worker_ended=worker_ended,
                advance=advance,
                is_ours=(lambda _: True) if self.is_alone else self._is_ours,
            )
        self.outcome.dead_letters += back.dead_letters
        self.outcome.seconds += time.monotonic() - began

    def _read_topics(self) -> list[str]:
        topics = self.settings.topics
        return [topics.alerts(kind) for kind in Kind] + [topics.dead_letters]

    def _on_article(self, article: Article) -> None:
        self.outcome.add_article(article)
        if self.watch and not self.is_alone:
            self._ids.add(hash(article.article_id.encode()))

    def _resume(self, progress: Progress) -> None:
        count = self.count
        count.settled, count.sent, count.without_id = progress.settled, progress.sent, progress.without_id
        count.begins = {int(at): offset for at, offset in progress.begins.items()}
        count.ends = {int(at): offset for at, offset in progress.ends.items()}

    def _remember(self, progress: Progress, seconds: float, *, now: bool = False) -> None:
        count = self.count
        progress.settled, progress.sent, progress.without_id = count.settled, count.sent, count.without_id
        progress.begins = {str(at): offset for at, offset in count.begins.items()}
        progress.ends = {str(at): offset for at, offset in count.ends.items()}
        progress.seconds = seconds
        if self.file:
            self.file.save(now=now)

    async def _ends_of(self, partitions: list[TopicPartition]) -> _Starts:
        async with consumer(self.settings, enable_auto_commit=False) as reader:
            ends = await reader.end_offsets(partitions)
        found: _Starts = {}
        for at, offset in ends.items():
            found.setdefault(at.topic, {})[str(at.partition)] = offset
        return found

    def _bounds(self, partitions: list[TopicPartition]) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        touched = [at for at in partitions if at.partition in self.count.ends]
        ends = {at: self.count.ends[at.partition] for at in touched}
        return ends, {at: self.count.begins[at.partition] for at in touched}

    def _seek(self, reader: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        reader.assign(partitions)
        for at in partitions:
            reader.seek(at, self._starts.get(at.topic, {}).get(str(at.partition), 0))

    def _is_ours(self, record: ConsumerRecord[bytes | None, bytes | None]) -> bool:
        """Say whether a record came of what was sent: by its article's id, or as a dead letter by where it stood."""
        if record.key is not None and hash(record.key) not in self._ids:
            return False
        if record.topic != self.settings.topics.dead_letters:
            return record.key is not None
        at = int(header(record, DeadLetterHeader.ORIGIN_PARTITION) or -1)
        offset = int(header(record, DeadLetterHeader.ORIGIN_OFFSET) or -1)
        return self.count.begins.get(at, 0) <= offset < self.count.ends.get(at, 0)
