"""The process of a training run: `python -m loredact.studio.trainer RUNS/NAME`.

It trains as `loredact train FOLDER/train.jsonl --eval FOLDER/held-out.jsonl --config FOLDER/settings.yaml` with
`--from` would, into `FOLDER/adapter`, and writes down how far it is; or several adapters, to look at what they find
(`FOLDER/kind` says for what). Its end is told in `outcome.json`; a process that
was killed leaves none.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO, Any

import filelock

from loredact.corpora import read_corpus
from loredact.document import Document
from loredact.errors import LoredactError
from loredact.evaluation import evaluate
from loredact.files import write_text
from loredact.masking import Masker
from loredact.studio.adapter_names import ADAPTER, SHIPPED, adapter_folder
from loredact.studio.curve import counted, subsets, told
from loredact.studio.runs import (
    HELD_OUT,
    KIND,
    LOCK,
    NUMBERS,
    OUTCOME,
    PROCESS,
    PROGRESS,
    RESULT,
    SETTINGS,
    START,
    TRAINED,
    epochs_for,
)
from loredact.studio.slips import FOLDS, fold_of, look_for_slips
from loredact.studio.texts import digest_of
from loredact.training import Progress, Settings, Step, Trained, train_into
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
    """Do what the run is for; gives whether it was stopped."""
    documents = read_corpus(folder / TRAINED, _say)
    held_out = read_corpus(folder / HELD_OUT, _say) if (folder / HELD_OUT).stat().st_size else None
    settings = make_settings(folder / SETTINGS, {})
    with (folder / PROGRESS).open("a", encoding="utf-8") as progress:
        if not (folder / KIND).exists():
            return _adapter(folder, folder / ADAPTER, documents, settings, held_out, _Teller(progress).tell).stopped
        if (folder / KIND).read_text(encoding="utf-8") == "slips":
            return _slips(folder, documents, settings, _Teller(progress))
        return _curve(folder, documents, settings, held_out or [], _Teller(progress))


def _adapter(
    folder: Path,
    out: Path,
    documents: Sequence[Document],
    settings: Settings,
    held_out: Sequence[Document] | None,
    tell: Callable[[Step], None],
) -> Trained:
    return train_into(
        out,
        documents,
        settings,
        held_out=held_out,
        start=_start(folder),
        resume=(out / CHECKPOINT_FILE).exists(),
        progress=Progress(tell, _say),
    )


def _slips(folder: Path, documents: Sequence[Document], settings: Settings, teller: "_Teller") -> bool:
    numbers = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
    folds = [fold for fold in range(FOLDS) if any(fold_of(document) == fold for document in documents)]

    def look(masker: Masker, fold: int) -> list[dict[str, Any]]:
        own = [document for document in documents if fold_of(document) == folds[fold]]
        found = [(numbers[digest_of(document.text)], look_for_slips(masker, document)) for document in own]
        return [{"text": text} | asdict(slip) for text, slips in found for slip in slips]

    parts = [[document for document in documents if fold_of(document) != fold] for fold in folds]
    found = _parts(folder, parts, settings, teller, look)
    if found is None:
        return True
    write_text(folder / RESULT, json.dumps({"texts": len(documents), "slips": [one for part in found for one in part]}))
    return False


def _curve(
    folder: Path, documents: Sequence[Document], settings: Settings, held_out: Sequence[Document], teller: "_Teller"
) -> bool:
    parts = subsets(documents)

    def look(masker: Masker, part: int) -> list[dict[str, list[int]]]:
        found = masker.find_many(held_out)
        return [counted(evaluate([gold], [document])) for gold, document in zip(held_out, found, strict=True)]

    counts = _parts(folder, parts, settings, teller, look)
    if counts is None:
        return True
    write_text(folder / RESULT, json.dumps(told([len(part) for part in parts], counts)))
    return False


def _parts(
    folder: Path,
    parts: Sequence[Sequence[Document]],
    settings: Settings,
    teller: "_Teller",
    look: Callable[[Masker, int], list[Any]],
) -> list[list[Any]] | None:
    """What `look` gives of the adapter of each part, which is gone then; None where the run was stopped."""
    found = []
    for number, documents in enumerate(parts):
        out, written = folder / f"part-{number}", folder / f"part-{number}.json"
        if not written.exists():
            own = settings
            if not settings.model_fields_set & {"epochs", "minutes"}:
                own = settings.model_copy(update={"epochs": epochs_for(len(documents))})
            trained = _adapter(folder, out, documents, own, [], partial(teller.tell, part=number, parts=len(parts)))
            if trained.stopped:
                return None
            write_text(written, json.dumps(look(Masker(trained.model), number)))
            shutil.rmtree(out)
        found.append(json.loads(written.read_text(encoding="utf-8")))
    return found


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

    def tell(self, step: Step, part: int = 0, parts: int = 1) -> None:
        """Write a line of a step of one of several parts."""
        done = (part + step.done) / parts
        if self._began_at is None:
            self._began_at = done
        seconds = time.monotonic() - self._began
        share = max(done - self._began_at, 1e-9)
        line = {
            "step": step.number,
            "done": done,
            "loss": step.loss,
            # Of a whole run at this speed, also where it went on from a checkpoint.
            "seconds": seconds * done / share,
            "measured": step.measured,
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def _say(message: str) -> None:
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
