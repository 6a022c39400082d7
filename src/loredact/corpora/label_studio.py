"""Label Studio's exports, JSON and JSON-MIN (https://labelstud.io/guide/task_format).

A task is `{"data": {"text"}, "annotations": [{"result": [{"type": "labels", "value": {"start", "end", "text",
"labels"}}]}]}`; in JSON-MIN it is `{"text", "label": [{"start", "end", "text", "labels"}]}`. Where an offset counts
UTF-16 units, as versions before 1.5 wrote it, the text that each span repeats shows it.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from loredact.corpora.fields import as_object, offset_field, text_field
from loredact.corpora.problems import FieldError
from loredact.corpora.rows import Row, RowForm, Told, without
from loredact.corpora.utf16 import code_points
from loredact.document import Document, Span

# Fields of a task in JSON-MIN that are no region's and no text's.
_MIN_FIELDS = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time")
_ANNOTATIONS = ("annotations", "completions")


def fits(row: Row) -> bool:
    """Whether `row` is a task of Label Studio's."""
    if isinstance(row.get("data"), dict):
        return any(name in row for name in (*_ANNOTATIONS, "predictions"))
    return "annotation_id" in row or "annotator" in row or any(_is_region_list(value) for value in row.values())


def read(row: Row) -> Iterator[Document | Told]:
    """The document of a task, and what of it is no labelled span.

    Raises:
        FieldError: where the text cannot be told, annotators differ, or a region is not as it must be.
    """
    if isinstance(row.get("data"), dict):
        yield from _task(row)
    else:
        yield from _minimal(row)


def _task(row: Row) -> Iterator[Document | Told]:
    field = next((name for name in _ANNOTATIONS if name in row), None)
    annotations = [] if field is None else row[field]
    if not isinstance(annotations, list):
        raise FieldError(str(field), "must be a list")
    results: list[list[Mapping[str, object]]] = []
    truths = 0
    for index, value in enumerate(annotations):
        annotation = as_object(value, f"{field}[{index}]")
        if annotation.get("was_cancelled"):
            yield Told("left out", "an annotation that was skipped")
            continue
        found = annotation.get("result", [])
        if not isinstance(found, list):
            raise FieldError(f"{field}[{index}].result", "must be a list")
        regions: list[Mapping[str, object]] = [
            as_object(region, f"{field}[{index}].result[{i}]") for i, region in enumerate(found)
        ]
        if annotation.get("ground_truth"):
            results.insert(truths, regions)
            truths += 1
        else:
            results.append(regions)
    if predictions := row.get("predictions"):
        yield Told("left out", "a prediction", len(predictions) if isinstance(predictions, list) else 1)
    if not results:
        yield Told("left out", "a task that nobody annotated")
        return
    labelled = [_spans_alone(result) for result in results[: truths or None]]
    data = as_object(row["data"], "data")
    text_name = _text_name(data, labelled[0])
    text = text_field(data, text_name, "data.")
    spans, told = _spans(text, labelled[0], f"{field}.result")
    for other in labelled[1:]:
        if set(_spans(text, other, f"{field}.result")[0]) != set(spans):
            raise FieldError(str(field), "its annotations differ; keep one, or mark one as ground truth")
    if len(results) > 1:
        yield Told("joined", "annotations of one task", len(results))
    if rest := len(results[0]) - len(labelled[0]):
        yield Told("left out", "a result that is no labelled span", rest)
    yield from told
    yield Document(text, spans, {**without(data, text_name), **without(row, "data", "predictions", str(field))})


def _minimal(row: Row) -> Iterator[Document | Told]:
    lists = {name: value for name, value in row.items() if _is_region_list(value)}
    if len(lists) > 1:
        raise FieldError("", "several fields hold regions; keep one")
    name = next(iter(lists), "")
    regions = [cast(Mapping[str, object], region) for region in cast(list[object], lists.get(name, []))]
    rest = without(row, name, *_MIN_FIELDS)
    text_name = _text_name(rest, [{"value": region} for region in regions])
    text = text_field(row, text_name)
    spans, told = _spans(text, [{"value": region} for region in regions], name)
    yield from told
    yield Document(text, spans, without(row, name, text_name))


def _is_region_list(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and "labels" in one and "start" in one and "end" in one for one in value)
    )


def _spans_alone(result: list[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return [one for one in result if one.get("type", "labels") == "labels" and isinstance(one.get("value"), dict)]


def _text_name(data: Mapping[str, object], regions: list[Mapping[str, object]]) -> str:
    """Which field of `data` is the text: `text`, or the only one that all regions fit."""
    strings = [name for name, value in data.items() if isinstance(value, str)]
    if "text" in strings:
        return "text"
    fitting = []
    for name in strings:
        try:
            _spans(cast(str, data[name]), regions, "")
        except FieldError:
            continue
        fitting.append(name)
    if len(fitting) != 1:
        raise FieldError("data.text", "is missing, and which other field is the text cannot be told")
    return fitting[0]


def _spans(text: str, regions: list[Mapping[str, object]], field: str) -> tuple[tuple[Span, ...], list[Told]]:
    """The spans of `regions`, by code points, or by UTF-16 units where only these fit all of them."""
    spans, repeated = [], []
    for index, region in enumerate(regions):
        where = f"{field}[{index}]."
        value = as_object(region.get("value"), where + "value")
        labels = value.get("labels")
        if not isinstance(labels, list) or len(labels) != 1:
            raise FieldError(where + "labels", "must be a list of one label")
        label = text_field({"labels": labels[0]}, "labels", where)
        start, end = offset_field(value, "start", where), offset_field(value, "end", where)
        spans.append(Span(start, end, label, extra=without(value, "start", "end", "labels", "text")))
        shown = value.get("text")
        # The newlines of a span are shown as \n, in two characters, where its text has been copied from the page.
        repeated.append(shown.replace("\\n", "\n") if isinstance(shown, str) else None)
    if _fit(text, spans, repeated):
        return tuple(spans), []
    units = code_points(text)
    moved = [
        Span(units.get(s.start, -1), units.get(s.end, -1), s.label, extra=s.extra) if s.end in units else s
        for s in spans
    ]
    if _fit(text, moved, repeated):
        return tuple(moved), [Told("mended", "an offset that counted UTF-16 units", len(moved))]
    raise FieldError(field, "a span does not hold the text that it repeats")


def _fit(text: str, spans: list[Span], repeated: list[str | None]) -> bool:
    return all(
        shown is None or text[max(span.start, 0) : max(span.end, 0)].replace("\\n", "\n") == shown
        for span, shown in zip(spans, repeated, strict=True)
    )


FORM = RowForm(fits, read)
