"""Tickets masked by one actor of Ray and by two, on a cluster of two machines (processes of this one): rows a second.

    python benchmarks/ray_actors.py [--rows 600] [--adapter fast] [--rounds 2]

Seconds are from the call to the last row, actors with their models included; `without the start` takes away those of a
run over as many rows as there are actors. In turns; medians. Needs `pip install '.[ray]'` and two cores.
"""

import argparse
import os
import time
from statistics import median

import pyarrow as pa
import ray
from files import tickets
from ray.cluster_utils import Cluster

from loredact.batch import Work
from loredact.batch.ray import mask


def seconds(table: "pa.Table", work: Work, actors: int) -> float:
    """How long so many actors take for the rows of `table`."""
    blocks = [table.slice(start, 25) for start in range(0, len(table), 25)]
    start = time.monotonic()
    rows = mask(ray.data.from_arrow(blocks), work=work, actors=actors, batch_rows=25).count()
    if rows != len(table):
        raise SystemExit(f"{rows} rows came of {len(table)}")
    return time.monotonic() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--adapter", default="fast")
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    # An actor has one core.
    os.environ["OMP_NUM_THREADS"] = "1"
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    rows = [row for row, _ in zip(tickets(5, seed=1), range(given.rows), strict=False)]
    table = pa.table({f"column_{n}": [str(row[n]) for row in rows] for n in range(len(rows[0]))})
    work = Work(adapter=given.adapter)
    taken: dict[int, list[float]] = {1: [], 2: []}
    starts: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(given.rounds):
        for actors in (1, 2):
            starts[actors].append(seconds(table.slice(0, actors), work, actors))
            taken[actors].append(seconds(table, work, actors))
    for actors in (1, 2):
        whole, start = median(taken[actors]), median(starts[actors])
        print(f"{actors} actors: {given.rows / whole:.1f} rows/s, without the start {given.rows / (whole - start):.1f}")
    ray.shutdown()
    made.shutdown()


if __name__ == "__main__":
    main()
