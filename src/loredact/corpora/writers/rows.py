"""Forms of JSON rows: loredact's own, Presidio's evaluator's, Label Studio's and doccano's."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from loredact.corpora.problems import Change
from loredact.corpora.writers.losses import lost
from loredact.corpora.writing import write_corpus
from loredact.document import Document
from loredact.files import replacing

_LOREDACT = frozenset({"text", "spans", "annotated", "open"})
_PRESIDIO = frozenset({"full_text", "spans"})
_DOCCANO = frozenset({"text", "data", "label", "labels", "entities", "relations", "spans"})


def write_loredact(path: Path, documents: Sequence[Document]) -> list[Change]:
    """loredact's JSON Lines (`rows.read_loredact`), gzipped where the name ends in `.gz`."""
    write_corpus(path, documents)
    told: list[Change] = []
    for number, document in enumerate(documents, start=1):
        own = Document(document.text, document.spans, document.extra)
        told += lost(path, number, own, kept=set(document.extra) - _LOREDACT, keeps_span_fields=True)
    return told


def write_presidio(path: Path, documents: Sequence[Document]) -> list[Change]:
    """A JSON array of samples of Presidio's evaluator (`InputSample.to_json` of presidio-research)."""
    rows = []
    told: list[Change] = []
    for number, document in enumerate(documents, start=1):
        spans = [
            {
                **_others(span.extra, {"entity_type", "entity_value", "start_position", "end_position"}),
                "entity_type": span.label,
                "entity_value": document.text[span.start : span.end],
                "start_position": span.start,
                "end_position": span.end,
            }
            for span in document.spans
        ]
        rows.append({"full_text": document.text, "spans": spans, **_others(document.extra, _PRESIDIO)})
        told += lost(path, number, document, kept=set(document.extra) - _PRESIDIO, keeps_span_fields=True)
    _write(path, json.dumps(rows, ensure_ascii=_ascii(rows), indent=1) + "\n")
    return told


def write_label_studio(path: Path, documents: Sequence[Document]) -> list[Change]:
    """A JSON array of Label Studio's tasks, each with one annotation, to be imported for a `Labels` tag on `text`."""
    rows = []
    told: list[Change] = []
    for number, document in enumerate(documents, start=1):
        result = [
            {
                "id": f"{number}-{index}",
                "from_name": "label",
                "to_name": "text",
                "type": "labels",
                "value": {
                    "start": span.start,
                    "end": span.end,
                    "text": document.text[span.start : span.end],
                    "labels": [span.label],
                },
            }
            for index, span in enumerate(document.spans, start=1)
        ]
        data = {"text": document.text, **_others(document.extra, {"text"})}
        rows.append({"data": data, "annotations": [{"result": result}]})
        told += lost(path, number, document, kept=set(document.extra) - {"text"})
    _write(path, json.dumps(rows, ensure_ascii=_ascii(rows), indent=1) + "\n")
    return told


def write_doccano(path: Path, documents: Sequence[Document]) -> list[Change]:
    """doccano's JSON Lines of sequence labelling."""
    lines = []
    told: list[Change] = []
    for number, document in enumerate(documents, start=1):
        label = [[span.start, span.end, span.label] for span in document.spans]
        row = {"text": document.text, "label": label, **_others(document.extra, _DOCCANO)}
        lines.append(json.dumps(row, ensure_ascii=_ascii(row)) + "\n")
        told += lost(path, number, document, kept=set(document.extra) - _DOCCANO)
    _write(path, "".join(lines))
    return told


def _others(extra: Mapping[str, object], own: frozenset[str] | set[str]) -> dict[str, object]:
    return {name: value for name, value in extra.items() if name not in own}


def _ascii(value: object) -> bool:
    """Whether `value` can be written in ASCII alone, since some field of it is not valid Unicode."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _write(path: Path, text: str) -> None:
    data = text.encode("utf-8")
    with replacing(path) as part:
        part.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
