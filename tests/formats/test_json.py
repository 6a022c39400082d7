import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.errors import InputError
from loredact.formats import Options
from tests.formats.masking import MARK, NAMES, cells, made, mask, nothing, rewritten

strings = st.one_of(st.sampled_from(NAMES), st.text(max_size=10))
documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), strings),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(strings, inner, max_size=4)),
    max_leaves=12,
)


def masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value).text
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    return value


@given(documents, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_json_parses_to_the_masked_document(
    tmp_path_factory: pytest.TempPathFactory, document: object, ascii_alone: bool, indent: int | str | None
) -> None:
    content = json.dumps(document, ensure_ascii=ascii_alone, indent=indent)
    path = made(tmp_path_factory.mktemp("json"), "a.json", content)
    assert rewritten(path, by=nothing).decode() == content
    assert json.loads(rewritten(path)) == masked(document)


@given(st.lists(documents, max_size=5))
def test_json_lines_parse_to_the_masked_documents(tmp_path_factory: pytest.TempPathFactory, rows: list[object]) -> None:
    content = "".join(json.dumps(row) + "\n" for row in rows)
    path = made(tmp_path_factory.mktemp("json"), "a.jsonl", content)
    assert [json.loads(line) for line in rewritten(path).splitlines()] == masked(rows)


def test_spacing_order_and_escapes_stay(tmp_path: Path) -> None:
    content = '{ "z" :\t[1e5, -0.0 , "Ren\\u00e9e M\\u00fcller \\/ \\ud83d\\ude00"],\r\n"a":"\\u0041", "a": null }\n'
    new = rewritten(made(tmp_path, "a.json", content)).decode()
    assert new == content.replace("Ren\\u00e9e M\\u00fcller", MARK)


def test_numbers_and_keys_are_masked_where_asked_for(tmp_path: Path) -> None:
    path = made(tmp_path, "a.jsonl", '{"renee@example.com": 1, "n": 12}\n')
    assert [cell.text for cell in cells(path)] == []
    options = Options(numbers=True, keys=True)
    assert [cell.text for cell in cells(path, options)] == ["renee@example.com", "1", "n", "12"]
    assert rewritten(path, options) == b'{"[PERSON]": 1, "n": 12}\n'


def test_number_that_is_replaced_becomes_a_string(tmp_path: Path) -> None:
    path = made(tmp_path, "a.json", '{"phone": 5550123}')

    def all_of(text: str) -> object:
        replacement = mask(NAMES[0]).replacements[0]
        span = replacement.span.__class__(0, len(text), "PERSON")
        return mask("").__class__(MARK, (replacement.__class__(span, MARK, 0, len(MARK), "x"),))

    assert json.loads(rewritten(path, Options(numbers=True), by=all_of)) == {"phone": MARK}  # type: ignore[arg-type]


def test_place_shows_no_key_that_may_be_a_name(tmp_path: Path) -> None:
    path = made(tmp_path, "a.json", '{"orders": [{"note": "x", "Zebulon Vanstone": "y"}]}')
    assert [cell.where for cell in cells(path)] == ["/orders/0/note", "/orders/0/*"]


def test_key_of_any_kind_is_the_heading_of_what_it_holds(tmp_path: Path) -> None:
    path = made(tmp_path, "a.json", '{"full name": ["a"], "Stra\\u00dfe": "b", "*": "c", "%s": "d"}' % ("long " * 50))
    assert [cell.heading for cell in cells(path)] == ["full name", "Straße", "*", ""]


@pytest.mark.parametrize(
    "content",
    ['{"a": 1,}', '{"a" 1}', "[1 2]", '"Zebulon', "{", "[", "", "[}", '{"a": "\\x"}', "01", "tru", '{"a": 1} {"b": 2}',
     "]", "{1: 2}", '"a\nb"'],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_line_and_no_value(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="Line 1") as told:
        cells(made(tmp_path, "a.json", content))
    assert "Zebulon" not in str(told.value)


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lie in one another"):
        cells(made(tmp_path, "deep.json", "[" * 100_000))
