"""Tables in memory: of PyArrow, pandas and Polars, and what DuckDB and Spark call with theirs.

Every text in a table is a cell: the model reads it with its column's name and its row. Columns of other types stay as
they are. `columns` names those to mask; without it all are looked at.
"""

import pickle
import warnings
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from loredact.batch.columns import Columns, Whole
from loredact.batch.finding import find_in_cells
from loredact.batch.one import masked_cells
from loredact.batch.work import Work
from loredact.formats import Cell, no_note
from loredact.masking import Masker
from loredact.operators import Context

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa


def mask_batches(
    batches: "Iterable[pa.RecordBatch]",
    masker: Masker,
    columns: Collection[str] | None = None,
    *,
    known: Mapping[str, Whole] | None = None,
) -> "Iterator[pa.RecordBatch]":
    """The record batches of one table, masked, in a stream: of a reader of PyArrow's, DuckDB's or another's.

    Texts in lists, structures, maps and dictionaries are masked too, schema and batches stay. The table is one document
    to the policy, unless it is `known` what its columns are (see `whole_columns`): then each row is.
    """
    from loredact.formats.arrow_batch import batch_cells, masked_batch

    waiting: deque[tuple[pa.RecordBatch, int, int]] = deque()

    def cells() -> Iterator[Cell]:
        rows = 0
        for batch in batches:
            found = batch_cells(batch, rows, _warn)
            waiting.append((batch, rows, len(found)))
            yield from found
            rows += batch.num_rows

    masked = masked_cells(masker, cells(), Context(), columns=columns, known=known)
    while True:
        first = next(masked, None)
        while waiting and not waiting[0][2]:
            yield waiting.popleft()[0]
        if first is None:
            return
        batch, rows, _ = waiting.popleft()
        # What is left as it is was told when the cells were read.
        yield masked_batch(batch, rows, chain((first,), masked), no_note)


def _warn(note: str) -> None:
    """Tell whoever masks a table in memory what of it is left as it is."""
    warnings.warn(note, stacklevel=2)


def mask_arrow(
    table: "pa.Table",
    masker: Masker,
    columns: Collection[str] | None = None,
    *,
    known: Mapping[str, Whole] | None = None,
) -> "pa.Table":
    """The table, masked; see `mask_batches`."""
    import pyarrow as pa

    return pa.Table.from_batches(mask_batches(table.to_batches(), masker, columns, known=known), table.schema)


def mask_polars(frame: "pl.DataFrame", masker: Masker, columns: Collection[str] | None = None) -> "pl.DataFrame":
    """The frame, masked; texts in lists and structures too. An `Enum` with masked values becomes a `Categorical`."""
    import polars as pl

    made = pl.from_arrow(mask_arrow(frame.to_arrow(), masker, columns))
    assert isinstance(made, pl.DataFrame)
    return made


def mask_pandas(
    frame: "pd.DataFrame",
    masker: Masker,
    columns: Collection[str] | None = None,
    *,
    known: Mapping[str, Whole] | None = None,
) -> "pd.DataFrame":
    """A copy of the frame, masked: each string of a column of strings, objects or categories. Index and types stay.

    `known` is as in `mask_batches`.
    """
    import pandas as pd

    textual = [
        place
        for place, kind in enumerate(frame.dtypes)
        if isinstance(kind, pd.CategoricalDtype | pd.StringDtype)
        or pd.api.types.is_object_dtype(kind)
        or _is_arrow_text(kind)
    ]
    values = {place: frame.iloc[:, place].astype(object).tolist() for place in textual}
    names = {place: str(frame.columns[place]) for place in textual}
    places = [
        (row, place)
        for row in range(len(frame))
        for place in textual
        if isinstance(values[place][row], str) and values[place][row].strip()
    ]
    cells = (Cell(values[p][row], f"row {row + 1}, column {names[p]}", names[p], row) for row, p in places)
    # Taken whole before the first is put in place: cells are read ahead.
    masked = list(masked_cells(masker, cells, Context(), columns=columns, known=known))
    for (row, place), one in zip(places, masked, strict=True):
        values[place][row] = one.text
    made = frame.copy()
    for place in textual:
        kind = frame.dtypes.iloc[place]
        kind = "category" if isinstance(kind, pd.CategoricalDtype) else kind
        made.isetitem(place, pd.Series(values[place], index=frame.index, dtype=kind))
    return made


def _is_arrow_text(kind: object) -> bool:
    """Whether a column of pandas is one of Arrow's strings, or of a dictionary of them."""
    import pandas as pd

    if not isinstance(kind, pd.ArrowDtype):
        return False
    import pyarrow as pa

    of = kind.pyarrow_dtype
    values = of.value_type if pa.types.is_dictionary(of) else of
    return bool(pa.types.is_string(values) or pa.types.is_large_string(values) or pa.types.is_string_view(values))


def whole_columns(frame: "pd.DataFrame | pa.Table", work: Work) -> dict[str, Whole]:
    """Which columns hold one kind of personal data throughout, by a sample of some hundred rows: their labels, and the
    share of the sample's cells that are of it.

    For engines that deal rows out: with this known, every row comes out as it does in one process.
    """
    import pyarrow as pa

    from loredact.formats.arrow_batch import batch_cells

    table = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame)
    cells = [cell for batch in table.combine_chunks().to_batches() for cell in batch_cells(batch, 0, no_note)]
    columns = Columns()
    columns.complete(cells, find_in_cells(masker_of(work), cells))
    return columns.whole()


def register_in_duckdb(connection: "duckdb.DuckDBPyConnection", masker: Masker, name: str = "mask_personal") -> None:
    """Make the SQL function `name(text, heading)` in `connection`, which masks a column of texts.

    `SELECT mask_personal(note, 'note') FROM tickets`. Each text is a document to the policy.
    """
    import pyarrow as pa

    def mask(texts: Any, headings: Any) -> Any:
        pairs = zip(texts.to_pylist(), headings.to_pylist(), strict=True)
        cells = (Cell(text, f"row {row + 1}", heading, row) for row, (text, heading) in enumerate(pairs))
        masked = masked_cells(masker, cells, Context(), known={})
        return pa.array([one.text for one in masked], pa.string())

    connection.create_function(name, mask, ["VARCHAR", "VARCHAR"], "VARCHAR", type="arrow")


def in_spark(
    work: Work, columns: Collection[str] | None = None, known: Mapping[str, Whole] | None = None
) -> "Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]":
    """A function for Spark's `DataFrame.mapInPandas`: `frame.mapInPandas(in_spark(Work()), frame.schema)`.

    The model is loaded once in each of Spark's Python processes, which loredact must be installed for. Each row is a
    document to the policy. `known` says what columns hold throughout, as `whole_columns` tells by a sample.
    """
    packed, known = pickle.dumps(work), dict(known or {})

    def mask(frames: "Iterator[pd.DataFrame]") -> "Iterator[pd.DataFrame]":
        masker = masker_of(pickle.loads(packed))
        for frame in frames:
            yield mask_pandas(frame, masker, columns, known=known)

    return mask


def masker_of(work: Work) -> Masker:
    """The masker of `work`, loaded once in a process, with one thread: the engines have processes side by side."""
    return _loaded(pickle.dumps(work))


@lru_cache(maxsize=1)
def _loaded(packed: bytes) -> Masker:
    import torch

    torch.set_num_threads(1)
    work: Work = pickle.loads(packed)
    return work.load()
