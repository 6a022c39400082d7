"""What is written in any form is read back as it was, or what differs was told."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy import blank
from spacy.tokens import DocBin

from loredact.corpora import read_corpus, scan_corpus
from loredact.corpora.problems import CorpusError
from loredact.corpora.writers import WRITERS, write_as
from loredact.document import Document, Span
from loredact.errors import InputError
from tests.cli.running import run

LETTER = Document(
    "Ada Lovelace rang\n\n020 7946.", (Span(0, 12, "PERSON"), Span(19, 27, "PHONE")), {"id": "a-1", "n": 3}
)
EMPTY = Document("", (), {"id": "a-2"})


@pytest.mark.parametrize("form", WRITERS)
def test_each_form_is_read_back_as_it_was_written(tmp_path: Path, form: str) -> None:
    write_as(tmp_path / "c", [LETTER, EMPTY], form)
    assert read_corpus(tmp_path / "c") == [LETTER, EMPTY]


# Letters, marks, signs, spaces of several kinds, and what some form gives a meaning.
_WRITTEN = ("Ada", "e\u0301", "💩", "#", "O", "B-P", "\\", "_", "-", ".", "नमस्ते", "人名", "1", "[P]")
_BETWEEN = (" ", "  ", "\n", "\n\n", "\t", "\u00a0", "\u2028", "# text = x", "-DOCSTART- O")
PIECES = st.sampled_from(_WRITTEN + _BETWEEN)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text, spans = "", []
    for piece in draw(st.lists(PIECES, max_size=12)):
        if piece.strip() == piece and draw(st.booleans()):
            spans.append(Span(len(text), len(text) + len(piece), draw(st.sampled_from(["PER", "A.b-c:d", "地名"]))))
        text += piece
    return Document(text, tuple(spans))


@settings(max_examples=150)
@given(st.lists(documents(), min_size=1, max_size=4), st.sampled_from([form for form in WRITERS if form != "spacy"]))
def test_any_documents_are_read_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, made: list[Document], form: str
) -> None:
    path = tmp_path_factory.mktemp("c") / "c"
    changes = write_as(path, made, form)
    assert not changes
    reading = scan_corpus(path)
    assert reading.documents == made
    assert not reading.problems


@settings(max_examples=25)
@given(st.lists(documents(), min_size=1, max_size=4))
def test_any_documents_are_read_back_from_spacys_file(
    tmp_path_factory: pytest.TempPathFactory, made: list[Document]
) -> None:
    path = tmp_path_factory.mktemp("c") / "c.spacy"
    write_as(path, made, "spacy")
    assert scan_corpus(path).documents == made
    read = list(DocBin().from_disk(path).get_docs(blank("xx").vocab))
    for doc, document in zip(read, made, strict=True):
        ents = [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
        assert (doc.text, ents) == (document.text, [(s.start, s.end, s.label) for s in document.spans])


PARTLY = Document("Ada rang Bob", (Span(0, 3, "P"),), {"id": "x"}, frozenset({"P"}), (Span(9, 12, ""),))


@pytest.mark.parametrize("form", WRITERS)
def test_what_a_form_cannot_hold_is_counted(tmp_path: Path, form: str) -> None:
    changes = [change.what for change in write_as(tmp_path / "c", [PARTLY], form)]
    (read,) = read_corpus(tmp_path / "c")
    assert (read.annotated is None) == ("which labels were looked for" in changes)
    assert (read.open_spans == ()) == ("a substring that was left open" in changes)
    assert (read.extra.get("id") != "x") == ("another field of a document" in changes)


def test_spans_over_lines_are_parted_in_columns_and_told(tmp_path: Path) -> None:
    document = Document("Ada\nLovelace", (Span(0, 12, "P"),))
    (change,) = write_as(tmp_path / "c", [document], "columns")
    assert (change.kind, change.line) == ("parted", 1)
    assert read_corpus(tmp_path / "c") == [Document("Ada\nLovelace", (Span(0, 3, "P"), Span(4, 12, "P")))]
    write_as(tmp_path / "d", [document], "brat")
    assert (tmp_path / "d" / "document-000001.ann").read_text() == "T1\tP 0 3;4 12\tAda Lovelace\n"
    assert read_corpus(tmp_path / "d") == [document]


def test_a_folder_that_is_there_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError, match="is there already"):
        write_as(tmp_path, [LETTER], "brat")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_convert_tells_what_was_read_written_and_lost(tmp_path: Path) -> None:
    (tmp_path / "c.conll").write_text("1\tAda\tB-P\n2\tis\tO\n")
    done = run("corpus", "convert", tmp_path / "c.conll", tmp_path / "c.jsonl", "--to", "doccano")
    assert done.stdout.decode().replace("\n", "") == f"1 documents, 1 spans in {tmp_path}/c.jsonl, written as doccano"
    assert b"column 1 numbers the tokens" in done.stderr
    assert json.loads((tmp_path / "c.jsonl").read_text()) == {"text": "Ada is", "label": [[0, 3, "P"]]}
    wrong = run("corpus", "convert", tmp_path / "c.conll", tmp_path / "d", "--to", "csv")
    assert (wrong.returncode, b"no such form to write" in wrong.stderr) == (2, True)


def test_check_prints_what_was_taken_for_what_and_the_counts(tmp_path: Path) -> None:
    (tmp_path / "c.conll").write_text("# a comment\nAda B-P B-Q\nis O O\n")
    plain = run("corpus", "check", tmp_path / "c.conll")
    assert "tag: column 2 of 3; column 3 holds tags too (--tag-column 3); tags: BIO; UTF-8" in plain.stdout.decode()
    assert "left out: a comment: 1" in plain.stdout.decode()
    found = json.loads(run("corpus", "check", tmp_path / "c.conll", "--tag-column", "3", "--json").stdout)
    assert found["labels"] == {"Q": 1}
    assert [(change["kind"], change["line"]) for change in found["changes"]] == [("left out", 1), ("left out", 2)]


def test_a_form_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text("{}")
    done = run("corpus", "check", tmp_path / "c.jsonl", "--form", "csv")
    assert (done.returncode, b"There is no such form" in done.stderr) == (2, True)
    with pytest.raises(CorpusError):
        read_corpus(tmp_path / "c.jsonl")
