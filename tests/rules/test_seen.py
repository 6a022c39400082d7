"""A text is read as a reader sees it, and what is found in that is given as offsets into the text as it was."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Span
from loredact.rules import find
from loredact.rules.seen import see


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (r"Ren\u00e9", "René"),
        (r"\ud83d\ude00 x", "😀 x"),
        (r"\U0001F600 x", "😀 x"),
        (r"\u{e9}", "é"),
        (r"\xc3\xa9 \xe9", "é é"),
        ("Ren&eacute; Jos&#233; Bj&#xF6;rn", "René José Björn"),
        ("ada%40example.org", "ada@example.org"),
        ("Ren%C3%A9%20Dubois", "René Dubois"),
        ("\x1b[1;31mAda\x1b[0m", "Ada"),
        (r"\u001b[1mAda\u001b[0m", "Ada"),
        (r'"Call\nAda"', '"Call\nAda"'),
        ("４１１１　１１１１", "4111 1111"),
        ("٤١١١ ۴۱۱۱ ४१११ 𝟒𝟏𝟏𝟏", "4111 4111 4111 4111"),
        ("ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"),
        ("oﬃce rene\u0301", "office rené"),
        ("536‑22‑1234", "536-22-1234"),
    ],
)
def test_escapes_and_other_forms_are_read_as_what_they_stand_for(written: str, seen: str) -> None:
    assert see(written).text == seen


@pytest.mark.parametrize(
    "text",
    [
        r"C:\new\table", r"\\server\nadia", r"CORP\nadia", r"corp\nadia", r"\\u00e9", r"\ud83d alone",
        "100 % zu", "R&D; &nosuch;",
        "%C3 x", "%36660487647595",
        "%6011564873604333", "x %4000", "5%41", "https://example.org/?q=Ren%C3%A9%20D&x=%40", "Fußnote²", "（、。「」",
        "plain", "",
    ],
)  # fmt: skip
def test_what_is_no_escape_stays_as_it_is(text: str) -> None:
    assert see(text).text == text


@given(st.text(st.characters(codec="utf-8")))
def test_a_text_of_ascii_letters_beside_any_other_is_seen_with_them_in_place(text: str) -> None:
    seen = see(f"abc {text} xyz")
    assert seen.text.startswith("abc ")
    assert seen.text.endswith(" xyz")


PARTS = st.lists(
    st.one_of(
        st.sampled_from(
            [r"\u00e9", "&eacute;", "%40", "\x1b[1m", "%C3%A9", "ﬃ", "４", "e\u0301", "٤", "a", " ", '"', "\\n"]
        ),
        st.text(st.characters(codec="utf-8"), max_size=4),
    ),
    max_size=12,
).map("".join)


@given(PARTS, st.data())
def test_spans_of_what_is_seen_come_back_in_order_within_the_text_and_apart(text: str, data: st.DataObject) -> None:
    seen = see(text)
    borders = sorted(data.draw(st.sets(st.integers(0, len(seen.text)), max_size=6)))
    spans = [Span(start, end, "X") for start, end in pairwise(borders)]
    written = seen.written(spans)
    past = 0
    for span in written:
        assert past <= span.start < span.end <= len(text)
        past = span.end


@given(PARTS)
def test_the_whole_of_what_is_seen_is_the_whole_of_what_was_written_but_for_what_is_not_seen(text: str) -> None:
    seen = see(text)
    if seen.text:
        (span,) = seen.written([Span(0, len(seen.text), "X")])
        beside = text[: span.start] + text[span.end :]
        assert see(beside).text == ""


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("カード番号 ４１１１ １１１１ １１１１ １１１１ で", "CREDIT_CARD", "４１１１ １１１１ １１１１ １１１１"),
        ("رقم ٤١١١١١١١١١١١١١١١", "CREDIT_CARD", "٤١١١١١١١١١١١١١١١"),
        ("ＩＢＡＮ ＢＥ６８５３９００７５４７０３４", "IBAN_CODE", "ＢＥ６８５３９００７５４７０３４"),
        ("メール：ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ。", "EMAIL_ADDRESS", "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ"),
        ("to=ada%40example.org;x=1", "EMAIL_ADDRESS", "ada%40example.org"),
        (r'"mail": "ada\u0040example.org"', "EMAIL_ADDRESS", r"ada\u0040example.org"),
        (r'"a": "line\nada@example.org"', "EMAIL_ADDRESS", "ada@example.org"),
        ("card=4111%201111%201111%201111", "CREDIT_CARD", "4111%201111%201111%201111"),
        ("user \x1b[33mada@example.org\x1b[0m", "EMAIL_ADDRESS", "ada@example.org"),
        ("ssn ５３６－２２－１２３４", "US_SSN", "５３６－２２－１２３４"),
        ("https://example.org/?m=ada%40x.org&n=%22x%22", "URL", "https://example.org/?m=ada%40x.org&n=%22x%22"),
        ("rene\u0301.dubois@example.fr", "EMAIL_ADDRESS", "rene\u0301.dubois@example.fr"),
    ],
)  # fmt: skip
def test_rules_find_values_in_any_form(text: str, label: str, value: str) -> None:
    found = [(span.label, text[span.start : span.end]) for span in find(text, {"URL", "EMAIL_ADDRESS", label})]
    assert found == [(label, value)]


@given(st.text(st.characters(codec="utf-8", categories=["Nd"]), min_size=1, max_size=20))
def test_any_decimal_digit_is_seen_as_its_value(digits: str) -> None:
    assert see(digits).text == "".join(str(unicodedata.decimal(digit)) for digit in digits)
