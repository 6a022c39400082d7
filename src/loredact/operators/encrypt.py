"""`encrypt`: the text encrypted, to be opened again with the key: AES-256-GCM (NIST SP 800-38D)."""

import base64
import binascii
import secrets
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from loredact.errors import InputError
from loredact.keys import Key
from loredact.operators.settings import OperatorSettings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_TAG_BYTES = 16


class Encrypt(OperatorSettings):
    """Puts the encrypted text in a span's place, in the URL-safe alphabet of Base64 (RFC 4648), with its padding.

    The bytes are a nonce of 12, drawn at random, then the text in UTF-8 encrypted by AES-256-GCM with a key derived for
    this use (`Key.for_use("encrypt")`), then its tag of 16. Equal texts differ when encrypted. One key is good for 2³²
    texts (SP 800-38D, section 8.3).
    """

    name: Literal["encrypt"] = "encrypt"
    key: Key = Field(description="where the key is")

    def ready(self) -> None:
        """Read the key."""
        self._cipher  # noqa: B018

    @cached_property
    def _cipher(self) -> "AESGCM":
        return _cipher(self.key)

    def __call__(self, original: str, label: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, original.encode(), None)).decode()


class Decrypt:
    """Opens again what `encrypt` put in a text's place."""

    def __init__(self, key: Key) -> None:
        self._cipher = _cipher(key)

    def __call__(self, encrypted: str, label: str = "") -> str:
        """The text that was encrypted.

        Raises:
            InputError: where it was encrypted with another key, or was changed.
        """
        from cryptography.exceptions import InvalidTag

        try:
            data = base64.b64decode(encrypted, altchars=b"-_", validate=True)
            if len(data) < _NONCE_BYTES + _TAG_BYTES:
                raise ValueError("too short")
            return self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None).decode()
        except (InvalidTag, ValueError, binascii.Error):
            raise InputError("What was encrypted does not open: the key is another, or it was changed.") from None


def _cipher(key: Key) -> "AESGCM":
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise InputError("The operator encrypt needs cryptography: pip install 'loredact[crypto]'.") from None
    return AESGCM(key.for_use("encrypt"))
