from pathlib import Path

from loredact.batch.chunks import chunks
from loredact.batch.columns import Columns
from loredact.batch.journal import Journal
from loredact.document import Span
from loredact.formats import Cell


def row(number: int, *values: str) -> list[Cell]:
    return [
        Cell(value, f"row {number}", heading, number) for heading, value in zip(("name", "note"), values, strict=True)
    ]


def test_chunks_end_between_rows() -> None:
    cells = [cell for number in range(300) for cell in row(number, "Ada", "x" * 1000)]
    parts = list(chunks(cells))
    assert [cell for part in parts for cell in part] == cells
    assert len(parts) > 2
    assert all(part[0].heading == "name" for part in parts)


def test_small_file_has_chunks_for_several_workers_and_a_large_one_has_large_chunks() -> None:
    cells = [cell for number in range(3_000) for cell in row(number, "Ada", "x" * 1000)]
    sizes = [sum(len(cell.text) for cell in part) for part in chunks(cells)]
    assert 20_000 <= sizes[0] < 25_000
    assert 95_000 <= sizes[-2] < 105_000
    assert sizes[:-1] == sorted(sizes[:-1])


def test_row_of_any_length_is_cut_at_last() -> None:
    assert len(list(chunks(Cell("x" * 10_000, "", "note", 1) for _ in range(200)))) > 2


def test_column_that_is_names_is_names_throughout() -> None:
    cells = [cell for number in range(40) for cell in row(number, f"Ada {number}", "call")]
    found = [
        [Span(0, len(cell.text), "PERSON", 0.9)] if cell.heading == "name" and cell.row != 30 else [] for cell in cells
    ]
    completed = Columns().complete(cells, found)
    assert completed[60] == [Span(0, 6, "PERSON", 39 / 40)]
    assert [spans for cell, spans in zip(cells, completed, strict=True) if cell.heading == "note"] == [[]] * 40


def test_few_cells_say_nothing_of_their_column() -> None:
    cells = [cell for number in range(10) for cell in row(number, "Ada", "call")]
    found = [[Span(0, 3, "PERSON")] if cell.heading == "name" and cell.row else [] for cell in cells]
    assert Columns().complete(cells, found) == found


def test_journal_gives_back_what_was_added_and_forgets_a_line_that_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "state" / "a.journal"
    chunks_found = [[[Span(n, n + 1, "PERSON", 0.1 + n)], []] for n in range(4)]
    journal = Journal(path, "key")
    for number, found in enumerate(chunks_found[:3]):
        journal.add(number, found)
    path.write_bytes(path.read_bytes()[:-3])
    again = Journal(path, "key")
    assert list(again.found()) == [(2, found) for found in chunks_found[:2]]
    again.add(2, chunks_found[2])
    again.add(3, chunks_found[3])
    whole = list(Journal(path, "key").found())
    assert whole == [(2, found) for found in chunks_found]
    assert [s.score for _, found in whole for spans in found for s in spans] == [0.1, 1.1, 2.1, 3.1]
    assert list(Journal(path, "another").found()) == []
    Journal(path, "key").remove()
    assert not path.exists()
