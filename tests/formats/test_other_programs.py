"""Files that other programs wrote: masked, unpacked to the last stream, searched, and read again."""

from pathlib import Path
from typing import Any

import pytest

from loredact.formats import Options, find_format
from tests.formats import other_programs
from tests.formats.documents.searching import found_in
from tests.formats.masking import NAMES, mask, nothing, rewritten
from tests.formats.unpacking import unpacked

_TEXTUAL = ("csv", "json", "xml", "html", "mail", "text")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    return {
        name: [path for path in maker(tmp_path_factory.mktemp(name)) if _names_in(path)]
        for name, maker in other_programs.MAKERS.items()
    }


def _names_in(path: Path) -> list[tuple[str, str]]:
    return [found for place, data in unpacked(path.read_bytes(), path.name) for found in found_in(data, NAMES, place)]


def _masked(value: Any) -> Any:
    """`value` with each string in it masked; keys stay."""
    if isinstance(value, str):
        return mask(value).text
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_masked, value))
    return value


@pytest.mark.parametrize("kind", other_programs.MAKERS)
def test_ten_files_of_other_programs_hold_no_name_when_they_are_masked(
    made: dict[str, list[Path]], tmp_path: Path, kind: str
) -> None:
    assert len(made[kind]) >= 10
    for path in made[kind]:
        out = tmp_path / path.name
        rewritten(path, out=out)
        assert _names_in(out) == [], path.name


@pytest.mark.parametrize("kind", _TEXTUAL)
def test_where_nothing_is_masked_every_byte_is_as_it_was(made: dict[str, list[Path]], kind: str) -> None:
    for path in made[kind]:
        assert rewritten(path, by=nothing) == path.read_bytes(), path.name


@pytest.mark.parametrize("kind", ["json", "xml", "parquet"])
def test_programs_read_what_they_wrote_with_nothing_but_the_names_replaced(
    made: dict[str, list[Path]], tmp_path: Path, kind: str
) -> None:
    for path in made[kind]:
        rewritten(path, out=tmp_path / path.name)
        assert other_programs.as_python(tmp_path / path.name) == _masked(other_programs.as_python(path)), path.name


@pytest.mark.parametrize("kind", ["csv", "html", "mail", "packed"])
def test_what_was_written_has_the_cells_that_were_masked(
    made: dict[str, list[Path]], tmp_path: Path, kind: str
) -> None:
    for path in made[kind]:
        out = tmp_path / path.name
        rewritten(path, out=out)
        assert len(_texts(out)) == len(_texts(path)), path.name


def _texts(path: Path) -> list[str]:
    return [cell.text for cell in find_format(path, Options()).cells(path)]
