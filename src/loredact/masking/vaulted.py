"""Mask with a vault: a placeholder for whatever a policy masks, and what stands behind it in the vault."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from loredact.document import Document, Masked
from loredact.errors import InputError
from loredact.masking.masker import Masker
from loredact.operators import Choice, Context, put
from loredact.vault import Placeholders, Vault, Within, escape


def mask_with_vault(
    masker: Masker,
    vault: Vault,
    texts: Iterable[str | Document],
    context: Callable[[Document], Context],
    within: Within = "document",
) -> Iterator[Masked]:
    """Mask each of `texts`, in order, so that `loredact.vault.unmask` gives it back, character for character.

    What the masker's policy keeps is kept, and all else becomes a placeholder, whatever the operator of its rule.
    `context` names each document, and its customer where `within` asks for one. A document's values are in the vault,
    for good, before its masked text is given; what its `extra` holds rides along.

    Raises:
        InputError: where a document has no name, or a text is not valid Unicode.
        VaultError: where the vault was not opened to write, or cannot be written.
    """
    for found in masker.find_many(texts):
        to_mask, kept = masker.policy.split(found.text, found.spans)
        here = context(found)
        if here.document is None:
            raise InputError("A vault keeps values by document: name the document.")
        with vault.document(here.document, here.customer, within) as document:
            here.linker.see(found.text, to_mask)
            operator = Placeholders(document, here.linker)
            choices = [Choice(span, operator) for span in to_mask]
            choices += [Choice(span, operator, reason) for span, reason in kept]
            masked = escape(document, put(found.text, sorted(choices, key=lambda choice: choice.span.start)))
        yield replace(masked, extra=found.extra)
