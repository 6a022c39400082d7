"""The adapters of a server: those of its configuration, and each customer's own, put over the network.

A customer's own lie in `store/CUSTOMER/NAME/VERSION`, and the file `current` beside the versions says which of them
counts: it is replaced in one step, so that all processes of a server see the old adapter or the new one. A version is
removed when the next one but one comes: who has just read `current` can still load it.
"""

import asyncio
import contextlib
import gc
import io
import secrets
import shutil
import zipfile
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from weakref import WeakValueDictionary

import filelock

from loredact.adapters import find_adapter
from loredact.adapters.description import FILE
from loredact.errors import AdapterError, LoredactError
from loredact.files import write_text
from loredact.lora.files import CONFIG_FILE, WEIGHTS_FILE
from loredact.serve import metrics
from loredact.serve.config import NAME, NAME_RULE, Config
from loredact.serve.customers import Customer
from loredact.serve.engine import Engine, LoadedAdapter
from loredact.serve.errors import ApiError
from loredact.tagger import read_description

_CURRENT = "current"
_FILES = frozenset({FILE, CONFIG_FILE, WEIGHTS_FILE})
_SOME_AT_ONCE = 2
# The fingerprint of a base, and how many of its layers.
_BaseKey = tuple[str, int]
# In a customer's folder; no adapter's name begins with a dot.
_LOCK = ".lock"
# Another process may be loading what it was put: so long it is waited for.
_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Known:
    """An adapter that a customer may use."""

    name: str
    origin: Literal["server", "own"]


class Adapters:
    """Finds, loads and keeps adapters."""

    def __init__(self, config: Config, engine: Engine) -> None:
        self._config, self._engine = config, engine
        self._folders = config.folders()
        self._store = config.store
        self._loaded: OrderedDict[str, LoadedAdapter] = OrderedDict()
        self._loading: dict[str, asyncio.Task[LoadedAdapter]] = {}
        self._bases: dict[_BaseKey, str] | None = None
        self._changes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._gate = asyncio.Semaphore(_SOME_AT_ONCE)

    async def get(self, customer: Customer, name: str | None) -> LoadedAdapter:
        """The adapter that `customer` calls `name`; without one, the server's default.

        Raises:
            ApiError: 404 where it has none of that name, 500 where it cannot be loaded.
        """
        wanted = name or customer.default_adapter or self._config.default_adapter
        adapter_id, folder = self._find(customer, wanted)
        loaded = self._loaded.get(adapter_id)
        metrics.ADAPTER_LOOKUPS.labels("there" if loaded else "loaded").inc()
        if loaded is not None:
            self._loaded.move_to_end(adapter_id)
            return loaded
        task = self._loading.get(adapter_id)
        if task is None:
            task = asyncio.create_task(self._load(adapter_id, folder))
            self._loading[adapter_id] = task
        try:
            return await asyncio.shield(task)
        except LoredactError as error:
            if self._find(customer, wanted)[0] != adapter_id:  # removed or replaced meanwhile
                return await self.get(customer, wanted)
            raise ApiError(500, f"The adapter cannot be loaded: {type(error).__name__}.") from None

    def known(self, customer: Customer) -> list[Known]:
        """What `customer` may use, its own first."""
        own = self._own_names(customer)
        allowed = self._folders.keys() if customer.adapters is None else customer.adapters & self._folders.keys()
        return [Known(name, "own") for name in own] + [
            Known(name, "server") for name in sorted(allowed) if name not in own
        ]

    async def put(self, customer: Customer, name: str, archive: bytes) -> LoadedAdapter:
        """Keep the adapter in the ZIP file `archive` as the one that `customer` calls `name`, in place of another.

        It is loaded first: what cannot be used is refused, and the one before stays.

        Raises:
            ApiError: 400 or 422 where it is no adapter, 403 where this server keeps none or the customer has
                too many, 503 where another process puts one for long, 507 where the disk is full.
        """
        place = self._place(customer, name)
        async with self._changing(customer):
            loaded = await asyncio.to_thread(self._put, customer, name, place, archive)
        self.keep(loaded)
        return loaded

    def _put(self, customer: Customer, name: str, place: Path, archive: bytes) -> LoadedAdapter:
        """All of it in one thread: a request that is given up leaves no half of it behind."""
        try:
            bases = self._known_bases()
        except LoredactError as error:
            raise ApiError(500, f"An adapter of the configuration cannot be read: {type(error).__name__}.") from None
        with self._alone(customer):
            own = self._own_names(customer)
            most = customer.limits.own_adapters
            if name not in own and len(own) >= most:
                raise ApiError(403, f"You may keep {most} adapters of your own. Remove one first.")
            version = secrets.token_hex(8)
            folder = place / version
            before = _read_current(place)
            try:
                _unpack(archive, folder, self._config.limits.adapter_bytes)
                base = bases.get(_base_of(folder)[0])
                if base is None:
                    raise ApiError(422, "No adapter of this server has that base, with as many layers.")
                loaded = self._engine.load(_own_id(customer, name, version), folder, base)
                _require_whole(folder)
                write_text(place / _CURRENT, version)
            except LoredactError as error:
                shutil.rmtree(folder, ignore_errors=True)
                raise ApiError(422, f"This is no adapter that can be used here: {type(error).__name__}.") from None
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)
                raise ApiError(507, "The adapter could not be written; the one before stays.") from None
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            with contextlib.suppress(OSError):  # what cannot be removed now is when the next one comes
                for old in place.iterdir():
                    if old.is_dir() and old.name not in {version, before}:
                        shutil.rmtree(old, ignore_errors=True)
            return loaded

    async def delete(self, customer: Customer, name: str) -> None:
        """Remove the adapter that `customer` calls `name`.

        Raises:
            ApiError: 404 where it has none of its own of that name.
        """
        place = self._place(customer, name)
        none = ApiError(404, "You have no adapter of your own of that name.")
        if _read_current(place) is None:
            raise none
        async with self._changing(customer):
            version = await asyncio.to_thread(self._delete, customer, place)
        if version is None:
            raise none
        self._loaded.pop(_own_id(customer, name, version), None)
        metrics.ADAPTERS.set(len(self._loaded))

    def _delete(self, customer: Customer, place: Path) -> str | None:
        with self._alone(customer):
            version = _read_current(place)
            if version is not None:
                (place / _CURRENT).unlink(missing_ok=True)
                shutil.rmtree(place, ignore_errors=True)
            return version

    @contextlib.asynccontextmanager
    async def _changing(self, customer: Customer) -> AsyncIterator[None]:
        """Let a customer's changes wait for each other here, so that they take one thread between them."""
        lock = self._changes.setdefault(customer.name, asyncio.Lock())
        async with lock:
            yield

    @contextlib.contextmanager
    def _alone(self, customer: Customer) -> Iterator[None]:
        """Be the only one, of all processes of the server, that changes a customer's own adapters.

        One lock for all names: there are no more of them than customers, and the limit on how many adapters a customer
        keeps is counted within it.
        """
        assert self._store is not None
        folder = self._store / customer.name
        lock = filelock.FileLock(folder / _LOCK)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=_WAIT_SECONDS)
        except filelock.Timeout:
            raise ApiError(503, "Another of your adapters is being put now.", retry_after=5) from None
        except OSError:
            raise ApiError(507, "The server's store cannot be written.") from None
        try:
            yield
        finally:
            lock.release()

    def _known_bases(self) -> dict[_BaseKey, str]:
        """What the configuration's adapters call their bases, by fingerprint and depth.

        An adapter names its base by a path or an address, which must not come from a customer; and each base and
        depth is a network more in memory.

        Raises:
            AdapterError: where an adapter of the configuration cannot be read.
        """
        if self._bases is None:
            self._bases = dict(map(_base_of, map(find_adapter, self._folders.values())))
        return self._bases

    def _find(self, customer: Customer, name: str) -> tuple[str, str | Path]:
        if NAME.fullmatch(name):
            if self._store is not None:
                place = self._store / customer.name / name
                version = _read_current(place)
                if version is not None:
                    return _own_id(customer, name, version), place / version
            if name in self._folders and (customer.adapters is None or name in customer.adapters):
                return name, self._folders[name]
        raise ApiError(404, "You have no adapter of that name.")

    async def _load(self, adapter_id: str, folder: str | Path) -> LoadedAdapter:
        try:
            async with self._gate:
                loaded = await asyncio.to_thread(self._read, adapter_id, folder)
            self.keep(loaded)
            return loaded
        finally:
            del self._loading[adapter_id]

    def _read(self, adapter_id: str, folder: str | Path) -> LoadedAdapter:
        if "/" not in adapter_id:
            return self._engine.load(adapter_id, folder)
        base = self._known_bases().get(_base_of(Path(folder))[0])
        if base is None:
            raise AdapterError("No adapter of the configuration has its base any more.")
        return self._engine.load(adapter_id, folder, base)

    def keep(self, loaded: LoadedAdapter) -> None:
        """Have `loaded` in memory, and let those go that were not used for longest."""
        self._loaded[loaded.id] = loaded
        while len(self._loaded) > self._config.limits.adapters_in_memory:
            self._loaded.popitem(last=False)
        metrics.ADAPTERS.set(len(self._loaded))
        # A full collection would pass over the objects of all adapters, which are freed by their counts: with a
        # thousand it stops all requests for about a second.
        gc.freeze()

    def _own_names(self, customer: Customer) -> list[str]:
        if self._store is None or not (self._store / customer.name).is_dir():
            return []
        return sorted(place.parent.name for place in (self._store / customer.name).glob(f"*/{_CURRENT}"))

    def _place(self, customer: Customer, name: str) -> Path:
        if self._store is None:
            raise ApiError(403, "This server keeps no adapters: its configuration names no store.")
        if not NAME.fullmatch(name):
            raise ApiError(422, f"An adapter's name has {NAME_RULE}.")
        return self._store / customer.name / name


def _own_id(customer: Customer, name: str, version: str) -> str:
    return f"{customer.name}/{name}/{version}"


def _base_of(folder: Path) -> tuple[_BaseKey, str]:
    """The fingerprint of an adapter's base and how many of its layers it has; and what it calls the base."""
    about = read_description(folder)
    return (about.base.fingerprint, about.architecture.num_layers), about.base.name


def _read_current(place: Path) -> str | None:
    with contextlib.suppress(OSError):
        return (place / _CURRENT).read_text(encoding="ascii")
    return None


def _require_whole(folder: Path) -> None:
    """Raise an OSError where a file of a version is gone: somebody cleaned the store up meanwhile."""
    for name in _FILES:
        (folder / name).stat()


def _unpack(archive: bytes, folder: Path, most: int) -> None:
    """Write an adapter's three files out of a ZIP file into `folder`: no other name is read, so none can lead out."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            inside = {info.filename: info for info in packed.infolist()}
            if inside.keys() != _FILES or len(packed.infolist()) != len(_FILES):
                raise ApiError(422, f"The ZIP file must hold {', '.join(sorted(_FILES))} at its top, and no more.")
            if sum(info.file_size for info in inside.values()) > most:
                raise ApiError(413, f"An adapter has at most {most} bytes.")
            folder.mkdir(parents=True)
            for name, info in inside.items():
                # What an entry says of its size is not to be trusted: so much is read and no more.
                with packed.open(info) as source:
                    data = source.read(info.file_size + 1)
                if len(data) != info.file_size:
                    raise ApiError(422, "The ZIP file is damaged.")
                (folder / name).write_bytes(data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise ApiError(422, "This is no ZIP file of an adapter.") from None
