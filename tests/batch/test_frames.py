"""Tables in memory, with the real libraries: what is masked is what a CSV file of them would have masked."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from loredact.batch import Work, mask_files
from loredact.batch.frames import (
    in_spark,
    mask_arrow,
    mask_batches,
    mask_pandas,
    mask_polars,
    register_in_duckdb,
    whole_columns,
)
from loredact.masking import Masker

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
duckdb = pytest.importorskip("duckdb")

ROWS = 60
NAMES = [f"Ada Lovelace {n}" if n % 7 else None for n in range(ROWS)]
NOTES = [f"Please call Paul Erdős on 12 34 {n} in Budapest." for n in range(ROWS)]
COLUMNS: dict[str, list[Any]] = {"row_id": list(range(ROWS)), "user_name": NAMES, "note": NOTES}


def by_csv(folder: Path, work: Work, masker: Masker) -> list[list[str]]:
    """What comes out for a CSV file: name and note of each row."""
    lines = (f"{n},{name or ''},{note}\n" for n, (name, note) in enumerate(zip(NAMES, NOTES, strict=True)))
    (folder / "a.csv").write_text("row_id,user_name,note\n" + "".join(lines))
    textual = Work(adapter=work.adapter, rules=False, columns=("user_name", "note"))
    mask_files([folder / "a.csv"], folder / "out", textual, masker, workers=1)
    return [line.split(",")[1:] for line in (folder / "out" / "a.csv").read_text().splitlines()[1:]]


def test_pandas_polars_and_arrow_give_the_same_and_leave_other_columns_alone(masker: Masker) -> None:
    frame = pd.DataFrame(COLUMNS, index=[f"i{n}" for n in range(ROWS)])
    masked = mask_pandas(frame, masker)
    assert masked["note"].tolist() != NOTES
    assert frame["note"].tolist() == NOTES
    assert masked.index.tolist() == frame.index.tolist()
    assert masked.dtypes.tolist() == frame.dtypes.tolist()
    assert masked["row_id"].tolist() == COLUMNS["row_id"]
    assert masked["user_name"].isna().tolist() == [name is None for name in NAMES]
    arrow = mask_arrow(pa.table(COLUMNS), masker)
    polars = mask_polars(pl.DataFrame(COLUMNS), masker)
    assert arrow["note"].to_pylist() == polars["note"].to_list() == masked["note"].tolist()
    assert arrow["user_name"].to_pylist() == polars["user_name"].to_list()
    assert polars.schema == pl.DataFrame(COLUMNS).schema


def test_frame_is_masked_as_a_csv_file_of_it_is(tmp_path: Path, work: Work, masker: Masker) -> None:
    # Without the number of the row, which a CSV file gives to the model as text.
    masked = mask_arrow(pa.table({**COLUMNS, "row_id": [str(n) for n in range(ROWS)]}), masker, {"user_name", "note"})
    rows = zip(masked["user_name"].to_pylist(), masked["note"].to_pylist(), strict=True)
    assert [[name or "", note] for name, note in rows] == by_csv(tmp_path, work, masker)


def test_columns_that_are_not_named_stay_as_they_are(masker: Masker) -> None:
    for masked in (
        mask_pandas(pd.DataFrame(COLUMNS), masker, ["note"])["user_name"].dropna().tolist(),
        mask_polars(pl.DataFrame(COLUMNS), masker, ["note"])["user_name"].drop_nulls().to_list(),
    ):
        assert masked == [name for name in NAMES if name]


def test_categories_and_lists_are_masked_and_keep_nothing(masker: Masker) -> None:
    frame = pd.DataFrame({"user_name": pd.Categorical(NOTES), "n": 1, "mixed": [*NOTES[:-1], 7]})
    masked = mask_pandas(frame, masker)
    assert isinstance(masked["user_name"].dtype, pd.CategoricalDtype)
    assert not set(masked["user_name"].cat.categories) & set(NOTES)
    assert masked["mixed"].iloc[-1] == 7
    nested = mask_polars(pl.DataFrame({"notes": [[note, note] for note in NOTES]}), masker)
    assert nested["notes"][3].to_list() != [NOTES[3]] * 2
    assert nested.schema == {"notes": pl.List(pl.String)}


def test_batches_stream_and_those_without_text_pass(masker: Masker) -> None:
    table = pa.table({"note": [*NOTES[:5], None, None, *NOTES[5:10]]})
    batches = [table.slice(start, size).to_batches()[0] for start, size in ((0, 5), (5, 2), (7, 5))]
    masked = list(mask_batches(iter(batches), masker))
    assert [batch.num_rows for batch in masked] == [5, 2, 5]
    assert pa.Table.from_batches(masked)["note"].to_pylist() == mask_arrow(table, masker)["note"].to_pylist()


def test_rows_come_out_the_same_however_they_are_dealt_out_once_columns_are_known(work: Work, masker: Masker) -> None:
    frame = pd.DataFrame(COLUMNS)
    known = {"user_name": ("PERSON", 0.95)}
    whole = mask_pandas(frame, masker, known=known)
    parts = [mask_pandas(frame.iloc[start : start + 7], masker, known=known) for start in range(0, ROWS, 7)]
    pd.testing.assert_frame_equal(pd.concat(parts), whole)
    assert not any(letter.islower() for name in whole["user_name"].dropna() for letter in name)
    assert set(whole_columns(frame, work)) <= {"user_name", "note"}


def test_duckdb_masks_in_sql(masker: Masker) -> None:
    connection = duckdb.connect()
    register_in_duckdb(connection, masker)
    connection.register("tickets", pa.table(COLUMNS))
    got = connection.sql(
        "SELECT row_id, mask_personal(note, 'note'), mask_personal(user_name, 'user_name') FROM tickets"
    )
    rows = sorted(got.fetchall())
    alone = [mask_arrow(pa.table({"note": [note]}), masker, known={})["note"][0].as_py() for note in NOTES]
    assert [row[1] for row in rows] == alone
    assert [row[2] is None for row in rows] == [name is None for name in NAMES]


def test_pandas_columns_of_arrows_strings_are_masked_too(masker: Masker) -> None:
    plain = pd.DataFrame({"note": ["Please call Ada Lovelace."] * 3})
    for kind in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        masked = mask_pandas(plain.astype(pd.ArrowDtype(kind)), masker)
        assert masked["note"].tolist() == mask_pandas(plain, masker)["note"].tolist()
        assert masked["note"].dtype == pd.ArrowDtype(kind)


def test_arrow_columns_of_bytes_that_are_no_text_are_warned_of(masker: Masker) -> None:
    table = pa.table({"photo": [b"\xff\xd8\xff"], "note": ["Please call Ada Lovelace."]})
    with pytest.warns(UserWarning, match="photo"):
        assert mask_arrow(table, masker)["photo"].to_pylist() == [b"\xff\xd8\xff"]


def test_spark_function_travels_by_pickle_and_keeps_to_the_contract_of_map_in_pandas(
    work: Work, masker: Masker
) -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    mask = pickle.loads(cloudpickle.dumps(in_spark(work, ["note"])))
    frames: Iterator[Any] = iter([pd.DataFrame(COLUMNS).iloc[:30], pd.DataFrame(COLUMNS).iloc[30:]])
    taken = mask(frames)
    assert len(next(taken)) == 30
    assert len(list(taken)) == 1
