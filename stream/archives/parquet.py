"""Parquet: one record a row, a few rows at a time, and only the columns that an article has."""

from __future__ import annotations

from typing import Any, BinaryIO

from stream.archives.extras import optional
from stream.archives.parquet_pages import PageError, unpacked_sizes
from stream.archives.records import KNOWN, Part, Record, Records, canonical, no_text_among
from stream.archives.unpacking import BlownUpError, BrokenError

_ROWS = 64
_THRIFT_BYTES = 50_000_000


def read_parquet(file: BinaryIO, part: Part) -> Records:
    """Give the rows of a Parquet file, which must be seekable.

    What the file claims to unpack to is weighed against the limits before anything is unpacked, and what it does
    unpack to while it is read. Raises BrokenError, BlownUpError, MissingExtraError.
    """
    parquet = optional("pyarrow.parquet", "reading Parquet")
    arrow = optional("pyarrow", "reading Parquet")
    packed = part.size or 0
    try:
        archive = parquet.ParquetFile(
            file, thrift_string_size_limit=_THRIFT_BYTES, thrift_container_size_limit=_THRIFT_BYTES
        )
        names = {name: canonical(name, part.wanted) for name in archive.schema_arrow.names}
        columns = [name for name, field in names.items() if field in KNOWN or name in part.wanted]
        if advice := no_text_among(list(names.values()), part.wanted):
            yield part.damage(1, advice, fatal=True)
            return
        _weigh(_claimed(file, archive.metadata, set(columns)), packed, part)
        number, read = 0, 0
        for batch in archive.iter_batches(batch_size=_ROWS, columns=columns, use_threads=False):
            read += batch.nbytes
            _weigh(read, packed, part)
            for row in batch.to_pylist():
                number += 1
                yield Record(number, {names[name]: _plain(value) for name, value in row.items() if value is not None})
    except (arrow.ArrowException, PageError, OSError) as cause:
        raise BrokenError(
            f"the Parquet data is damaged ({(str(cause) or 'no words').splitlines()[0][:200]})"
        ) from cause


def _claimed(file: BinaryIO, metadata: Any, columns: set[str]) -> int:
    groups = (metadata.row_group(at) for at in range(metadata.num_row_groups))
    chunks = (group.column(at) for group in groups for at in range(group.num_columns))
    wanted = (chunk for chunk in chunks if chunk.path_in_schema.partition(".")[0] in columns)
    return sum(max(chunk.total_uncompressed_size, unpacked_sizes(file, chunk)) for chunk in wanted)


def _weigh(unpacked: int, packed: int, part: Part) -> None:
    if unpacked > part.limits.allowed(packed):
        raise BlownUpError(f"the Parquet data {part.limits.excess(packed, unpacked)}")


def _plain(value: Any) -> Any:
    """Return what JSON can hold: bytes are read as text."""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
