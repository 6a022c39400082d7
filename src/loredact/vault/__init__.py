"""Vaults: what stands behind the placeholders of masked texts, encrypted, and the way back."""

from loredact.vault.masked import Placeholders, escape
from loredact.vault.placeholders import Placeholder
from loredact.vault.unmask import Unmasked, unmask
from loredact.vault.vault import About, Forgotten, Vault, VaultDocument

__all__ = [
    "About",
    "Forgotten",
    "Placeholder",
    "Placeholders",
    "Unmasked",
    "Vault",
    "VaultDocument",
    "escape",
    "unmask",
]
