"""A checkpoint: all that a stopped run needs to continue as if it had not stopped, in one safetensors file.

Tensors: `weights.NAME`, `first.NAME` and `second.NAME` (AdamW's moments) for each trained tensor, `best.NAME` for the
best adapter so far. The rest, `RunState` as JSON, is the file's metadata under `progress`. Never a pickle.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from loredact.errors import InputError
from loredact.files import replacing

FILE = "checkpoint.safetensors"
# What a run that came to its end leaves, beside no checkpoint.
_ADAPTER_FILE = "loredact.json"


class RunState(BaseModel):
    """Where a run stands."""

    settings: str = Field(description="the run's settings, as JSON")
    data: str = Field(description="digest of the corpora, as they were given")
    found: list[list[tuple[int, int, str]]] | None = Field(
        default=None,
        description="what the adapter that is continued from found in each document: start, end, label. Found again on "
        "another processor, whose sums are rounded otherwise, it would not be quite the same",
    )
    step: int = 0
    seconds: float = Field(default=0.0, description="spent on the run, measuring included")
    step_seconds: float = Field(default=0.0, description="spent on training steps alone")
    tokens: int = 0
    losses: list[float] = []
    evaluations: list[dict[str, float]] = []
    best: float = Field(default=-1.0, description="the highest strict F1 so far")
    best_error: float = Field(default=0.0, description="its standard error")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that a stopped run needs to continue: where it stands, its tensors by name, and the folder it is from."""

    state: RunState
    tensors: dict[str, Tensor]
    folder: Path | None = None


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write the checkpoint of `folder`, in place of the one before it."""
    with replacing(folder / FILE) as part:
        save_file(
            {name: tensor.contiguous() for name, tensor in checkpoint.tensors.items()},
            part,
            {"progress": checkpoint.state.model_dump_json()},
        )


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint of `folder`, or None where no run has begun there.

    Raises:
        InputError: where it is damaged, or the run came to its end.
    """
    path = folder / FILE
    if not path.exists():
        if (folder / _ADAPTER_FILE).exists():
            raise InputError(
                f"The run in {folder} came to its end: there is nothing to resume. To learn more from it, train into "
                f"another folder with --from {folder} and as many --epochs as you want in addition."
            )
        return None
    try:
        with safe_open(path, framework="pt") as file:
            state = RunState.model_validate_json(file.metadata()["progress"])
            return Checkpoint(state, {name: file.get_tensor(name) for name in file.keys()}, folder)  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError):
        raise InputError(f"{path} is damaged. Remove {folder} and train again.") from None
