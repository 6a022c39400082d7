"""Put an operator's results in the places of the spans, and leave every other character as it was."""

from collections.abc import Iterable

from loredact.document import Masked, Replacement, Span
from loredact.operators.operator import Operator, name_of


def apply(operator: Operator, text: str, spans: Iterable[Span]) -> Masked:
    """`text` with each span's segment replaced by `operator`; spans are in order and do not overlap.

    The result is text[0:s₁] + operator(text[s₁:e₁]) + text[e₁:s₂] + …: what lies outside the spans is copied, never
    generated, so it cannot change.
    """
    pieces: list[str] = []
    replacements: list[Replacement] = []
    name = name_of(operator)
    read, written = 0, 0  # offsets into what goes in and what comes out
    for span in spans:
        pieces.append(text[read : span.start])
        written += span.start - read
        new = operator(text[span.start : span.end], span.label)
        replacements.append(Replacement(span, new, written, written + len(new), name))
        pieces.append(new)
        read, written = span.end, written + len(new)
    pieces.append(text[read:])
    return Masked("".join(pieces), tuple(replacements))
