"""The figures agree with seqeval's on the same spans, and count what they say they count."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOBES

from loredact.document import Document, Span
from loredact.evaluation import evaluate


@st.composite
def _spans(draw: st.DrawFn, length: int = 12) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, length), max_size=6)))
    labels = st.sampled_from(["A", "B"])
    return tuple(Span(a, b, draw(labels)) for a, b in zip(edges[::2], edges[1::2], strict=False))


def _tags(spans: tuple[Span, ...], length: int = 12) -> list[str]:
    tags = ["O"] * length
    for span in spans:
        if span.end - span.start == 1:
            tags[span.start] = f"S-{span.label}"
        else:
            tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
            tags[span.start], tags[span.end - 1] = f"B-{span.label}", f"E-{span.label}"
    return tags


@settings(deadline=None, max_examples=60)
@given(pairs=st.lists(st.tuples(_spans(), _spans()), min_size=1, max_size=4))
def test_strict_figures_equal_seqevals(pairs: list[tuple[tuple[Span, ...], tuple[Span, ...]]]) -> None:
    documents = [Document("x" * 12, gold) for gold, _ in pairs]
    result = evaluate(documents, [Document("x" * 12, found) for _, found in pairs])
    gold_tags, found_tags = [_tags(gold) for gold, _ in pairs], [_tags(found) for _, found in pairs]
    if not result.strict.labelled or not result.strict.predicted:
        return
    options = {"mode": "strict", "scheme": IOBES, "zero_division": 0}
    assert abs(result.strict.precision - precision_score(gold_tags, found_tags, **options)) < 1e-12
    assert abs(result.strict.recall - recall_score(gold_tags, found_tags, **options)) < 1e-12
    assert abs(result.strict.f1 - f1_score(gold_tags, found_tags, **options)) < 1e-12


def test_character_figures_ignore_white_space_and_labels() -> None:
    document = Document("Ada Lovelace, London", (Span(0, 12, "PERSON"), Span(14, 20, "PLACE")))
    result = evaluate([document], [document.with_spans([Span(0, 3, "PLACE"), Span(13, 20, "PLACE")])])
    assert (result.characters.right, result.characters.predicted, result.characters.labelled) == (9, 9, 17)
    assert result.spans.right == 0
    assert result.leak_free == 0.0


def test_document_leaks_when_one_personal_character_is_missed() -> None:
    documents = [Document("Ada", (Span(0, 3, "P"),)), Document("Ada", (Span(0, 3, "P"),)), Document("none")]
    found = [Document("Ada", (Span(0, 3, "Q"),)), Document("Ada", (Span(0, 2, "P"),)), Document("none")]
    result = evaluate(documents, found)
    assert result.leaking_documents == 1
    assert result.leak_free == pytest.approx(2 / 3)


def test_evaluate_refuses_what_was_found_in_another_text() -> None:
    with pytest.raises(ValueError, match="others than the labelled ones"):
        evaluate([Document("Ada")], [Document("Bob")])


def test_figures_are_perfect_where_nothing_is_labelled_and_nothing_found() -> None:
    assert evaluate([Document("none")], [Document("none")]).as_json()["strict"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "right": 0,
        "predicted": 0,
        "labelled": 0,
        "macro_f1": 1.0,
    }
