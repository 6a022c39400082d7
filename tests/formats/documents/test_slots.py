"""Replacements spread over slots: the cell becomes the masked text, and slots outside of spans stay as they were."""

from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Span
from loredact.formats.office.fragments import header_slots, literal_slots
from loredact.formats.office.slots import Slot, spread
from loredact.formats.office.strings import decode, encode
from loredact.formats.office.writable import writable
from loredact.operators import Replace, apply

_TEXTS = st.lists(st.text(alphabet="ab ", max_size=5), max_size=6)


@st.composite
def slots_and_spans(draw: st.DrawFn) -> tuple[list[str], list[Span]]:
    texts = draw(_TEXTS)
    length = len("".join(texts))
    cuts = sorted(draw(st.sets(st.integers(0, length), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return texts, [Span(start, end, "PERSON") for start, end in pairs]


@given(slots_and_spans())
def test_the_slots_hold_the_masked_text(case: tuple[list[str], list[Span]]) -> None:
    texts, spans = case
    slots = [Slot(text, lambda new: None) for text in texts]
    masked = apply(Replace(), "".join(texts), spans)
    spread(slots, masked)
    start = 0
    for slot, text in zip(slots, texts, strict=True):
        end = start + len(text)
        slot.settle()
        if not any(span.start < end and span.end > start for span in spans):
            assert slot.text == text
        for span in spans:
            if start <= span.start < end:
                assert "[PERSON]" in slot.text
        start = end
    assert "".join(slot.text for slot in slots) == masked.text


@given(slots_and_spans())
def test_a_slot_of_two_cells_is_masked_once(case: tuple[list[str], list[Span]]) -> None:
    texts, spans = case
    slots = [Slot(text, lambda new: None) for text in texts]
    masked = apply(Replace(), "".join(texts), spans)
    for _ in range(2):
        spread(slots, masked)
    for slot in slots:
        slot.settle()
    assert "".join(slot.text for slot in slots) == masked.text


@given(st.text())
def test_excels_escapes_are_read_and_written(text: str) -> None:
    assert decode(encode(writable(text))) == writable(text)


def test_codes_of_a_page_header_are_no_text_and_stay() -> None:
    from lxml import etree

    element = etree.Element("oddHeader")
    element.text = '&L&"Arial,Bold"&12Ada && Co&C&P of &N'
    slots = header_slots(element)
    assert "".join(slot.text for slot in slots) == "Ada & Co of "
    slots[0].put("R & D")
    assert element.text == '&L&"Arial,Bold"&12R && D&C&P of &N'


def test_literals_of_a_formula_are_texts_each_by_itself() -> None:
    from lxml import etree

    element = etree.Element("f")
    element.text = 'IF(A1="say ""Ada""",B1,"no")'
    slots = literal_slots(element)
    assert [slot.text for slot in slots] == ['say "Ada"', "no"]
    slots[0].put('"[PERSON]"')
    assert element.text == 'IF(A1="""[PERSON]""",B1,"no")'
