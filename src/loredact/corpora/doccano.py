"""doccano's exports of sequence labelling, JSONL (https://doccano.github.io/doccano/tutorial/).

`{"text", "label": [[start, end, "LABEL"]]}`, the field being `labels` or `entities` in some versions, and the text
`data`; with relations `{"text", "entities": [{"id", "label", "start_offset", "end_offset"}], "relations": […]}`.
"""

from collections.abc import Iterator

from loredact.corpora.fields import as_offset, list_field, text_field
from loredact.corpora.problems import FieldError
from loredact.corpora.rows import Row, RowForm, Told, spans_of, without
from loredact.document import Document, Span

_FIELDS = ("label", "labels", "entities")


def fits(row: Row) -> bool:
    """Whether `row` is an example of doccano's."""
    field = _field(row)
    return field is not None and "spans" not in row and ("text" in row or "data" in row)


def read(row: Row) -> Iterator[Document | Told]:
    """The document of an example; relations are told.

    Raises:
        FieldError: where a field is missing or not as it must be.
    """
    field = _field(row)
    if field is None:
        raise FieldError("label", "must be a list of [start, end, label]")
    name = "text" if "text" in row else "data"
    text = text_field(row, name)
    values = list_field(row, field)
    if values and isinstance(values[0], dict):
        spans = spans_of(values, field, "start_offset", "end_offset", "label")
    else:
        spans = tuple(_span(value, f"{field}[{index}]") for index, value in enumerate(values))
    relations = row.get("relations")
    if isinstance(relations, list) and relations:
        yield Told("left out", "a relation", len(relations))
    yield Document(text, spans, without(row, name, field, "relations"))


def triple(value: object, where: str) -> tuple[int, int, str]:
    """`value`, which must be `[start, end, label]`.

    Raises:
        FieldError: naming `where`, where it is not.
    """
    if not isinstance(value, list) or len(value) != 3:
        raise FieldError(where, "must be [start, end, label]")
    return as_offset(value[0], where), as_offset(value[1], where), text_field({"label": value[2]}, "label", f"{where}.")


def _span(value: object, where: str) -> Span:
    return Span(*triple(value, where))


def _field(row: Row) -> str | None:
    return next((name for name in _FIELDS if name in row and _is_labels(row[name])), None)


def _is_labels(value: object) -> bool:
    return isinstance(value, list) and all(
        (isinstance(one, list) and len(one) == 3) or (isinstance(one, dict) and "start_offset" in one) for one in value
    )


FORM = RowForm(fits, read)
