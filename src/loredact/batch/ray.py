"""Masking on many machines by Ray: datasets of Ray Data, and files in a storage that all machines reach.

Actors find side by side, each with a model of its own; Ray starts one that was lost again, and gives what it had to
another. loredact and the adapter must be on every machine.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import ray

from loredact.batch.columns import Whole
from loredact.batch.frames import mask_arrow, masker_of, whole_columns
from loredact.batch.manifest import Entry, entry_of, line_of
from loredact.batch.storage import Group, mask_group
from loredact.batch.work import Work

if TYPE_CHECKING:
    from ray.data import Dataset

_SAMPLE_ROWS = 500
# A worker or a machine may be lost so often in a task.
_TRIES = 10


def mask(
    dataset: "Dataset",
    columns: Collection[str] | None = None,
    *,
    work: Work | None = None,
    actors: int | tuple[int, int] | None = None,
    batch_rows: int = 1_024,
    num_gpus: float = 0,
) -> "Dataset":
    """`dataset` with the texts of `columns`, or of all, masked by as many actors, or from as few to as many.

    A row comes out as it does in one process, wherever it is masked: a first look at some hundred rows says which
    columns are names or the like throughout, and each row is a document to the policy. Without `actors`, there is one
    for each processor of the cluster at most. Nothing else is done before the dataset is used.
    """
    work = work or Work()
    known = ray.get(ray.remote(_first_look).remote(dataset.take_batch(_SAMPLE_ROWS, batch_format="pyarrow"), work))
    return dataset.map_batches(
        _Rows,
        fn_constructor_args=(work, columns, known),
        batch_format="pyarrow",
        batch_size=batch_rows,
        zero_copy_batch=True,
        num_cpus=_of_an_actor(),
        num_gpus=num_gpus,
        compute=_pool(actors or (1, _processors())),
        max_restarts=_TRIES,
        max_task_retries=_TRIES,
    )


def mask_groups(groups: Sequence[Group], out: str, work: Work) -> Iterator[Entry]:
    """What became of each file of the groups, which are masked into the storage `out` by an actor for each processor.

    They come as they are done, in any order.
    """
    # Blocks that are there already: to read them would take a processor, and the actors may have all.
    blocks = [pa.table({"id": [number]}) for number in range(len(groups))]
    done = ray.data.from_arrow(blocks).flat_map(
        _Files,
        fn_constructor_args=(groups, out, work),
        num_cpus=_of_an_actor(),
        compute=_pool(min(_processors(), len(groups))),
        max_restarts=_TRIES,
        max_task_retries=_TRIES,
    )
    for row in done.iter_rows():
        entry = entry_of(row["line"].encode())
        assert entry is not None
        yield entry


class _Rows:
    """An actor that masks batches of rows."""

    def __init__(self, work: Work, columns: Collection[str] | None, known: dict[str, Whole]) -> None:
        self._masker, self._columns, self._known = masker_of(work), columns, known

    def __call__(self, batch: "pa.Table") -> "pa.Table":
        return mask_arrow(batch, self._masker, self._columns, known=self._known)


class _Files:
    """An actor that masks groups of files, given by number."""

    def __init__(self, groups: Sequence[Group], out: str, work: Work) -> None:
        self._groups, self._out, self._work = groups, out, work
        self._masker = masker_of(work)

    def __call__(self, row: dict[str, Any]) -> list[dict[str, str]]:
        group = self._groups[int(row["id"])]
        return [{"line": line_of(entry)} for entry in mask_group(group, self._out, self._work, self._masker, workers=1)]


def _first_look(sample: "pa.Table", work: Work) -> dict[str, Whole]:
    return whole_columns(sample, work)


def _pool(actors: int | tuple[int, int]) -> "ray.data.ActorPoolStrategy":
    if isinstance(actors, int):
        return ray.data.ActorPoolStrategy(size=actors)
    return ray.data.ActorPoolStrategy(min_size=actors[0], max_size=actors[1])


def _of_an_actor() -> int:
    """How many processors an actor keeps: none of a cluster that has one, which what reads the dataset needs too."""
    return int(_processors() > 1)


def _processors() -> int:
    return max(1, int(ray.cluster_resources().get("CPU", 1)))
