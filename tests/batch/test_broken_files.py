"""Broken files of every kind: a clear line each, the others done, and neither memory nor time without a bound."""

import io
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loredact.batch import Report, Work, mask_files
from loredact.errors import InputError
from loredact.formats import (
    Options,
    find_format,
    markup,  # noqa: F401 - it takes the limit as it is when it is imported
)
from loredact.formats.encoding import Encoding
from loredact.formats.scan import LONGEST
from loredact.masking import Masker

_PEOPLE = b"user_name,note\nAda Lovelace,x\n"


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _terabytes() -> bytes:
    """A zip whose directory says that its member is four terabytes, as a bomb of members that overlap does."""
    data = bytearray(_zip({"a.txt": b"0" * 100}))
    at = data.index(b"PK\x01\x02")
    for place, size in ((at + 20, 0xFFFFFFF0), (at + 24, 0xFFFFFFF0)):
        data[place : place + 4] = size.to_bytes(4, "little")
    return bytes(data)


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"user_name": ["Ada Lovelace"] * 1000}), out)
    return out.getvalue()


def _pdf(password: str = "") -> bytes:
    out = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(out, encryption=pikepdf.Encryption(owner="x", user=password) if password else False)
    return out.getvalue()


def _pdf_in_a_ring() -> bytes:
    """A tree of pages that is its own child."""
    out = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root["/Pages"]["/Kids"] = pikepdf.Array([pdf.Root["/Pages"]])
    pdf.save(out)
    return out.getvalue()


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000)
_NESTED = b"[" * 200_000

# What is in each file, and what its line says.
BROKEN: dict[str, tuple[bytes, str]] = {
    "cut.csv": (b'user_name,note\n"Ada Lovelace,x\n', "Row 2: a quotation mark is opened and not closed."),
    "cut.json": (b'{"name": "Ada Love', "it is not valid JSON"),
    "cut.jsonl": (b'{"name": "Ada"}\n{"name": "Ada Love\n', "Line 2"),
    "cut.xml": (b"<a><b>Ada Lovelace</b>", "not well-formed XML"),
    "cut.parquet": (_parquet()[:400], "damaged or cut short"),
    "cut.zip": (_zip({"a.csv": _PEOPLE * 50})[:100], "damaged or cut short"),
    "cut.docx": (_zip({"word/document.xml": b"<w/>" * 50})[:90], "damaged or cut short"),
    "cut.pdf": (_pdf()[:150], "PDF"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "zero bytes"),
    "noise.bin": (bytes(range(256)) * 8, "No format that is read here fits it."),
    "bomb.zip": (_terabytes(), "a bomb"),
    "laughs.xml": (
        f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">{_LAUGHS}]><l>&l9;</l>'.encode(), "entities"
    ),
    "outside.xml": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "entities"),
    "deep.json": (_NESTED, "Line 1"),
    "deep.xml": (b"<a>" * 200_000, "more than 10,000 elements lie in one another"),
    "ring.pdf": (_pdf_in_a_ring(), "PDF"),
    "locked.pdf": (_pdf("secret"), "password"),
    "locked.docx": (_OLE, "has a password"),
    "locked.xlsx": (_OLE, "has a password"),
}  # fmt: skip


# Files that are not what their names say, and the format they are in.
MISNAMED = {
    "words.docx": (b"Ada Lovelace was here.", "text"),
    "sheet.docx": (_zip({"xl/workbook.xml": b"<w>Ada</w>"}), "xlsx"),
    "table.parquet": (_PEOPLE, "text"),
    "letter.pdf": (b"Ada Lovelace was here.", "text"),
    "packed.csv": (_zip({"a.csv": _PEOPLE}), "zip"),
    "columns.json": (_parquet(), "parquet"),
}


def test_file_with_another_formats_name_is_read_as_what_it_is(tmp_path: Path) -> None:
    for name, (data, kind) in MISNAMED.items():
        (tmp_path / name).write_bytes(data)
        assert find_format(tmp_path / name, Options()).name == kind


def test_each_has_a_clear_line_without_its_text_and_the_others_are_done(
    tmp_path: Path, work: Work, masker: Masker
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for name, (data, _) in BROKEN.items():
        (folder / name).write_bytes(data)
    (folder / "zz.csv").write_bytes(_PEOPLE)
    problems: dict[str, str] = {}
    begin = time.process_time()
    report = Report(problem=lambda name, reason: problems.update({name.removeprefix("broken/"): reason}))
    outcome = mask_files([folder], tmp_path / "out", work, masker, workers=1, report=report)
    assert time.process_time() - begin < 20
    assert (outcome.done, outcome.exit_code) == (1, 2)
    assert {name: reason for name, reason in problems.items() if "unforeseen" in reason} == {}
    assert [name for name, (_, line) in BROKEN.items() if line not in problems.get(name, "")] == []
    assert not any("Ada" in reason or "Love" in reason for reason in problems.values())
    assert sorted(path.name for path in (tmp_path / "out" / "broken").iterdir()) == ["zz.csv"]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.csv", "user_name,note\nAda,"),
        ("a.csv", 'user_name,note\nAda,"'),
        ("a.json", '{"note": "'),
        ("a.jsonl", '{"note": "'),
        ("a.html", "<p title='"),
    ],
)
def test_value_of_ten_gigabytes_is_refused_after_some_megabytes(
    name: str, start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = _read_without_end(start, monkeypatch)
    # A sixteenth of the limit, which is passed as fast.
    monkeypatch.setattr("loredact.formats.scan.LONGEST", LONGEST >> 4)
    source = tmp_path / name
    source.write_text(start)
    with pytest.raises(InputError, match=f"longer than {LONGEST >> 4:,} characters"):
        for _ in find_format(source, Options()).cells(source):
            pass
    assert sum(taken) << 18 < LONGEST >> 2


@pytest.mark.parametrize(("name", "start"), [("a.txt", "Ada "), ("a.html", "<p>Ada "), ("a.xml", "<a>Ada ")])
def test_text_in_a_line_of_ten_gigabytes_comes_in_cells(
    name: str, start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = _read_without_end(start, monkeypatch)
    source = tmp_path / name
    source.write_text(start if name == "a.txt" else f"{start}</a>")
    cells = list(islice(find_format(source, Options()).cells(source), 20))
    assert len(cells) == 20
    assert max(len(cell.text) for cell in cells) < 1 << 19
    assert sum(taken) < 60


def test_tag_of_xml_that_goes_on_and_on_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.xml").open("wb") as file:
        file.write(b"<a b='")
        for _ in range(20):
            file.write(b"a" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(InputError, match="Line 1: a tag is longer than 16,777,216 bytes"):
        list(find_format(tmp_path / "a.xml", Options()).cells(tmp_path / "a.xml"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 28


def _read_without_end(start: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Files are read as a text that begins with `start` and goes on for ten billion characters without a line's end;
    what comes back counts the blocks of it that were taken.
    """
    taken: list[int] = []

    def blocks(encoding: Encoding, source: Path) -> Iterator[str]:
        yield start
        for _ in range(10**10 >> 18):
            taken.append(1)
            yield "a" * (1 << 18)

    monkeypatch.setattr(Encoding, "read", blocks)
    return taken
