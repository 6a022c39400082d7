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


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04cut", b"\0\1\2"])
def test_what_is_not_read_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        find_format(made(tmp_path, "a.doc", content), Options())
