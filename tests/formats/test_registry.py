import io
import zipfile
from pathlib import Path

import pytest

from loredact.errors import InputError
from loredact.formats import Options, find_format
from tests.formats.masking import made


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"a,b", "csv"),
        ("A.TSV", b"a\tb", "csv"),
        ("a.json", b"{}", "json"),
        ("a.ndjson", b"{}", "jsonl"),
        ("page", b"\n<!DOCTYPE html><p>", "html"),
        ("feed", b'\xef\xbb\xbf<?xml version="1.0"?><a/>', "xml"),
        ("notes.txt", b"<?xml", "text"),
        ("empty", b"", "text"),
        ("main.py", b"print()", "text"),
        ("1700000000.M1.host:2,S", b"Return-Path: <a@b>\nFrom: a@b\nTo: c@d\nSubject: x\n\nhi", "eml"),
        ("inbox", b"From a@b Mon Jan  1 00:00:00 2024\nSubject: x\n\nhi", "mbox"),
        ("note", b"To: do\nBuy milk\n", "text"),
        ("wrong.csv", b"PAR1", "parquet"),
        ("wrong.txt", b"\x1f\x8b\x08", "gzip"),
    ],
)
def test_format_is_told_by_content_first_and_then_by_name(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    assert find_format(made(tmp_path, name, content), Options()).name == expected


def package(*parts: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for part in parts:
            archive.writestr(part, "<a/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("[Content_Types].xml", "word/document2.xml"), "docx"),
        (("xl/book.xml", "[Content_Types].xml"), "xlsx"),
        (("word/document.xml",), "docx"),
        (("[Content_Types].xml", "lib/a.xml"), "zip"),
        (("word/letter.xml", "ppt/slide.xml"), "zip"),
    ],
)
def test_office_files_are_told_whatever_their_main_part_is_called(
    tmp_path: Path, parts: tuple[str, ...], expected: str
) -> None:
    pytest.importorskip("lxml")
    assert find_format(made(tmp_path, "a", package(*parts)), Options()).name == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (package("[Content_Types].xml", "ppt/presentation.xml"), "a presentation"),
        (package("[Content_Types].xml", "visio/document.xml"), "a drawing"),
        (package("content.xml", mimetype="application/vnd.oasis.opendocument.text"), "an OpenDocument file"),
    ],
)
def test_packages_whose_text_is_cut_up_are_refused_and_not_read_as_archives(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=f"It is {message} .* save it as"):
        find_format(made(tmp_path, "a.zip", content), Options())


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04cut", b"\0\1\2"])
def test_what_is_not_read_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        find_format(made(tmp_path, "a.doc", content), Options())
