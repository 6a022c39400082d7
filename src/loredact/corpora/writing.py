"""Write a corpus in loredact's own form: JSON Lines, gzipped where the name ends in `.gz`."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from loredact.document import Document
from loredact.files import replacing


def as_row(document: Document) -> dict[str, object]:
    """`{"text", "spans": [{"start", "end", "label"}]}`, `annotated` and `open` where the document does not label all,
    and whatever else the corpus said of it.

    A field of another form that has one of these names (alpaca's `text`) is left out.
    """
    spans = [_with({"start": s.start, "end": s.end, "label": s.label}, s.extra) for s in document.spans]
    row: dict[str, object] = {"text": document.text, "spans": spans}
    if document.annotated is not None:
        row["annotated"] = sorted(document.annotated)
    if document.open_spans:
        row["open"] = [{"start": s.start, "end": s.end} for s in document.open_spans]
    return _with(row, document.extra)


def as_line(document: Document) -> str:
    """One line of the file, with its line break. Where another field than the text is not valid Unicode, in ASCII."""
    row = as_row(document)
    line = json.dumps(row, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        line = json.dumps(row)
    return line + "\n"


def write_corpus(path: Path, documents: Iterable[Document]) -> None:
    """Write `documents` to `path`, whole or not at all. Equal documents give equal bytes."""
    data = "".join(as_line(document) for document in documents).encode("utf-8")
    if path.suffix == ".gz":
        # Without a time in the header, so that the same corpus is the same file.
        data = gzip.compress(data, mtime=0)
    with replacing(path) as part:
        part.write_bytes(data)


def _with(own: dict[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    return own | {name: value for name, value in extra.items() if name not in own}
