import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Replacement, Span
from loredact.formats.decoded import Decoded, Token
from loredact.formats.escapes import in_json, in_text, references, write_json, write_markup, write_text
from tests.formats.masking import MARK, NAMES, mask

texts = st.lists(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), max_size=6).map(" ".join)


def put(decoded: Decoded, start: int, end: int, text: str = "X") -> str:
    return decoded.replace([Replacement(Span(start, end, "L"), text, 0, 0, "replace")], lambda new, _: new)


def test_token_without_meaning_stays_and_parts_no_name() -> None:
    decoded = in_text("Ren\x1b[1mée\x1b[0m rang")
    assert decoded.text == "Renée rang"
    assert put(decoded, 0, 5) == "X\x1b[1m\x1b[0m rang"


def test_kept_token_stays_with_its_meaning() -> None:
    decoded = Decoded("Ada<br>Lovelace!", [Token(3, 7, "\n", kept=True)])
    assert decoded.text == "Ada\nLovelace!"
    assert put(decoded, 0, 12) == "X<br>!"


def test_token_that_is_replaced_in_part_keeps_the_rest_of_its_meaning() -> None:
    decoded = Decoded("a=E=b", [Token(1, 4, "one two", write=lambda text: f"={text.upper()}=")])
    assert put(decoded, 5, 8) == "a=ONE X=b"
    assert put(decoded, 0, 4) == "X= TWO=b"


def test_lone_surrogate_is_one_character_and_stays_as_it_is() -> None:
    decoded = Decoded("a\udc80 Ada")
    assert decoded.text == "a\ufffd Ada"
    assert put(decoded, 3, 6) == "a\udc80 X"


@given(texts, st.booleans())
def test_json_string_parses_to_the_masked_text(text: str, ascii_alone: bool) -> None:
    encoded = json.dumps(text, ensure_ascii=ascii_alone)[1:-1]
    decoded = in_json(encoded)
    assert decoded.text == text
    new = decoded.replace(mask(text).replacements, lambda part, _: write_json(encoded, part))
    assert json.loads(f'"{new}"') == mask(text).text


@given(texts)
def test_markup_is_read_as_the_masked_text(text: str) -> None:
    encoded = html.escape(text).encode("ascii", "xmlcharrefreplace").decode()
    decoded = Decoded(encoded, references(encoded))
    masked = mask(decoded.text)
    new = decoded.replace(masked.replacements, lambda part, _: write_markup(part))
    assert html.unescape(new).replace("\xad", "") == html.unescape(masked.text).replace("\xad", "")


@given(texts)
def test_text_without_replacements_is_what_it_was(text: str) -> None:
    assert in_text(text).replace([], lambda new, _: new) == text


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        ('{"author": "Ren\\u00e9e M\\u00fcller"}', f'{{"author": "{MARK}"}}'),
        ('"\\u674e\\u5c0f\\u9f99"', f'"{MARK}"'),
        ("GET /?who=Ren%C3%A9e%20M%C3%BCller&x=1", "GET /?who=%5BPERSON%5D&x=1"),
        ("GET /?who=Ren%C3%A9e+M%C3%BCller HTTP/1.1", "GET /?who=%5BPERSON%5D HTTP/1.1"),
        ("to renee%40example.com;", "to %5BPERSON%5D;"),
        ("<b>Ren&eacute;e M&#252;ller</b>", f"<b>{MARK}</b>"),
        ("b'Ren\\xc3\\xa9e M\\xc3\\xbcller'", f"b'{MARK}'"),
        ("Ren\u00ade M\u00fcl\u00adler", "Ren\u00ade M\u00fcl\u00adler"),
        ("Ren\u00e9\u00ade M\u00fcl\u00adler", f"{MARK}\u00ad\u00ad"),
        ("Ren\x1b[31m\u00e9e M\u00fcller\x1b[0m", f"{MARK}\x1b[31m\x1b[0m"),
        ("100% sure & 2+2=4", "100% sure & 2+2=4"),
    ],
)
def test_name_is_found_through_its_escapes_and_no_letter_is_left(encoded: str, expected: str) -> None:
    decoded = in_text(encoded)
    replacements = mask(decoded.text).replacements
    assert decoded.replace(replacements, lambda text, which: write_text(decoded, text, which)) == expected
