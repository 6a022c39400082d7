"""CoNLL columns: token, tab, BIO tag; `-DOCSTART-` before each document; the text of each line in `# text = …`."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from loredact.corpora.problems import Change
from loredact.corpora.writers.losses import change, lost
from loredact.corpora.writers.pieces import tokens_of
from loredact.document import Document, Span
from loredact.files import replacing


def write_columns(path: Path, documents: Sequence[Document]) -> list[Change]:
    """Write `documents`, each line of a text as a sentence. A carriage return at the end of a line is lost.

    A span over several lines begins anew in each of them.
    """
    lines: list[str] = []
    told: list[Change] = []
    for number, document in enumerate(documents, start=1):
        lines += ["-DOCSTART-\tO", ""]
        start = 0
        for line in document.text.split("\n"):
            lines += [f"# text = {line}", *_rows(line, start, document.spans), ""]
            start += len(line) + 1
        told += _told(path, number, document)
    data = ("\n".join(lines) + "\n").encode("utf-8")
    with replacing(path) as part:
        part.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return told


def _rows(line: str, offset: int, spans: Sequence[Span]) -> list[str]:
    within = [
        Span(max(span.start - offset, 0), min(span.end - offset, len(line)), span.label)
        for span in spans
        if span.end > offset and span.start < offset + len(line)
    ]
    rows = []
    begun: Span | None = None
    for start, end in tokens_of(line, within):
        span = next((one for one in within if one.start <= start and end <= one.end), None)
        prefix = "" if span is None else "I-" if span is begun else "B-"
        rows.append(f"{line[start:end]}\t{prefix}{span.label if span else 'O'}")
        begun = span
    return rows


def _told(path: Path, number: int, document: Document) -> list[Change]:
    told = list(lost(path, number, document))
    if returns := document.text.count("\r\n") + document.text.endswith("\r"):
        told.append(change(path, number, "a carriage return at the end of a line", returns))
    parted = sum("\n" in document.text[span.start : span.end] for span in document.spans)
    if parted:
        told.append(change(path, number, "a span over several lines, which begins anew in each", parted, "parted"))
    return told
