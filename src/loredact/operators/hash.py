"""`hash`: a keyed hash of the text, HMAC-SHA-256 (RFC 2104, FIPS 198-1)."""

from functools import cached_property
from typing import Any, Literal

from pydantic import Field, field_validator

from loredact.keys import Key, keyed
from loredact.operators.settings import OperatorSettings

_WHY = (
    "a hash needs a key, such as {env: LOREDACT_KEY}: names and numbers are few, and of a hash without a key whoever "
    "hashes them all can tell which it is"
)


class Hash(OperatorSettings):
    """Puts the keyed hash of a span's text in its place, in hexadecimal digits.

    HMAC-SHA-256 of the text in UTF-8 by a key derived for this use (`Key.for_use("hash")`): the same text gives the
    same hash wherever the key is the same, and without the key nobody can tell which text a hash is of.
    """

    name: Literal["hash"] = "hash"
    key: Key | None = Field(default=None, validate_default=True, description="where the key is")
    length: int = Field(default=64, ge=16, le=64, description="hexadecimal digits")

    @field_validator("key", mode="before")
    @classmethod
    def _keyed_alone(cls, key: Any) -> Any:
        if key is None:
            raise ValueError(_WHY)
        return key

    def ready(self) -> None:
        """Read the key."""
        self._by  # noqa: B018

    @cached_property
    def _by(self) -> bytes:
        assert self.key is not None
        return self.key.for_use("hash")

    def __call__(self, original: str, label: str) -> str:
        return keyed(self._by, original).hex()[: self.length]
