import datetime
from pathlib import Path
from typing import Any

import pytest

from loredact.errors import InputError
from loredact.formats import Options, find_format
from tests.formats.masking import MARK, cells, made, mask, nothing, rewritten

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
NAME = "Renée Müller"


def table() -> Any:
    when = datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC)
    return pa.table(
        {
            "name": [NAME, None, "x", NAME, ""],
            "large": pa.array([NAME, "a", None, "b", "c"], pa.large_string()),
            "n": [1, 2, 3, None, 5],
            "kind": pa.array(["a", NAME, None, "a", "a"]).dictionary_encode(),
            "list": pa.array([[NAME, "b"], None, [], [None, "c"], []]),
            "fixed": pa.array([[NAME, "b"], None, ["q", "r"], ["s", "t"], None], pa.list_(pa.string(), 2)),
            "struct": pa.array([{"a": NAME, "t": when}, None, {"a": None, "t": None}, {"a": "q", "t": when}, None]),
            "map": pa.array([[(NAME, NAME)], None, [], [("k", "v")], None], pa.map_(pa.string(), pa.string())),
            "deep": pa.array([[{"q": [NAME]}], None, [], [], [{"q": None}]]),
            "bytes": pa.array([NAME.encode(), None, b"", b"b", b"c"]),
            "bytes in lists": pa.array([[NAME.encode()], None, [], [b"b"], []], pa.list_(pa.large_binary())),
            "few bytes": pa.array([NAME.encode(), None, b"", b"b", b"c"]).dictionary_encode(),
            "numbers": pa.array([[(NAME, 1)], None, [], [], []], pa.map_(pa.string(), pa.int64())),
        },
        metadata={"made": "here"},
    )


def masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value).text
    if isinstance(value, bytes):
        return mask(value.decode()).text.encode()
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, tuple):
        return tuple(masked(item) for item in value)
    return {key: masked(item) for key, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
def test_parquet_keeps_schema_row_groups_and_compression(tmp_path: Path, compression: str) -> None:
    path, out = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(table(), path, row_group_size=2, compression=compression)
    rewritten(path, by=nothing, out=out)
    assert pq.read_table(out).to_pylist() == table().to_pylist()
    rewritten(path, out=out)
    assert pq.read_table(out).to_pylist() == masked(table().to_pylist())
    assert pq.read_schema(out).equals(pq.read_schema(path), check_metadata=True)
    old, new = pq.read_metadata(path), pq.read_metadata(out)
    groups = range(old.num_row_groups)
    assert [new.row_group(g).num_rows for g in groups] == [old.row_group(g).num_rows for g in groups]
    assert new.row_group(0).column(0).compression == old.row_group(0).column(0).compression


def test_parquet_holds_no_masked_value_in_statistics_and_dictionaries(tmp_path: Path) -> None:
    path, out = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(table(), path, compression="none", write_page_index=True)
    assert NAME.encode() in path.read_bytes()
    assert NAME.encode() not in rewritten(path, out=out)
    assert pq.read_metadata(out).row_group(0).column(0).statistics.max == "x"


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_arrow_keeps_schema_and_batches(tmp_path: Path, kind: str) -> None:
    path, out = tmp_path / "a.arrow", tmp_path / "b.arrow"
    make, read = (pa.ipc.new_file, pa.ipc.open_file) if kind == "file" else (pa.ipc.new_stream, pa.ipc.open_stream)
    with make(str(path), table().schema) as writer:
        writer.write_table(table(), max_chunksize=2)
    rewritten(path, out=out)
    with pa.OSFile(str(out)) as file:
        new = read(file).read_all()
    assert new.to_pylist() == masked(table().to_pylist())
    assert new.schema.equals(table().schema, check_metadata=True)
    assert [len(batch) for batch in new.to_batches()] == [2, 2, 1]
    assert NAME.encode() not in out.read_bytes()


def test_pandas_reads_its_own_file_back_with_its_index(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {"name": [NAME, "x"], "when": pd.to_datetime(["2024-01-02", None])}, index=pd.Index([7, 9], name="key")
    )
    frame["kind"] = pd.Categorical([NAME, "b"])
    path, out = tmp_path / "a.parquet", tmp_path / "b.parquet"
    frame.to_parquet(path)
    rewritten(path, out=out)
    new = pd.read_parquet(out)
    assert new["name"].tolist() == [MARK, "x"]
    assert new["kind"].tolist() == [MARK, "b"]
    assert new.index.equals(frame.index)
    assert new["when"].equals(frame["when"])


def test_cells_of_a_row_belong_together(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"name": ["Ada", "Paul"], "city": ["London", "Budapest"]}), path)
    assert [(c.text, c.where, c.heading, c.row) for c in cells(path)][1:3] == [
        ("London", "row 1, column city", "city", 0),
        ("Paul", "row 2, column name", "name", 1),
    ]


def test_bytes_that_are_no_text_stay_and_are_told_of(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    whole = pa.table(
        {
            "photo": [b"\xff\xd8\xff", b"\0\1", b"x"],
            "key": pa.array([b"abcd", None, b"efgh"], pa.binary(4)),
            "parts": pa.array([{"hash": b"1234"}, None, None], pa.struct([("hash", pa.binary(4))])),
        }
    )
    pq.write_table(whole, path)
    told: list[str] = []
    assert [cell.text for cell in cells(path, Options(note=told.append))] == ["x"]
    assert sorted(told) == [
        "column key is binary and left as it is",
        "column parts.hash is binary and left as it is",
        "column photo is binary and left as it is where it is no text",
    ]
    out = tmp_path / "b.parquet"
    rewritten(path, out=out)
    assert pq.read_table(out).equals(whole)


@pytest.mark.parametrize("name", ["a.parquet", "a.feather"])
def test_columns_of_numbers_and_dates_stay_and_are_told_of_once(tmp_path: Path, name: str) -> None:
    feather = pytest.importorskip("pyarrow.feather")
    path = tmp_path / name
    whole = pa.table(
        {
            "phone": [441947555013, None, 441947555014],
            "born": [datetime.date(1987, 5, 1)] * 3,
            "paid": [True, False, None],
            "kind": pa.array([1.5, 2.5, 1.5]).dictionary_encode(),
            "call": pa.array([{"to": 4711, "note": "x"}, None, None]),
            "calls": pa.array([[{"to": 4711}], None, []]),
            "note": ["x", "y", "z"],
        }
    )
    pq.write_table(whole, path, row_group_size=1) if name == "a.parquet" else feather.write_feather(whole, path)
    told: list[str] = []
    out = tmp_path / f"out-{name}"
    rewritten(path, Options(note=told.append), out=out)
    assert told == ["columns of numbers, dates and times are left as they are: phone, born, kind, call.to, calls.to"]
    assert sorted(cell.text for cell in cells(out)) == ["x", "x", "y", "z"]


def test_note_of_columns_of_numbers_names_the_first_ones(tmp_path: Path) -> None:
    pq.write_table(pa.table({f"c{number}": [0.5] for number in range(1_020)}), tmp_path / "a.parquet")
    told: list[str] = []
    cells(tmp_path / "a.parquet", Options(note=told.append))
    assert len(told) == 1
    assert told[0].endswith(": c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 and 1,008 more")


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_place_that_cannot_be_written_to_is_no_damage_of_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.parquet":
        pq.write_table(table(), path)
    else:
        with pa.ipc.new_file(str(path), table().schema) as writer:
            writer.write_table(table())
    found = find_format(path, Options())
    with pytest.raises(FileNotFoundError):
        found.rewrite(path, tmp_path / "no" / name, (mask(cell.text) for cell in found.cells(path)))


@pytest.mark.parametrize("cut", [4, 40, 400])
def test_file_that_is_cut_short_is_told(tmp_path: Path, cut: int) -> None:
    pq.write_table(table(), tmp_path / "whole.parquet")
    path = made(tmp_path, "cut.parquet", (tmp_path / "whole.parquet").read_bytes()[:-cut])
    with pytest.raises(InputError, match="damaged or cut short"):
        cells(path)
