"""Text and masked text are aligned to the spans that lie between them, whatever stands in either."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.corpora import read_corpus
from loredact.corpora.pairs import align, align_message, message_of
from loredact.document import Span, span_problems
from loredact.operators import Replace, apply
from tests.conftest import write_lines


def found(text: str, masked: str) -> list[tuple[str, str]] | None:
    spans = align(text, masked)
    return None if spans is None else [(span.label, text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize(
    ("text", "masked", "expected"),
    [
        ("Ada lives in London.", "[PERSON] lives in [CITY].", [("PERSON", "Ada"), ("CITY", "London")]),
        ("Nothing here.", "Nothing here.", []),
        ("", "", []),
        ("Ada", "[PERSON]", [("PERSON", "Ada")]),
        # Brackets in the text are literal where they can be.
        ("see [PERSON] Ada", "see [PERSON] [PERSON]", [("PERSON", "Ada")]),
        ("as [1] says, Ada", "as [1] says, [PERSON]", [("PERSON", "Ada")]),
        # The first span is the shortest where all else is equal.
        ("Ada, Bob, Eve", "[A], [B]", [("A", "Ada"), ("B", "Bob, Eve")]),
        # A border inside a word is odd: the first "a" would leave the second span one.
        ("Bananas and a, b", "[FRUIT] a[REST]", [("FRUIT", "Bananas and"), ("REST", ", b")]),
        ("12/34", "[DAY][MONTH]", [("DAY", "12"), ("MONTH", "/34")]),
        ("née\u0301 Łukasz 👩‍🔬", "née\u0301 [PERSON]", [("PERSON", "Łukasz 👩‍🔬")]),
    ],
)
def test_each_label_takes_what_lies_between(text: str, masked: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, masked) == expected


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ada lives in London.", "[PERSON] lives in London"),  # a character dropped
        ("Ada lives in London.", "[PERSON] lived in London."),  # a character altered
        ("Ada lives.", "[PERSON] [PERSON] lives."),  # nothing for the second label
        ("Ada  lives.", "Ada[PERSON] lives."),  # white space alone for a label
        ("Ada", ""),
        ("", "[PERSON]"),
    ],
)
def test_what_does_not_fit_has_no_spans(text: str, masked: str) -> None:
    assert align(text, masked) is None


WORDS = st.sampled_from(["Ada", "12 34", "a", " ", "\n", ", ", ".", "[PERSON]", "[", "]", "ß", "the", "Bob Bob"])
PIECES = st.lists(st.tuples(WORDS, st.sampled_from(["", "", "NAME", "ID-2", "Nom_de.famille"])), max_size=12)


@given(PIECES)
def test_an_alignment_gives_the_masked_text_back_and_masks_no_more_than_was_masked(
    pieces: list[tuple[str, str]],
) -> None:
    text, spans = "", []
    for piece, label in pieces:
        if label and piece.strip():
            spans.append(Span(len(text), len(text) + len(piece), label))
        text += piece
    masked = apply(Replace(), text, spans).text
    aligned = align(text, masked)
    assert aligned is not None
    assert not span_problems(text, aligned)
    assert apply(Replace(), text, aligned).text == masked
    assert sum(s.end - s.start for s in aligned) <= sum(s.end - s.start for s in spans)


@given(st.lists(st.sampled_from(["Ada", "Bob Smith", "0151 23"]), min_size=1, max_size=6), st.data())
def test_values_between_words_are_found_exactly(values: list[str], data: st.DataObject) -> None:
    text, spans = "", []
    for value in values:
        text += data.draw(st.sampled_from(["Then we met ", "; also ", "\nand "]))
        spans.append(Span(len(text), len(text) + len(value), "X"))
        text += value
    assert align(text, apply(Replace(), text, spans).text) == tuple(spans)


def test_the_text_behind_an_instruction_is_found() -> None:
    expected = ("Ada\nlives.", (Span(0, 3, "PERSON"),))
    assert align_message(message_of("Ada\nlives."), "[PERSON]\nlives.") == expected
    assert align_message("Mask all names:\n\nAda\nlives.", "[PERSON]\nlives.") == expected
    assert align_message("Ada\nlives.", "[PERSON]\nlives.") == expected
    assert align_message("Mask: Ada lives.", "Ada [PERSON].") is None


def test_a_message_that_fits_as_a_whole_is_all_text() -> None:
    assert align_message("To all:\nAda is ill.", "To all:\n[PERSON] is ill.") == (
        "To all:\nAda is ill.",
        (Span(8, 11, "PERSON"),),
    )


_TOO_MUCH = """
import resource
from loredact.corpora.pairs import align, align_message
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
for text, masked in [
    ("a" * 60_000, "[A]" * 400),
    (" a" * 30_000, "[A] " * 20_000),
    ("a" * 60_000, ("a" * 100 + "[A]") * 300),
    ("a" * 60_000, ("a" * 20_000 + "[A]") * 2),
    ("ab" * 100_000, "ab[A]" * 100_000),
    ("\\n" * 100_000 + "a", "[A]" * 100),
]:
    assert align(text, masked) is None
    assert align_message("Mask it." + text, masked) is None
assert align("a" * 50_000, "[A]" * 50_000)
"""


def test_aligning_is_bounded_in_memory_and_time() -> None:
    subprocess.run([sys.executable, "-c", _TOO_MUCH], check=True)


def test_aligning_too_much_is_told_as_a_pair_that_does_not_fit(tmp_path: Path) -> None:
    pair: dict[str, object] = {"instruction": "Mask it.", "input": "a" * 60_000, "output": "[A]" * 400}
    good: dict[str, object] = {"instruction": "Mask it.", "input": "Ada met Bob.", "output": "[P] met [P]."}
    said: list[str] = []
    documents = read_corpus(write_lines(tmp_path / "c.jsonl", [pair, good]), said.append)
    assert [document.text for document in documents] == ["Ada met Bob."]
    assert "is not the text with labels" in said[0]


def test_aligning_goes_as_far_as_long_documents_need() -> None:
    text = "\n".join(f"On day {day} Ada Lovelace called 555 0{day}." for day in range(1_500))
    masked = "\n".join(f"On day {day} [PERSON] called [PHONE]." for day in range(1_500))
    spans = align(text, masked)
    assert spans is not None
    assert len(spans) == 3_000
