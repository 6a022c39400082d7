"""Documents, spans and masked texts: the words everything else is said in.

Offsets are half-open and count Unicode code points, which is what Python's `str` indexes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Self, TypeVar

from loredact.errors import InputError

# A label stands in masked texts, reports and messages, so it is a name: nothing that could be copied from a text.
LABEL_RULE = "1 to 64 letters, digits and _ - . : alone"
_LABEL = re.compile(r"[\w.:-]{1,64}")


def is_label(name: str) -> bool:
    """Whether `name` can be a label: `LABEL_RULE`."""
    return _LABEL.fullmatch(name) is not None


def require_labels(labels: Iterable[str]) -> None:
    """Refuse `labels` of which one is no name.

    Raises:
        InputError: with its place. What it says is not shown: it may be copied from a text.
    """
    for index, label in enumerate(labels):
        if not is_label(label):
            raise InputError(f"Label {index + 1} is no name. A label has {LABEL_RULE}.")


@dataclass(frozen=True, slots=True)
class Span:
    """The substring `text[start:end]` of a document, with a label.

    `score` is the probability, between 0 and 1, that exactly this substring carries exactly this label; a span that a
    person labelled has 1. `extra` holds whatever else a corpus says of the span; nothing here looks at it.
    """

    start: int
    end: int
    label: str
    score: float = field(default=1.0, compare=False)
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its spans, in order and without overlap. `extra` is what a corpus or a caller keeps with the text:
    it is carried along and ignored.

    Where a corpus annotates some labels alone, `annotated` names them: what lies outside the spans of such a
    document has none of these labels; of others nothing is known. None: every label is annotated. Of the
    text in `open_spans` nothing is known at all; they overlap no span.
    """

    text: str
    spans: tuple[Span, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    annotated: frozenset[str] | None = None
    open_spans: tuple[Span, ...] = ()

    def with_spans(self, spans: Iterable[Span]) -> Self:
        """The document with `spans` in place of its own."""
        return replace(self, spans=tuple(spans))


# A document, or one of a class of a caller's own: what it carries along comes back, with its type.
AnyDocument = TypeVar("AnyDocument", bound=Document)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What took a span's place: `text`, which is `[start, end)` of the masked text, put there by the named operator.

    The offsets of `span` are those of the text that went in.
    """

    span: Span
    text: str
    start: int
    end: int
    operator: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A span that was found and left as it is, for `reason`; it is `[start, end)` of the masked text.

    The offsets of `span` are those of the text that went in.
    """

    span: Span
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Masked:
    """The masked text, its replacements, and the spans that were kept, each in order. `extra` is the document's."""

    text: str
    replacements: tuple[Replacement, ...] = ()
    kept: tuple[Kept, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans that were replaced, with offsets into the text that went in."""
        return tuple(replacement.span for replacement in self.replacements)

    def as_json(self) -> dict[str, object]:
        """What `loredact mask --json` prints: never the original text.

        `start` and `end` are offsets into the text that went in, `masked_start` and `masked_end` into what came out.
        """
        return {
            "text": self.text,
            "spans": [
                {
                    "start": r.span.start,
                    "end": r.span.end,
                    "label": r.span.label,
                    "score": r.span.score,
                    "masked_start": r.start,
                    "masked_end": r.end,
                    "operator": r.operator,
                }
                for r in self.replacements
            ],
            "kept": [
                {
                    "start": k.span.start,
                    "end": k.span.end,
                    "label": k.span.label,
                    "score": k.span.score,
                    "masked_start": k.start,
                    "masked_end": k.end,
                    "reason": k.reason,
                }
                for k in self.kept
            ],
        }


def span_problems(text: str, spans: Iterable[Span]) -> list[tuple[int, str]]:
    """What is wrong with `spans` on `text`, as (index of the span, reason); an empty list when all is well.

    A span must lie within the text, hold more than white space, and overlap no other; its label must be a name, and not
    the very text that it labels.
    """
    problems: list[tuple[int, str]] = []
    ordered: list[tuple[int, int, int]] = []
    for index, span in enumerate(spans):
        if not 0 <= span.start <= span.end <= len(text):
            problems.append((index, f"[{span.start}, {span.end}) is not within the text's {len(text)} characters"))
        elif span.start == span.end:
            problems.append((index, f"the span at {span.start} is empty"))
        elif text[span.start : span.end].isspace():
            problems.append((index, f"[{span.start}, {span.end}) holds only white space"))
        elif not span.label:
            problems.append((index, "the label is empty"))
        elif not is_label(span.label):
            problems.append((index, f"the label is no name: it has {LABEL_RULE}"))
        elif text[span.start : span.end] == span.label:
            problems.append((index, "the label is the text that it labels; name what kind of text it is"))
        else:
            ordered.append((span.start, span.end, index))
    ordered.sort()
    for (_, end, _), (start, later_end, index) in pairwise(ordered):
        if start < end:
            problems.append((index, f"[{start}, {later_end}) overlaps the span before it, which ends at {end}"))
    return problems


def require_valid_text(text: str) -> None:
    """Refuse a text that holds lone surrogates: it is not Unicode text and has no UTF-8 form.

    Raises:
        InputError: with the offset of the first surrogate.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"The text is not valid Unicode: a lone surrogate at offset {error.start}. "
            "Decode its bytes again, with the right encoding."
        ) from None


def up_to(documents: Sequence[Document], characters: int) -> int:
    """How many of the first documents to take for some `characters`; at least one."""
    total = 0
    for count, document in enumerate(documents):
        if total >= characters:
            return count
        total += len(document.text)
    return len(documents)
