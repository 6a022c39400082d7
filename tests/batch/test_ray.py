"""A Ray cluster of two machines (processes of this one), and a worker that is killed on the way."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loredact.batch import Work, mask_files
from loredact.batch.frames import mask_arrow
from loredact.batch.storage import mask_stored
from loredact.masking import Masker

ray = pytest.importorskip("ray", reason="Ray is not installed (pip install 'loredact[ray]')")
pytest.importorskip("ray.data", reason="Ray is not installed (pip install 'loredact[ray]')")

ROWS = 4_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    # Each node starts some processes of Python, which takes a busy machine a minute.
    for name in ("RAY_agent_register_timeout_ms", "RAY_raylet_start_wait_time_s"):
        os.environ.setdefault(name, "240000" if name.endswith("ms") else "240")
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield made
    ray.shutdown()
    made.shutdown()


def table() -> "pa.Table":
    return pa.table({
        "row_id": pa.array(range(ROWS)),
        "user_name": [f"Ada Lovelace {n}" for n in range(ROWS)],
        "note": [f"Please call Paul Erdős on 12 34 {n} in Budapest." for n in range(ROWS)],
    })  # fmt: skip


def _workers() -> list[int]:
    """The processes of actors that mask; Ray gives them names."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            called = process.read_bytes()
        except OSError:
            continue
        if called.startswith(b"ray::") and b"MapWorker" in called:
            found.append(int(process.parent.name))
    return found


def test_rows_are_those_of_one_process_though_a_worker_is_killed(cluster: Any, work: Work, masker: Masker) -> None:
    from loredact.batch.ray import mask

    dataset = ray.data.from_arrow([table().slice(start, 250) for start in range(0, ROWS, 250)])
    masked = mask(dataset, work=work, actors=2, batch_rows=125)
    killed: list[int] = []

    def kill() -> None:
        for _ in range(600):
            found = _workers()
            if found:
                time.sleep(0.5)
                os.kill(found[0], signal.SIGKILL)
                killed.append(found[0])
                return
            time.sleep(0.1)

    killer = threading.Thread(target=kill)
    killer.start()
    got = pa.Table.from_pandas(masked.to_pandas(), preserve_index=False).sort_by("row_id")
    killer.join()
    assert killed
    assert got["row_id"].to_pylist() == list(range(ROWS))
    here = mask_arrow(table(), masker, known={})
    assert got["note"].to_pylist() == here["note"].to_pylist()
    assert got["user_name"].to_pylist() == here["user_name"].to_pylist()


def test_a_dataset_that_is_still_to_be_read_is_masked_on_all_processors(
    cluster: Any, work: Work, masker: Masker, tmp_path: Path
) -> None:
    """What reads it needs a processor too, which the actors must not keep."""
    from loredact.batch.ray import mask

    pq.write_table(table().slice(0, 500), tmp_path / "tickets.parquet")
    masked = mask(ray.data.read_parquet(str(tmp_path)), work=work)
    got = pa.Table.from_pandas(masked.to_pandas(), preserve_index=False).sort_by("row_id")
    assert got["note"].to_pylist() == mask_arrow(table().slice(0, 500), masker, known={})["note"].to_pylist()


def test_files_are_those_of_one_process(cluster: Any, work: Work, masker: Masker, tmp_path: Path) -> None:
    from loredact.batch.ray import mask_groups

    folder = tmp_path / "tickets"
    folder.mkdir()
    for number in range(6):
        rows = "".join(f"{n},Ada Lovelace {n},Please call Paul Erdős.\n" for n in range(number, 30))
        (folder / f"{number}.csv").write_text("row_id,user_name,note\n" + rows)
    out = (tmp_path / "out").as_uri()
    outcome = mask_stored(
        [folder.as_uri()], out, work, lambda parts: mask_groups([[f] for part in parts for f in part], out, work)
    )
    assert (outcome.done, outcome.failed) == (6, 0)
    mask_files([folder], tmp_path / "here", work, masker, workers=1)
    for number in range(6):
        name = f"tickets/{number}.csv"
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
