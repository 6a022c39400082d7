"""The operator that puts a vault's placeholders in the places of spans, and what makes the way back exact."""

from collections.abc import Iterable
from typing import Protocol

from loredact.document import Kept, Masked, Replacement, Span
from loredact.labels import LABELS
from loredact.vault.placeholders import places, upright
from loredact.vault.vault import VaultDocument


class Identifies(Protocol):
    """Tells who is who, as `loredact.linking.Linker` does."""

    def identity(self, original: str, label: str) -> str:
        """What mentions of one person or thing have in common."""
        ...


class Placeholders:
    """Puts `[LABEL_N]` in a span's place, which `document` remembers the value of."""

    name = "vault"

    def __init__(self, document: VaultDocument, linker: Identifies) -> None:
        self._document = document
        self._linker = linker

    def __call__(self, original: str, label: str) -> str:
        return str(self._document.placeholder(original, label, self._linker.identity(original, label)))


def escape(document: VaultDocument, masked: Masked) -> Masked:
    """`masked`, with a placeholder for each substring that reads as one and is none, so that `unmask` gives it back.

    Such are `[PERSON_1]` where the text that went in had it, and what reads as a placeholder with a label of ours, or
    of the vault's: `person_1`.
    """
    known = {upright(label) for label in (*LABELS, *document.labels)}
    ours = {(replacement.start, replacement.end) for replacement in masked.replacements}
    found = [
        place
        for place in places(masked.text)
        if (place.start, place.end) not in ours and (place.exact or upright(place.placeholder.label) in known)
    ]
    if not found:
        return masked
    text, shift, read = masked.text, 0, 0
    pieces: list[str] = []
    literals: list[Replacement] = []
    shifts: list[tuple[int, int]] = []  # from where on in the masked text what comes is shifted by how much
    for place in found:
        new = str(document.literal(text[place.start : place.end]))
        start = place.start + shift
        shift += len(new) - (place.end - place.start)
        shifts.append((place.end, shift))
        literals.append(Replacement(_original(masked, place.start, place.end), new, start, start + len(new), "vault"))
        pieces += (text[read : place.start], new)
        read = place.end
    pieces.append(text[read:])

    def moved(at: int) -> int:
        return at + next((by for start, by in reversed(shifts) if start <= at), 0)

    replacements = [
        Replacement(r.span, r.text, moved(r.start), moved(r.start) + len(r.text), r.operator)
        for r in masked.replacements
    ]
    kept = [Kept(k.span, moved(k.start), moved(k.end), k.reason) for k in masked.kept]
    together = sorted((*replacements, *literals), key=lambda replacement: replacement.start)
    return Masked("".join(pieces), tuple(together), tuple(kept))


def _original(masked: Masked, start: int, end: int) -> Span:
    """The span of the text that went in which `[start, end)` of the masked text was copied from."""
    before: Iterable[Replacement] = (r for r in masked.replacements if r.end <= start)
    shift = sum((r.span.end - r.span.start) - (r.end - r.start) for r in before)
    return Span(start + shift, end + shift, "LITERAL")
