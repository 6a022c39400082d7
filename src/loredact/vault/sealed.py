"""What a vault's key does: seal what is stored, and name what is looked up.

From the key, HKDF-SHA-256 (RFC 5869) with the vault's random id as salt makes three keys: one encrypts with AES-256-GCM
(NIST SP 800-38D), one makes tags with HMAC-SHA-256 (RFC 2104), one makes the key's check value. Sealed is a random
nonce of 96 bits, the ciphertext and its tag of 128 bits, over the text in UTF-8 padded to whole blocks of 32 bytes, so
that the file tells no length but the number of blocks. What a sealed text belongs to is authenticated with it: a row
cannot be put in another's place.
"""

import hmac
import secrets

from loredact.errors import InputError, VaultError

_BLOCK = 32
_NONCE = 12


class Seals:
    """The three keys of one vault.

    Raises:
        InputError: where the extra `crypto` is not installed.
    """

    def __init__(self, key: bytes, vault_id: bytes) -> None:
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF
        except ImportError:
            raise InputError("A vault needs cryptography: pip install 'loredact[crypto]'.") from None
        made = HKDF(SHA256(), 96, vault_id, b"loredact vault 1").derive(key)
        self._cipher = AESGCM(made[:32])
        self._tags, self._check = made[32:64], made[64:]
        self._id = vault_id

    @property
    def check_value(self) -> bytes:
        """What the file holds to tell at once whether a key is its own; it tells nothing of the key."""
        return hmac.digest(self._check, b"loredact vault key check", "sha256")

    def seal(self, text: str, belongs_to: str) -> bytes:
        """`text` encrypted; `open` wants the same `belongs_to`."""
        data = text.encode() + b"\x80"
        data += b"\0" * (-len(data) % _BLOCK)
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, self._id + belongs_to.encode())

    def open(self, sealed: bytes, belongs_to: str) -> str:
        """What `seal` was given.

        Raises:
            VaultError: where the row was changed or moved.
        """
        from cryptography.exceptions import InvalidTag

        try:
            data = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._id + belongs_to.encode())
        except (InvalidTag, ValueError, TypeError):
            raise VaultError(
                f"The vault is damaged: its entry {belongs_to} does not open. Put back a copy that was made before."
            ) from None
        return data.rstrip(b"\0")[:-1].decode()

    def tag(self, *parts: str) -> bytes:
        """What `parts` are looked up by: 128 bits that tell nothing without the key."""
        data = b"".join(len(part := text.encode()).to_bytes(8, "big") + part for text in parts)
        return hmac.digest(self._tags, data, "sha256")[:16]
