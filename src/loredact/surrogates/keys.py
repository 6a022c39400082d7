"""Passwords, keys and wallets: in the same form, with the prefix by which a key is known, and right checks.

A Bitcoin address has a new hash and the check of base58check, or of bech32 (BIP 173) or bech32m (BIP 350); an address of
Ethereum has 40 other hexadecimal digits and, whatever the case of its letters, no check (EIP-55).
"""

import re
from hashlib import sha256
from random import Random

from loredact.surrogates.characters import by_class

_PREFIX = re.compile(
    r"AKIA|ASIA|gh[opsur]_|github_pat_|glpat-|[prs]k_(?:live|test)_|sk-(?:[a-z]{2,5}-)*|xox[a-z]-|AIza|npm_|hf_|SG\.|eyJ"
)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32M = 0x2BC830A3


def secret(value: str, random: Random) -> str:
    """The surrogate of a password or a key; the first and last line of a private key stay."""
    if "-----" in value:
        lines = value.splitlines(keepends=True)
        return "".join(line if "-----" in line else by_class(line, random) for line in lines)
    prefix = _PREFIX.match(value)
    return by_class(value, random, keep=prefix.end() if prefix else 0)


def wallet(value: str, random: Random) -> str:
    """The surrogate of a wallet's address."""
    if re.fullmatch(r"0[xX][0-9A-Fa-f]+", value):
        drawn = "".join(random.choice("0123456789abcdef") for _ in value[2:])
        return value[:2] + (drawn.upper() if value[2:].isupper() else drawn)
    if re.fullmatch(rf"[13][{_BASE58}]{{25,34}}", value):
        version = 0 if value.startswith("1") else 5
        return _base58check(bytes([version]) + random.randbytes(20))
    if re.fullmatch(rf"bc1[{_BECH32}]{{8,}}", value.lower()):
        drawn = _bech32(value.lower(), random)
        return drawn.upper() if value.isupper() else drawn
    return by_class(value, random)


def _base58check(payload: bytes) -> str:
    data = payload + sha256(sha256(payload).digest()).digest()[:4]
    number, signs = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        signs = _BASE58[digit] + signs
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + signs


def _bech32(value: str, random: Random) -> str:
    from stdnum.bitcoin import _expand_hrp, bech32_checksum

    version = _BECH32.index(value[3])
    data = [version, *(random.randrange(32) for _ in value[4:-6])]
    bits = 5 * (len(data) - 1) % 8
    data[-1] &= 31 ^ ((1 << bits) - 1)  # what is left of the last byte is zero
    check = bech32_checksum(_expand_hrp("bc") + data + [0] * 6) ^ (1 if version == 0 else _BECH32M)
    data += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return "bc1" + "".join(_BECH32[number] for number in data)
