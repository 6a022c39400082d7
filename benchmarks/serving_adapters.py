"""One server and up to 1,000 adapters: what it costs that every request may name another one.

    python benchmarks/serving_adapters.py [--adapters 1 10 100 1000] [--adapter default] [--seconds 10] [--rounds 2]

Makes the adapters from one that ships: of its LoRA's components the 12 with the largest weights (`--rank`), and all of
it moved a little at random, by a seed of the adapter's own, so that no two are equal. One `loredact serve` gets them
all (`--threads` threads in one process, over one copy of the base). For each number of adapters it is asked by clients
in another process, each request for a sentence and an adapter drawn at random from so many of them:

- closed load of `--clients` clients, in turns with the other numbers: requests a second, and their ratio to those with
  one adapter;
- open load of 70 % of that: how long requests take, from when they were due.

Memory is the server's once each of the adapters was asked for. At the end the spans of some adapters, found while
others share their passes, are held against what `Masker.load` finds with each alone.

The adapters lie in a temporary folder (4 GB for 1,000 of the default one's size) that is deleted at the end.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from serving_client import Outcome, Task
from serving_load import FIND, load, ours, sentences

from loredact.adapters import find_adapter
from loredact.adapters.description import FILE
from loredact.lora.files import CONFIG_FILE, WEIGHTS_FILE
from loredact.masking import Masker
from loredact.training.report import machine

Matrix = NDArray[np.float32]
# How far an adapter's matrices lie from those that it was made from, as a share of their own spread.
MOVED = 0.02
COMPARED, TEXTS_COMPARED = 10, 20


@dataclass(frozen=True, slots=True)
class Figures:
    """What so many adapters gave; times in milliseconds."""

    adapters: int
    requests_a_second: float
    ratio: float
    p95_at_70_percent: float
    p99_at_70_percent: float
    memory_mb: float
    failed: int


def make_adapters(source: Path, folder: Path, count: int, rank: int) -> list[str]:
    """Write `count` adapters of `rank` into `folder`, made from the one in `source`; their names."""
    weights = cut(load_file(source / WEIGHTS_FILE), rank)
    config = json.loads((source / CONFIG_FILE).read_text(encoding="utf-8"))
    config |= {"r": rank, "lora_alpha": config["lora_alpha"] * rank / config["r"]}
    about = json.loads((source / FILE).read_text(encoding="utf-8")) | {"digests": None}
    names = [f"a{number:04}" for number in range(count)]
    for number, name in enumerate(names):
        place, chance = folder / name, np.random.default_rng(number)
        place.mkdir()
        moved = {
            key: (w + MOVED * w.std() * chance.standard_normal(w.shape, dtype=np.float32)).astype(np.float32)
            for key, w in weights.items()
        }
        save_file(moved, place / WEIGHTS_FILE)
        (place / CONFIG_FILE).write_text(json.dumps(config), encoding="utf-8")
        (place / FILE).write_text(json.dumps(about), encoding="utf-8")
    return names


def cut(weights: dict[str, Matrix], rank: int) -> dict[str, Matrix]:
    """`weights` with the `rank` components of each B A whose matrices b aᵀ are largest."""
    made = dict(weights)
    for key, a in weights.items():
        if key.endswith("lora_A.weight"):
            b_key = key.replace("lora_A", "lora_B")
            b = weights[b_key]
            largest = np.sort(np.argsort(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=0))[-rank:])
            made[key], made[b_key] = a[largest], np.ascontiguousarray(b[:, largest])
    return made


def bodies_of(names: list[str], texts: list[str]) -> list[str]:
    """Requests for random texts by random adapters, each adapter once at least."""
    chance = random.Random(5)
    drawn = [*names, *chance.choices(names, k=2000)]
    return [json.dumps({"text": chance.choice(texts), "adapter": name}) for name in drawn]


async def found_by(address: str, asked: list[tuple[str, str]]) -> list[list[tuple[int, int, str]]]:
    """The spans that the server finds, each adapter's and text's, asked all at once so that they share passes."""
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as http:
        asking = [http.post(FIND, json={"adapter": name, "text": text}) for name, text in asked]
        answers = await asyncio.gather(*asking)
    return [[(s["start"], s["end"], s["label"]) for s in answer.json()["spans"]] for answer in answers]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--adapters", type=int, nargs="+", default=[1, 10, 100, 1000])
    parser.add_argument("--adapter", default="default", help="which they are made from")
    parser.add_argument("--rank", type=int, default=12)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10, help="of each load in each round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    texts, _ = sentences()
    folder = Path(tempfile.mkdtemp(prefix="loredact-adapters-"))
    try:
        names = make_adapters(find_adapter(given.adapter), folder, max(given.adapters), given.rank)
        config = {"adapter-folder": str(folder), "limits": {"adapters-in-memory": len(names) + 2}}
        with ours(config, threads=given.threads) as served:
            memory: dict[int, float] = {}
            with httpx.Client(base_url=served.address, timeout=120) as client:
                for number, name in enumerate(names, 1):
                    client.get(f"/v1/adapters/{name}").raise_for_status()
                    if number in given.adapters:
                        memory[number] = served.memory_mb()
            asked = {n: bodies_of(names[:n], texts) for n in given.adapters}
            loads = {n: Outcome() for n in given.adapters}
            for _ in range(given.rounds):
                for n, outcome in loads.items():
                    outcome.add(load(Task(served.address, FIND, asked[n], given.seconds, clients=given.clients)))
                    print(f"{n} adapters: {outcome.rate:.1f} requests/s so far", file=sys.stderr)
            rates = {n: outcome.rate for n, outcome in loads.items()}
            later = {n: load(Task(served.address, FIND, asked[n], given.seconds, rate=0.7 * rates[n])) for n in loads}
            memory[len(names)] = served.memory_mb()
            chance = random.Random(7)
            compared = chance.sample(names, min(COMPARED, len(names)))
            pairs = [(name, text) for name in compared for text in chance.sample(texts, TEXTS_COMPARED)]
            chance.shuffle(pairs)
            together = asyncio.run(found_by(served.address, pairs))
        maskers = {name: Masker.load(folder / name) for name in compared}
        alone = [[(s.start, s.end, s.label) for s in maskers[name].find(text)] for name, text in pairs]
    finally:
        shutil.rmtree(folder)
    one = rates[min(rates)]
    rows = [
        Figures(
            n,
            rates[n],
            rates[n] / one,
            later[n].milliseconds(0.95),
            later[n].milliseconds(0.99),
            memory[n],
            sum(sum(o.statuses.values()) - len(o.took) for o in (loads[n], later[n])),
        )
        for n in given.adapters
    ]
    same = sum(a == b for a, b in zip(together, alone, strict=True))
    if given.json:
        print(json.dumps({"machine": machine(), "load": list(map(asdict, rows)), "same": [same, len(pairs)]}, indent=2))
        return
    print("| adapters | requests/s | of one adapter's | p95 ms at 70 % | p99 ms at 70 % | memory GB | failed |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        times = f"{row.p95_at_70_percent:.0f} | {row.p99_at_70_percent:.0f}"
        rate = f"{row.requests_a_second:.1f} | {row.ratio:.2f}"
        print(f"| {row.adapters:,} | {rate} | {times} | {row.memory_mb / 1000:.2f} | {row.failed} |")
    print(f"{same} of {len(pairs)} texts have the spans of Masker.load with that adapter alone")


if __name__ == "__main__":
    main()
