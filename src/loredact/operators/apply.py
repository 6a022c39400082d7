"""Put an operator's results in the places of the spans, and leave every other character as it was."""

from collections.abc import Iterable

from loredact.operators.operator import Operator
from loredact.spans import Span


def apply(operator: Operator, text: str, spans: Iterable[Span]) -> str:
    """`text` with each span's stretch replaced by `operator`; spans are in order and do not overlap.

    The result is text[0:s₁] + operator(text[s₁:e₁]) + text[e₁:s₂] + …: what lies outside the spans is copied, never
    generated, so it cannot change.
    """
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces.append(text[position : span.start])
        pieces.append(operator(text[span.start : span.end], span.label))
        position = span.end
    pieces.append(text[position:])
    return "".join(pieces)
