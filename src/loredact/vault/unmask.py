"""Put back what stands behind the placeholders of a text, also of one that was edited in between."""

from dataclasses import dataclass

from loredact.errors import InputError
from loredact.vault.placeholders import Placeholder, places, same_label
from loredact.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Unmasked:
    """A text with its values back.

    `restored` counts the placeholders that were put back; `missing` are those of the document that the text no longer
    has, `unknown` those written as one behind which the vault has nothing (any more).
    """

    text: str
    restored: int
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def unmask(vault: Vault, text: str, document: str | None = None) -> Unmasked:
    """`text` with each placeholder of `vault` replaced by its value; all else as it is, character for character.

    A placeholder may have lost its capitals, its brackets or its underscores: `[person 1]`, `PERSON_1` and
    `【Person-1】` are `[PERSON_1]`. Without brackets it needs its underscore. What is missing is told of `document`;
    without one, of the documents that alone hold one of the text's placeholders.

    Raises:
        InputError: where the vault has no document of that name.
        VaultError: where it is damaged.
    """
    number = None if document is None else vault.document_number(document)
    if document is not None and number is None:
        raise InputError("The vault has no document of that name.")
    pieces: list[str] = []
    found: set[Placeholder] = set()
    unknown: dict[str, None] = {}
    read = restored = 0
    for place in places(text):
        entry = vault.value(place.placeholder)
        if entry is None or not same_label(place.placeholder.label, entry[0]):
            if place.exact:
                unknown[text[place.start : place.end]] = None
            continue
        label, value = entry
        pieces += (text[read : place.start], value)
        read = place.end
        restored += 1
        found.add(Placeholder(label, place.placeholder.number, place.placeholder.form))
    pieces.append(text[read:])
    numbers = {number} if number is not None else _documents(vault, found)
    missing = [str(placeholder) for placeholder in vault.placeholders(numbers) if placeholder not in found]
    return Unmasked("".join(pieces), restored, tuple(missing), tuple(unknown))


def _documents(vault: Vault, found: set[Placeholder]) -> set[int]:
    """The documents that alone hold one of `found`."""
    holders = (vault.documents_of(placeholder) for placeholder in found)
    return {numbers[0] for numbers in holders if len(numbers) == 1}
