"""Prodigy's examples, JSONL (https://prodi.gy/docs/api-interfaces#ner_manual).

`{"text", "spans": [{"start", "end", "label"}], "answer"}`. What was rejected or ignored is left out. In a binary
annotation (`_is_binary`) one span was accepted, and of the rest of the text nothing was said: it is left open.
"""

from collections.abc import Iterator
from itertools import pairwise

from loredact.corpora.fields import list_field, text_field
from loredact.corpora.rows import Row, RowForm, Told, spans_of, without
from loredact.document import Document, Span

_MARKS = ("_input_hash", "_task_hash", "answer")


def fits(row: Row) -> bool:
    """Whether `row` is an example of Prodigy's."""
    return "text" in row and any(mark in row for mark in _MARKS) and isinstance(row.get("spans", []), list)


def read(row: Row) -> Iterator[Document | Told]:
    """The document of an example, where it was accepted.

    Raises:
        FieldError: where a field is missing or not as it must be.
    """
    answer = row.get("answer", "accept")
    if answer != "accept":
        yield Told("left out", "an example that was rejected" if answer == "reject" else "an example that was ignored")
        return
    text = text_field(row, "text")
    values = list_field(row, "spans") if "spans" in row else []
    spans = spans_of(values, "spans", "start", "end", "label")
    open_spans: tuple[Span, ...] = ()
    if row.get("_is_binary"):
        open_spans = _between(text, spans)
        yield Told("left open", "text of a binary annotation, beside its span", len(open_spans))
    yield Document(text, spans, without(row, "text", "spans", "tokens"), None, open_spans)


def _between(text: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    places = [(0, 0), *sorted((span.start, span.end) for span in spans), (len(text), len(text))]
    gaps = pairwise(places)
    return tuple(Span(end, start, "") for (_, end), (start, _) in gaps if 0 <= end < start <= len(text))


FORM = RowForm(fits, read)
