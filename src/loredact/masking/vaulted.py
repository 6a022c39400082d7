"""Mask with a vault: a placeholder for whatever a policy masks, and what stands behind it in the vault."""

from collections.abc import Iterable, Iterator
from itertools import tee

from loredact.document import Masked
from loredact.errors import InputError
from loredact.masking.masker import Masker
from loredact.operators import Choice, Context, put
from loredact.vault import Placeholders, Vault, Within, escape


def mask_with_vault(
    masker: Masker,
    vault: Vault,
    texts: Iterable[str],
    contexts: Iterable[Context],
    within: Within = "document",
) -> Iterator[Masked]:
    """Mask each of `texts`, in order, so that `loredact.vault.unmask` gives it back, character for character.

    What the masker's policy keeps is kept, and all else becomes a placeholder, whatever the operator of its rule. Each
    context names its document, and the customer where `within` asks for one. A document's values are in the vault,
    for good, before its masked text is given.

    Raises:
        InputError: where a context has no document, or a text is not valid Unicode.
        VaultError: where the vault was not opened to write, or cannot be written.
    """
    originals, to_find = tee(texts)
    for spans, text, context in zip(masker.find_many(to_find), originals, contexts, strict=True):
        to_mask, kept = masker.policy.split(text, spans)
        if context.document is None:
            raise InputError("A vault keeps values by document: name the document.")
        with vault.document(context.document, context.customer, within) as document:
            context.linker.see(text, to_mask)
            operator = Placeholders(document, context.linker)
            choices = [Choice(span, operator) for span in to_mask]
            choices += [Choice(span, operator, reason) for span, reason in kept]
            masked = escape(document, put(text, sorted(choices, key=lambda choice: choice.span.start)))
        yield masked
