"""What a vault promises, on this machine: killed programs, what the file tells, a million values. No network.

    python benchmarks/vault.py [--kills 200] [--values 1000000] [--folder DIR]

Kills that many writers at random moments and looks for each value that they had committed; searches the files byte by
byte for 1,000 known values; fills a vault and times single look-ups, by placeholder and by value; tries a wrong key.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from loredact.errors import VaultError
from loredact.keys import Key
from loredact.vault import Placeholder, Vault

sys.path.append(str(Path(__file__).parents[1]))
from tests.vault.test_vault import KEY, NAMES, fill, killed_at_random, on_disk

_A_DOCUMENT = 1_000  # values of the large vault in each of its documents
_LOOKED_UP = 5_000


def kills(folder: Path, times: int) -> None:
    path = folder / "killed.db"
    Vault.new(path, KEY)
    committed, more = killed_at_random(path, times, random.Random(1))
    print(
        f"{times} kills: {committed} values had been reported as committed, all are there; "
        f"{more} more of whole documents whose report was cut off; no document is there in part"
    )


def search(folder: Path) -> None:
    path = folder / "searched" / "v.db"
    path.parent.mkdir()
    Vault.new(path, KEY)
    fill(path, NAMES)
    data = on_disk(path)
    found = sum(name.encode() in data or name.encode("utf-16-le") in data for name in NAMES)
    print(f"{len(NAMES)} values searched for in {len(data)} bytes: {found} found")


def look_up(folder: Path, values: int) -> None:
    path = folder / "large.db"
    Vault.new(path, KEY)
    started = time.perf_counter()
    with Vault.open(path, write=True).unlock(KEY) as vault:
        for first in range(0, values, _A_DOCUMENT):
            with vault.document(f"document {first}", "customer", within="everywhere") as document:
                for number in range(first, min(first + _A_DOCUMENT, values)):
                    document.placeholder(f"Person {number}", "PERSON", f"PERSON:{number}")
    took = time.perf_counter() - started
    print(f"{values} values written in {took:.0f} s, {values / took:.0f} a second; {path.stat().st_size / 1e6:.0f} MB")
    chance = random.Random(2)
    numbers = [chance.randrange(1, values + 1) for _ in range(_LOOKED_UP)]
    started = time.perf_counter()
    with Vault.open(path).unlock(KEY) as vault:
        opened = time.perf_counter() - started
        times = []
        for number in numbers:
            started = time.perf_counter()
            assert vault.value(Placeholder("PERSON", number)) == ("PERSON", f"Person {number - 1}")
            times.append(time.perf_counter() - started)
    print(f"opened in {1e3 * opened:.1f} ms; value of a placeholder: {_milliseconds(times)}")
    with Vault.open(path, write=True).unlock(KEY) as vault, vault.document("again", within="everywhere") as document:
        times = []
        for number in numbers:
            started = time.perf_counter()
            found = document.placeholder(f"Person {number - 1}", "PERSON", f"PERSON:{number - 1}")
            times.append(time.perf_counter() - started)
            assert found.number == number
    print(f"placeholder of a value: {_milliseconds(times)}")
    started = time.perf_counter()
    with Vault.open(path) as vault:
        try:
            vault.unlock(Key.of("a key that is not this vault's"))
            print("a wrong key was taken")
        except VaultError:
            print(f"a wrong key refused in {1e3 * (time.perf_counter() - started):.1f} ms")
    started = time.perf_counter()
    with Vault.open(path, write=True).unlock(KEY) as vault:
        print(f"forget one value: {vault.forget_value('person 77')}, {time.perf_counter() - started:.1f} s")


def _milliseconds(seconds: list[float]) -> str:
    median, late, last = 1e3 * np.percentile(seconds, (50, 99, 100))
    return f"median {median:.3f} ms, 99 % within {late:.3f} ms, slowest {last:.3f} ms"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--values", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the vaults are made, on the disk to be measured")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as made:
        kills(Path(made), given.kills)
        search(Path(made))
        look_up(Path(made), given.values)
