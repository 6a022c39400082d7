"""BRAT's folders: byte order marks, fragments, and what a folder holds beside texts and spans."""

from pathlib import Path

import pytest

from loredact.corpora import Reading, scan_corpus
from loredact.document import Document, Span

MARK = "\ufeff"
TEXT = "Ada met Paul\nSmith in Bath."
ANN = "T1\tPER 0 3\tAda\nT2\tPER 8 18\tPaul Smith\nT3\tLOC 22 26\tBath\n"
SPANS = (Span(0, 3, "PER"), Span(8, 18, "PER"), Span(22, 26, "LOC"))


def scan(folder: Path, annotations: str, text: str = TEXT) -> Reading:
    (folder / "a.txt").write_bytes(text.encode())
    (folder / "a.ann").write_bytes(annotations.encode())
    return scan_corpus(folder)


def told(reading: Reading) -> list[tuple[str, str, int, int]]:
    return [(change.kind, change.what, change.line, change.count) for change in reading.changes]


def test_a_byte_order_mark_before_the_annotations_hides_none_of_them(tmp_path: Path) -> None:
    reading = scan(tmp_path, MARK + ANN)
    assert reading.documents == [Document(TEXT, SPANS)]
    assert not reading.problems
    assert reading.taken[0].details == ("UTF-8 with a byte order mark",)


def test_a_byte_order_mark_before_the_text_may_be_counted_or_not(tmp_path: Path) -> None:
    without = scan(tmp_path, ANN, MARK + TEXT)
    counting = scan(tmp_path, ANN.replace("0 3", "1 4").replace("8 18", "9 19").replace("22 26", "23 27"), MARK + TEXT)
    assert without.documents == counting.documents == [Document(TEXT, SPANS)]
    assert told(without) == [("left out", "a byte order mark", 1, 1)]
    assert ("mended", "an offset that counted the byte order mark", 0, 3) in told(counting)


def test_fragments_with_white_space_alone_between_are_one_span(tmp_path: Path) -> None:
    reading = scan(tmp_path, "T1\tPER 8 12;13 18\tPaul Smith\n")
    assert reading.documents == [Document(TEXT, (Span(8, 18, "PER"),))]
    assert told(reading) == [("joined", "fragments of an annotation, with white space alone between them", 1, 1)]


@pytest.mark.parametrize("offsets", ["0 3;8 12", "8 12;0 3", "0 5;3 7"])
def test_other_fragments_are_told(tmp_path: Path, offsets: str) -> None:
    reading = scan(tmp_path, f"T1\tPER {offsets}\tx\n")
    assert "2 pieces" in reading.problems[0].reason
    assert not reading.documents


def test_annotations_that_are_no_spans_are_counted_with_their_lines(tmp_path: Path) -> None:
    reading = scan(tmp_path, f"{ANN}R1\tx Arg1:T1 Arg2:T2\n#1\tAnnotatorNotes T1\tsure\nA1\tNegated T1\n\nE1\tx:T1\n")
    assert reading.documents == [Document(TEXT, SPANS)]
    assert [(what, line) for _, what, line, _ in told(reading)] == [
        ("a relation", 4),
        ("a note", 5),
        ("an attribute", 6),
        ("an event", 8),
    ]


def test_folders_within_are_read_and_files_that_have_no_part_in_it_are_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.txt").write_text("Bob")
    (tmp_path / "in" / "b.ann").write_text("T1\tPER 0 3\tBob\n")
    (tmp_path / "annotation.conf").write_text("[entities]\nPER\n")
    (tmp_path / "notes.doc").write_text("x")
    (tmp_path / "c.ann").write_text("")
    reading = scan(tmp_path, ANN)
    assert [(document.text, document.extra["id"]) for document in reading.documents] == [(TEXT, "a"), ("Bob", "in/b")]
    assert [(change.what, Path(change.file).name) for change in reading.changes] == [
        ("a file that is neither a text nor its annotations", "notes.doc")
    ]
    assert [problem.reason for problem in reading.problems] == ["has no text: a .txt of the same name is missing"]


def test_a_line_that_is_no_annotation_is_a_problem(tmp_path: Path) -> None:
    reading = scan(tmp_path, " T1\tPER 0 3\tAda\n")
    assert [(problem.line, problem.reason[:26]) for problem in reading.problems] == [(1, "not a text-bound annotatio")]
