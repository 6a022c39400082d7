"""The JSON forms: how one row of each becomes a document.

- loredact: `{"text", "spans": [{"start", "end", "label"}]}`, and where the text says nothing of some labels or of some
  stretches `"annotated": ["LABEL", …]` and `"open": [{"start", "end"}]`
- presidio, as its evaluator writes: `{"full_text", "spans": [{"entity_type", "start_position", "end_position"}]}`
- privacy-filter, as the OpenAI Privacy Filter reads: `{"text", "label" or "spans": {"LABEL": [[start, end], …]}}`; a
  key is the label alone, or with the text that it labels, `"LABEL: Ada Lovelace"`
- ai4privacy: `{"source_text", "privacy_mask": [{"start", "end", "label"}]}`

And two of pairs of text and masked text, as LLaMA Factory reads them (`pairs.py` finds the spans):

- alpaca: `{"instruction", "input", "output"}`, the text being the input, or behind the instruction where that is empty
- sharegpt: `{"conversations": [{"from", "value"}]}` or `{"messages": [{"role", "content"}]}`, the first thing said by
  the user and the first answer to it
"""

import re
from collections.abc import Callable, Mapping, Sequence

from loredact.corpora.fields import as_object, as_offset, list_field, offset_field, require_unicode, text_field
from loredact.corpora.pairs import align, align_message
from loredact.corpora.problems import FieldError, PairError
from loredact.document import LABEL_RULE, Document, Span, is_label

Row = Mapping[str, object]
RowReader = Callable[[Row], Document]


def recognise(row: Row) -> str:
    """The name of the form that `row` has, by the fields it holds.

    Raises:
        FieldError: where it has none of them.
    """
    if "source_text" in row or "privacy_mask" in row:
        return "ai4privacy"
    if "full_text" in row:
        return "presidio"
    if isinstance(row.get("spans", row.get("label")), dict):
        return "privacy-filter"
    if "conversations" in row or "messages" in row:
        return "sharegpt"
    if "instruction" in row and "output" in row:
        return "alpaca"
    if "text" in row or "spans" in row:
        return "loredact"
    raise FieldError("text", "is missing: the row has none of the fields of a known form")


def read_loredact(row: Row) -> Document:
    """A document from loredact's own form."""
    text = text_field(row, "text")
    spans = _spans(list_field(row, "spans"), "spans", "start", "end", "label")
    extra = _without(row, "text", "spans", "annotated", "open")
    return Document(text, spans, extra, _annotated(row), _open_spans(row, text))


def _annotated(row: Row) -> frozenset[str] | None:
    if "annotated" not in row:
        return None
    labels = list_field(row, "annotated")
    for index, label in enumerate(labels):
        if not isinstance(label, str) or not is_label(label):
            raise FieldError(f"annotated[{index}]", f"must be a label: {LABEL_RULE}")
    return frozenset(map(str, labels))


def _open_spans(row: Row, text: str) -> tuple[Span, ...]:
    spans = []
    for index, value in enumerate(list_field(row, "open") if "open" in row else []):
        where = f"open[{index}]"
        item = as_object(value, where)
        start, end = offset_field(item, "start", f"{where}."), offset_field(item, "end", f"{where}.")
        if not 0 <= start < end <= len(text):
            raise FieldError(where, f"[{start}, {end}) is not within the text's {len(text)} characters, or empty")
        spans.append(Span(start, end, ""))
    return tuple(sorted(spans, key=lambda span: span.start))


def read_presidio(row: Row) -> Document:
    """A document from a sample of Presidio's evaluator."""
    text = text_field(row, "full_text")
    spans = _spans(list_field(row, "spans"), "spans", "start_position", "end_position", "entity_type")
    return Document(text, spans, _without(row, "full_text", "spans"))


def read_ai4privacy(row: Row) -> Document:
    """A document from ai4privacy's form."""
    text = text_field(row, "source_text")
    spans = _spans(list_field(row, "privacy_mask"), "privacy_mask", "start", "end", "label")
    return Document(text, spans, _without(row, "source_text", "privacy_mask"))


def read_privacy_filter(row: Row) -> Document:
    """A document from the OpenAI Privacy Filter's form, in which each label lists its offsets.

    Errors name an entry by its index: a key may be a name.
    """
    text = text_field(row, "text")
    field = "spans" if "spans" in row else "label"
    spans: list[Span] = []
    for entry, (key, pairs) in enumerate(as_object(row[field], field).items()):
        where = f"{field}[{entry}]"
        require_unicode(key, where)
        if not isinstance(pairs, list):
            raise FieldError(where, "must be a list of [start, end]")
        places = []
        for index, pair in enumerate(pairs):
            if not isinstance(pair, list) or len(pair) != 2:
                raise FieldError(f"{where}[{index}]", "must be [start, end]")
            start, end = (as_offset(value, f"{where}[{index}]") for value in pair)
            places.append((start, end))
        label = _label_of(key, [text[max(start, 0) : max(end, 0)] for start, end in places], where)
        spans += (Span(start, end, label) for start, end in places)
    return Document(text, tuple(spans), _without(row, "text", field))


def _label_of(key: str, labelled: Sequence[str], where: str) -> str:
    """The label of a key that may hold behind `": "` the text that it labels, which stands at each of its offsets.

    A key that says the text, or a part of it, in another way is refused: that would be a name for a label.
    """
    before, _, behind = key.partition(": ")
    label = before if behind and all(stretch == behind for stretch in labelled) else key
    if not is_label(label):
        raise FieldError(where, f"the key is no label ({LABEL_RULE}), nor one with ': ' and the text at its offsets")
    if any(_holds(stretch, label) or _holds(label, stretch) for stretch in labelled):
        raise FieldError(where, "the label holds text that it labels, or is a part of it: it may be a name")
    return label


def _holds(whole: str, part: str) -> bool:
    """Whether `part`, which has letters, is in `whole` with no letter or digit on either side of it."""
    return any(map(str.isalpha, part)) and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", whole) is not None


def read_alpaca(row: Row) -> Document:
    """A document from a pair in alpaca's form."""
    instruction, masked = text_field(row, "instruction"), text_field(row, "output")
    rest = _without(row, "instruction", "input", "output")
    if row.get("input"):
        text = text_field(row, "input")
        spans = align(text, masked)
        return _of_pair(None if spans is None else (text, spans), "output", rest)
    return _of_pair(align_message(instruction, masked), "output", rest)


def read_sharegpt(row: Row) -> Document:
    """A document from a conversation in ShareGPT's form, or in OpenAI's."""
    field, who, what = ("messages", "role", "content") if "messages" in row else ("conversations", "from", "value")
    said: dict[str, str] = {}
    for index, value in enumerate(list_field(row, field)):
        turn = as_object(value, f"{field}[{index}]")
        speaker = text_field(turn, who, f"{field}[{index}].")
        said.setdefault(_SPEAKERS.get(speaker, speaker), text_field(turn, what, f"{field}[{index}]."))
    for speaker in ("user", "assistant"):
        if speaker not in said:
            raise FieldError(field, f"nothing said by the {speaker}")
    return _of_pair(align_message(said["user"], said["assistant"]), field, _without(row, field))


_SPEAKERS = {"human": "user", "gpt": "assistant"}


def _of_pair(found: tuple[str, tuple[Span, ...]] | None, field: str, rest: dict[str, object]) -> Document:
    if found is None:
        raise PairError(field, "is not the text with labels in place of stretches of it")
    return Document(*found, rest)


FORMS: dict[str, RowReader] = {
    "loredact": read_loredact,
    "presidio": read_presidio,
    "privacy-filter": read_privacy_filter,
    "ai4privacy": read_ai4privacy,
    "alpaca": read_alpaca,
    "sharegpt": read_sharegpt,
}


def _spans(values: list[object], field: str, start: str, end: str, label: str) -> tuple[Span, ...]:
    spans = []
    for index, value in enumerate(values):
        item = as_object(value, f"{field}[{index}]")
        where = f"{field}[{index}]."
        spans.append(
            Span(
                offset_field(item, start, where),
                offset_field(item, end, where),
                text_field(item, label, where),
                extra=_without(item, start, end, label),
            )
        )
    return tuple(spans)


def _without(row: Row, *names: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}
