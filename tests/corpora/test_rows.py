"""Rows of other programs: Label Studio, doccano, Prodigy, spaCy, Hugging Face, the OpenAI Privacy Filter, ShareGPT.

Label Studio, doccano and Prodigy are not run here: their files are written by hand, after their documentation.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from spacy import blank
from spacy.tokens import Span as Tokens
from spacy.training.gold_io import docs_to_json

from loredact.corpora import ReadAs, Reading, scan_corpus
from loredact.document import Document, Span

TEXT = "Ada lives in London."
SPANS = (Span(0, 3, "PERSON"), Span(13, 19, "LOCATION"))
EXPECTED = [Document(TEXT, SPANS)]


def scan(folder: Path, *rows: Any, array: bool = False) -> Reading:
    path = folder / "c.json"
    path.write_text(json.dumps(rows, indent=1) if array else "\n".join(map(json.dumps, rows)), encoding="utf-8")
    return scan_corpus(path)


def told(reading: Reading) -> list[tuple[str, str, int]]:
    return [(change.kind, change.what, change.count) for change in reading.changes]


def region(start: int, end: int, label: str, text: str | None = None) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": [label], "text": TEXT[start:end] if text is None else text}
    return {"id": "x1", "from_name": "label", "to_name": "text", "type": "labels", "value": value, "origin": "manual"}


def task(*results: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    annotations = [{"id": n, "completed_by": 1, "was_cancelled": False, "result": r} for n, r in enumerate(results)]
    return {"id": 7, "data": {"text": TEXT}, "annotations": annotations, "predictions": [], "project": 1, **more}


REGIONS = [region(0, 3, "PERSON"), region(13, 19, "LOCATION")]


def test_label_studios_json_is_read(tmp_path: Path) -> None:
    choice = {"id": "c", "from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["good"]}}
    reading = scan(tmp_path, task([*REGIONS, choice], predictions=[{"result": REGIONS}]), task(REGIONS), array=True)
    assert reading.documents == EXPECTED * 2
    assert told(reading) == [("left out", "a prediction", 1), ("left out", "a result that is no labelled span", 1)]
    assert reading.taken[0].form == "label-studio"


def test_label_studios_min_json_is_read(tmp_path: Path) -> None:
    common = {"id": 1, "annotator": 1, "annotation_id": 3, "lead_time": 2.5}
    row = {"text": TEXT, "label": [one["value"] for one in REGIONS], **common}
    assert scan(tmp_path, row, {"text": "Nothing.", **common}, array=True).documents == [
        *EXPECTED,
        Document("Nothing."),
    ]


def test_label_studios_text_may_have_another_name(tmp_path: Path) -> None:
    row = task(REGIONS)
    row["data"] = {"letter": TEXT, "author": "Bob"}
    assert scan(tmp_path, row, array=True).documents == EXPECTED
    row["data"] = {"letter": TEXT, "copy": TEXT}
    assert "which other field" in scan(tmp_path, row, array=True).problems[0].reason


def test_label_studios_offsets_in_utf_16_units_are_mended_by_the_text_they_repeat(tmp_path: Path) -> None:
    row = task([region(3, 6, "PERSON", "Ada")])
    row["data"]["text"] = "💩 Ada."
    reading = scan(tmp_path, row, array=True)
    assert reading.documents == [Document("💩 Ada.", (Span(2, 5, "PERSON"),))]
    assert told(reading) == [("mended", "an offset that counted UTF-16 units", 1)]
    row["annotations"][0]["result"] = [region(3, 6, "PERSON", "Eva")]
    assert "does not hold the text" in scan(tmp_path, row, array=True).problems[0].reason


def test_label_studios_annotators_must_agree_or_one_be_the_truth(tmp_path: Path) -> None:
    agreeing = scan(tmp_path, task(REGIONS, REGIONS[::-1]), array=True)
    assert agreeing.documents == EXPECTED
    assert told(agreeing) == [("joined", "annotations of one task", 2)]
    differing = task(REGIONS[:1], REGIONS)
    assert "annotations differ" in scan(tmp_path, differing, array=True).problems[0].reason
    differing["annotations"][1]["ground_truth"] = True
    assert scan(tmp_path, differing, array=True).documents == EXPECTED
    differing["annotations"][1]["was_cancelled"] = True
    skipped = scan(tmp_path, differing, task(), array=True)
    assert skipped.documents == [Document(TEXT, SPANS[:1])]
    assert told(skipped) == [
        ("left out", "an annotation that was skipped", 1),
        ("left out", "a task that nobody annotated", 1),
    ]


@pytest.mark.parametrize("field", ["label", "labels", "entities"])
@pytest.mark.parametrize("text", ["text", "data"])
def test_doccanos_jsonl_is_read(tmp_path: Path, field: str, text: str) -> None:
    triples = [[0, 3, "PERSON"], [13, 19, "LOCATION"]]
    reading = scan(tmp_path, {"id": 1, text: TEXT, field: triples, "Comments": []}, {text: "Nothing.", field: []})
    assert reading.documents == [*EXPECTED, Document("Nothing.")]
    assert reading.taken[0].form == "doccano"


def test_doccanos_relations_are_left_out_and_counted(tmp_path: Path) -> None:
    entities = [
        {"id": n, "label": span.label, "start_offset": span.start, "end_offset": span.end}
        for n, span in enumerate(SPANS)
    ]
    relations = [{"id": 1, "from_id": 0, "to_id": 1, "type": "in"}]
    reading = scan(tmp_path, {"id": 1, "text": TEXT, "entities": entities, "relations": relations})
    assert reading.documents == EXPECTED
    assert told(reading) == [("left out", "a relation", 1)]


def test_prodigys_jsonl_is_read_without_what_was_rejected(tmp_path: Path) -> None:
    spans = [{"start": s.start, "end": s.end, "label": s.label, "token_start": 0, "token_end": 0} for s in SPANS]
    row = {"text": TEXT, "_input_hash": 1, "_task_hash": 2, "tokens": [], "spans": spans, "answer": "accept"}
    binary = {**row, "spans": spans[:1], "_is_binary": True}
    reading = scan(tmp_path, row, {**row, "answer": "reject"}, {**row, "answer": "ignore"}, binary)
    assert reading.documents == [*EXPECTED, Document(TEXT, SPANS[:1], {}, None, (Span(3, 20, ""),))]
    assert told(reading) == [
        ("left out", "an example that was rejected", 1),
        ("left out", "an example that was ignored", 1),
        ("left open", "text of a binary annotation, beside its span", 1),
    ]


def spacy_doc() -> Any:
    pipeline = blank("en")
    pipeline.add_pipe("sentencizer")
    doc = pipeline(TEXT)
    doc.set_ents([Tokens(doc, 0, 1, "PERSON"), Tokens(doc, 3, 4, "LOCATION")])
    return doc


def test_what_spacy_writes_as_json_is_read(tmp_path: Path) -> None:
    assert scan(tmp_path, spacy_doc().to_json()).documents == EXPECTED
    made = json.loads(json.dumps(docs_to_json([spacy_doc()])))
    assert scan(tmp_path, made, array=True).documents == EXPECTED
    # As version 2 wrote it: without `entities`, by the tags of the tokens.
    for paragraph in made["paragraphs"]:
        del paragraph["entities"]
    assert scan(tmp_path, made, array=True).documents == EXPECTED
    pairs = [[TEXT, {"entities": [[0, 3, "PERSON"], [13, 19, "LOCATION"]]}], ["Nothing.", {"entities": []}]]
    assert scan(tmp_path, *pairs, array=True).documents == [*EXPECTED, Document("Nothing.")]
    assert scan(tmp_path, *pairs).documents == [*EXPECTED, Document("Nothing.")]
    assert scan(tmp_path, pairs[0]).documents == EXPECTED
    page = scan(tmp_path, {"classes": ["PERSON"], "annotations": [*pairs, None]})
    assert page.documents == [*EXPECTED, Document("Nothing.")]
    assert told(page) == [("left out", "a text that nobody annotated", 1)]


def test_rows_of_tokens_and_tags_are_read(tmp_path: Path) -> None:
    tokens = ["Ada", "lives", "in", "London", "."]
    row = {"id": "0", "tokens": tokens, "ner_tags": ["B-PERSON", "O", "O", "B-LOCATION", "O"]}
    assert scan(tmp_path, row).documents == [Document("Ada lives in London .", SPANS)]
    assert scan(tmp_path, {**row, "text": TEXT}).documents == EXPECTED
    wrong = scan(tmp_path, {**row, "text": "Something else."})
    assert told(wrong) == [("not placed", "a `text` that is not its tokens", 1)]
    assert "names of the tags" in scan(tmp_path, {**row, "ner_tags": [1, 0, 0, 3, 0]}).problems[0].reason
    assert "4 tags for 5 tokens" in scan(tmp_path, {**row, "ner_tags": ["O"] * 4}).problems[0].reason


def test_the_privacy_filters_list_of_categories_is_read(tmp_path: Path) -> None:
    label = [{"category": span.label, "start": span.start, "end": span.end} for span in SPANS]
    reading = scan(tmp_path, {"text": "Nothing.", "label": []}, {"text": TEXT, "label": label})
    assert reading.documents == [Document("Nothing."), *EXPECTED]
    assert reading.taken[0].form == "privacy-filter"


def test_a_sample_of_presidio_research_is_read_with_all_its_fields(tmp_path: Path) -> None:
    span = {"entity_type": "PERSON", "entity_value": "Ada", "start_position": 0, "end_position": 3}
    row = {
        "full_text": TEXT,
        "masked": "{{name}} lives in London.",
        "spans": [span],
        "template_id": 3,
        "metadata": None,
    }
    reading = scan(tmp_path, row, {**row, "tokens": ["Ada"], "tags": ["U-PERSON"]}, array=True)
    assert reading.documents == [Document(TEXT, SPANS[:1])] * 2
    other = scan(tmp_path, {**row, "spans": [{**span, "entity_value": "Eva"}]}, array=True)
    assert told(other) == [("not placed", "an `entity_value` that is not the text at its span", 1)]


def conversation(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"conversations": [{"from": who, "value": what} for who, what in turns]}


def test_every_turn_of_a_conversation_is_a_document(tmp_path: Path) -> None:
    row = conversation(
        ("system", "Mask."),
        ("human", "Ada is in."),
        ("gpt", "[P] is in."),
        ("human", "Bob is out."),
        ("gpt", "[P] is out."),
    )
    reading = scan(tmp_path, row)
    assert reading.documents == [
        Document("Ada is in.", (Span(0, 3, "P"),)),
        Document("Bob is out.", (Span(0, 3, "P"),)),
    ]
    assert told(reading) == [
        ("left out", "a turn that answers nothing, of the system's or of a tool's", 1),
        ("parted", "pairs of one conversation, each a document", 2),
    ]


def test_turns_that_fit_nothing_are_told(tmp_path: Path) -> None:
    turns = [("human", "Ada is in."), ("human", "Eva is in."), ("gpt", "[P] is in."), ("human", "Thanks")]
    row = conversation(*turns, ("gpt", "Welcome"), ("human", "Bob"))
    reading = scan(tmp_path, row)
    assert reading.documents == [Document("Eva is in.", (Span(0, 3, "P"),))]
    assert [(problem.field, problem.left_out) for problem in reading.problems] == [("conversations[4]", True)]
    assert told(reading)[:2] == [("left out", "a turn of the user's without an answer", 1)] * 2


def test_the_form_is_that_of_most_rows_and_an_option_comes_first(tmp_path: Path) -> None:
    rows = [{"text": "Nothing.", "label": []}] * 2 + [{"text": TEXT, "label": {"PERSON": [[0, 3]]}}] * 3
    reading = scan(tmp_path, *rows)
    assert reading.taken[0].form == "privacy-filter"
    assert reading.taken[0].details[0] == "5 of 5 rows"
    other = scan_corpus(tmp_path / "c.json", ReadAs(form="doccano"))
    assert [problem.line for problem in other.problems] == [3, 4, 5]


def test_a_name_that_stands_twice_in_a_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"text": "Zebulon", "text": "x", "spans": []}\n{"text": "x", "spans": []}\n')
    (problem,) = scan_corpus(path).problems
    assert (problem.line, problem.reason) == (1, "not a JSON object: a name stands twice in an object")


def test_white_space_at_an_end_of_a_span_is_trimmed_and_counted_in_every_form(tmp_path: Path) -> None:
    reading = scan(tmp_path, {"text": TEXT, "label": [[0, 4, "PERSON"], [12, 19, "LOCATION"]]})
    assert reading.documents == EXPECTED
    assert told(reading) == [("trimmed", "white space at an end of a span", 2)]
    assert reading.changes[0].line == 1


def test_a_value_over_lines_of_which_one_cannot_be_decoded_is_not_read_without_it(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    for lines in (
        [b'[{"text": "Ada",', b'"x": "\xff",', b'"spans": []}]'],
        [b'{"text": "x", "spans": [{}', b"]}", b"\xff"],
    ):
        path.write_bytes(b"\n".join(lines))
        reading = scan_corpus(path)
        assert not reading.documents
        assert any("UTF-8" in problem.reason for problem in reading.problems)


def test_nine_lines_of_which_none_is_a_row_are_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"text": "Zebulon}\n' * 9)
    (problem,) = scan_corpus(path).problems
    assert "none of 9 lines" in problem.reason
    assert "Zebulon" not in problem.reason
