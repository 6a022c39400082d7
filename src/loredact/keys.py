"""Secret keys: where one comes from, and keys for one use each that are derived from it.

In a settings file a key is named and never written: `{env: LOREDACT_KEY}`, `{file: key.txt}` or
`{keyring: loredact/tests}`. A key is 16 bytes or more, of UTF-8 text; white space at
the ends of a file is no part of it.
`python -c "import secrets; print(secrets.token_urlsafe(32))"` makes one.
"""

import hashlib
import hmac
import os
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, model_validator

from loredact.errors import InputError

LEAST_BYTES = 16
_WHERE = "Say where the key is: {env: NAME}, {file: PATH} or {keyring: SERVICE/USER}"


class Key(BaseModel):
    """A secret key, by where it is: exactly one of an environment variable, a file, the keyring, or the key itself.

    What is printed of it says where it is and never what it is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: str | None = Field(default=None, min_length=1, description="the environment variable that holds the key")
    file: Path | None = Field(default=None, description="the file that holds the key")
    keyring: str | None = Field(
        default=None, pattern=r"^[^/]+/[^/]+$", description="SERVICE/USER of the system's keyring"
    )

    # No field: no file and no request can hold the key itself.
    _secret: SecretStr | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _no_key_itself(cls, given: Any) -> Any:
        if not isinstance(given, dict | Key):
            raise ValueError(f"a key is named and never written. {_WHERE}")  # noqa: TRY004 (what pydantic tells on)
        return given

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self._secret is None and sum(source is not None for source in (self.env, self.file, self.keyring)) != 1:
            raise ValueError(_WHERE)
        return self

    @classmethod
    def of(cls, secret: str) -> "Key":
        """The key whose bytes are `secret` in UTF-8."""
        key = cls.model_construct()
        key._secret = SecretStr(secret)
        return key

    def read(self) -> bytes:
        """The key's bytes.

        Raises:
            InputError: where it is not there, or is shorter than 16 bytes.
        """
        if self._secret is not None:
            place, found = "The key", self._secret.get_secret_value()
        elif self.env is not None:
            place, found = f"The key in the environment variable {self.env}", os.environ.get(self.env, "")
        elif self.file is not None:
            place = f"The key in {self.file}"
            try:
                found = self.file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(f"{place} cannot be read ({type(error).__name__}).") from None
        else:
            place, found = f"The key {self.keyring} in the keyring", _from_keyring(self.keyring or "")
        if not found:
            raise InputError(f"{place} is not there. Put one there, of {LEAST_BYTES} bytes or more at random.")
        key = found.encode("utf-8", "surrogateescape")
        if len(key) < LEAST_BYTES:
            raise InputError(f"{place} is too short: it needs {LEAST_BYTES} bytes or more, at random.")
        return key

    def for_use(self, use: str) -> bytes:
        """32 bytes for one use alone: HMAC-SHA-256 of `use` by the key, so that no use tells anything of another's.

        Raises:
            InputError: where `read` raises it.
        """
        return keyed(self.read(), "loredact", use)


def keyed(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA-256 (RFC 2104) by `key` of `parts`, each with its length before it: 32 bytes."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def _from_keyring(name: str) -> str:
    try:
        import keyring
    except ImportError:
        raise InputError("Keys of the keyring need keyring: pip install 'loredact[crypto]'.") from None
    service, _, user = name.partition("/")
    return keyring.get_password(service, user) or ""
