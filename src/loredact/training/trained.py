"""What a run leaves: an adapter, and the report of how it was trained."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from loredact.errors import InputError
from loredact.evaluation import Evaluation
from loredact.generator import ConstrainedGenerator
from loredact.tagger import Tagger
from loredact.training.checkpoint import FILE as CHECKPOINT_FILE
from loredact.training.checkpoint import RunState
from loredact.training.report import draw_loss, draw_operating_points, write_report


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained `model`, which finds spans as any other does; `evaluation` is of it on the held-out text, None where
    none was held out. `state` is where the run stood; `stopped` says
    that it ended before its time.

    Of several processes only the `first` has results to show.
    """

    model: Tagger | ConstrainedGenerator
    evaluation: Evaluation | None
    report: dict[str, Any]
    state: RunState
    stopped: bool = False
    first: bool = True

    def save(self, folder: str | Path) -> None:
        """Write the adapter into `folder`, with `report.json` and, where matplotlib is installed, `loss.png` and
        `operating_points.png`.

        Raises:
            InputError: where it cannot be written.
        """
        folder = Path(folder)
        points = self.model.description.decoding.operating_points if isinstance(self.model, Tagger) else ()
        with _explaining_disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self.model.save(folder)
            write_report(folder, self.report)
            draw_loss(folder, self.state.losses, self.state.evaluations)
            draw_operating_points(folder, points)


@contextmanager
def _explaining_disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError) as error:
        later = ", and continue with --resume" if (folder / CHECKPOINT_FILE).exists() else ""
        raise InputError(
            f"What was learnt could not be written to {folder}: {reason(error)}. Make room there{later}."
        ) from None


def reason(error: OSError | SafetensorError) -> str:
    """What the system said; safetensors passes it on with words of its own around it."""
    told = error.strerror if isinstance(error, OSError) else None
    return told or re.sub(r".*I/O error: | \(os error \d+\)", "", str(error)) or type(error).__name__
