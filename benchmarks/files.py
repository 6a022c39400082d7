"""Tickets in a CSV or a Parquet file: how fast files are masked, in how much memory, and beside Presidio.

    python benchmarks/files.py --megabytes 2
    python benchmarks/files.py --megabytes 1 --presidio

The first prints the characters a second of `loredact mask --out` on all cores, with its start and without, beside
those of `Masker.mask_many` on the same texts in memory in as many processes, and the peak memory of all its processes
together (proportional set size). With `--presidio`, Presidio's `BatchAnalyzerEngine` analyses the same columns as
dictionaries of lists on all cores, in turns with `loredact mask --out`. `large_files.py` measures large files and
killed runs.
"""

import argparse
import contextlib
import csv
import json
import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faker import Faker

from loredact.batch.workers import best_workers

_HEADINGS = ("ticket_id", "customer_name", "phone", "status", "message")
_COUNTED = ("customer_name", "phone")
_SENTENCES = (
    "The parcel has not arrived and nobody answers the telephone.",
    "Please ring {name} on {phone} before noon.",
    "My new address is {address}.",
    "I was told that the refund takes five days, and it has been three weeks.",
    "Write to {email} if anything is unclear.",
    "Kind regards, {name}",
    "The lamp flickers whenever the washing machine is on.",
)


def tickets(megabytes: float, seed: int = 0) -> Iterator[tuple[str, ...]]:
    """Rows of about `megabytes` in all; people come again, messages do not."""
    faker, rng = Faker("en_GB"), random.Random(seed)
    faker.seed_instance(seed)
    people = [
        {
            "name": faker.name(),
            "phone": faker.phone_number(),
            "address": faker.address().replace("\n", ", "),
            "email": faker.email(),
        }
        for _ in range(2_000)
    ]
    written = 0
    number = 0
    while written < megabytes * 1e6:
        person = rng.choice(people)
        chosen = rng.choices(_SENTENCES, k=rng.randint(2, 8))
        message = " ".join(sentence.format(**person) for sentence in chosen) + f" Ref. {rng.randrange(10**6)}"
        row = (str(number), person["name"], person["phone"], rng.choice(("open", "closed", "waiting")), message)
        yield row
        written += sum(map(len, row)) + len(row) + 2
        number += 1


def write(path: Path, megabytes: float) -> None:
    """The tickets in the format of the path's suffix."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(_HEADINGS)
            out.writerows(tickets(megabytes))
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in _HEADINGS])
    with pq.ParquetWriter(path, schema) as writer:
        rows: list[tuple[str, ...]] = []
        for row in tickets(megabytes):
            rows.append(row)
            if len(rows) == 200_000:
                writer.write_table(pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema))
                rows = []
        if rows:
            writer.write_table(pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema))


def in_memory(texts: list[str], workers: int, adapter: str) -> float:
    """Seconds that `mask_many` takes for the texts, shared out among forked processes; the start is not counted."""
    from loredact.masking import Masker

    masker = Masker.load(adapter)
    shares = [texts[number::workers] for number in range(workers)]
    context = multiprocessing.get_context("fork")
    ready, go = context.Barrier(workers + 1), context.Barrier(workers + 1)

    def work(share: list[str]) -> None:
        ready.wait()
        go.wait()
        for _ in masker.mask_many(share):
            pass

    processes = [context.Process(target=work, args=(share,)) for share in shares]
    for process in processes:
        process.start()
    ready.wait()
    begin = time.perf_counter()
    go.wait()
    for process in processes:
        process.join()
    return time.perf_counter() - begin


def command(source: Path, out: Path, workers: int, adapter: str) -> list[str]:
    """`loredact mask` for the file."""
    made = [sys.executable, "-m", "loredact", "mask", str(source), "--out", str(out), "--workers", str(workers)]
    return [*made, "--adapter", adapter]


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of a run with its start and without, and its peak of memory in MB."""

    seconds: float
    masking: float
    peak: float


def masked_file(source: Path, out: Path, workers: int, adapter: str) -> Run:
    """One run of the command, memory looked at five times a second."""
    begin = time.perf_counter()
    process = subprocess.Popen(command(source, out, workers, adapter), stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory(process.pid))
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"loredact ended with {process.returncode}")
    told = json.loads((out / "loredact.jsonl").read_text().splitlines()[-1])
    return Run(time.perf_counter() - begin, told["seconds"], peak)


def memory(pid: int) -> float:
    """The proportional set size of a process and its children, in MB: what is shared is counted once."""
    total = 0.0
    for one in (pid, *_children(pid)):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
    return total


def _children(pid: int) -> list[int]:
    try:
        direct = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return direct + [one for child in direct for one in _children(child)]


def beside_presidio(megabytes: float, workers: int, adapter: str, rounds: int) -> None:
    """Characters a second of both on the same rows, in turns, and how much of the names and phones is found."""
    from presidio_analyzer import BatchAnalyzerEngine
    from quality import presidio_engine

    rows = list(tickets(megabytes))
    columns = {name: [row[index] for row in rows] for index, name in enumerate(_HEADINGS)}
    characters = sum(len(value) for row in rows for value in row)
    engine = BatchAnalyzerEngine(presidio_engine())

    def presidio() -> tuple[float, dict[str, float]]:
        begin = time.perf_counter()
        found = {r.key: r.recognizer_results for r in engine.analyze_dict(columns, language="en", n_process=workers)}
        seconds = time.perf_counter() - begin
        return seconds, {name: sum(map(bool, found[name])) / len(rows) for name in _COUNTED}

    def loredact() -> tuple[float, dict[str, float]]:
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "tickets.csv", Path(folder) / "out"
            write(source, megabytes)
            run = masked_file(source, out, workers, adapter)
            with (out / source.name).open(encoding="utf-8", newline="") as file:
                masked = list(csv.DictReader(file))
        shares = {
            name: sum(new[name] != old for new, old in zip(masked, columns[name], strict=True)) / len(rows)
            for name in _COUNTED
        }
        return run.masking, shares

    ways = {f"loredact, {adapter}": loredact, "Presidio": presidio}
    print("| round | | characters/s | names found % | phones found % |\n| --- | --- | --- | --- | --- |")
    for number in range(rounds):
        for name, way in ways.items():
            seconds, shares = way()
            print(
                f"| {number + 1} | {name} | {characters / seconds:,.0f} | {100 * shares['customer_name']:.1f} | "
                f"{100 * shares['phone']:.1f} |",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=2.0)
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--workers", type=int, default=best_workers())
    parser.add_argument("--adapter", default="default")
    parser.add_argument("--presidio", action="store_true")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    workers, adapter = arguments.workers, arguments.adapter
    if arguments.presidio:
        beside_presidio(arguments.megabytes, workers, adapter, arguments.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"tickets.{arguments.format}"
        write(source, arguments.megabytes)
        texts = [
            "\n".join(f"{h}: {v}" for h, v in zip(_HEADINGS, row, strict=True)) for row in tickets(arguments.megabytes)
        ]
        characters = sum(map(len, texts))
        alone = in_memory(texts, workers, adapter)
        del texts
        run = masked_file(source, Path(folder) / "out", workers, adapter)
        print(f"{source.name}: {source.stat().st_size / 1e6:.1f} MB, {workers} processes, characters with headings")
        print(f"mask_many in memory: {characters / alone:,.0f} characters/s, start not counted")
        print(f"loredact mask --out: {characters / run.masking:,.0f} characters/s, ", end="")
        print(f"with its start {characters / run.seconds:,.0f}")
        print(f"share: {alone / run.masking:.2f}; peak memory {run.peak:,.0f} MB")


if __name__ == "__main__":
    main()
