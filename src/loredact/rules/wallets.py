"""Wallets: Bitcoin addresses with their check (base58check, bech32 of BIP 173), and Ethereum's by their form."""

import re
from collections.abc import Iterator

from loredact.rules.offsets import NOT_AFTER_WORD, NOT_BEFORE_WORD, Offsets

_BASE58 = "1-9A-HJ-NP-Za-km-z"
_BECH32 = "02-9ac-hj-np-z"
_BITCOIN = re.compile(
    rf"{NOT_AFTER_WORD}(?:[13][{_BASE58}]{{25,34}}|bc1[{_BECH32}]{{11,71}}|BC1[{_BECH32.upper()}]{{11,71}}){NOT_BEFORE_WORD}"
)
# BIP 350 changed the check for these, so their length and prefix tell them.
_TAPROOT = re.compile(rf"bc1p[{_BECH32}]{{58}}", re.IGNORECASE)
_DIGEST = re.compile(r"(?:0x)?(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128})")
_ETHEREUM = re.compile(rf"{NOT_AFTER_WORD}0x[0-9A-Fa-f]{{40}}{NOT_BEFORE_WORD}")


def find(text: str) -> Iterator[Offsets]:
    """The addresses of wallets."""
    from stdnum import bitcoin

    for match in _BITCOIN.finditer(text):
        if bitcoin.is_valid(match[0]) or _TAPROOT.fullmatch(match[0]):
            yield match.span()
    for match in _ETHEREUM.finditer(text):
        yield match.span()


def possible(text: str, start: int, end: int) -> bool:
    """False for hexadecimal figures in the number of a digest: no kind of wallet has so many."""
    return not _DIGEST.fullmatch(text, start, end)
