"""A server as it is now: its configuration and what follows from it, all replaced in one step."""

import logging
from dataclasses import dataclass
from pathlib import Path

import httpx

from loredact.errors import LoredactError
from loredact.labels import LabelMap, read_map
from loredact.serve.adapters import Adapters
from loredact.serve.config import Config, read_config
from loredact.serve.customers import Customers
from loredact.serve.engine import Engine, Request
from loredact.serve.policies import Policies
from loredact.serve.queue import Queue
from loredact.serve.vaults import Vaults

log = logging.getLogger("loredact.serve")


@dataclass(frozen=True)
class Now:
    """What a configuration makes of the server."""

    config: Config
    customers: Customers
    adapters: Adapters
    policies: Policies
    vaults: Vaults


class Server:
    """What requests are answered with."""

    def __init__(
        self,
        config: Config,
        *,
        path: Path | None = None,
        upstream: str | None = None,
        encrypted: bool = False,
        several_processes: bool = False,
        threads: int = 1,
    ) -> None:
        self.path, self.upstream, self.encrypted = path, upstream, encrypted
        self.several_processes = several_processes
        self.presidio: LabelMap = read_map("presidio")
        self.engine = Engine()
        self.ready = False
        self.upstream_client: httpx.AsyncClient | None = None
        self.now = self._made(config)
        limits = config.limits
        self.queue = Queue(
            self.engine.find_batch,
            waiting_tokens=limits.waiting_tokens,
            batch_tokens=limits.batch_tokens,
            threads=threads,
            prepare=self.engine.prepare_thread,
        )

    def warm(self) -> None:
        """Load the default adapter and find with it once.

        Raises:
            LoredactError: where it cannot be loaded.
        """
        name = self.now.config.default_adapter
        loaded = self.engine.load(name, self.now.config.folders()[name])
        self.now.adapters.keep(loaded)
        self.engine.find_batch([Request(loaded, "Ada Lovelace, 10 December 1815")])
        self.ready = True

    def reload(self) -> None:
        """Take the configuration as its file is now; where anything in it is wrong, all stays as it was."""
        if self.path is None:
            return
        try:
            config = read_config(self.path)
            now = self._made(config)
            name = config.default_adapter
            now.adapters.keep(self.engine.load(name, config.folders()[name]))
        except (LoredactError, OSError):  # OSError: a folder of vaults that cannot be made
            log.exception("configuration refused, the one before stays")
            return
        self.now = now
        self.queue.set_bounds(waiting_tokens=config.limits.waiting_tokens, batch_tokens=config.limits.batch_tokens)
        log.info("configuration reloaded")

    def _made(self, config: Config) -> Now:
        return Now(config, Customers(config), Adapters(config, self.engine), Policies(config), Vaults(config.vault))
