"""The vaults of a server: each customer has one of its own, a file in the configuration's folder."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from loredact.document import Masked, Span
from loredact.errors import InputError, VaultError
from loredact.linking import Linker
from loredact.operators import Context
from loredact.policy import CompiledPolicy
from loredact.serve.config import VaultConfig
from loredact.serve.customers import Customer
from loredact.serve.errors import ApiError
from loredact.vault import Placeholders, Unmasked, Vault, escape, unmask

# Another process of this server may be writing: so long it is waited for, and so often looked whether it has ended.
_WAIT_SECONDS, _LOOK_SECONDS = 10.0, 0.01


class Vaults:
    """Masks with a customer's vault, and puts back from it.

    Raises:
        InputError: where the key is not there, or the folder cannot be made.
    """

    def __init__(self, config: VaultConfig | None) -> None:
        self._config = config
        if config is not None:
            config.key.read()
            try:
                config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise InputError(f"vault.folder: {config.folder} cannot be made: {error.strerror}.") from None
        self._writing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def mask(
        self,
        customer: Customer,
        policy: CompiledPolicy,
        documents: list[tuple[str, str, list[Span]]],
        within: Literal["document", "customer"],
    ) -> list[Masked]:
        """Each (name, text, spans) masked with placeholders that the customer's vault remembers: all or none."""
        path = self._path(customer)
        async with self._writing[customer.name]:
            return await asyncio.to_thread(self._mask, path, customer.name, policy, documents, within)

    async def unmask(self, customer: Customer, text: str, document: str | None) -> Unmasked:
        """`text` with what its placeholders stand for.

        Raises:
            ApiError: 404 where the vault has no document of that name.
        """
        path = self._path(customer)
        if not path.is_file():
            raise ApiError(404, "You have masked nothing with a vault yet.")
        return await asyncio.to_thread(self._unmask, path, text, document)

    def _path(self, customer: Customer) -> Path:
        if self._config is None:
            raise ApiError(403, "This server keeps no vaults: its configuration names no folder for them.")
        return self._config.folder / f"{customer.name}.vault"

    def _mask(
        self,
        path: Path,
        customer: str,
        policy: CompiledPolicy,
        documents: list[tuple[str, str, list[Span]]],
        within: Literal["document", "customer"],
    ) -> list[Masked]:
        assert self._config is not None
        results = []
        with self._open_to_write(path) as vault:
            for name, text, spans in documents:
                linker = Linker()
                with vault.document(name, customer, within) as document:
                    operator = Placeholders(document, linker)
                    opened = CompiledPolicy(policy.policy, operator).open(Context(name, customer, linker))
                    results.append(escape(document, opened.apply(text, spans)))
        return results

    def _unmask(self, path: Path, text: str, document: str | None) -> Unmasked:
        assert self._config is not None
        with Vault.open(path) as vault:
            try:
                return unmask(vault.unlock(self._config.key), text, document)
            except InputError:
                raise ApiError(404, "Your vault has no document of that name.") from None

    @contextlib.contextmanager
    def _open_to_write(self, path: Path) -> Iterator[Vault]:
        assert self._config is not None
        if not path.is_file():
            with contextlib.suppress(InputError):  # another process has just made it
                Vault.new(path, self._config.key, self._config.days)
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                vault = Vault.open(path, write=True)
                break
            except VaultError:
                if time.monotonic() > until:
                    raise ApiError(503, "Your vault cannot be written now.", retry_after=5) from None
                time.sleep(_LOOK_SECONDS)
        with vault:
            yield vault.unlock(self._config.key)
