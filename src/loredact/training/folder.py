"""Training into a folder: one run at a time, which can be stopped anywhere and resumed."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import filelock
from safetensors import SafetensorError

from loredact.document import Document
from loredact.errors import InputError
from loredact.training.checkpoint import FILE as CHECKPOINT_FILE
from loredact.training.checkpoint import read_checkpoint, write_checkpoint
from loredact.training.loop import Training
from loredact.training.processes import joined_processes
from loredact.training.progress import Progress
from loredact.training.settings import Settings
from loredact.training.trained import Trained, reason

_LOCK_FILE = ".training.lock"
_CHECKPOINT_SECONDS = 60.0
# What ends a run after the step in hand.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def train_into(
    folder: str | Path,
    documents: Sequence[Document],
    settings: Settings,
    *,
    held_out: Sequence[Document] | None = None,
    start: str | Path | None = None,
    resume: bool = False,
    threads: int | None = None,
    progress: Progress = Progress(),  # noqa: B008 - a value
) -> Trained:
    """Do what `train` does, and leave the adapter, its report and its pictures in `folder`, with a checkpoint from time
    to time meanwhile; `resume` continues from that.

    Ctrl-C, or SIGTERM, ends the run after the step in hand: what was learnt is kept, and so is the checkpoint. A
    checkpoint that cannot be written (a full disk) is told to `progress`, and the run continues.

    Started by `torchrun`, its processes share each step's windows and take the step that one would take; the first
    measures, writes and speaks.

    Raises:
        InputError: where there is nothing to learn from, a setting does not fit the base, the checkpoint is of
            another run, another run trains into `folder`, or the adapter cannot be written.
        DivergedError: where the loss stops being a number.
    """
    folder = Path(folder)
    # Of several processes that torchrun started the first one writes.
    first = os.environ.get("RANK", "0") == "0"
    with held(folder, progress.say) if first else contextlib.nullcontext(), joined_processes() as processes:
        watch = progress if processes.first else Progress()
        training = Training(
            documents,
            settings,
            held_out=held_out,
            start=start,
            checkpoint=read_checkpoint(folder) if resume else None,
            threads=threads,
            processes=processes,
            say=watch.say,
        )
        checkpointed = time.monotonic()
        with _stopping_on_interrupt(training.stop):
            for step in training.steps():
                watch.step(step)
                if processes.first and time.monotonic() - checkpointed > _CHECKPOINT_SECONDS:
                    _checkpoint_or_tell(folder, training, watch.say)
                    checkpointed = time.monotonic()
            if processes.first:
                _checkpoint_or_tell(folder, training, watch.say)
        trained = training.finish()
        if processes.first:
            trained.save(folder)
            if not trained.stopped:
                (folder / CHECKPOINT_FILE).unlink(missing_ok=True)
        return trained


def _checkpoint_or_tell(folder: Path, training: Training, say: Callable[[str], None]) -> None:
    try:
        write_checkpoint(folder, training.checkpoint())
    except (OSError, SafetensorError) as error:
        say(f"step {training.state.step}: no checkpoint could be written to {folder} ({reason(error)})")


@contextmanager
def _stopping_on_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM call `stop`; a second one acts as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: object) -> None:
        stop()
        restore()

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield
    finally:
        restore()


@contextmanager
def held(folder: Path, say: Callable[[str], None] = lambda step: None) -> Iterator[None]:
    """Hold `folder`, which is made if need be, against other runs; a folder that stays empty is removed again.

    The lock is the system's own, so that a run that was killed holds nothing.

    Raises:
        InputError: where another run holds it.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _LOCK_FILE
    lock = filelock.FileLock(path)
    try:
        lock.acquire(blocking=False)
        # Not one that its holder removed in the meantime.
        taken = path.exists()
    except filelock.Timeout:
        taken = False
    except NotImplementedError:
        taken = True
        say(f"{folder} is on a disk that has no locks: see to it that no other run trains into it")
    if not taken:
        lock.release()
        raise InputError(f"Another run trains into {folder} right now. Wait for its end, or train into another folder.")
    try:
        yield
    finally:
        # Removed while it is held: whoever takes it next makes it anew.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        lock.release()
        for empty in made:
            try:
                empty.rmdir()
            except OSError:
                break
