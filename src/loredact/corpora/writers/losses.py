"""What a form cannot hold of a document."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from loredact.corpora.problems import Change, Kind
from loredact.document import Document


def change(path: Path, number: int, what: str, count: int = 1, kind: Kind = "left out") -> Change:
    """Something that was done to the document of this number, from 1."""
    return Change(f"{path}, document", number, kind, what, count)


def lost(
    path: Path,
    number: int,
    document: Document,
    *,
    kept: Iterable[str] = (),
    keeps_span_fields: bool = False,
    keeps_open: bool = False,
) -> Iterator[Change]:
    """What is lost of `document` where a form holds its text, its spans and the fields `kept`."""
    if fields := set(document.extra) - set(kept):
        yield change(path, number, "another field of a document", len(fields))
    if not keeps_span_fields and (fields_of_spans := sum(len(span.extra) for span in document.spans)):
        yield change(path, number, "another field of a span", fields_of_spans)
    if document.annotated is not None:
        yield change(path, number, "which labels were looked for")
    if document.open_spans and not keeps_open:
        yield change(path, number, "a substring that was left open", len(document.open_spans))
