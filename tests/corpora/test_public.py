"""The public corpora in our labels: each part is read, no span cuts a word's meaning, and parts share no document."""

import re
from pathlib import Path

import pytest

from loredact.corpora.public import CORPORA, read_part, training_documents
from loredact.document import span_problems
from loredact.labels import LABELS

OURS = {*LABELS, "ORGANIZATION", "NRP", "QUANTITY"}


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_has_labels_of_ours_and_parts_that_share_no_document(corpora: Path, name: str) -> None:
    parts = {part: read_part(corpora, name, part) for part in ("train", "dev", "test")}
    assert any(parts.values())
    for documents in parts.values():
        for document in documents:
            assert {span.label for span in document.spans} <= OURS
            assert document.annotated is not None
            assert not span_problems(document.text, document.spans)
    texts = [{document.text for document in documents} for documents in parts.values()]
    assert sum(map(len, texts)) == len(set().union(*texts))


def test_a_training_text_comes_from_no_test_part(corpora: Path) -> None:
    learnt = {document.text for document in training_documents(corpora)}
    for name in ("tab-test", "meddocan-test", "wnut17-test", "uner-en-ewt-dev", "uner-en-pud", "turku-fi"):
        for part in ("dev", "test"):
            assert not learnt & {document.text for document in read_part(corpora, name, part)}


def test_a_corpus_left_out_is_not_learnt_from(corpora: Path) -> None:
    names = {str(document.extra["corpus"]) for document in training_documents(corpora, without=["btc", "gum"])}
    assert "wikigold" in names
    assert not names & {"btc", "gum"}


def test_a_date_is_a_span_only_beside_a_person(corpora: Path) -> None:
    for document in read_part(corpora, "ronec-ro", "dev"):
        labels = {span.label for span in document.spans}
        assert "DATE_TIME" not in labels or "PERSON" in labels


def test_a_corpus_with_missed_names_leaves_other_capitals_open(corpora: Path) -> None:
    """What a page of old Dutch says nothing of is not learnt to be nothing, where it may be a name."""
    documents = read_part(corpora, "europeana-nl", "train")
    for document in documents[:50]:
        covered = {place for span in (*document.spans, *document.open_spans) for place in range(span.start, span.end)}
        words = [word for word in re.finditer(r"[^\W\d_]\S*", document.text) if word[0][0].isupper()]
        assert all(covered & set(range(*word.span())) for word in words)
    assert any(document.open_spans for document in documents)
