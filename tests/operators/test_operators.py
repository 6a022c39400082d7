"""Each operator by itself, and on any text and spans."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Masked, Span
from loredact.errors import InputError
from loredact.keys import Key
from loredact.operators import (
    OPERATORS,
    Context,
    Decrypt,
    Encrypt,
    Generalise,
    Hash,
    Mask,
    Number,
    Operator,
    Redact,
    Replace,
    Shift,
    apply,
    make,
)
from loredact.values import dates

KEY, OTHER = Key.of("a key of 16 bytes or more"), Key.of("another key of 16 bytes")
SECRET = "Zebulon"
TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
EVERY: list[Operator] = [
    Replace(),
    Replace(new_value="***"),
    Redact(),
    Mask(),
    Mask(chars_to_mask=3, from_end=True),
    Mask(keep_chars=2),
    Hash(key=KEY),
    Encrypt(key=KEY),
    Number(),
    Generalise(to="year"),
    Generalise(to="digits"),
    Shift(key=KEY),
    lambda original, label: original[::-1],
]


@st.composite
def texts_and_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(TEXT)
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    labels = st.sampled_from(["PERSON", "DATE_TIME", "AGE"])
    pairs = zip(places[::2], places[1::2], strict=False)
    return text, [Span(start, end, draw(labels), draw(st.floats(0, 1))) for start, end in pairs]


def without_masks(masked: Masked) -> str:
    pieces, read = [], 0
    for replacement in masked.replacements:
        pieces.append(masked.text[read : replacement.start])
        read = replacement.end
    return "\0".join([*pieces, masked.text[read:]])


def outside(text: str, spans: list[Span]) -> str:
    pieces, read = [], 0
    for span in spans:
        pieces.append(text[read : span.start])
        read = span.end
    return "\0".join([*pieces, text[read:]])


@given(given_=texts_and_spans(), operator=st.sampled_from(EVERY))
def test_outside_the_spans_the_text_is_untouched_and_offsets_lead_to_what_took_their_place(
    given_: tuple[str, list[Span]], operator: Operator
) -> None:
    text, spans = given_
    masked = apply(operator, text, spans)
    assert without_masks(masked) == outside(text, spans)
    assert list(masked.spans) == spans
    for replacement in masked.replacements:
        assert masked.text[replacement.start : replacement.end] == replacement.text


@given(given_=texts_and_spans())
def test_what_was_encrypted_opens_again_whatever_the_text(given_: tuple[str, list[Span]]) -> None:
    text, spans = given_
    masked = apply(Encrypt(key=KEY), text, spans)
    again = apply(Decrypt(KEY), masked.text, [Span(r.start, r.end, r.span.label) for r in masked.replacements])
    assert again.text == text


def test_what_was_encrypted_opens_with_no_other_key_and_not_when_changed() -> None:
    encrypted = Encrypt(key=KEY)(SECRET, "PERSON")
    swapped = encrypted[:20] + ("A" if encrypted[20] != "A" else "B") + encrypted[21:]
    for key, text in ((OTHER, encrypted), (KEY, swapped), (KEY, "x"), (KEY, ""), (KEY, SECRET)):
        with pytest.raises(InputError, match="does not open") as told:
            Decrypt(key)(text)
        assert SECRET not in str(told.value)


def test_equal_texts_have_different_encryptions() -> None:
    assert Encrypt(key=KEY)("Ada", "PERSON") != Encrypt(key=KEY)("Ada", "PERSON")


@given(one=TEXT, other=TEXT)
def test_hashes_agree_for_one_text_and_differ_for_two_and_for_two_keys(one: str, other: str) -> None:
    hashed = Hash(key=KEY)
    assert (hashed(one, "A") == hashed(other, "B")) == (one == other)
    assert hashed(one, "A") != Hash(key=OTHER)(one, "A")
    assert re.fullmatch("[0-9a-f]{64}", hashed(one, "A"))


def test_a_hash_without_a_key_is_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match="names and numbers are few"):
        make("hash")


def test_a_key_is_never_a_value_of_a_file_and_is_never_shown() -> None:
    with pytest.raises(InputError, match="named and never written") as told:
        make("encrypt", {"key": SECRET})
    assert SECRET not in str(told.value)
    assert "a key of" not in repr(Hash(key=KEY)) + str(Hash(key=KEY).model_dump())


def test_keys_that_are_missing_or_short_are_told_by_their_place(tmp_path: pytest.TempPathFactory) -> None:
    for key in (Key(env="LOREDACT_NO_SUCH_KEY"), Key.of("short")):
        with pytest.raises(InputError, match=r"16 bytes or more") as told:
            Hash(key=key).ready()
        assert "short" not in str(told.value).replace("too short", "")


def test_numbers_are_counted_up_by_label_and_are_the_same_for_the_same_text() -> None:
    text = "Ada met Bob. ada rang Bob."
    spans = [Span(text.index(w, at), text.index(w, at) + 3, "PERSON") for w, at in (("Ada", 0), ("Bob", 0), ("ada", 9))]
    assert apply(Number(), text, spans).text == "[PERSON_1] met [PERSON_2]. [PERSON_1] rang Bob."


def test_numbers_within_a_document_begin_anew_and_within_a_customer_go_on() -> None:
    def numbers(operator: Number, *of: tuple[str, Context]) -> list[str]:
        return [operator.for_document(context)(name, "PERSON") for name, context in of]

    documents = (("Ada", Context("1", "x")), ("Bob", Context("2", "x")), ("Ada", Context("3", "x")))
    assert numbers(Number(), *documents) == ["[PERSON_1]"] * 3
    assert numbers(Number(within="customer"), *documents) == ["[PERSON_1]", "[PERSON_2]", "[PERSON_1]"]
    other = numbers(Number(within="customer"), ("Ada", Context("1", "x")), ("Bob", Context("1", "y")))
    assert other == ["[PERSON_1]", "[PERSON_1]"]


@pytest.mark.parametrize("operator", [Number(within="customer"), Shift(key=KEY, within="customer")])
def test_what_is_the_customers_is_refused_without_one(operator: Number | Shift) -> None:
    with pytest.raises(InputError, match="say whose the text is"):
        operator.for_document(Context("letter.txt"))


DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@given(first=DAYS, second=DAYS, document=TEXT)
def test_days_between_shifted_dates_stay_as_many_and_no_date_stays(first: date, second: date, document: str) -> None:
    shift = Shift(key=KEY).for_document(Context(document))
    read = [dates.read(shift(day.isoformat(), "DATE_TIME")) for day in (first, second)]
    assert read[0] is not None
    assert read[1] is not None
    assert read[1].day - read[0].day == second - first
    assert timedelta(0) < abs(read[0].day - first) <= timedelta(365)


def test_a_document_and_a_customer_have_their_own_number_of_days_and_keep_it() -> None:
    def shifted(within: str, document: str | None, customer: str | None) -> str:
        operator = make("shift", {"key": KEY, "within": within, "days": 36_500})
        assert isinstance(operator, Shift)
        return operator.for_document(Context(document, customer))("2021-03-04", "DATE_TIME")

    assert shifted("document", "a", None) == shifted("document", "a", None) != shifted("document", "b", None)
    assert shifted("customer", "a", "x") == shifted("customer", "b", "x") != shifted("customer", "a", "y")
    assert shifted("everywhere", "a", "x") == shifted("everywhere", "b", "y")
    assert shifted("document", None, None) != shifted("document", None, None)


def test_dates_that_cannot_be_read_are_replaced_and_others_of_the_document_tell_the_order() -> None:
    def masked(text: str, *found: str) -> str:
        spans = [Span(text.index(date), text.index(date) + len(date), "DATE_TIME") for date in found]
        return apply(Shift(key=KEY), text, spans).text

    assert masked("on 04/03/2021 or in spring", "04/03/2021", "spring") == "on [DATE_TIME] or in [DATE_TIME]"
    told = re.fullmatch(r"(../../....), (../../....)", masked("04/03/2021, 14/03/2021", "04/03/2021", "14/03/2021"))
    assert told is not None
    first, second = (dates.read(date, "day") for date in told.groups())
    assert first is not None
    assert second is not None
    assert second.day - first.day == timedelta(10)


@pytest.mark.parametrize(
    ("to", "original", "new"),
    [
        ("band", "52", "50-59"),
        ("band", "95-year-old", "90+"),
        ("band", "6 months", "0-9"),
        ("band", "old", "[L]"),
        ("month", "4 March 2021", "March 2021"),
        ("month", "04.03.2021", "03.2021"),
        ("month", "04/03/2021", "[L]"),
        ("year", "04/03/2021", "2021"),
        ("year", "March 2021", "2021"),
        ("year", "Tuesday", "[L]"),
        ("digits", "791-234", "791-***"),
        ("digits", "791", "[L]"),
        ("zip3", "02139", "021"),
        ("zip3", "MA 02139-1234", "MA 021"),
        ("zip3", "03601", "000"),
        ("zip3", "Boston", "[L]"),
        ("country", "Boston, MA", "United States"),
        ("country", "Deutschland", "Germany"),
        ("country", "München", "Germany"),
        ("country", "Nowhereville", "[L]"),
    ],
)
def test_generalising_gives_less_or_the_label(to: str, original: str, new: str) -> None:
    assert make("generalise", {"to": to})(original, "L") == new


def test_all_but_the_last_digits_are_hidden_and_the_marks_between_stay() -> None:
    assert Mask(keep_chars=4)("4556 7375 8689 9855", "CREDIT_CARD") == "**** **** **** 9855"
    assert Mask(keep_chars=4)("98-55", "CREDIT_CARD") == "**-**"
    assert Mask(keep_chars=2, from_end=True)("AB123456", "ID") == "AB******"
    assert Mask(keep_chars=4)("@#$%!&*", "PASSWORD") == "*******"
    assert Mask(keep_chars=1)("प्रिया", "PERSON") == "****या"


@pytest.mark.parametrize("name", OPERATORS)
def test_a_setting_that_is_none_is_refused_and_not_shown(name: str) -> None:
    with pytest.raises(InputError) as told:
        make(name, {SECRET: SECRET})
    assert SECRET not in str(told.value)


def test_an_unknown_operator_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match="There are replace, redact") as told:
        make(SECRET)
    assert SECRET not in str(told.value)
