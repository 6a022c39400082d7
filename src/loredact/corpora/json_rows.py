"""JSON: rows of any of its forms, one a line or in one array, or one object over several lines."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from loredact.corpora import doccano, label_studio, prodigy, spacy_json, token_rows
from loredact.corpora.lines import Line
from loredact.corpora.options import ReadAs
from loredact.corpora.problems import Change, FieldError, Item, PairError, Problem, Read, Taken
from loredact.corpora.rows import OWN_FORMS, RowForm, Told
from loredact.document import Document
from loredact.strict_json import parse_json

# In order: of forms that as many rows look like, the first is meant.
ROW_FORMS: dict[str, RowForm] = {
    **{name: form for name, form in OWN_FORMS.items() if name in ("ai4privacy", "presidio")},
    "label-studio": label_studio.FORM,
    "prodigy": prodigy.FORM,
    "privacy-filter": OWN_FORMS["privacy-filter"],
    "doccano": doccano.FORM,
    "spacy-json": spacy_json.FORM,
    "tokens": token_rows.FORM,
    **{name: form for name, form in OWN_FORMS.items() if name in ("sharegpt", "alpaca", "loredact")},
}

# Of lists and objects within one another in a row.
_DEEPEST = 100
# Where rows stand in an object of a page's export.
_WRAPPERS = ("data", "rows", "examples", "documents")

# A row, or why there is none, with its number.
_Numbered = tuple[int, object]


class _Unreadable(str):
    """Why a line is no row."""

    __slots__ = ()


def parse_whole(text: str) -> tuple[str, list[object]] | None:
    """The rows of a `text` that is one JSON value over several lines, with what they are called; None if it is not."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = parse_json(text.encode("utf-8"))
    except ValueError:
        return None
    if isinstance(value, list):
        return "element", value
    wrapped = [value[name] for name in _WRAPPERS if isinstance(value.get(name), list)]
    if len(value) == len(wrapped) == 1 and all(isinstance(row, dict) for row in wrapped[0]):
        return "element", wrapped[0]
    return "object", [value]


def read_array(name: str, rows: Sequence[object], called: str, read_as: ReadAs, encoding: str) -> Iterator[Item]:
    """The documents of `rows`, which stand in an array."""
    yield from _read(name, f"{name}, {called}", list(enumerate(rows, start=1)), read_as, encoding)


def read_lines(name: str, lines: Sequence[Line], read_as: ReadAs, encoding: str) -> Iterator[Item]:
    """The documents of `lines`, each a row."""
    rows: list[_Numbered] = []
    for number, line in lines:
        if not line.strip():
            continue
        try:
            rows.append((number, parse_json(line.encode("utf-8"))))
        except ValueError as error:
            rows.append((number, _Unreadable(_reason(error))))
    yield from _read(name, name, rows, read_as, encoding)


def read_rows(name: str, rows: Sequence[_Numbered], form: RowForm) -> Iterator[Item]:
    """The documents of numbered `rows`, all of `form`."""
    for number, row in rows:
        if isinstance(row, _Unreadable):
            yield Problem(name, number, "", str(row))
            continue
        try:
            for found in form.read(_as_row(row, form)):
                yield _with_place(name, number, found)
        except FieldError as error:
            yield _with_place(name, number, error)


def _read(name: str, place: str, rows: Sequence[_Numbered], read_as: ReadAs, encoding: str) -> Iterator[Item]:
    form, fitting = _form_of(rows, read_as)
    if form is None:
        first = next((str(row) for _, row in rows if isinstance(row, _Unreadable)), None)
        readable = sum(not isinstance(row, _Unreadable) for _, row in rows)
        if len(rows) > 1 and not readable:
            yield Problem(name, 0, "", f"none of {len(rows)} lines is a row of JSON ({first} in the first of them)")
        else:
            # There is no form to go by: what is told of a row is that it has none.
            yield from read_rows(place, rows, RowForm(lambda row: False, _no_form))
        return
    details = (f"{fitting} of {len(rows)} rows", encoding)
    yield Taken(name, form, details, choice=fitting < len(rows))
    yield from read_rows(place, rows, ROW_FORMS[form])


def _form_of(rows: Sequence[_Numbered], read_as: ReadAs) -> tuple[str | None, int]:
    """The form that most rows look like, or the one asked for, and how many do."""
    counts: Counter[str] = Counter()
    for _, row in rows:
        if isinstance(row, dict | list):
            wrapped = row if isinstance(row, dict) else {"": row}
            counts.update(name for name, form in ROW_FORMS.items() if form.fits(wrapped))
    if read_as.form is not None:
        return read_as.form, counts[read_as.form]
    best = max(ROW_FORMS, key=lambda name: counts[name])
    return (best, counts[best]) if counts[best] else (None, 0)


def _no_form(row: object) -> list[Document]:
    raise FieldError("text", "is missing: the row has none of the fields of a known form")


def _as_row(row: object, form: RowForm) -> dict[str, object]:
    if isinstance(row, list) and form is spacy_json.FORM:
        row = {"": row}
    if not isinstance(row, dict):
        raise FieldError("", "not a JSON object")
    if _is_nested_too_deep(row):
        raise FieldError("", f"nested deeper than {_DEEPEST} levels")
    return row


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not a JSON object (column {error.colno})"
    # What strict_json says shows nothing of the row.
    return "not a JSON object" if isinstance(error, UnicodeError) else f"not a JSON object: {error}"


def _is_nested_too_deep(row: object) -> bool:
    """Whether `row` may be read, and then too deep to be written again."""
    level = [row]
    for _ in range(_DEEPEST + 1):
        inner = [value for value in level if isinstance(value, dict | list)]
        if not inner:
            return False
        level = [child for value in inner for child in (value.values() if isinstance(value, dict) else value)]
    return True


def _with_place(name: str, number: int, found: Document | Told | FieldError) -> Item:
    if isinstance(found, FieldError):
        return Problem(name, number, found.field, found.reason, left_out=isinstance(found, PairError))
    if isinstance(found, Told):
        return Change(name, number, found.kind, found.what, found.count)
    return Read(name, number, found)
