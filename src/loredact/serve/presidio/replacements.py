"""Presidio's operators, with its parameters and its messages."""

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from loredact.serve.errors import ApiError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

T = TypeVar("T")
Params = Mapping[str, object]
Replacement = Callable[[str, str, Params], str]
_LEAST_SALT = 16


def _replace(text: str, entity_type: str, params: Params) -> str:
    return _typed(params, "new_value", str, needed=False) or f"<{entity_type}>"


def _redact(text: str, entity_type: str, params: Params) -> str:
    return ""


def _keep(text: str, entity_type: str, params: Params) -> str:
    return text


def _mask(text: str, entity_type: str, params: Params) -> str:
    character = _typed(params, "masking_char", str)
    if len(character) > 1:
        raise ApiError(422, "Invalid input, masking_char must be a character")
    count = min(len(text), max(0, _typed(params, "chars_to_mask", int)))
    if _typed(params, "from_end", bool):
        return text[: len(text) - count] + character * count
    return character * count + text[count:]


def _hash(text: str, entity_type: str, params: Params) -> str:
    kind = params.get("hash_type", "sha256")
    if kind is None:
        raise ApiError(422, "Expected parameter hash_type")
    if kind not in ("sha256", "sha512"):
        raise ApiError(422, "Parameter hash_type value is not in range of values ['sha256', 'sha512']")
    salt = os.urandom(32)
    if "salt" in params:
        salt = str(params["salt"]).encode()
        if not salt:
            raise ApiError(
                422,
                "Salt parameter cannot be empty. Either omit the salt parameter to auto-generate a random salt, or "
                "provide a salt of at least 16 bytes (128 bits).",
            )
        if len(salt) < _LEAST_SALT:
            raise ApiError(422, f"Salt must be at least 16 bytes (128 bits). Provided salt is {len(salt)} bytes.")
    return hashlib.new(str(kind), text.encode() + salt).hexdigest()


def _encrypt(text: str, entity_type: str, params: Params) -> str:
    # AES in CBC mode with PKCS #7 padding, the initial vector first, in URL-safe base 64: as Presidio reads it back.
    from cryptography.hazmat.primitives import padding

    cipher, vector = _cipher(_key(params), os.urandom(16))
    padder = padding.PKCS7(128).padder()
    encryptor = cipher.encryptor()
    padded = padder.update(text.encode()) + padder.finalize()
    return base64.urlsafe_b64encode(vector + encryptor.update(padded) + encryptor.finalize()).decode()


def _decrypt(text: str, entity_type: str, params: Params) -> str:
    from cryptography.hazmat.primitives import padding

    key = _key(params)
    try:
        data = base64.urlsafe_b64decode(text)
        cipher, _ = _cipher(key, data[:16])
        decryptor = cipher.decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        padded = decryptor.update(data[16:]) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode("utf-8")
    except ValueError:
        raise ApiError(422, "Invalid input, the text cannot be decrypted with this key") from None


def _key(params: Params) -> bytes:
    key = _typed(params, "key", str).encode()
    if len(key) not in {16, 24, 32}:
        raise ApiError(422, "Invalid input, key must be of length 128, 192 or 256 bits")
    return key


def _cipher(key: bytes, vector: bytes) -> "tuple[Cipher[modes.CBC], bytes]":
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CBC(vector)), vector


_KINDS = {str: "string", bool: "boolean", int: "number", list: "array"}


def _typed(params: Params, name: str, kind: type[T], *, needed: bool = True) -> T:
    value = params.get(name)
    if value is None and needed:
        raise ApiError(422, f"Expected parameter {name}")
    if not value:  # Presidio looks at no type then
        return kind()
    if not isinstance(value, kind):
        got = _KINDS.get(type(value))
        raise ApiError(
            422,
            f"Invalid parameter value for {name}. Expecting '{_KINDS[kind]}', but got '{got}'."
            if got
            else f"Invalid parameter value for '{name}'.",
        )
    return value


ANONYMIZERS: dict[str, Replacement] = {
    "encrypt": _encrypt,
    "hash": _hash,
    "keep": _keep,
    "mask": _mask,
    "redact": _redact,
    "replace": _replace,
}
DEANONYMIZERS: dict[str, Replacement] = {"decrypt": _decrypt, "deanonymize_keep": _keep}
