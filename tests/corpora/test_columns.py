"""Columns in the forms that people have them, with what was taken for what, and counts of whatever was left out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.corpora import ReadAs, Reading, scan_corpus
from loredact.corpora.tags import Tag, scheme_of
from loredact.document import Document, Span


def scan(folder: Path, content: str | bytes, read_as: ReadAs | None = None) -> Reading:
    path = folder / "c.conll"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return scan_corpus(path, read_as or ReadAs())


def told(reading: Reading) -> list[tuple[str, str, int]]:
    return [(change.kind, change.what, change.line) for change in reading.changes]


def details(reading: Reading) -> str:
    (taken,) = reading.taken
    return "; ".join(taken.details)


ADA = Document("Ada met Paul in Bath .", (Span(0, 3, "PER"), Span(8, 12, "PER"), Span(16, 20, "LOC")))


def test_a_first_column_that_numbers_the_tokens_is_not_the_token(tmp_path: Path) -> None:
    lines = ["Ada\tB-PER", "met\tO", "Paul\tB-PER", "in\tO", "Bath\tB-LOC", ".\tO"]
    reading = scan(tmp_path, "".join(f"{number}\t{line}\n" for number, line in enumerate(lines, start=1)))
    assert reading.documents == [ADA]
    assert "column 1 numbers the tokens; token: column 2 of 3; tag: column 3 of 3" in details(reading)


def test_germeval_with_its_comments_and_two_levels_is_read_by_its_outer_level(tmp_path: Path) -> None:
    reading = scan(
        tmp_path,
        "#\thttp://example.org/a\t[2009-10-17]\n1\tDie\tO\tO\n2\tBank\tB-ORG\tO\n3\tvon\tI-ORG\tO\n"
        "4\tBath\tI-ORG\tB-LOC\n\n#\thttp://example.org/b\t[2009-10-18]\n1\tAda\tB-PER\tO\n",
    )
    assert reading.documents == [
        Document("Die Bank von Bath", (Span(4, 17, "ORG"),)),
        Document("Ada", (Span(0, 3, "PER"),)),
    ]
    assert "column 4 holds tags too" in details(reading)
    assert told(reading) == [
        ("left out", "a comment", 1),
        ("left out", "a tag of column 4", 5),
        ("left out", "a comment", 7),
    ]


CONLL_U = """# newdoc id = a
# sent_id = 1
# text = Ada va au lac.
1\tAda\tAda\tPROPN\t_\t_\t2\tnsubj\t_\tNER=B-PER
2\tva\taller\tVERB\t_\t_\t0\troot\t_\t_
3-4\tau\t_\t_\t_\t_\t_\t_\t_\t_
3\tà\tà\tADP\t_\t_\t5\tcase\t_\t_
4\tle\tle\tDET\t_\t_\t5\tdet\t_\t_
5\tlac\tlac\tNOUN\t_\t_\t2\tobl\t_\tSpaceAfter=No
5.1\tx\tx\tX\t_\t_\t_\t_\t_\t_
6\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_

# sent_id = 2
1\tNon\tnon\tINTJ\t_\t_\t0\troot\t_\tSpaceAfter=No
2\t!\t!\tPUNCT\t_\t_\t1\tpunct\t_\t_
"""


def test_conll_u_keeps_its_text_its_written_tokens_and_the_space_after_them(tmp_path: Path) -> None:
    reading = scan(tmp_path, CONLL_U)
    assert reading.documents == [Document("Ada va au lac.\nNon!", (Span(0, 3, "PER"),))]
    assert "behind NER=" in details(reading)
    assert "text of 1 of 2 sentences from `# text`" in details(reading)
    assert ("joined", "a word that is a part of a written token", 7) in told(reading)
    assert ("left out", "an empty node, which is not written", 10) in told(reading)


def test_conll_u_plus_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    reading = scan(
        tmp_path,
        "# global.columns = ID FORM CHUNK NER\n# text = Ada met O'Neil\n1\tAda\tB-X\tB-PER\n2\tmet\tI-X\t_\n"
        "3\tO'Neil\tB-X\tB-PER\n",
    )
    assert reading.documents == [Document("Ada met O'Neil", (Span(0, 3, "PER"), Span(8, 14, "PER")))]
    assert "tag: column 4 of 4" in details(reading)
    assert "`_` taken for O" in details(reading)


def test_universal_ner_has_its_tag_in_the_third_of_five_columns(tmp_path: Path) -> None:
    reading = scan(tmp_path, "# sent_id = 1\n1\tin\tO\t-\t-\n2\tBath\tB-LOC\t-\t-\n")
    assert reading.documents == [Document("in Bath", (Span(3, 7, "LOC"),))]


@pytest.mark.parametrize("token", ["Last Name", "10\u00a0000", "a\u2003b"])
def test_tokens_parted_by_tabs_may_hold_white_space(tmp_path: Path, token: str) -> None:
    reading = scan(tmp_path, f"the\tO\n{token}\tB-X\nhere\tO\n")
    assert reading.documents == [Document(f"the {token} here", (Span(4, 4 + len(token), "X"),))]
    assert not reading.changes


def test_a_row_of_another_width_is_a_problem_and_never_a_lost_word(tmp_path: Path) -> None:
    reading = scan(tmp_path, "the O\nLast Name B-X\nhere O\n\nso O\n")
    assert [(problem.line, problem.reason) for problem in reading.problems] == [
        (2, "3 columns where the others have 2")
    ]
    assert [document.text for document in reading.documents] == ["so"]


def test_conll_2003_is_read_by_its_last_column_and_not_by_its_chunks(tmp_path: Path) -> None:
    reading = scan(
        tmp_path,
        "-DOCSTART- -X- -X- O\n\nAda NNP B-NP B-PER\nLovelace NNP I-NP I-PER\nmet VBD B-VP O\n\nBath NNP B-NP B-LOC\n",
    )
    assert reading.documents == [Document("Ada Lovelace met\nBath", (Span(0, 12, "PER"), Span(17, 21, "LOC")))]
    assert "tag: column 4 of 4" in details(reading)


@pytest.mark.parametrize(
    "start", ["-DOCSTART- O", "-DOCSTART-\tO", "--DOCSTART--", "-DOCSTART- (12)", "-docstart- -X- O O"]
)
def test_documents_begin_at_docstart_in_its_variants(tmp_path: Path, start: str) -> None:
    reading = scan(tmp_path, f"{start}\n\nAda B-P\n\nmet O\n\n{start}\n\nhere O\n")
    assert [document.text for document in reading.documents] == ["Ada\nmet", "here"]


SCHEMES = {
    "BIO": "B-P I-P O B-P B-P O B-L",
    "IOB1": "I-P I-P O I-P B-P O I-L",
    "BIOES": "B-P E-P O S-P S-P O S-L",
    "BILOU": "B-P L-P O U-P U-P O U-L",
    "BMEWO": "B-P E-P O W-P W-P O W-L",
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("separator", ["-", "_"])
def test_schemes_are_told_apart_and_give_the_same_spans(tmp_path: Path, scheme: str, separator: str) -> None:
    words = ["Ada", "Lovelace", "met", "Paul", "Bob", "in", "Bath"]
    tags = SCHEMES[scheme].replace("-", separator).split()
    reading = scan(tmp_path, "".join(f"{word}\t{tag}\n" for word, tag in zip(words, tags, strict=True)))
    (document,) = reading.documents
    assert [document.text[span.start : span.end] for span in document.spans] == ["Ada Lovelace", "Paul", "Bob", "Bath"]
    assert f"tags: {scheme}" in details(reading)
    assert not reading.changes


def test_io_joins_what_touches_and_labels_may_have_no_prefix(tmp_path: Path) -> None:
    with_prefix = scan(tmp_path, "Ada I-PER\nLovelace I-PER\nmet O\nher O\n")
    bare = scan(tmp_path, "Ada PER\nLovelace PER\nmet O\nher O\n")
    assert with_prefix.documents == bare.documents == [Document("Ada Lovelace met her", (Span(0, 12, "PER"),))]
    assert "tags: IO;" in details(with_prefix)
    assert "tags: IO, labels without a prefix" in details(bare)


def test_middles_of_bmewo_go_on(tmp_path: Path) -> None:
    reading = scan(tmp_path, "a B-X\nb M-X\nc E-X\nd W-X\n")
    assert reading.documents == [Document("a b c d", (Span(0, 5, "X"), Span(6, 7, "X")))]


def test_tags_that_break_their_scheme_are_mended_and_counted(tmp_path: Path) -> None:
    bio = scan(tmp_path, "a B-X\nb O\nc I-X\nd I-Y\n")
    assert bio.documents == [Document("a b c d", (Span(0, 1, "X"), Span(4, 5, "X"), Span(6, 7, "Y")))]
    assert told(bio) == [
        ("mended", "a tag that BIO does not have there", 3),
        ("mended", "a tag that BIO does not have there", 4),
    ]
    bioes = scan(tmp_path, "a B-X\nb O\nc S-X\n")
    assert told(bioes) == [("mended", "a tag that BIOES does not have there", 1)]


def test_a_text_that_is_not_its_tokens_is_counted_and_not_taken(tmp_path: Path) -> None:
    reading = scan(tmp_path, "# text = Eva is here\nAda B-P\nis O\n\n# text = Ada  is.\nAda B-P\nis O\n. O\n")
    assert [document.text for document in reading.documents] == ["Ada is", "Ada  is."]
    assert told(reading) == [("not placed", "a `# text` that is not its tokens", 1)]


def test_a_sign_that_begins_comments_may_be_a_token(tmp_path: Path) -> None:
    reading = scan(tmp_path, "# O\n#hash B-X\n# a comment of its own\nx O\n")
    assert reading.documents == [Document("# #hash x", (Span(2, 7, "X"),))]
    assert told(reading) == [("left out", "a comment", 3)]


def test_empty_lines_may_hold_white_space_and_headings_are_left_out(tmp_path: Path) -> None:
    reading = scan(tmp_path, "Token\tTag\nAda\tB-X\n \u00a0\t\nmet\tO\n")
    assert [document.text for document in reading.documents] == ["Ada", "met"]
    assert told(reading) == [("left out", "a heading of the columns", 1)]


def test_tags_in_the_first_column_are_found_and_options_come_first(tmp_path: Path) -> None:
    content = "B-X\tAda\nO\tmet\n"
    assert scan(tmp_path, content).documents == [Document("Ada met", (Span(0, 3, "X"),))]
    two = "Ada B-X B-Y\nmet O O\n"
    assert scan(tmp_path, two).documents[0].spans == (Span(0, 3, "X"),)
    assert scan(tmp_path, two, ReadAs(tag_column=-1)).documents[0].spans == (Span(0, 3, "Y"),)
    assert scan(tmp_path, two, ReadAs(token_column=1, tag_column=3)).documents[0].spans == (Span(0, 3, "Y"),)
    assert "no such column" in scan(tmp_path, two, ReadAs(form="columns", tag_column=9)).problems[0].reason


@pytest.mark.parametrize("content", ["one\ntwo\nthree\n" * 3, "a b c\nd e f\ng h i\n" * 3, "Zebulon\t1\nx\t2\n" * 5])
def test_what_is_no_known_form_is_one_problem_that_names_what_was_seen(tmp_path: Path, content: str) -> None:
    reading = scan(tmp_path, content)
    (problem,) = reading.problems
    assert "columns" in problem.reason
    assert "Zebulon" not in str(problem)


@pytest.mark.parametrize(
    ("encoding", "named"), [("utf-8-sig", "UTF-8 with a byte order mark"), ("utf-16", "UTF-16"), ("utf-32", "UTF-32")]
)
def test_encodings_are_told_by_their_mark_or_asked_for(tmp_path: Path, encoding: str, named: str) -> None:
    reading = scan(tmp_path, "Zoë B-X\r\nmet O\r\n".encode(encoding))
    assert reading.documents == [Document("Zoë met", (Span(0, 3, "X"),))]
    assert details(reading).endswith(named)
    latin = "Zoë B-X\nmet O\n".encode("latin-1")
    assert scan(tmp_path, latin).problems[0].reason == "not valid UTF-8 at byte 2 of the line"
    assert scan(tmp_path, latin, ReadAs(encoding="latin-1")).documents == reading.documents
    assert "no such name" in scan(tmp_path, latin, ReadAs(encoding="nonsense")).problems[0].reason


def test_white_space_at_an_end_of_a_token_is_trimmed_and_counted(tmp_path: Path) -> None:
    reading = scan(tmp_path, "Ada\u00a0\tB-X\nmet\tO\n")
    assert reading.documents == [Document("Ada met", (Span(0, 3, "X"),))]
    assert told(reading) == [("trimmed", "white space at an end of a token", 1)]


@given(st.lists(st.lists(st.sampled_from(["O", "B", "I"]), min_size=1, max_size=6), max_size=4))
def test_a_scheme_is_named_for_any_tags(sentences: list[list[str]]) -> None:
    tags = [[Tag(prefix, "X" if prefix != "O" else "") for prefix in sentence] for sentence in sentences]
    assert scheme_of(tags) in ("BIO", "IOB1", "IO", "no tags")
