"""Parquet, Arrow and Feather files, by PyArrow.

Text in lists, structures, maps and dictionaries is found too. Schema, metadata and row groups or batches stay; Parquet's
statistics are written anew, so that no smallest or largest value that was masked is left in them.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Options
from loredact.formats.scan import next_of

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 4_096
# Given a text, its place, its heading and its row, gives what takes its place.
_Mask = Callable[[str, str, str, int | None], str]


class _Table:
    """What Parquet and Arrow files share: batches of rows whose texts are cells, row by row."""

    name = ""
    suffixes: tuple[str, ...] = ()

    def __init__(self, options: Options) -> None:
        self.options = options
        try:
            import pyarrow as pa
        except ModuleNotFoundError:
            raise InputError("Parquet and Arrow files need PyArrow: pip install 'loredact[files]'.") from None
        self._pa = pa

    def batches(self, source: Path) -> "Iterator[pa.RecordBatch]":
        """The rows of the file in batches."""
        raise NotImplementedError

    def cells(self, source: Path) -> Iterator[Cell]:
        """See `Format.cells`."""
        with _damage():
            rows = 0
            for batch in self.batches(source):
                found: list[Cell] = []
                self._map(batch, rows, lambda *about: (found.append(Cell(*about)), about[0])[1])  # noqa: B023
                yield from found
                rows += batch.num_rows

    def masked_batches(self, source: Path, masked: Iterator[Masked]) -> "Iterator[pa.RecordBatch]":
        """`batches`, with their texts masked."""
        rows = 0
        for batch in self.batches(source):
            yield self._map(batch, rows, lambda *_: next_of(masked).text)
            rows += batch.num_rows

    def _map(self, batch: "pa.RecordBatch", rows: int, mask: _Mask) -> "pa.RecordBatch":
        """`batch` with each text masked. Texts of columns are taken row by row, those within lists and the like after
        them. `rows` is how many rows come before the batch.
        """
        pa = self._pa
        columns = list(batch.columns)
        names = batch.schema.names
        plain = [index for index, column in enumerate(columns) if self._is_text(column.type)]
        values = {index: columns[index].to_pylist() for index in plain}
        for row in range(batch.num_rows):
            for index in plain:
                value = values[index][row]
                if value is not None and value.strip():
                    place = f"row {rows + row + 1}, column {names[index]}"
                    values[index][row] = mask(value, place, names[index], rows + row)
        for index in plain:
            columns[index] = self._as(values[index], columns[index])
        for index, column in enumerate(columns):
            if index not in values:
                columns[index] = self._map_nested(column, names[index], rows, mask)
        return pa.RecordBatch.from_arrays(columns, schema=batch.schema)

    def _is_text(self, kind: "pa.DataType") -> bool:
        types = self._pa.types
        if types.is_dictionary(kind):
            kind = kind.value_type
        return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))

    def _as(self, values: list[str | None], like: "pa.Array") -> "pa.Array":
        pa, kind = self._pa, like.type
        if not pa.types.is_dictionary(kind):
            return pa.array(values, type=kind)
        # A dictionary of the masked values alone: the one that was there holds the others.
        encoded = pa.array(values, type=kind.value_type).dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            encoded.indices.cast(kind.index_type), encoded.dictionary, ordered=kind.ordered
        )

    def _map_nested(self, array: "pa.Array", name: str, rows: int, mask: _Mask) -> "pa.Array":
        pa, kind, types = self._pa, array.type, self._pa.types
        if isinstance(kind, pa.BaseExtensionType):
            return pa.ExtensionArray.from_storage(kind, self._map_nested(array.storage, name, rows, mask))
        if self._is_text(kind):
            place = f"column {name}, rows from {rows + 1}"
            new = [mask(v, place, name, None) if v is not None and v.strip() else v for v in array.to_pylist()]
            return self._as(new, array)
        if types.is_struct(kind):
            children = array.flatten()
            parts = [
                self._map_nested(child, f"{name}.{field.name}", rows, mask)
                for child, field in zip(children, kind, strict=True)
            ]
            return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
        if types.is_map(kind):
            if not self._holds_text(kind.item_type):
                return array
            # Of a slice, the keys and the items are those of the whole.
            whole = array if array.offset == 0 else array.take(pa.array(range(len(array)), pa.int64()))
            items = self._map_nested(whole.items, name, rows, mask)
            return pa.MapArray.from_arrays(whole.offsets, whole.keys, items, kind, mask=whole.is_null())
        if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
            if not self._holds_text(kind.value_type):
                return array
            return self._map_list(array, name, rows, mask)
        if self._holds_text(kind):
            raise InputError(f"Column {name} holds text in a type that is not read here: {kind}.")
        return array

    def _map_list(self, array: "pa.Array", name: str, rows: int, mask: _Mask) -> "pa.Array":
        pa, kind, types = self._pa, array.type, self._pa.types
        values = self._map_nested(array.flatten(), name, rows, mask)
        lengths = [len(item) if item is not None else 0 for item in array.to_pylist()]
        if types.is_fixed_size_list(kind):
            # Null lists have no values when flattened, and need some here.
            filled, at = [], 0
            for length in lengths:
                filled.append(values.slice(at, length) if length else pa.nulls(kind.list_size, values.type))
                at += length
            whole = pa.concat_arrays(filled) if filled else values
            return pa.FixedSizeListArray.from_arrays(whole, type=kind, mask=array.is_null())
        offsets = [0]
        for length in lengths:
            offsets.append(offsets[-1] + length)
        large = types.is_large_list(kind)
        made = pa.LargeListArray if large else pa.ListArray
        ends = pa.array(offsets, pa.int64() if large else pa.int32())
        return made.from_arrays(ends, values, type=kind, mask=array.is_null())

    def _holds_text(self, kind: "pa.DataType") -> bool:
        if isinstance(kind, self._pa.BaseExtensionType):
            return self._holds_text(kind.storage_type)
        return self._is_text(kind) or any(self._holds_text(kind.field(i).type) for i in range(kind.num_fields))


class Parquet(_Table):
    """Parquet. Row groups keep their rows; compression, dictionaries and the version stay as they were."""

    name = "parquet"
    suffixes = (".parquet",)

    def batches(self, source: Path) -> "Iterator[pa.RecordBatch]":
        """See `_Table.batches`."""
        with self._opened(source) as file:
            for group in range(file.num_row_groups):
                yield from self._rows(file, group)

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`. A row group is held on disk while it is masked, and not in memory."""
        import pyarrow.parquet as pq

        pa, taken, rows = self._pa, iter(masked), 0
        with _damage(), self._opened(source) as file, tempfile.TemporaryDirectory() as folder:
            schema = file.schema_arrow
            with pq.ParquetWriter(out, schema, **_as_written(file.metadata)) as writer:
                for group in range(file.num_row_groups):
                    # A stream's batches may have dictionaries of their own.
                    held = Path(folder) / "group.arrows"
                    with pa.OSFile(str(held), "wb") as sink, pa.ipc.new_stream(sink, schema) as batches:
                        for batch in self._rows(file, group):
                            first = rows
                            batches.write_batch(self._map(batch, first, lambda *_: next_of(taken).text))
                            rows += batch.num_rows
                    with pa.memory_map(str(held)) as mapped:
                        table = pa.ipc.open_stream(mapped).read_all()
                        writer.write_table(table, row_group_size=max(1, table.num_rows))
                        del table
                    held.unlink()

    def _rows(self, file: Any, group: int) -> "Iterator[pa.RecordBatch]":
        yield from file.iter_batches(batch_size=_BATCH_ROWS, row_groups=[group])

    @contextmanager
    def _opened(self, source: Path) -> Iterator[Any]:
        import pyarrow.parquet as pq

        with _damage():
            file = pq.ParquetFile(source, memory_map=False, pre_buffer=False)
        with file:
            yield file


class Arrow(_Table):
    """Arrow's files (Feather 2) and streams. Batches and metadata stay; buffers are written without compression."""

    name = "arrow"
    suffixes = (".arrow", ".feather", ".arrows")

    def batches(self, source: Path) -> "Iterator[pa.RecordBatch]":
        """See `_Table.batches`."""
        with self._opened(source) as (_, _, batches):
            yield from batches

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`."""
        pa, taken = self._pa, iter(masked)
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
    def _opened(self, source: Path) -> "Iterator[tuple[bool, pa.Schema, Iterator[pa.RecordBatch]]]":
        pa = self._pa
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
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"The file is damaged or cut short, or has a password ({type(error).__name__}).") from None
