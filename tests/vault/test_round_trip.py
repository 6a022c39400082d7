"""What was masked with a vault comes back, character for character."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loredact import operators
from loredact.document import Masked, Span
from loredact.keys import Key
from loredact.linking import Linker
from loredact.vault import Placeholders, Vault, escape, unmask

KEY = Key.of("a key for tests of the vault alone")
LABELS = ("PERSON", "PHONE_NUMBER", "A.b-c:1")


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    path = tmp_path_factory.mktemp("vault") / "v.db"
    Vault.new(path, KEY)
    with ExitStack() as stack:
        yield stack.enter_context(Vault.open(path, write=True)).unlock(KEY)


def mask(vault: Vault, text: str, spans: list[Span], name: str = "letter", **where: object) -> Masked:
    with vault.document(name, **where) as document:  # type: ignore[arg-type]
        linker = Linker()
        context = operators.Context(name, None, linker)
        return escape(document, operators.apply(Placeholders(document, linker), text, spans, context))


def spans_of(text: str, *values: str, label: str = "PERSON") -> list[Span]:
    found, at = [], 0
    for value in values:
        at = text.index(value, at)
        found.append(Span(at, at + len(value), label))
        at += len(value)
    return found


# Pieces that read as placeholders, bent and straight, beside any Unicode.
PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["[PERSON_1]", "PERSON_1", "[person 1]", "【PERSON_1b】", "[", "]", "_1", "PERSON", "PERSON\\_2",
         "<PHONE NUMBER 3>",          "[LITERAL_1]", "LITERAL_2", "[A.b-c:1_4]", "a.b_4", "\\", "\r\n", " ", "1"]
    ),
)  # fmt: skip


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text, spans = "", []
    for piece, label in draw(st.lists(st.tuples(PIECES, st.sampled_from((None, None, *LABELS))), max_size=12)):
        if label and piece.strip():
            spans.append(Span(len(text), len(text) + len(piece), label))
        text += piece
    return text, spans


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts_with_spans(), st.sampled_from(("one", "two")))
def test_what_is_unmasked_is_the_original_whatever_looks_like_a_placeholder(
    vault: Vault, case: tuple[str, list[Span]], name: str
) -> None:
    text, spans = case
    masked = mask(vault, text, spans, name)
    assert unmask(vault, masked.text).text == text
    for replacement in masked.replacements:
        assert masked.text[replacement.start : replacement.end] == replacement.text
    # What lies between the replacements is what lay between their spans.
    read = written = 0
    for r in masked.replacements:
        assert text[read : r.span.start] == masked.text[written : r.start]
        read, written = r.span.end, r.end
    assert text[read:] == masked.text[written:]


def test_an_edited_text_gets_back_every_placeholder_that_survived(vault: Vault) -> None:
    text = "Ada Lovelace met Paul Erdős. Ms Lovelace rang Emmy Noether."
    masked = mask(vault, text, spans_of(text, "Ada Lovelace", "Paul Erdős", "Ms Lovelace", "Emmy Noether"), "edited")
    ada, paul, ms, emmy = (replacement.text for replacement in masked.replacements)
    assert ms == f"{ada[:-1]}b]"  # the same person, written otherwise
    markdown = ms[1:-1].replace("_", r"\_")
    unmasked = unmask(vault, f"**{paul[1:-1]}**, {ada.lower().replace('_', ' ')} ({markdown}) et 【{ada[1:-1]}】")
    assert unmasked.text == "**Paul Erdős**, Ada Lovelace (Ms Lovelace) et Ada Lovelace"
    assert unmasked.restored == 4
    assert unmasked.missing == (emmy,)


def test_what_the_vault_does_not_know_stays_and_is_listed(vault: Vault) -> None:
    unmasked = unmask(vault, "[PERSON_999999] and person_999998")
    assert unmasked.text == "[PERSON_999999] and person_999998"
    assert unmasked.unknown == ("[PERSON_999999]",)


def test_another_label_with_a_known_number_is_left(vault: Vault) -> None:
    text = "Grace Hopper"
    masked = mask(vault, text, spans_of(text, text), "label")
    other = masked.text.replace("PERSON", "FIGURE")
    assert unmask(vault, other).text == other


def test_a_person_keeps_a_number_as_far_as_is_asked(vault: Vault) -> None:
    text = "Mary Somerville"
    spans = spans_of(text, text)

    def numbers(**where: object) -> list[str]:
        return [mask(vault, text, spans, name, **where).text for name in ("first", "second", "first")]

    first, second, again = numbers()
    assert first == again != second
    acme = set(numbers(customer="acme", within="customer"))
    assert len(acme) == 1
    assert mask(vault, text, spans, "third", customer="borel", within="customer").text not in acme
    assert len(set(numbers(within="everywhere"))) == 1
