"""Who asks: API keys, and how much each customer may ask for.

A key is 256 random bits, so its SHA-256 tells nothing of it and needs no salt. Hashes are looked up by an HMAC of
them under a secret of the process: how long a look-up takes tells nothing of a key that is there.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field

from loredact.serve.config import LOCAL, Config, CustomerLimits
from loredact.serve.errors import ApiError

_PREFIX = "loredact_"
_SECRET = secrets.token_bytes(32)


def new_key() -> tuple[str, str]:
    """A new API key, and the hash of it that a configuration holds."""
    key = _PREFIX + secrets.token_urlsafe(32)
    return key, hash_of(key)


def hash_of(key: str) -> str:
    """`sha256:` and the hexadecimal SHA-256 of `key`."""
    return "sha256:" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class Customer:
    """Who asks, and what is under way for it.

    `adapters` and `policies` are those of the server that it may use, None for all; its own adapters come from the
    store.
    """

    name: str
    adapters: frozenset[str] | None
    policies: frozenset[str] | None
    limits: CustomerLimits
    default_adapter: str | None = None
    default_policy: str | None = None
    under_way: int = 0
    _allowance: float = field(default=0.0, repr=False)
    _counted: float = field(default=0.0, repr=False)

    def enter(self) -> None:
        """Count a request in.

        Raises:
            ApiError: 429 where there are too many, of a minute or at once.
        """
        if self.under_way >= self.limits.concurrent:
            raise ApiError(429, "You have too many requests under way.", retry_after=1)
        rate = self.limits.requests_per_minute
        if rate is not None:
            # A bucket that holds a tenth of a minute's requests, so that the rate holds within some seconds too.
            now, most = time.monotonic(), max(1.0, rate / 10)
            self._allowance = min(most, self._allowance + (now - self._counted) * rate / 60) if self._counted else most
            self._counted = now
            if self._allowance < 1:
                wait = (1 - self._allowance) * 60 / rate
                raise ApiError(429, "You have sent more requests than your limit.", retry_after=wait)
            self._allowance -= 1
        self.under_way += 1

    def leave(self) -> None:
        """Count a request out."""
        self.under_way -= 1


class Customers:
    """All customers of a server."""

    def __init__(self, config: Config) -> None:
        self._local = None if config.customers else Customer(LOCAL, None, None, config.limits)
        self._by_digest: dict[bytes, Customer] = {}
        for name, about in config.customers.items():
            policies = None if about.policies is None else frozenset(about.policies)
            customer = Customer(
                name,
                frozenset(about.adapters),
                policies,
                about.limits or config.limits,
                about.default_adapter,
                about.default_policy,
            )
            self._by_digest |= {_digest(key): customer for key in about.keys}
        self._operators = frozenset(map(_digest, config.operator_keys))

    @property
    def open(self) -> bool:
        """Whether no key is asked for."""
        return self._local is not None

    def is_operator(self, key: str | None) -> bool:
        """Whether this is a key of who runs the server."""
        return key is not None and _digest(hash_of(key)) in self._operators

    def by_key(self, key: str | None) -> Customer | None:
        """The customer whose key this is; None where it is nobody's."""
        if self._local is not None:
            return self._local
        return None if key is None else self._by_digest.get(_digest(hash_of(key)))


def _digest(key_hash: str) -> bytes:
    return hmac.digest(_SECRET, key_hash.encode(), "sha256")
