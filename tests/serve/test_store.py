"""The store of adapters that customers put: several processes of a server share it."""

import asyncio
import json
import shutil
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loredact.adapters.description import FILE
from loredact.serve.adapters import Adapters
from loredact.serve.config import Config, CustomerLimits
from loredact.serve.customers import Customer
from loredact.serve.engine import Engine, LoadedAdapter
from loredact.serve.errors import ApiError
from tests.serve.conftest import zipped

LIMITS = CustomerLimits.model_validate({"own-adapters": 2})
NORTH = Customer("north", None, None, LIMITS)


@pytest.fixture
def config(tiny_adapters: dict[str, Path], tmp_path: Path) -> Config:
    adapters = {name: str(folder) for name, folder in tiny_adapters.items()}
    return Config.model_validate({"adapters": adapters, "default-adapter": "first", "store": str(tmp_path / "store")})


def at_once(config: Config, *work: Callable[[Adapters], Coroutine[None, None, None]]) -> list[BaseException]:
    """Do each piece of work with adapters and an engine of its own, as each process has them; what went wrong."""
    ready, failed = threading.Barrier(len(work)), list[BaseException]()

    def do(one: Callable[[Adapters], Coroutine[None, None, None]]) -> None:
        own = Adapters(config, Engine())
        ready.wait()
        try:
            asyncio.run(one(own))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=do, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def labels_of(config: Config, name: str) -> tuple[str, ...]:
    """The labels of an adapter, as a process has it that has just started."""
    found = list[tuple[str, ...]]()

    async def get(adapters: Adapters) -> None:
        found.append((await adapters.get(NORTH, name)).labels)

    # In a thread: Playwright's loop may run in this one.
    assert at_once(config, get) == []
    return found[0]


def putting(name: str, archive: bytes, times: int = 1) -> Callable[[Adapters], Coroutine[None, None, None]]:
    async def put(adapters: Adapters) -> None:
        for _ in range(times):
            await adapters.put(NORTH, name, archive)

    return put


def test_processes_that_put_one_name_at_once_leave_one_that_can_be_used(
    config: Config, tiny_adapters: dict[str, Path]
) -> None:
    archives = [zipped(tiny_adapters[name]) for name in ("first", "second", "third")]
    assert at_once(config, *(putting("mine", archive, 3) for archive in archives)) == []
    assert labels_of(config, "mine") in {("FIRST", "FIRST_NUMBER"), ("SECOND", "SECOND_NUMBER"), ("THIRD",)}
    # The version that counts, and the one before.
    assert config.store is not None
    assert len([version for version in (config.store / "north" / "mine").iterdir() if version.is_dir()]) == 2


def test_an_adapter_removed_and_put_at_once_is_whole_or_gone(config: Config, tiny_adapters: dict[str, Path]) -> None:
    refused = set[int]()

    async def delete(adapters: Adapters) -> None:
        for _ in range(20):
            try:
                await adapters.delete(NORTH, "mine")
            except ApiError as error:
                refused.add(error.status)
            await asyncio.sleep(0.02)

    assert at_once(config, putting("mine", zipped(tiny_adapters["first"]), 8), delete) == []
    assert refused <= {404}
    assert at_once(config, putting("mine", zipped(tiny_adapters["third"]))) == []
    assert labels_of(config, "mine") == ("THIRD",)


def test_an_adapter_that_goes_while_it_is_loaded_is_gone_or_the_one_that_took_its_place(
    config: Config, tiny_adapters: dict[str, Path]
) -> None:
    assert config.store is not None
    place = config.store / "north" / "mine"
    assert at_once(config, putting("mine", zipped(tiny_adapters["first"]))) == []

    class Meanwhile(Engine):
        """Loads once something else was done."""

        def __init__(self, work: Callable[[], None]) -> None:
            super().__init__()
            self.work = work

        def load(self, adapter_id: str, folder: str | Path, base: str | None = None) -> LoadedAdapter:
            work, self.work = self.work, lambda: None
            work()
            return super().load(adapter_id, folder, base)

    async def get(work: Callable[[], None]) -> tuple[str, ...]:
        return (await Adapters(config, Meanwhile(work)).get(NORTH, "mine")).labels

    def replace() -> None:
        before = (place / "current").read_text(encoding="ascii")
        assert at_once(config, putting("mine", zipped(tiny_adapters["third"]))) == []
        shutil.rmtree(place / before)

    def in_a_thread(work: Callable[[], None]) -> tuple[str, ...]:  # Playwright's loop may run in this one
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, get(work)).result()

    assert in_a_thread(replace) == ("THIRD",)
    with pytest.raises(ApiError) as refused:
        in_a_thread(lambda: shutil.rmtree(place))
    assert refused.value.status == 404


def test_an_adapter_does_not_say_where_its_base_is(
    config: Config, tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    """Only the configuration's adapters do: a customer's is met by the base that they have."""
    named = tmp_path / "named"
    shutil.copytree(tiny_adapters["first"], named)
    about = json.loads((named / FILE).read_text(encoding="utf-8"))
    about["base"]["name"] = str(tmp_path / "nowhere")
    about["digests"] = None  # as for a file that was edited by hand
    (named / FILE).write_text(json.dumps(about), encoding="utf-8")
    assert at_once(config, putting("mine", zipped(named))) == []
    assert labels_of(config, "mine") == ("FIRST", "FIRST_NUMBER")
    about["base"]["fingerprint"] = "0" * 64
    (named / FILE).write_text(json.dumps(about), encoding="utf-8")
    (failed,) = at_once(config, putting("other", zipped(named)))
    assert isinstance(failed, ApiError)
    assert (failed.status, "No adapter of this server has that base" in str(failed)) == (422, True)


def test_the_limit_of_own_adapters_holds_also_at_once(config: Config, tiny_adapters: dict[str, Path]) -> None:
    archive = zipped(tiny_adapters["first"])
    failed = at_once(config, *(putting(name, archive) for name in ("one", "two", "three", "four")))
    assert [error.status for error in failed if isinstance(error, ApiError)] == [403, 403]
    assert len(failed) == 2
    assert len([known for known in Adapters(config, Engine()).known(NORTH) if known.origin == "own"]) == 2
