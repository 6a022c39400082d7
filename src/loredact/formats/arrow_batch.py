"""The texts in a batch of rows of Arrow: in columns, and in lists, structures, maps and dictionaries within them."""

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.scan import next_of

# Given a text, its place, its heading and its row, gives what takes its place.
_Mask = Callable[[str, str, str, int | None], str]


def batch_cells(batch: pa.RecordBatch, rows: int) -> list[Cell]:
    """The texts of a batch that has `rows` rows before it."""
    found: list[Cell] = []

    def keep(*about: Any) -> str:
        found.append(Cell(*about))
        return found[-1].text

    map_texts(batch, rows, keep)
    return found


def masked_batch(batch: pa.RecordBatch, rows: int, masked: Iterator[Masked]) -> pa.RecordBatch:
    """The batch with each of its texts masked, one of `masked` a cell."""
    return map_texts(batch, rows, lambda *_: next_of(masked).text)


def map_texts(batch: pa.RecordBatch, rows: int, mask: _Mask) -> pa.RecordBatch:
    """`batch` with each text masked. Texts of columns are taken row by row, those within lists and the like after
    them. `rows` is how many rows come before the batch.
    """
    columns = list(batch.columns)
    names = batch.schema.names
    plain = [index for index, column in enumerate(columns) if _is_text(column.type)]
    values = {index: columns[index].to_pylist() for index in plain}
    for row in range(batch.num_rows):
        for index in plain:
            value = values[index][row]
            if value is not None and value.strip():
                place = f"row {rows + row + 1}, column {names[index]}"
                values[index][row] = mask(value, place, names[index], rows + row)
    for index in plain:
        columns[index] = _as(values[index], columns[index])
    for index, column in enumerate(columns):
        if index not in values:
            columns[index] = _map_nested(column, names[index], rows, mask)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _as(values: list[str | None], like: pa.Array) -> pa.Array:
    kind = like.type
    if not pa.types.is_dictionary(kind):
        return pa.array(values, type=kind)
    # A dictionary of the masked values alone: the one that was there holds the others.
    encoded = pa.array(values, type=kind.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        encoded.indices.cast(kind.index_type), encoded.dictionary, ordered=kind.ordered
    )


def _map_nested(array: pa.Array, name: str, rows: int, mask: _Mask) -> pa.Array:
    kind, types = array.type, pa.types
    if not _holds_text(kind):
        return array
    if isinstance(kind, pa.BaseExtensionType):
        made = pa.ExtensionArray.from_storage(kind, _map_nested(array.storage, name, rows, mask))
    elif _is_text(kind):
        place = f"column {name}, rows from {rows + 1}"
        new = [mask(v, place, name, None) if v is not None and v.strip() else v for v in array.to_pylist()]
        made = _as(new, array)
    elif types.is_struct(kind):
        parts = [
            _map_nested(child, f"{name}.{field.name}", rows, mask)
            for child, field in zip(array.flatten(), kind, strict=True)
        ]
        made = pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    elif types.is_map(kind):
        # Of a slice, the keys and the items are those of the whole.
        whole = array if array.offset == 0 else array.take(pa.array(range(len(array)), pa.int64()))
        items = _map_nested(whole.items, name, rows, mask)
        made = pa.MapArray.from_arrays(whole.offsets, whole.keys, items, kind, mask=whole.is_null())
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        made = _map_list(array, name, rows, mask)
    else:
        raise InputError(f"Column {name} holds text in a type that is not read here: {kind}.")
    return made


def _map_list(array: pa.Array, name: str, rows: int, mask: _Mask) -> pa.Array:
    kind, types = array.type, pa.types
    values = _map_nested(array.flatten(), name, rows, mask)
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


def _holds_text(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.BaseExtensionType):
        return _holds_text(kind.storage_type)
    return _is_text(kind) or any(_holds_text(kind.field(i).type) for i in range(kind.num_fields))
