"""The changelog of one partition: state that outlives the process, written with what follows from it or not at all.

A transaction holds the new entries and the messages that belong to them, so that after a crash either all of them are
there or none is. Faust's own tables do without: their updates are tied neither to the messages nor to the offsets. The
transactional id names the partition: whoever opens it ends what its earlier owner left unfinished, and shuts that owner
out, should it not know yet that it is none any more.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import InvalidProducerEpoch, KafkaError, ProducerFenced

from stream.dead_letters import OutgoingRecord
from stream.kafka import client_options, make_producer
from stream.settings import Settings
from stream.state_store import StateStore

BARRIER = b"\0barrier"
"""The key of the entry that marks where a new owner began."""

POSITION = b"\0position"
"""The key of the entry that says up to which offset of its source the state has everything."""

_STOP_SECONDS = 3.0
_POLL_MS = 200


class FencedError(Exception):
    """Another process has opened this changelog: whatever we were about to write is its business now."""


class ChangelogError(Exception):
    """The broker did not take a transaction, or does not give the changelog. The text says which and why."""


class Changelog:
    """The partition *partition* of *topic*, whose entries are kept in *store*: the state made of *source*."""

    def __init__(self, settings: Settings, *, topic: str, source: str, partition: int, store: StateStore) -> None:
        self._settings = settings
        self._topic = topic
        self._source = source
        self._partition = partition
        self._store = store
        self._producer: Any = None
        self._writing: asyncio.Task[int] | None = None

    async def open(self) -> None:
        """Shut out earlier owners, then bring the store up to date. Raises ChangelogError."""
        id_ = f"{self._settings.group_id}-{self._topic}-{self._partition}"
        self._producer = make_producer(self._settings, transactional_id=id_)
        mark = uuid.uuid4().bytes
        try:
            async with asyncio.timeout(self._settings.delivery_timeout_seconds):
                await self._producer.start()
                await self._transact([], [(BARRIER, mark)])
            await self._restore(mark)
        except (KafkaError, OSError, TimeoutError) as cause:
            raise self._error("could not be opened", cause) from cause

    @property
    def position(self) -> int:
        """The offset of the source up to which everything is in the state."""
        return int(self._store.get(POSITION) or b"0")

    async def write(
        self, entries: Mapping[bytes, bytes | None], records: Sequence[OutgoingRecord], *, position: int
    ) -> None:
        """Write *entries* (None removes one), *records* and the new *position* as a whole.

        Raises FencedError and ChangelogError.
        """
        entries = {**entries, POSITION: b"%d" % position}
        try:
            async with asyncio.timeout(self._settings.delivery_timeout_seconds):
                self._writing = asyncio.create_task(self._transact(records, list(entries.items())))
                offset = await self._writing
        except asyncio.CancelledError:
            if self._producer is None:
                raise FencedError(f"{self._name} was given back") from None
            raise
        except (ProducerFenced, InvalidProducerEpoch) as cause:
            raise FencedError(f"another process has opened {self._name}") from cause
        except (KafkaError, OSError, TimeoutError) as cause:
            raise self._error("took no transaction", cause) from cause
        self._store.write(entries, offset=offset)

    async def close(self) -> None:
        """Disconnect; an unfinished transaction is the next owner's to end."""
        producer, self._producer = self._producer, None
        if self._writing is not None:
            # It would wait for ever.
            self._writing.cancel()
        if producer is not None:
            with suppress(Exception):
                await asyncio.wait_for(producer.stop(), _STOP_SECONDS)

    @property
    def _name(self) -> str:
        return f"partition {self._partition} of {self._topic}"

    def _error(self, what: str, cause: BaseException) -> ChangelogError:
        return ChangelogError(
            f"{self._name} {what} ({type(cause).__name__}). Check the brokers, and that we may read and write the "
            "topic and use transactions."
        )

    async def _transact(self, records: Sequence[OutgoingRecord], entries: Sequence[tuple[bytes, bytes | None]]) -> int:
        """Write all in one transaction and return the changelog's offset after it."""
        producer = self._producer
        await producer.begin_transaction()
        confirmations = [
            await producer.send(record.topic, record.value, record.key, headers=list(record.headers))
            for record in records
        ]
        written = [await producer.send(self._topic, value, key, partition=self._partition) for key, value in entries]
        await asyncio.gather(*confirmations)
        offsets = [metadata.offset for metadata in await asyncio.gather(*written)]
        await producer.commit_transaction()
        return max(offsets, default=self._store.offset - 1) + 1

    async def _restore(self, mark: bytes) -> None:
        """Read on from where the store ends until our own mark: all that was written before it is finished."""
        tp = TopicPartition(self._topic, self._partition)
        consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            client_id="rasid-restore",
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=self._settings.dead_letter_bytes,
        )
        source = TopicPartition(self._source, self._partition)
        try:
            await consumer.start()
            ends = await consumer.end_offsets([tp, source])
            if self._store.offset > ends[tp]:
                raise ChangelogError(
                    f"{self._name} ends at {ends[tp]}, and the state on disk is of offset {self._store.offset}: the "
                    "topic was made anew. Delete the folder that RASID_STATE_DIR names; it is read anew from Kafka."
                )
            consumer.assign([tp])
            consumer.seek(tp, self._store.offset)
            while True:
                async with asyncio.timeout(self._settings.delivery_timeout_seconds):
                    got = (await consumer.getmany(tp, timeout_ms=_POLL_MS)).get(tp, [])
                entries = {record.key: record.value for record in got}
                if got:
                    own = entries.pop(BARRIER, None)
                    self._store.write(entries, offset=got[-1].offset + 1)
                    if own == mark:
                        break
            if self.position > ends[source]:
                raise ChangelogError(
                    f"{self._name} is of offset {self.position}, and {self._source} ends at {ends[source]}: that topic "
                    f"was made anew. Delete {self._topic} as well, then run `rasid topics create`."
                )
        finally:
            await consumer.stop()
