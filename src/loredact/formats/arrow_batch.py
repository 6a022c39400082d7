"""The texts in a batch of rows of Arrow: in columns, and in lists, structures, maps and dictionaries within them."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.scan import next_of

# Given a text, its place, its heading and its row, gives what takes its place.
_Mask = Callable[[str, str, str, int | None], str]
_Note = Callable[[str], None]
# What a text has none of, and numbers and pictures in bytes have.
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def batch_cells(batch: pa.RecordBatch, rows: int, note: _Note) -> list[Cell]:
    """The texts of a batch that has `rows` rows before it. `note` is told of columns whose bytes are no text."""
    found: list[Cell] = []

    def keep(*about: Any) -> str:
        found.append(Cell(*about))
        return found[-1].text

    map_texts(batch, rows, keep, note)
    return found


def masked_batch(batch: pa.RecordBatch, rows: int, masked: Iterator[Masked], note: _Note) -> pa.RecordBatch:
    """The batch with each of its texts masked, one of `masked` a cell."""
    return map_texts(batch, rows, lambda *_: next_of(masked).text, note)


def left_columns(schema: pa.Schema) -> list[str]:
    """The columns, and parts of columns, whose values are numbers, dates or times: they are no cells."""
    return [name for field in schema for name in dict.fromkeys(_left_in(field.type, field.name))]


def _left_in(kind: pa.DataType, name: str) -> Iterator[str]:
    types = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        yield from _left_in(kind.storage_type, name)
    elif types.is_dictionary(kind):
        yield from _left_in(kind.value_type, name)
    elif types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_temporal(kind):
        yield name
    else:
        for index in range(kind.num_fields):
            part = kind.field(index)
            yield from _left_in(part.type, f"{name}.{part.name}" if types.is_struct(kind) else name)


def map_texts(batch: pa.RecordBatch, rows: int, mask: _Mask, note: _Note) -> pa.RecordBatch:
    """`batch` with each text masked. Texts of columns are taken row by row, those within lists and the like after
    them. `rows` is how many rows come before the batch.
    """
    columns = list(batch.columns)
    names = batch.schema.names
    plain = [index for index, column in enumerate(columns) if _is_text(column.type)]
    values = {index: columns[index].to_pylist() for index in plain}
    for row in range(batch.num_rows):
        for index in plain:
            place = f"row {rows + row + 1}, column {names[index]}"
            values[index][row] = _masked(values[index][row], place, names[index], rows + row, mask, note)
    for index in plain:
        columns[index] = _as(values[index], columns[index])
    for index, column in enumerate(columns):
        if index not in values:
            columns[index] = _map_nested(column, names[index], rows, mask, note)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)) or _is_bytes(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def _is_fixed_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_fixed_size_binary(kind.value_type if pa.types.is_dictionary(kind) else kind))


def _masked(
    value: str | bytes | None, place: str, name: str, row: int | None, mask: _Mask, note: _Note
) -> str | bytes | None:
    """What takes the place of `value`; bytes that are a text in UTF-8 stay bytes, and others as they are."""
    if value is None or not value.strip():
        return value
    if isinstance(value, str):
        return mask(value, place, name, row)
    text = _text_in(value)
    if text is None:
        note(f"column {name} is binary and left as it is where it is no text")
        return value
    return mask(text, place, name, row).encode()


def _text_in(value: bytes) -> str | None:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _as(values: list[str | bytes | None], like: pa.Array) -> pa.Array:
    kind = like.type
    if not pa.types.is_dictionary(kind):
        return pa.array(values, type=kind)
    # A dictionary of the masked values alone: the one that was there holds the others.
    encoded = pa.array(values, type=kind.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        encoded.indices.cast(kind.index_type), encoded.dictionary, ordered=kind.ordered
    )


def _map_nested(array: pa.Array, name: str, rows: int, mask: _Mask, note: _Note) -> pa.Array:
    kind, types = array.type, pa.types
    if not _may_hold_text(kind):
        return array
    if isinstance(kind, pa.BaseExtensionType):
        made = pa.ExtensionArray.from_storage(kind, _map_nested(array.storage, name, rows, mask, note))
    elif _is_text(kind):
        place = f"column {name}, rows from {rows + 1}"
        new = [_masked(value, place, name, None, mask, note) for value in array.to_pylist()]
        made = _as(new, array)
    elif _is_fixed_bytes(kind):
        # Whatever it holds: no mark has just that many bytes.
        note(f"column {name} is binary and left as it is")
        made = array
    elif types.is_struct(kind):
        parts = [
            _map_nested(child, f"{name}.{field.name}", rows, mask, note)
            for child, field in zip(array.flatten(), kind, strict=True)
        ]
        made = pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    elif types.is_map(kind):
        # Of a slice, the keys and the items are those of the whole.
        whole = array if array.offset == 0 else array.take(pa.array(range(len(array)), pa.int64()))
        keys = _map_nested(whole.keys, name, rows, mask, note)
        items = _map_nested(whole.items, name, rows, mask, note)
        made = pa.MapArray.from_arrays(whole.offsets, keys, items, kind, mask=whole.is_null())
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        made = _map_list(array, name, rows, mask, note)
    else:
        raise InputError(f"Column {name} holds text in a type that is not read here: {kind}.")
    return made


def _map_list(array: pa.Array, name: str, rows: int, mask: _Mask, note: _Note) -> pa.Array:
    kind, types = array.type, pa.types
    values = _map_nested(array.flatten(), name, rows, mask, note)
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


def _may_hold_text(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.BaseExtensionType):
        return _may_hold_text(kind.storage_type)
    if _is_text(kind) or _is_fixed_bytes(kind):
        return True
    return any(_may_hold_text(kind.field(i).type) for i in range(kind.num_fields))
