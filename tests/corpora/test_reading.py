"""Every form is read to the same documents, and bad input is refused with its place and never its text."""

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.corpora import CorpusError, read_corpus, scan_corpus, write_corpus
from loredact.document import Document, Span
from loredact.errors import InputError
from tests.conftest import write_lines

TEXT = "Ada lives in London."
SPANS = [{"start": 0, "end": 3, "label": "PERSON"}, {"start": 13, "end": 19, "label": "LOCATION"}]
EXPECTED = (Span(0, 3, "PERSON"), Span(13, 19, "LOCATION"))

ROWS: dict[str, dict[str, object]] = {
    "loredact": {"text": TEXT, "spans": SPANS, "id": 7},
    "presidio": {
        "full_text": TEXT,
        "spans": [
            {"entity_type": "PERSON", "entity_value": "Ada", "start_position": 0, "end_position": 3},
            {"entity_type": "LOCATION", "entity_value": "London", "start_position": 13, "end_position": 19},
        ],
    },
    "privacy-filter": {"text": TEXT, "label": {"LOCATION": [[13, 19]], "PERSON": [[0, 3]]}},
    "privacy-filter under spans": {"text": TEXT, "spans": {"LOCATION": [[13, 19]], "PERSON": [[0, 3]]}},
    "ai4privacy": {"source_text": TEXT, "privacy_mask": [{**span, "value": "-"} for span in SPANS]},
}


@pytest.mark.parametrize("form", ROWS)
@pytest.mark.parametrize("name", ["c.jsonl", "c.jsonl.gz"])
def test_each_json_form_is_read(tmp_path: Path, form: str, name: str) -> None:
    (document,) = read_corpus(write_lines(tmp_path / name, [ROWS[form]]))
    assert (document.text, document.spans) == (TEXT, EXPECTED)


def test_a_json_array_as_presidio_writes_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps([ROWS["presidio"]] * 2, indent=2))
    assert [document.spans for document in read_corpus(path)] == [EXPECTED] * 2


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class _Input:
        buffer = io.BytesIO(gzip.compress(json.dumps(ROWS["loredact"]).encode()))

    monkeypatch.setattr("sys.stdin", _Input())
    assert read_corpus("-")[0].spans == EXPECTED


def test_a_brat_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.ann").write_text("T1\tPERSON 0 3\tAda\nR1\tnot of interest\nT2\tLOCATION 13 19\tLondon\n")
    (document,) = read_corpus(tmp_path)
    assert (document.spans, document.extra) == (EXPECTED, {"id": "a"})


def test_brat_problems_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.ann").write_text("T1\tPERSON 0 3;5 6\tAda\nT2\tPERSON 0 4\tEva\nT3 nonsense\n")
    (tmp_path / "b.txt").write_text("no annotation file")
    reasons = [(problem.line, problem.reason) for problem in scan_corpus(tmp_path).problems]
    assert [line for line, _ in reasons] == [1, 2, 3, 0]
    assert not any("Eva" in reason for _, reason in reasons)


@pytest.mark.parametrize(
    "lines",
    [
        "Ada B-PERSON\nLovelace I-PERSON\nmet O\nPaul B-PERSON\n\nLondon S-LOCATION\n",
        "Ada B-PERSON\nLovelace E-PERSON\nmet O\nPaul S-PERSON\n\nLondon S-LOCATION\n",
        "Ada NNP x B-PERSON\nLovelace NNP x I-PERSON\nmet V y O\nPaul NNP z I-PERSON\n\nLondon N a I-LOCATION\n",
    ],
)
def test_columns_in_bio_bioes_and_iob_are_read(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "c.conll"
    path.write_text(lines)
    first, second = read_corpus(path)
    assert (first.text, first.spans) == ("Ada Lovelace met Paul", (Span(0, 12, "PERSON"), Span(17, 21, "PERSON")))
    assert (second.text, second.spans) == ("London", (Span(0, 6, "LOCATION"),))


def test_columns_with_document_starts_keep_sentences_together(tmp_path: Path) -> None:
    path = tmp_path / "c.conll"
    path.write_text("-DOCSTART- O\n\nAda B-P\n\nPaul B-P\n\n-DOCSTART- O\n\nx O\n")
    assert [document.text for document in read_corpus(path)] == ["Ada\nPaul", "x"]


SECRET = "Zebulon"
BAD: list[tuple[object, str, str]] = [
    ({"text": SECRET, "spans": [{"start": 0, "end": 99, "label": "P"}]}, "spans[0]", "not within"),
    ({"text": SECRET, "spans": [{"start": -1, "end": 2, "label": "P"}]}, "spans[0]", "not within"),
    ({"text": SECRET, "spans": [{"start": 2, "end": 2, "label": "P"}]}, "spans[0]", "empty"),
    ({"text": SECRET + "  ", "spans": [{"start": 7, "end": 9, "label": "P"}]}, "spans[0]", "white space"),
    (
        {"text": SECRET, "spans": [{"start": 0, "end": 4, "label": "P"}, {"start": 3, "end": 5, "label": "P"}]},
        "spans[1]",
        "overlaps",
    ),
    (
        {"text": SECRET, "spans": [{"start": 3, "end": 5, "label": "P"}, {"start": 0, "end": 0, "label": "P"}]},
        "spans[1]",
        "empty",
    ),
    ({"text": SECRET, "spans": [{"start": "0", "end": 4, "label": "P"}]}, "spans[0].start", "whole number"),
    ({"text": SECRET, "spans": [{"start": True, "end": 4, "label": "P"}]}, "spans[0].start", "whole number"),
    ({"text": SECRET, "spans": [{"start": 0, "end": 4}]}, "spans[0].label", "missing"),
    ({"text": SECRET, "spans": [{"start": 0, "end": 4, "label": None}]}, "spans[0].label", "must be a string"),
    ({"text": SECRET, "spans": [[0, 4]]}, "spans[0]", "must be an object"),
    ({"text": SECRET, "spans": "P"}, "spans", "must be a list"),
    ({"text": 3, "spans": []}, "text", "must be a string"),
    ({"text": SECRET + "\ud800", "spans": []}, "text", "surrogate"),
    ({"words": SECRET}, "text", "missing"),
    ([SECRET], "", "not a JSON object"),
]


@pytest.mark.parametrize(("row", "field", "reason"), BAD)
def test_bad_rows_are_refused_with_line_field_and_reason_and_without_the_text(
    tmp_path: Path, row: object, field: str, reason: str
) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(ROWS["loredact"]) + "\n" + json.dumps(row) + "\n")
    with pytest.raises(CorpusError) as caught:
        read_corpus(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.field) == (str(path), 2, field)
    assert reason in problem.reason
    assert SECRET not in str(caught.value)


def test_every_problem_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(json.dumps(ROWS["loredact"]).encode() + b'\n{"text": \xff}\nnonsense\n{"text": 1, "spans": []}\n')
    reading = scan_corpus(path)
    assert sorted(problem.line for problem in reading.problems) == [2, 3, 4]
    assert len(reading.documents) == 1
    assert reading.labels == {"PERSON": 1, "LOCATION": 1}


@pytest.mark.parametrize(
    "content", [b"", b"\n \n", gzip.compress(b"", mtime=0)], ids=["nothing", "blank lines", "gzip of nothing"]
)
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="empty"):
        read_corpus(path)


def test_a_cut_gzip_file_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(ROWS["loredact"]).encode() * 100)[:-20])
    with pytest.raises(CorpusError, match="cut short"):
        read_corpus(path)
    with pytest.raises(InputError, match="no such file"):
        read_corpus(tmp_path / "absent")


@given(text=st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: not text[0].isspace()))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("c") / "c.jsonl.gz"
    document = Document(text, (Span(0, 1, "PERSON"),), {"id": "x", "more": [1], "cut": "\ud83d"})
    write_corpus(path, [document])
    (read,) = read_corpus(path)
    assert (read.text, read.spans, read.extra) == (document.text, document.spans, document.extra)


def test_fields_of_another_form_that_have_our_names_are_not_written(tmp_path: Path) -> None:
    pair = {"instruction": "Mask it.", "input": "Ada met Bob.", "output": "[P] met [P].", "text": "Below is"}
    (document,) = read_corpus(_write(tmp_path / "pairs.jsonl", json.dumps(pair)))
    write_corpus(tmp_path / "c.jsonl", [document])
    (read,) = read_corpus(tmp_path / "c.jsonl")
    assert (read.text, read.spans) == ("Ada met Bob.", (Span(0, 3, "P"), Span(8, 11, "P")))


@pytest.mark.parametrize(
    ("content", "reason"),
    [("[" * 100_000, "not valid JSON"), ('{"a": ' * 100_000, "not a JSON object")],
)
def test_json_that_is_nested_too_deep_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        read_corpus(_write(tmp_path / "c.jsonl", content))


def test_a_label_that_is_not_valid_unicode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="surrogate"):
        read_corpus(_write(tmp_path / "c.jsonl", json.dumps({"text": "Ada", "label": {"\ud83d": [[0, 3]]}})))


def test_columns_keep_what_is_within_a_token_and_may_begin_with_a_bracket(tmp_path: Path) -> None:
    written = "[ O\n10\u00a0000\u00a0 B-NUM\n] O\n\u00a0\nx O\n"
    document, after = read_corpus(_write(tmp_path / "c.conll", written))
    assert (document.text, document.spans) == ("[ 10\u00a0000 ]", (Span(2, 8, "NUM"),))
    assert after.text == "x"


def _write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_the_corpora_at_hand_are_read_whole(corpora: Path) -> None:
    assert len(read_corpus(corpora / "meddocan-test.jsonl.gz")) == 250
    assert len(read_corpus(corpora / "presidio-synth-v2.jsonl.gz")) == 1500


@pytest.mark.parametrize("field", ["label", "spans"])
def test_names_in_the_keys_of_the_privacy_filters_form_are_no_labels(tmp_path: Path, field: str) -> None:
    row: dict[str, object] = {
        "text": TEXT,
        field: {"private_person: Ada": [[0, 3]], "private_address: London": [[13, 19]]},
    }
    (document,) = read_corpus(write_lines(tmp_path / "c.jsonl", [row]))
    assert document.spans == (Span(0, 3, "private_person"), Span(13, 19, "private_address"))


@pytest.mark.parametrize(
    "key",
    ["Zebulon", "private_person: Zebulo", "private_person:Zebulon", "Zebulon_: x", "a: b: Zebulon", "", "x\x1b[31m"],
)
def test_names_in_keys_that_cannot_be_parted_are_refused_by_index_and_never_shown(tmp_path: Path, key: str) -> None:
    row: dict[str, object] = {"text": SECRET, "label": {"private_date": [], key: [[0, 7]]}}
    with pytest.raises(CorpusError) as caught:
        read_corpus(write_lines(tmp_path / "c.jsonl", [row]))
    assert [problem.field for problem in caught.value.problems] == ["label[1]"]
    assert SECRET[:5] not in str(caught.value)


@pytest.mark.parametrize("value", [[[0]], [0, 3], "x", [["0", 3]]])
def test_names_in_keys_are_not_shown_where_the_offsets_are_wrong(tmp_path: Path, value: object) -> None:
    with pytest.raises(CorpusError) as caught:
        read_corpus(write_lines(tmp_path / "c.jsonl", [{"text": SECRET, "label": {SECRET: value}}]))
    assert caught.value.problems[0].field.startswith("label[0]")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("label", ["Ada Lovelace", "\x1b[31mP", "P\u202e", "P\n", "x" * 65, "[P]", SECRET])
@pytest.mark.parametrize("form", ["loredact", "ai4privacy", "presidio"])
def test_labels_are_names_in_every_form(tmp_path: Path, form: str, label: str) -> None:
    text, spans, start, end, name = {
        "loredact": ("text", "spans", "start", "end", "label"),
        "ai4privacy": ("source_text", "privacy_mask", "start", "end", "label"),
        "presidio": ("full_text", "spans", "start_position", "end_position", "entity_type"),
    }[form]
    row: dict[str, object] = {text: SECRET, spans: [{start: 0, end: 7, name: label}]}
    with pytest.raises(CorpusError) as caught:
        read_corpus(write_lines(tmp_path / "c.jsonl", [row]))
    assert "label" in caught.value.problems[0].reason
    assert label not in str(caught.value)


@pytest.mark.parametrize("label", ["PERSON", "private_person", "ORT-Straße", "a.b:c-1", "x" * 64])
def test_labels_that_are_names_are_taken(tmp_path: Path, label: str) -> None:
    row: dict[str, object] = {"text": TEXT, "spans": [{"start": 0, "end": 3, "label": label}]}
    assert read_corpus(write_lines(tmp_path / "c.jsonl", [row]))[0].spans[0].label == label


@pytest.mark.parametrize("deep", [101, 900])
def test_json_that_could_be_read_and_not_written_again_is_refused(tmp_path: Path, deep: int) -> None:
    nested = '{"a": ' * deep + "1" + "}" * deep
    path = _write(tmp_path / "c.jsonl", f'{{"text": "{SECRET}", "spans": [], "more": {nested}}}')
    with pytest.raises(CorpusError, match="nested deeper than 100 levels"):
        read_corpus(path)
    shallow = '{"a": ' * 98 + "1" + "}" * 98
    write_corpus(path, read_corpus(_write(path, f'{{"text": "Ada", "spans": [], "more": {shallow}}}')))
    assert read_corpus(path)[0].text == "Ada"


@pytest.mark.parametrize(
    "row",
    [
        '{"instruction": "Mask.", "input": "Zoe met W-1olf in I-Town on 3 May; too.", "output": "[PERSON] met"',
        '_{"instruction": "Mask.", "input": "Zoe met B-3 in Town on 3 May; Karl, too, and many others", "out',
    ],
)
def test_a_damaged_row_of_json_is_not_read_as_columns(tmp_path: Path, row: str) -> None:
    """A word such as `I-Town` looks like a tag, and a sentence in one line like a row of columns."""
    file = tmp_path / "c.jsonl"
    file.write_text(row + "\n", encoding="utf-8")
    reading = scan_corpus(file)
    assert not reading.documents
    assert reading.problems
