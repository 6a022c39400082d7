from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.errors import InputError
from loredact.formats import Options, find_format
from loredact.formats.text import Text
from tests.formats.masking import MARK, NAMES, cells, made, nothing, rewritten


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_is_masked_in_its_encoding_with_its_line_breaks(tmp_path: Path, encoding: str, end: str) -> None:
    text = f"Naïve façade, Renée Müller was here,{end}and went.{end}{end}Über 5 °C – «déjà vu»"
    path = made(tmp_path, "note.txt", text.encode(encoding))
    assert rewritten(path) == text.replace("Renée Müller", MARK).encode(encoding)


def test_text_in_cyrillic_of_windows_is_told_by_its_letters(tmp_path: Path) -> None:
    text = "Иван Петров живёт в Москве и работает в библиотеке с прошлого года.\n" * 5
    assert cells(made(tmp_path, "письмо.txt", text.encode("cp1251")))[0].text == text


@given(st.binary(max_size=400))
def test_text_comes_out_byte_for_byte_or_is_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("text")
    path, out = made(folder, "some.txt", data), folder / "out"
    text = Text(Options())
    try:
        text.rewrite(path, out, (nothing(cell.text) for cell in text.cells(path)))
        assert out.read_bytes() == data
    except InputError as error:
        assert b"\0" in data or "UTF" in str(error)  # noqa: PT017 - either is right


def test_long_text_is_cut_into_cells_at_blank_lines(tmp_path: Path) -> None:
    text = "".join(f"Paragraph {number} of {NAMES[0]}.\n" * 30 + "\n" for number in range(200))
    path = made(tmp_path, "long.txt", text)
    found = cells(path)
    assert len(found) > 3
    assert "".join(cell.text for cell in found) == text
    assert all(cell.text.endswith("\n\n") and len(cell.text) <= 50_000 for cell in found)
    assert rewritten(path).decode() == text.replace(NAMES[0], MARK)


def test_line_without_end_is_cut_and_not_held(tmp_path: Path) -> None:
    path = made(tmp_path, "line.log", "x" * 300_000)
    assert max(len(cell.text) for cell in cells(path)) <= 50_000
    assert rewritten(path, by=nothing) == b"x" * 300_000


def test_bytes_that_are_no_text_have_no_format(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No format"):
        find_format(made(tmp_path, "picture.bin", b"\x89PNG\r\n\0\0\0"), Options())


def test_stateful_encoding_is_refused(tmp_path: Path) -> None:
    page = made(tmp_path, "page.html", b'<meta charset="iso-2022-jp"><p>' + "日本".encode("iso-2022-jp"))
    with pytest.raises(InputError, match="convert it to UTF-8"):
        cells(page)
