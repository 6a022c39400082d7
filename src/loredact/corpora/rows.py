"""The JSON forms: how one row of each becomes documents.

- loredact: `{"text", "spans": [{"start", "end", "label"}]}`, and where the text says nothing of some labels or of some
  substrings `"annotated": ["LABEL", …]` and `"open": [{"start", "end"}]`
- presidio, as its evaluator writes: `{"full_text", "spans": [{"entity_type", "start_position", "end_position"}]}`
- privacy-filter, as the OpenAI Privacy Filter reads: `{"text", "label" or "spans": {"LABEL": [[start, end], …]}}`; a
  key is the label alone, or with the text that it labels, `"LABEL: Ada Lovelace"`; and its newer
  `{"text", "label": [{"category", "start", "end"}]}`
- ai4privacy: `{"source_text", "privacy_mask": [{"start", "end", "label"}]}`

And two of pairs of text and masked text, as LLaMA Factory reads them (`pairs.py` finds the spans):

- alpaca: `{"instruction", "input", "output"}`, the text being the input, or behind the instruction where that is empty
- sharegpt: `{"conversations": [{"from", "value"}]}` or `{"messages": [{"role", "content"}]}`, a document for each thing
  that the user said and the answer to it

The forms of other programs have a file each.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loredact.corpora.fields import as_object, as_offset, list_field, offset_field, require_unicode, text_field
from loredact.corpora.pairs import align, align_message
from loredact.corpora.problems import FieldError, Kind, PairError
from loredact.document import LABEL_RULE, Document, Span, is_label

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """What the reader of a row did to it, to be told with its line: `problems.Change`, without a place."""

    kind: Kind
    what: str
    count: int = 1


# What a row comes to: documents, what was done to it, and pairs that do not fit.
Found = Iterable[Document | Told | FieldError]


@dataclass(frozen=True, slots=True)
class RowForm:
    """A form of rows: whether a row looks like one of it, and how it is read, which raises a FieldError."""

    fits: Callable[[Row], bool]
    read: Callable[[Row], Found]


def read_loredact(row: Row) -> Found:
    """A document from loredact's own form."""
    text = text_field(row, "text")
    spans = spans_of(list_field(row, "spans"), "spans", "start", "end", "label")
    extra = without(row, "text", "spans", "annotated", "open")
    return [Document(text, spans, extra, _annotated(row), _open_spans(row, text))]


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


def read_presidio(row: Row) -> Found:
    """A document from a sample of Presidio's evaluator."""
    text = text_field(row, "full_text")
    spans = spans_of(list_field(row, "spans"), "spans", "start_position", "end_position", "entity_type")
    repeated = [(span, span.extra.get("entity_value")) for span in spans]
    wrong = sum(isinstance(value, str) and text[max(s.start, 0) : max(s.end, 0)] != value for s, value in repeated)
    told = [Told("not placed", "an `entity_value` that is not the text at its span", wrong)] if wrong else []
    return [Document(text, spans, without(row, "full_text", "spans")), *told]


def read_ai4privacy(row: Row) -> Found:
    """A document from ai4privacy's form."""
    text = text_field(row, "source_text")
    spans = spans_of(list_field(row, "privacy_mask"), "privacy_mask", "start", "end", "label")
    return [Document(text, spans, without(row, "source_text", "privacy_mask"))]


def fits_privacy_filter(row: Row) -> bool:
    """Whether `row` has a mapping of labels, or a list of spans with categories."""
    if isinstance(row.get("spans", row.get("label")), dict):
        return True
    label = row.get("label")
    if not isinstance(label, list) or "text" not in row:
        return False
    return not label or any(isinstance(one, dict) and "category" in one for one in label)


def read_privacy_filter(row: Row) -> Found:
    """A document from the OpenAI Privacy Filter's form, in which each label lists its offsets, or each span is one.

    Errors name an entry by its index: a key may be a name.
    """
    text = text_field(row, "text")
    if isinstance(row.get("label"), list) and "spans" not in row:
        listed = spans_of(list_field(row, "label"), "label", "start", "end", "category")
        return [Document(text, listed, without(row, "text", "label"))]
    field = "spans" if "spans" in row else "label"
    if field not in row:
        raise FieldError(field, "is missing")
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
    return [Document(text, tuple(spans), without(row, "text", field))]


def _label_of(key: str, labelled: Sequence[str], where: str) -> str:
    """The label of a key that may hold behind `": "` the text that it labels, which stands at each of its offsets.

    A key that says the text, or a part of it, in another way is refused: that would be a name for a label.
    """
    before, _, behind = key.partition(": ")
    label = before if behind and all(substring == behind for substring in labelled) else key
    if not is_label(label):
        raise FieldError(where, f"the key is no label ({LABEL_RULE}), nor one with ': ' and the text at its offsets")
    if any(_holds(substring, label) or _holds(label, substring) for substring in labelled):
        raise FieldError(where, "the label holds text that it labels, or is a part of it: it may be a name")
    return label


def _holds(whole: str, part: str) -> bool:
    """Whether `part`, which has letters, is in `whole` with no letter or digit on either side of it."""
    return any(map(str.isalpha, part)) and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", whole) is not None


def read_alpaca(row: Row) -> Found:
    """A document from a pair in alpaca's form."""
    instruction, masked = text_field(row, "instruction"), text_field(row, "output")
    rest = without(row, "instruction", "input", "output")
    if row.get("input"):
        text = text_field(row, "input")
        spans = align(text, masked)
        return [_of_pair(None if spans is None else (text, spans), "output", rest)]
    return [_of_pair(align_message(instruction, masked), "output", rest)]


def read_sharegpt(row: Row) -> Iterator[Document | Told | FieldError]:
    """The documents of a conversation in ShareGPT's form, or in OpenAI's: one for each turn of the user's.

    What the user said is answered by the turn that follows; turns of others, and those without an answer, are told.
    """
    field, who, what = ("messages", "role", "content") if "messages" in row else ("conversations", "from", "value")
    turns: list[tuple[str, str]] = []
    for index, value in enumerate(list_field(row, field)):
        turn = as_object(value, f"{field}[{index}]")
        speaker = text_field(turn, who, f"{field}[{index}].")
        turns.append((_SPEAKERS.get(speaker, speaker), text_field(turn, what, f"{field}[{index}].")))
    for speaker in ("user", "assistant"):
        if all(speaker != other for other, _ in turns):
            raise FieldError(field, f"nothing said by the {speaker}")
    rest = without(row, field)
    asked: str | None = None
    pairs = 0
    for index, (speaker, said) in enumerate(turns):
        if speaker == "user":
            if asked is not None:
                yield Told("left out", "a turn of the user's without an answer")
            asked = said
        elif speaker == "assistant" and asked is not None:
            pairs += 1
            # Of the only pair the row is the place; of several, the answer.
            where = field if len(turns) == 2 else f"{field}[{index}]"
            try:
                yield _of_pair(align_message(asked, said), where, rest)
            except PairError as error:
                yield error
            asked = None
        else:
            yield Told("left out", "a turn that answers nothing, of the system's or of a tool's")
    if asked is not None:
        yield Told("left out", "a turn of the user's without an answer")
    if not pairs:
        yield FieldError(field, "no turn of the user's is followed by an answer")
    if pairs > 1:
        yield Told("parted", "pairs of one conversation, each a document", pairs)


_SPEAKERS = {"human": "user", "gpt": "assistant"}


def _of_pair(found: tuple[str, tuple[Span, ...]] | None, field: str, rest: dict[str, object]) -> Document:
    if found is None:
        raise PairError(field, "is not the text with labels in place of substrings of it")
    return Document(*found, rest)


def spans_of(values: Sequence[object], field: str, start: str, end: str, label: str) -> tuple[Span, ...]:
    """The spans of a list of objects, whose fields are called `start`, `end` and `label`.

    Raises:
        FieldError: where one of these is missing or of another type.
    """
    spans = []
    for index, value in enumerate(values):
        item = as_object(value, f"{field}[{index}]")
        where = f"{field}[{index}]."
        spans.append(
            Span(
                offset_field(item, start, where),
                offset_field(item, end, where),
                text_field(item, label, where),
                extra=without(item, start, end, label),
            )
        )
    return tuple(spans)


def without(row: Row, *names: str) -> dict[str, object]:
    """`row` without the fields of these names."""
    return {name: value for name, value in row.items() if name not in names}


OWN_FORMS: dict[str, RowForm] = {
    "ai4privacy": RowForm(lambda row: "source_text" in row or "privacy_mask" in row, read_ai4privacy),
    "presidio": RowForm(lambda row: "full_text" in row, read_presidio),
    "privacy-filter": RowForm(fits_privacy_filter, read_privacy_filter),
    "sharegpt": RowForm(lambda row: "conversations" in row or "messages" in row, read_sharegpt),
    "alpaca": RowForm(lambda row: "instruction" in row and "output" in row, read_alpaca),
    "loredact": RowForm(lambda row: "text" in row or "spans" in row, read_loredact),
}
