"""Put operators' results in the places of the spans, and leave every other character as it was."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from loredact.document import Kept, Masked, Replacement, Span
from loredact.operators.operator import Context, Operator, name_of, opened


class Choice(NamedTuple):
    """What is to become of a span: it is kept for `reason`, or, where there is none, `operator` replaces it."""

    span: Span
    operator: Operator
    reason: str | None = None


def apply(operator: Operator, text: str, spans: Iterable[Span], context: Context | None = None) -> Masked:
    """`text` with each span's segment replaced by `operator`; spans are in order and do not overlap.

    The result is text[0:s₁] + operator(text[s₁:e₁]) + text[e₁:s₂] + …: what lies outside the spans is copied, never
    generated, so it cannot change. `text` is the whole document of `context`.
    """
    context = context or Context()
    spans = list(spans)
    here = opened(operator, context)
    context.see(text, spans)
    show([here], text, spans)
    return put(text, [Choice(span, here) for span in spans])


def show(operators: Iterable[Operator], text: str, spans: Sequence[Span]) -> None:
    """Let those of the opened `operators` that want to see a chunk before its spans are replaced see it."""
    for operator in operators:
        if (see := getattr(operator, "see", None)) is not None:
            see(text, spans)


def put(text: str, choices: Iterable[Choice], first: int = 0, past: int | None = None) -> Masked:
    """`text[first:past]` with each span replaced or kept as chosen; spans are in order, within it, without overlap.

    Spans keep their offsets into `text`; those of what comes out count from 0.
    """
    pieces: list[str] = []
    replacements: list[Replacement] = []
    kept: list[Kept] = []
    read, written = first, 0  # offsets into what goes in and what comes out
    for choice in choices:
        span = choice.span
        original = text[span.start : span.end]
        start = written + span.start - read
        new = original if choice.reason is not None else choice.operator(original, span.label)
        written = start + len(new)
        if choice.reason is not None:
            kept.append(Kept(span, start, written, choice.reason))
        else:
            replacements.append(Replacement(span, new, start, written, name_of(choice.operator)))
        pieces += (text[read : span.start], new)
        read = span.end
    pieces.append(text[read:past])
    return Masked("".join(pieces), tuple(replacements), tuple(kept))
