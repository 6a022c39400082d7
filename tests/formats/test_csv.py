import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.errors import InputError
from tests.formats.masking import MARK, NAMES, cells, made, mask, nothing, rewritten

values = st.one_of(
    st.sampled_from(NAMES),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r\x1b"), max_size=12),
)
tables = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(values, min_size=width, max_size=width), min_size=1, max_size=8)
)


def written(rows: list[list[str]], **how: object) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **how).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


@given(
    tables,
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\r\n", "\n"]),
)
def test_csv_module_reads_the_masked_fields_and_all_others_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str, quoting: int, end: str
) -> None:
    head = ["user_id", *(f"column_{n}" for n in range(1, len(rows[0])))]
    content = written([head, *rows], delimiter=delimiter, quoting=quoting, lineterminator=end)
    name = {"\t": "table.tsv", "|": "table.psv"}.get(delimiter, "table.csv")
    path = made(tmp_path_factory.mktemp("csv"), name, content)
    assert rewritten(path, by=nothing).decode() == content
    new = rewritten(path).decode()
    if len(head) > 1 or delimiter == ",":
        expected = [[mask(value).text for value in row] for row in [head, *rows]]
        assert list(csv.reader(io.StringIO(new, newline=""), delimiter=delimiter)) == expected


def test_bytes_of_other_fields_stay_as_they_are(tmp_path: Path) -> None:
    content = 'name;note;id\r\n"Renée Müller";"said ""Renée Müller"" here";007\r\nx; "y;z" ;1,50\r\nRenée Müller;;\n'
    path = made(tmp_path, "people.csv", content.encode("cp1252"))
    assert rewritten(path) == content.replace("Renée Müller", MARK).encode("cp1252")


def test_bytes_of_no_encoding_stay_as_they_are(tmp_path: Path) -> None:
    content = b'{"a": "x", "b\x15\x8f;": 3}\n{"a": "y", "c": 3}\n'
    assert rewritten(made(tmp_path, "a.csv", content), by=nothing) == content


def test_field_that_needs_quotation_marks_now_gets_them(tmp_path: Path) -> None:
    path = made(tmp_path, "people.csv", "user_id,user_name\n1,Zebulon Vanstone\n")

    def by(text: str) -> object:
        masked = mask(text)
        new = tuple(r.__class__(r.span, 'A, "B"', 0, 0, "x") for r in masked.replacements)
        return masked.__class__(masked.text, new)

    assert rewritten(path, by=by) == b'user_id,user_name\n1,"A, ""B"""\n'  # type: ignore[arg-type]


def test_cells_know_their_row_their_column_and_its_heading(tmp_path: Path) -> None:
    path = made(tmp_path, "people.csv", "order_id,customer_name\n17,Ada\n18,Paul\n")
    assert [(c.text, c.where, c.heading, c.row) for c in cells(path)] == [
        ("17", "row 2, column order_id", "order_id", 2),
        ("Ada", "row 2, column customer_name", "customer_name", 2),
        ("18", "row 3, column order_id", "order_id", 3),
        ("Paul", "row 3, column customer_name", "customer_name", 3),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "Zebulon Vanstone,Oslo\nAda Lovelace,London\n",
        "Vanstone,4711\nLovelace,4712\n4,5\n",
        "Ada,Paul\nEmmy,José\n",
        "Anne-Marie,Berlin\nBob,Hamburg\n",
        "max.mustermann\nerika.muster\n",
        "max_mustermann\nerika_muster\n",
        "jean_luc,Berlin\nBob,Hamburg\n",
        "deVries\nMeier\n",
        "anne,berlin\nBob,Hamburg\n",
        "Anne Meier,Bob Ross\n12,14\n3,4\n",
        "Name,Anne Meier,Note\nBob,12,x\n",
        ",Ada Lovelace,London\n,Paul Dirac,Bristol\n",
    ],
)
def test_first_row_that_may_be_data_is_masked_too(tmp_path: Path, content: str) -> None:
    first = [text for text in content.partition("\n")[0].split(",") if text]
    found = [cell.text for cell in cells(made(tmp_path, "bare.csv", content))]
    assert found[: len(first)] == first


@pytest.mark.parametrize(
    "first",
    [
        "id,name,city",
        "Name,Geburtsdatum,Straße",
        "orderNo,buyerName,x",
        "Prénom,Date de naissance,Ville",
        "E-Mail,name,tier",
    ],
)
def test_first_row_that_is_headings_for_sure_stays(tmp_path: Path, first: str) -> None:
    path = made(tmp_path, "people.csv", f"{first}\nAda,Berlin,x\n")
    assert [(cell.text, cell.heading) for cell in cells(path)] == list(
        zip(("Ada", "Berlin", "x"), first.split(","), strict=True)
    )


def test_likely_headings_are_masked_and_head_their_columns_all_the_same(tmp_path: Path) -> None:
    path = made(tmp_path, "people.csv", "Zebulon Vanstone,Loyalty Tier\n12,gold\n3,silver\n")
    assert [(cell.text, cell.where, cell.heading) for cell in cells(path)][1:3] == [
        ("Loyalty Tier", "row 1, column 2", ""),
        ("12", "row 2, column 1", "Zebulon Vanstone"),
    ]
    assert rewritten(path).startswith(b"[PERSON],Loyalty Tier\n12,gold")


def test_zeros_among_the_text_stay(tmp_path: Path) -> None:
    content = "user_id;name,note\n1;Renée Müller,a\0b\n"
    assert rewritten(made(tmp_path, "a.csv", content)).decode() == content.replace("Renée Müller", MARK)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_told_without_its_mark(tmp_path: Path, encoding: str) -> None:
    content = "user_id,user_name\r\n1,Renée Müller\r\n2,李小龙\r\n"
    for name in ("a.csv", "a.txt"):
        new = rewritten(made(tmp_path, name, content.encode(encoding)))
        assert new.decode(encoding) == content.replace("Renée Müller", MARK).replace("李小龙", MARK)


def test_many_rows_are_all_there(tmp_path: Path) -> None:
    content = "ticket_id,ticket_text\n" + "".join(f'{n},"Row {n} of Zebulon Vanstone\nends"\n' for n in range(30_000))
    path = made(tmp_path, "many.csv", content)
    assert rewritten(path).decode() == content.replace("Zebulon Vanstone", MARK)


def test_quotation_mark_that_is_not_closed_is_told_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Row 3: a quotation mark is opened and not closed\."):
        cells(made(tmp_path, "broken.csv", 'a,b\n1,2\n"Zebulon,3\n4,5\n'))


def test_heading_row_of_pandas_stays_though_its_index_has_no_heading(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"name": ["Renée Müller", "x"], "phone": ["1", "2"]})
    frame.to_csv(tmp_path / "one.csv")
    found = cells(tmp_path / "one.csv")
    assert [(cell.text, cell.where, cell.heading) for cell in found][:3] == [
        ("0", "row 2, column 1", ""),
        ("Renée Müller", "row 2, column name", "name"),
        ("1", "row 2, column phone", "phone"),
    ]
    # An index of two levels has two columns without a heading.
    frame.index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    frame.to_csv(tmp_path / "two.csv")
    assert [cell.heading for cell in cells(tmp_path / "two.csv")] == ["", "", "name", "phone"] * 2


def test_pandas_reads_what_it_wrote(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {"name": ["Renée Müller", "x", None], "amount": [1.5, 2.25, None], "note": ["a,b", 'c"d', "e\nf"]}
    )
    path = tmp_path / "frame.csv"
    frame.to_csv(path, index=False)
    rewritten(path)
    frame.loc[0, "name"] = MARK
    pd.testing.assert_frame_equal(pd.read_csv(path.with_name("out-frame.csv")), frame)
