"""Parquet, Arrow and Feather files, by PyArrow.

Text in lists, structures, maps (their keys too) and dictionaries is found, and in bytes where they are UTF-8. Schema,
metadata and row groups or batches stay; Parquet's statistics are written anew, so that no smallest or largest value
that was masked is left in them.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.arrow_batch import batch_cells, left_columns, masked_batch
from loredact.formats.cell import Cell
from loredact.formats.format import Options, noted_once

_BATCH_ROWS = 4_096
_MOST_NAMED = 12  # columns in a note: a table of measurements has thousands


class _Table:
    """What Parquet and Arrow files share: batches of rows whose texts are cells, row by row."""

    name = ""
    suffixes: tuple[str, ...] = ()

    def __init__(self, options: Options) -> None:
        self.options = options

    def batches(self, source: Path) -> Iterator[pa.RecordBatch]:
        """The rows of the file in batches."""
        raise NotImplementedError

    def cells(self, source: Path) -> Iterator[Cell]:
        """See `Format.cells`."""
        with _damage():
            rows, note = 0, noted_once(self.options.note)
            for batch in self.batches(source):
                if rows == 0 and (left := left_columns(batch.schema)):
                    note(_note_of(left))
                yield from batch_cells(batch, rows, note)
                rows += batch.num_rows

    def masked_batches(self, source: Path, masked: Iterator[Masked]) -> Iterator[pa.RecordBatch]:
        """`batches`, with their texts masked."""
        rows, note = 0, noted_once(self.options.note)
        for batch in self.batches(source):
            yield masked_batch(batch, rows, masked, note)
            rows += batch.num_rows


class Parquet(_Table):
    """Parquet. Row groups keep their rows; compression, dictionaries and the version stay as they were."""

    name = "parquet"
    suffixes = (".parquet",)

    def batches(self, source: Path) -> Iterator[pa.RecordBatch]:
        """See `_Table.batches`."""
        with self._opened(source) as file:
            for group in range(file.num_row_groups):
                yield from self._rows(file, group)

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`. A row group is held on disk while it is masked, and not in memory."""
        taken, rows, note = iter(masked), 0, noted_once(self.options.note)
        with _damage(), self._opened(source) as file, tempfile.TemporaryDirectory() as folder:
            schema = file.schema_arrow
            with pq.ParquetWriter(out, schema, **_as_written(file.metadata)) as writer:
                for group in range(file.num_row_groups):
                    # A stream's batches may have dictionaries of their own.
                    held = Path(folder) / "group.arrows"
                    with pa.OSFile(str(held), "wb") as sink, pa.ipc.new_stream(sink, schema) as batches:
                        for batch in self._rows(file, group):
                            batches.write_batch(masked_batch(batch, rows, taken, note))
                            rows += batch.num_rows
                    with pa.memory_map(str(held)) as mapped:
                        table = pa.ipc.open_stream(mapped).read_all()
                        writer.write_table(table, row_group_size=max(1, table.num_rows))
                        del table
                    held.unlink()

    def _rows(self, file: Any, group: int) -> Iterator[pa.RecordBatch]:
        yield from file.iter_batches(batch_size=_BATCH_ROWS, row_groups=[group])

    @contextmanager
    def _opened(self, source: Path) -> Iterator[Any]:
        with _damage():
            file = pq.ParquetFile(source, memory_map=False, pre_buffer=False)
        with file:
            yield file


class Arrow(_Table):
    """Arrow's files (Feather 2) and streams. Batches and metadata stay; buffers are written without compression."""

    name = "arrow"
    suffixes = (".arrow", ".feather", ".arrows")

    def batches(self, source: Path) -> Iterator[pa.RecordBatch]:
        """See `_Table.batches`."""
        with self._opened(source) as (_, _, batches):
            yield from batches

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`."""
        taken = iter(masked)
        with _damage(), self._opened(source) as (is_file, schema, _), tempfile.TemporaryDirectory() as folder:
            # In a file, unlike a stream, all batches share their dictionaries, which are known when all is masked.
            unify = is_file and any(pa.types.is_dictionary(field.type) for field in schema)
            streamed = Path(folder) / "batches.arrows" if unify else out
            made = pa.ipc.new_file if is_file and not unify else pa.ipc.new_stream
            with pa.OSFile(str(streamed), "wb") as sink, made(sink, schema) as writer:
                for batch in self.masked_batches(source, taken):
                    writer.write_batch(batch)
            if unify:
                with pa.memory_map(str(streamed)) as mapped, pa.OSFile(str(out), "wb") as sink:
                    table = pa.ipc.open_stream(mapped).read_all().unify_dictionaries()
                    with pa.ipc.new_file(sink, schema) as writer:
                        writer.write_table(table)
                    del table

    @contextmanager
    def _opened(self, source: Path) -> Iterator[tuple[bool, pa.Schema, Iterator[pa.RecordBatch]]]:
        with _damage(), pa.OSFile(str(source), "rb") as file:
            is_file = file.read(6) == b"ARROW1"
            file.seek(0)
            if is_file:
                reader = pa.ipc.open_file(file)
                batches = (reader.get_batch(index) for index in range(reader.num_record_batches))
            else:
                reader = pa.ipc.open_stream(file)
                batches = iter(reader)
            yield is_file, reader.schema, batches


def _note_of(left: list[str]) -> str:
    more = f" and {len(left) - _MOST_NAMED:,} more" if len(left) > _MOST_NAMED else ""
    return f"columns of numbers, dates and times are left as they are: {', '.join(left[:_MOST_NAMED])}{more}"


def _as_written(metadata: Any) -> dict[str, Any]:
    """The settings of a writer that writes as this file was written, as far as its metadata tells."""
    if not metadata.num_row_groups or not metadata.num_columns:
        return {}
    group = metadata.row_group(0)
    columns = [group.column(index) for index in range(metadata.num_columns)]
    encoded = [c.path_in_schema for c in columns if any("DICTIONARY" in encoding for encoding in c.encodings)]
    return {
        "compression": {c.path_in_schema: c.compression.lower().replace("uncompressed", "none") for c in columns},
        "use_dictionary": encoded or False,
        "version": metadata.format_version,
        "write_statistics": any(c.is_stats_set for c in columns),
    }


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        # An OSError of the system's, such as a full disk, has a number; one of Arrow's has none.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(f"The file is damaged or cut short, or has a password ({type(error).__name__}).") from None
