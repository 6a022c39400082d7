"""Partial annotation: what a corpus does not label may be anything that it does not annotate, and costs nothing."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from loredact import Masker, train, train_into
from loredact.bases import Base
from loredact.corpora import read_corpus, scan_corpus, write_corpus
from loredact.decoding import decode
from loredact.document import Document, Span
from loredact.encoding import AllowedTags, TagSet, Tokens, encode
from loredact.errors import InputError
from loredact.evaluation import evaluate
from loredact.tagger import Tagger, read_description
from loredact.training.examples import whole_examples
from loredact.training.tagging import Tagging
from tests.conftest import random_tagger, write_lines
from tests.test_training import quick

LABELS = ("PERSON", "PHONE", "PLACE")
TEXT = "Ada met Paul in Budapest on 12 34 56, they say."


def by_hand(tagger: Tagger, document: Document) -> float:
    """The loss by its definition: for each token, −log of the sum of the probabilities of the tags it may have."""
    (scored,) = tagger.score([document.text])
    written = tagger.tags.write(scored.tokens, document.spans)
    total = 0.0
    for token, (tag, row) in enumerate(zip(written, scored.scores.astype(np.float64), strict=True)):
        p = np.exp(row - row.max()) / np.exp(row - row.max()).sum()
        start, end = scored.tokens.starts[token], scored.tokens.ends[token]
        if tag != 0:
            allowed = [int(tag)]
        elif any(start < span.end and span.start < end for span in document.open_spans):
            allowed = list(range(len(p)))
        else:
            silent = set(LABELS) - set(LABELS if document.annotated is None else document.annotated)
            allowed = [0, *(tagger.tags.tag(label, place) for label in silent for place in range(4))]
        total -= float(np.log(p[allowed].sum()))
    return total


@pytest.mark.parametrize("annotated", [None, frozenset({"PERSON"}), frozenset({"PERSON", "PHONE"}), frozenset(LABELS)])
@pytest.mark.parametrize("opened", [(), (Span(16, 24, ""),)])
def test_partial_annotation_sums_over_the_tags_that_silence_allows(
    tiny_base: Base, annotated: frozenset[str] | None, opened: tuple[Span, ...]
) -> None:
    tagger = random_tagger(tiny_base, LABELS)
    task = Tagging(tagger)
    document = Document(TEXT, (Span(0, 3, "PERSON"), Span(8, 12, "PERSON")), annotated=annotated, open_spans=opened)
    tagger.description = tagger.description.changed(architecture={"window": 512})
    (example,) = task.examples([document], [encode(tagger.tokenizer, document.text)])(0)
    with torch.no_grad():
        assert float(task.loss([example])) == pytest.approx(by_hand(tagger, document), rel=1e-5)


@given(st.sets(st.sampled_from(LABELS)))
def test_a_set_of_allowed_tags_holds_outside_and_what_is_not_annotated(annotated: set[str]) -> None:
    tags = TagSet(LABELS)
    allowed = AllowedTags(tags)
    number = allowed.outside(frozenset(annotated))
    if annotated == set(LABELS):
        assert number == 0
    else:
        row = allowed.table[number]
        names = {name.partition("-")[2] or "O" for name, held in zip(tags.names, row, strict=True) if held}
        assert names == {"O", *(set(LABELS) - annotated)}


def test_an_open_span_takes_no_tag_from_a_labelled_one_beside_it(tiny_base: Base) -> None:
    tagger = random_tagger(tiny_base, LABELS)
    document = Document(TEXT, (Span(8, 12, "PERSON"),), open_spans=(Span(16, 24, ""),))
    (example,) = whole_examples([document], [encode(tagger.tokenizer, document.text)], AllowedTags(tagger.tags))
    assert (example.tags != 0).any()
    assert not (example.allowed[example.tags != 0]).any()
    assert (example.allowed > 0).any()


def test_a_corpus_with_half_of_its_labels_dropped_teaches_what_the_whole_one_does(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    random = Random(1)
    halves = []
    for document in people:
        kept = random.choice(("PERSON", "PHONE"))
        spans = tuple(span for span in document.spans if span.label == kept)
        halves.append(replace(document, spans=spans, annotated=frozenset({kept})))
    found = {}
    for name, documents in {"whole": people, "halves": halves}.items():
        train(documents[10:], quick(tiny_base, epochs=20), held_out=[]).save(tmp_path / name)
        tagger = Tagger.load(tmp_path / name)
        found[name] = evaluate(people[:10], tagger.find(people[:10])).characters.f1
    assert found["halves"] > found["whole"] - 0.05


def test_what_a_corpus_does_not_annotate_is_no_false_positive_on_held_out_text(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    names_alone = [
        replace(d, spans=tuple(s for s in d.spans if s.label == "PERSON"), annotated=frozenset({"PERSON"}))
        for d in people[:10]
    ]
    outcome = train_into(tmp_path, people[10:], quick(tiny_base, epochs=20), held_out=names_alone)
    assert outcome.evaluation is not None
    assert outcome.evaluation.labels["PHONE"].predicted == 0
    found = Tagger.load(tmp_path).find([people[0]])
    assert "PHONE" in {span.label for span in next(found).spans}


def test_a_label_that_is_off_is_masked_only_where_it_is_asked_for(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people, quick(tiny_base, epochs=20, off=("PHONE",)), held_out=people[:10]).save(tmp_path)
    assert read_description(tmp_path).decoding.off == ("PHONE",)
    text = people[0].text
    plain, all_labels = Masker.load(tmp_path), Masker.load(tmp_path, also=["PHONE"])
    assert {span.label for span in plain.find(text)} == {"PERSON"}
    assert {span.label for span in all_labels.find(text)} == {"PERSON", "PHONE"}
    with pytest.raises(InputError, match="does not know STREET"):
        Masker.load(tmp_path, also=["STREET"])


def test_what_a_text_does_not_label_is_read_as_it_was_written(tmp_path: Path) -> None:
    document = Document(TEXT, (Span(0, 3, "PERSON"),), {}, frozenset({"PERSON", "PHONE"}), (Span(16, 24, ""),))
    write_corpus(tmp_path / "texts.jsonl", [document, Document("Nobody.")])
    assert read_corpus(tmp_path / "texts.jsonl") == [document, Document("Nobody.")]


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("annotated", "PERSON", "annotated"),
        ("annotated", ["PERSON", 3], "annotated[1]"),
        ("annotated", ["Ada Lovelace"], "annotated[0]"),
        ("open", [{"start": 2}], "open[0].end"),
        ("open", [{"start": 2, "end": 99}], "open[0]"),
        ("open", [{"start": 2, "end": 2}], "open[0]"),
    ],
)
def test_a_field_of_partial_annotation_that_is_wrong_is_named_and_not_shown(
    tmp_path: Path, field: str, value: object, place: str
) -> None:
    path = write_lines(tmp_path / "texts.jsonl", [{"text": "Ada sat.", "spans": [], field: value}])
    (problem,) = scan_corpus(path).problems
    assert problem.field == place
    assert "Ada" not in str(problem)


def test_a_label_that_is_off_is_not_unlearnt_by_texts_that_do_not_use_it(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people, quick(tiny_base, epochs=20, off=("PHONE",)), held_out=[]).save(tmp_path / "old")
    named = [replace(d, spans=tuple(s for s in d.spans if s.label == "PERSON")) for d in people]
    train(named, quick(tiny_base, epochs=6), held_out=[], start=tmp_path / "old").save(tmp_path / "new")
    found = Masker.load(tmp_path / "new", also=["PHONE"]).find(people[0].text)
    assert {span.label for span in found} == {"PERSON", "PHONE"}
    assert read_description(tmp_path / "new").decoding.off == ("PHONE",)


@given(st.floats(-6, 12), st.integers(0, 2**31))
def test_a_higher_offset_lowers_what_is_not_personal_with_labels_that_are_off(offset: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tags = TagSet(("ORG", "PERSON"))
    scores = rng.normal(0, 4, (12, len(tags))).astype(np.float32)
    places = np.arange(12)
    tokens = Tokens(places, places, places + 1)
    less, more = (
        {p for s in decode(scores, tokens, tags, 1.0, b, None, {"ORG"}) for p in range(s.start, s.end)}
        for b in (offset, offset + 20)
    )
    spans = decode(scores, tokens, tags, 1.0, offset, None, {"ORG"})
    assert all(span.label == "PERSON" for span in spans)
    assert len(more) >= len(less)
