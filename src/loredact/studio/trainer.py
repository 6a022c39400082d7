"""The process of a training run: `python -m loredact.studio.trainer RUNS/NAME`.

It trains as `loredact train FOLDER/train.jsonl --eval FOLDER/held-out.jsonl --config FOLDER/settings.yaml` with
`--from` would, into `FOLDER/adapter`, and writes down how far it is. Its end is told in `outcome.json`; a process that
was killed leaves none.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import IO

import filelock

from loredact.corpora import read_corpus
from loredact.errors import LoredactError
from loredact.files import write_text
from loredact.studio.adapter_names import ADAPTER, SHIPPED, adapter_folder
from loredact.studio.runs import HELD_OUT, LOCK, OUTCOME, PROCESS, PROGRESS, SETTINGS, START, TRAINED
from loredact.training import Progress, Step, train_into
from loredact.training.checkpoint import FILE as CHECKPOINT_FILE
from loredact.training.settings import make_settings


def main(folder: Path) -> None:
    """Train in `folder`, from its checkpoint where there is one."""
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return  # another process does already
    write_text(folder / PROCESS, str(os.getpid()))
    try:
        stopped = _train(folder)
        outcome = {"state": "stopped" if stopped else "done", "message": ""}
    except LoredactError as error:
        outcome = {"state": "failed", "message": str(error)}
    except Exception as error:
        # Its message may hold a text.
        outcome = {"state": "failed", "message": f"Something unforeseen went wrong: {type(error).__name__}."}
    write_text(folder / OUTCOME, json.dumps(outcome) + "\n")
    lock.release()


def _train(folder: Path) -> bool:
    held_out = read_corpus(folder / HELD_OUT, _say) if (folder / HELD_OUT).stat().st_size else None
    out = folder / ADAPTER
    with (folder / PROGRESS).open("a", encoding="utf-8") as progress:
        trained = train_into(
            out,
            read_corpus(folder / TRAINED, _say),
            make_settings(folder / SETTINGS, {}),
            held_out=held_out,
            start=_start(folder),
            resume=(out / CHECKPOINT_FILE).exists(),
            progress=Progress(_Teller(progress).tell, _say),
        )
    return trained.stopped


def _start(folder: Path) -> str | Path | None:
    if not (folder / START).exists():
        return None
    name = (folder / START).read_text(encoding="utf-8")
    # By its name, as `--from` takes it; those of other runs by their folders.
    return name if name in SHIPPED else adapter_folder(folder.parents[1], name)


class _Teller:
    """Writes a line for each step."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._began = time.monotonic()
        self._began_at: float | None = None

    def tell(self, step: Step) -> None:
        if self._began_at is None:
            self._began_at = step.done
        seconds = time.monotonic() - self._began
        share = max(step.done - self._began_at, 1e-9)
        line = {
            "step": step.number,
            "done": step.done,
            "loss": step.loss,
            # Of a whole run at this speed, also where it went on from a checkpoint.
            "seconds": seconds * step.done / share,
            "measured": step.measured,
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def _say(message: str) -> None:
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
