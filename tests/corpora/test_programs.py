"""Files that spaCy, dkpro-cassis and pyarrow made, and WebAnno's TSV, written by hand after INCEpTION's user guide."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from cassis import Cas, TypeSystem
from pyarrow import parquet as pq
from spacy import blank
from spacy.tokens import DocBin
from spacy.tokens import Span as Tokens

from loredact.corpora import ReadAs, Reading, scan_corpus
from loredact.corpora.uima import NAMED_ENTITY
from loredact.document import Document, Span

TEXT = "💩 Ada lives in London."
SPANS = (Span(2, 5, "PERSON"), Span(15, 21, "LOCATION"))


def told(reading: Reading) -> list[tuple[str, str, int]]:
    return [(change.kind, change.what, change.count) for change in reading.changes]


# --- spaCy


def spacy_doc(text: str = TEXT) -> Any:
    doc = blank("en")(text)
    doc.set_ents([doc.char_span(span.start, span.end, label=span.label) for span in SPANS])
    return doc


@pytest.mark.parametrize("attrs", [None, ["ENT_IOB", "ENT_TYPE"]])
def test_a_docbin_that_spacy_wrote_is_read(tmp_path: Path, attrs: list[str] | None) -> None:
    docs = DocBin() if attrs is None else DocBin(attrs=attrs)
    docs.add(spacy_doc())
    docs.add(spacy_doc())
    docs.to_disk(tmp_path / "c.spacy")
    reading = scan_corpus(tmp_path / "c.spacy")
    assert reading.documents == [Document(TEXT, SPANS)] * 2
    assert not reading.changes


def test_tokens_of_which_spacy_says_nothing_are_left_open(tmp_path: Path) -> None:
    doc = spacy_doc()
    doc.set_ents([doc.char_span(2, 5, label="PERSON")], missing=[doc[2:4]])
    DocBin(docs=[doc, blank("en")("Ada  is")]).to_disk(tmp_path / "c.spacy")
    reading = scan_corpus(tmp_path / "c.spacy")
    assert [document.open_spans for document in reading.documents] == [
        (Span(6, 14, ""),),
        (Span(0, 7, ""),),
    ]
    assert told(reading) == [("left open", "a token whose entity is missing", 2)] * 2


def test_span_groups_of_spacys_are_left_out_and_counted(tmp_path: Path) -> None:
    doc = spacy_doc()
    doc.spans["sc"] = [Tokens(doc, 0, 2, "OTHER")]
    DocBin(docs=[doc]).to_disk(tmp_path / "c.spacy")
    reading = scan_corpus(tmp_path / "c.spacy")
    assert reading.documents == [Document(TEXT, SPANS)]
    assert told(reading) == [("left out", "span groups", 1)]


@pytest.mark.parametrize("cut", [5, 40, -1])
def test_a_damaged_docbin_is_refused(tmp_path: Path, cut: int) -> None:
    data = DocBin(docs=[spacy_doc()]).to_bytes()
    (tmp_path / "c.spacy").write_bytes(data[:cut])
    assert scan_corpus(tmp_path / "c.spacy", ReadAs(form="spacy")).problems[0].reason.startswith("not a DocBin")


# --- INCEpTION


def cas_with(entities: list[tuple[int, int, str | None]], layer: str = NAMED_ENTITY) -> Cas:
    types = TypeSystem()
    kind = types.create_type(layer, supertypeName="uima.tcas.Annotation")
    types.create_feature(kind, "value", "uima.cas.String")
    types.create_feature(kind, "identifier", "uima.cas.String")
    token = types.create_type(
        "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token", supertypeName="uima.tcas.Annotation"
    )
    other = types.create_type("webanno.custom.Mood", supertypeName="uima.tcas.Annotation")
    types.create_feature(other, "value", "uima.cas.String")
    cas = Cas(typesystem=types)
    cas.sofa_string = TEXT
    cas.sofa_mime = "text/plain"
    cas.add(token(begin=0, end=1))
    cas.add(other(begin=6, end=11, value="calm"))
    for begin, end, value in entities:
        cas.add(kind(begin=begin, end=end, value=value))
    return cas


ENTITIES: list[tuple[int, int, str | None]] = [(2, 5, "PERSON"), (15, 21, "LOCATION"), (0, 1, None)]


def write_xmi(folder: Path, cas: Cas) -> Path:
    folder.mkdir(exist_ok=True)
    cas.to_xmi(folder / "a.xmi")
    cas.typesystem.to_xml(folder / "TypeSystem.xml")
    return folder / "a.xmi"


def test_xmi_that_cassis_wrote_is_read_with_its_type_system(tmp_path: Path) -> None:
    path = write_xmi(tmp_path / "x", cas_with(ENTITIES))
    expected = [("left out", "annotations of the layer webanno.custom.Mood", 1)]
    expected += [("not placed", "an annotation without a label", 1)]
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for file in sorted(path.parent.iterdir()):
            archive.write(file, f"annotation/a.txt/{file.name}")
    for source in (path, path.parent, tmp_path / "export.zip"):
        reading = scan_corpus(source)
        assert reading.documents == [Document(TEXT, SPANS)]
        assert sorted(told(reading)) == sorted(expected)
        assert reading.taken[0].details == (f"layer {NAMED_ENTITY}", "label: value")
    assert scan_corpus(path, ReadAs(layer="Mood")).documents == [Document(TEXT, (Span(6, 11, "calm"),))]
    (path.parent / "TypeSystem.xml").unlink()
    assert "TypeSystem.xml is missing" in scan_corpus(path).problems[0].reason


def test_layers_that_may_hold_the_labels_must_be_named(tmp_path: Path) -> None:
    path = write_xmi(tmp_path / "x", cas_with(ENTITIES[:2], "custom.Pii"))
    assert "name one with --layer" in scan_corpus(path).problems[0].reason
    assert scan_corpus(path, ReadAs(layer="custom.Pii")).documents == [Document(TEXT, SPANS)]


def test_cas_json_that_cassis_wrote_is_read(tmp_path: Path) -> None:
    cas_with(ENTITIES[:2]).to_json(tmp_path / "a.json")
    assert scan_corpus(tmp_path / "a.json").documents == [Document(TEXT, SPANS)]


def test_xmi_with_entities_of_its_own_is_not_read(tmp_path: Path) -> None:
    path = write_xmi(tmp_path / "x", cas_with(ENTITIES))
    declared = '<!DOCTYPE x [<!ENTITY a "aaaa">]>\n<xmi:XMI '
    path.write_text(path.read_text().replace("<xmi:XMI ", declared))
    assert "document type" in scan_corpus(path).problems[0].reason


WEBANNO = f"""#FORMAT=WebAnno TSV 3.3
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue
#T_SP={NAMED_ENTITY}|identifier|value


#Text=💩 Ada Lo\\\\ve lives.
1-1\t0-2\t💩\tSYM\t_\t_\t
1-2\t3-6\tAda\tPROPN\thttp://x[1]\tPER[1]\t
1-3\t7-12\tLo\\\\ve\tPROPN\thttp://x[1]\tPER[1]\t
1-4\t13-18\tlives\t_\t_\t*\t
1-5\t18-19\t.\t_\t_\t_\t

#Text=Non-UK Bath
2-1\t20-26\tNon-UK\t_\t_\t_\t
2-1.1\t24-26\tUK\t_\t*\tLOC\t
2-2\t27-31\tBath\t_\t*\tA\\_B\t
"""


def test_webanno_tsv_is_read_with_its_offsets_escapes_and_parts_of_tokens(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(WEBANNO, encoding="utf-8")
    reading = scan_corpus(path)
    text = "💩 Ada Lo\\ve lives.\nNon-UK Bath"
    assert reading.documents == [Document(text, (Span(2, 11, "PER"), Span(23, 25, "LOC"), Span(26, 30, "A_B")))]
    assert ("not placed", "an annotation without a label", 1) in told(reading)
    assert ("not placed", "text between sentences, read as line breaks", 1) in told(reading)
    assert sum(kind == "left out" for kind, _, _ in told(reading)) == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("TSV 3.3", "TSV 2", 1, "version"),
        ("3-6\tAda", "3-99\tAda", 8, "not within"),
        ("3-6\tAda", "3-6\tEva", 8, "another token"),
        ("\tSYM\t_\t_\t", "\tSYM\t_", 7, "3 columns"),
        ("PER[1]\t\n1-4", "LOC[1]\t\n1-4", 9, "two labels"),
        ("20-26", "12-18", 14, "go on"),
    ],
)
def test_webanno_tsv_that_is_wrong_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    path = tmp_path / "a.tsv"
    assert old in WEBANNO
    path.write_text(WEBANNO.replace(old, new), encoding="utf-8")
    (problem,) = scan_corpus(path).problems
    assert problem.line == line
    assert reason in problem.reason


# --- Hugging Face


NAMES = ["O", "B-PERSON", "I-PERSON", "B-LOCATION"]


@pytest.mark.parametrize("old", [True, False])
def test_parquet_is_read_with_the_names_of_its_tags_from_the_features(tmp_path: Path, old: bool) -> None:
    label: Any = {"names": NAMES, "_type": "ClassLabel"}
    tags = {"feature": label, "_type": "Sequence"} if old else {"feature": label, "_type": "List"}
    features = {"tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}, "ner_tags": tags}
    table = pa.table({"tokens": [["Ada", "Love", "is"], ["Bath"]], "ner_tags": [[1, 2, 0], [3]]})
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    pq.write_table(table.replace_schema_metadata(metadata), tmp_path / "c.parquet")
    reading = scan_corpus(tmp_path / "c.parquet")
    assert reading.documents == [
        Document("Ada Love is", (Span(0, 8, "PERSON"),)),
        Document("Bath", (Span(0, 4, "LOCATION"),)),
    ]
    pq.write_table(table.replace_schema_metadata({}), tmp_path / "c.parquet")
    assert "names of the tags" in scan_corpus(tmp_path / "c.parquet").problems[0].reason


def test_parquet_may_hold_rows_of_any_form_and_may_be_damaged(tmp_path: Path) -> None:
    row = {"text": "Ada is", "spans": [{"start": 0, "end": 3, "label": "P"}]}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "c.parquet")
    assert scan_corpus(tmp_path / "c.parquet").documents == [Document("Ada is", (Span(0, 3, "P"),))]
    data = (tmp_path / "c.parquet").read_bytes()
    (tmp_path / "c.parquet").write_bytes(data[:30] + data[-20:])
    assert "damaged" in scan_corpus(tmp_path / "c.parquet").problems[0].reason
