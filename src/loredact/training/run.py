"""The training run: AdamW over what a task trains, with everything needed to stop and go on."""

import contextlib
import json
import math
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor

from loredact.adapters.description import Decoder
from loredact.document import Document, require_labels
from loredact.encoding import PackedBatch
from loredact.errors import InputError, LoredactError
from loredact.evaluation import Evaluation, evaluate
from loredact.training.checkpoint import FILE as CHECKPOINT_FILE
from loredact.training.checkpoint import Progress, read_checkpoint, write_checkpoint
from loredact.training.examples import corpus_digest, epoch_rows, hold_out, labels_of, up_to
from loredact.training.holding import held
from loredact.training.learner import Learner
from loredact.training.processes import Processes, joined_processes
from loredact.training.report import draw_dial, draw_loss, machine, peak_memory_mb, write_report
from loredact.training.settings import Settings
from loredact.training.tagging import Tagging, require_enough_of_nobodys
from loredact.training.task import Task
from loredact.training.writing import Writing

_TASKS: dict[Decoder, type[Tagging] | type[Writing]] = {"tags": Tagging, "generate": Writing}
_CHECKPOINT_SECONDS = 60.0
_DIVERGING_STEPS = 10
# Held-out text measured during the run; all of it is measured at the end.
_QUICK_EVALUATION_CHARACTERS = 30_000
# Of the text learnt from, where none was held out: enough to see whether anything is found.
_LOOK_CHARACTERS = 3_000
# From here on a run is expected to find something.
_LATE = 0.5
# What ends a run after the step in hand.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a progress line shows: the share of the run done, the last loss, tokens learnt a second, how many steps,
    and the figures on held-out text, where they were measured after this step.
    """

    done: float
    loss: float
    tokens_per_second: float
    step: int
    measured: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `evaluation` is of the kept adapter on the held-out text, None where none was held out.

    Of several processes only the `first` has results to show.
    """

    folder: Path
    stopped: bool
    evaluation: Evaluation | None
    report: dict[str, object]
    first: bool = True


class DivergedError(LoredactError):
    """The loss is no longer a number, or far above what guessing costs: nothing more can be learnt."""


def train(
    documents: Sequence[Document],
    folder: str | Path,
    settings: Settings,
    *,
    held_out: Sequence[Document] | None = None,
    start: str | Path | None = None,
    resume: bool = False,
    pulse: Callable[[Pulse], None] = lambda pulse: None,
    say: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Fine-tune a base on `documents` and leave the adapter, `report.json`, `loss.png` and, with held-out text,
    `dial.png` in `folder`.

    `held_out` is measured during the run, and the last adapter kept, or the best of those measured where it was better
    beyond chance; where `held_out` is None, one document in twenty of `documents` is. `start` is an adapter to go on
    from, a folder or the name of one that ships: its labels are kept and new ones added, and where `documents` do not
    use one of its labels, what it finds of that label in them is learnt as if it were labelled, so that it is not
    unlearnt. `resume` goes on from the folder's checkpoint, to the same weights as an unbroken run (with `epochs`; a
    run of `minutes` depends on the clock). `pulse` is called after each step, `say` at each stage.

    Started by `torchrun`, its processes share each step's windows and take the step that one would take; the first
    measures, writes and speaks.

    Ctrl-C, or SIGTERM, ends the run after the step in hand: what was learnt is kept, and so is the checkpoint. A
    checkpoint that cannot be written (a full disk) is told to `say`, and the run goes on. So is a run that finds
    nothing, while it runs; at its end that, and which labels are never found, is the report's `note`.

    Raises:
        InputError: where there is nothing to learn from, a setting does not fit the base, the checkpoint is of
            another run, another run trains into `folder`, or the adapter cannot be written.
        DivergedError: where the loss stops being a number.
    """
    folder = Path(folder)
    if not any(document.spans for document in documents):
        raise InputError("The corpus holds no span: there is nothing to learn from.")
    require_labels(labels_of([*documents, *(held_out or ())]))
    if held_out is None:
        documents, held_out = hold_out(documents, settings.seed)
    if settings.recall is not None and not held_out:
        raise InputError("recall: a dial is learnt on held-out text, and there is none. Give some with --eval.")
    require_enough_of_nobodys(held_out, settings.nobodys_masked)
    # Of several processes that torchrun started the first one writes.
    first = os.environ.get("RANK", "0") == "0"
    with held(folder, say) if first else contextlib.nullcontext(), joined_processes() as processes:
        saved = read_checkpoint(folder) if resume else None
        if not processes.first:
            pulse, say = _silent, _silent
        torch.manual_seed(settings.seed)
        task, documents = _TASKS[settings.decoder].begin(documents, settings, start, say)
        if start is not None:
            settings = settings.going_on(task.head_ratio)
        run = _Run(task, documents, held_out, folder, settings, start, processes)
        if saved is not None:
            run.restore(*saved)
            say(f"going on from step {run.progress.step}")
        with _stopping_on_interrupt() as interrupted:
            run.learn(pulse, interrupted, say)
        say("measuring on held-out text" if held_out else "writing the adapter")
        return run.finish(interrupted.is_set(), say)


def _silent(_: object) -> None:
    """Say nothing: of several processes the first speaks for all."""


class _Run:
    """A run in progress."""

    def __init__(
        self,
        task: Task[Any],
        documents: Sequence[Document],
        held_out: Sequence[Document],
        folder: Path,
        settings: Settings,
        start: str | Path | None,
        processes: Processes,
    ) -> None:
        self.task = task
        self.folder = folder
        self.settings = settings
        self.held_out = held_out
        # What is looked at to see whether anything is learnt, where there is nothing to measure on.
        self.samples = [] if held_out else _samples(documents)
        self.looks = 0
        self.examples = task.examples_by_epoch(documents)
        self.counts = {"documents": len(documents), "spans": sum(len(document.spans) for document in documents)}
        self.processes = processes
        self.learner = Learner(
            task,
            weight_decay=settings.weight_decay,
            clip=settings.clip,
            b_ratio=settings.b_ratio,
            head_ratio=settings.head_ratio or task.head_ratio,
            processes=processes,
        )
        self.tensors = self.learner.tensors
        self.best: dict[str, Tensor] = {}
        self.progress = Progress(
            settings=json.dumps([settings.model_dump(mode="json"), str(start) if start else None]),
            data=corpus_digest(documents, held_out),
        )

    # --- the loop

    def learn(self, pulse: Callable[[Pulse], None], interrupted: threading.Event, say: Callable[[str], None]) -> None:
        """Step until the epochs or the minutes are over, or until interrupted."""
        progress = self.progress
        checkpointed = time.monotonic()
        began = time.monotonic() - progress.seconds
        self.task.network.train()
        for row in self._rows_from(progress.step):
            # Clocks and interrupts are the first process's, so that all stop after the same step.
            progress.seconds = self.processes.agree(progress.seconds, self.task.device)
            if self._done() >= 1 or self.processes.agree(interrupted.is_set(), self.task.device):
                break
            # Dropout draws by the step alone, so that a resumed run needs no generator's state.
            torch.manual_seed(int(np.random.default_rng((self.settings.seed, progress.step)).integers(2**63)))
            step_began = time.monotonic()
            loss = self.learner.step(row, self._rate())
            progress.step_seconds += time.monotonic() - step_began
            progress.step += 1
            progress.tokens += len(row)
            progress.losses.append(loss)
            self._require_convergence()
            progress.seconds = time.monotonic() - began
            if self.processes.first and self._evaluation_is_due():
                found = self._evaluate_quickly() if self.held_out else self._look()
                if self._done() >= _LATE and _finds_nothing(found):
                    say(f"step {progress.step}: nothing is found yet in {self._where}")
                progress.seconds = time.monotonic() - began
            pulse(self._pulse(loss))
            if self.processes.first and time.monotonic() - checkpointed > _CHECKPOINT_SECONDS:
                self._checkpoint_or_tell(say)
                checkpointed = time.monotonic()
        self.task.network.eval()
        if self.processes.first:
            self._checkpoint_or_tell(say)

    def _pulse(self, loss: float) -> Pulse:
        progress = self.progress
        last = progress.evaluations[-1] if progress.evaluations else None
        measured = last if last is not None and last["step"] == progress.step else None
        speed = progress.tokens / progress.step_seconds
        return Pulse(min(1.0, self._done()), loss, speed, progress.step, measured)

    def _require_convergence(self) -> None:
        """Raise where the loss is no number, or stays above twice what guessing every token alike costs."""
        losses = self.progress.losses[-_DIVERGING_STEPS:]
        guessing = self.task.guessing
        lost = len(losses) == _DIVERGING_STEPS and min(losses) > 2 * guessing
        if lost or not math.isfinite(losses[-1]):
            raise DivergedError(
                f"Training diverged: the loss at step {self.progress.step} is {losses[-1]:.3g}, and guessing would "
                f"cost {guessing:.3g}. Lower the learning rate (now {self.settings.rate:g}) and train again."
            )

    def _rows_from(self, step: int) -> Iterator[PackedBatch[Any]]:
        """The rows from `step` on, without an end: the epochs one after the other."""
        passed = 0
        epoch = 0
        while True:
            for row in epoch_rows(self.examples(epoch), self.settings.row_tokens, self.settings.seed, epoch):
                if passed >= step:
                    yield row
                passed += 1
            epoch += 1

    @cached_property
    def _total_steps(self) -> int:
        """How many steps the epochs come to, the last one in part where their number is not whole."""
        whole, part = divmod(self.settings.epochs, 1)
        steps = 0
        for epoch in range(math.ceil(self.settings.epochs)):
            rows = sum(1 for _ in epoch_rows(self.examples(epoch), self.settings.row_tokens, self.settings.seed, epoch))
            steps += rows if epoch < whole else max(1, round(rows * part))
        return steps

    def _done(self) -> float:
        """The share of the run that is done, from 0 to 1."""
        if self.settings.minutes is not None:
            return self.progress.seconds / (60 * self.settings.minutes)
        return self.progress.step / self._total_steps

    def _rate(self) -> float:
        """The learning rate: it rises over the warm-up and falls to 0 at the end, both in a straight line."""
        done, warm_up = self._done(), self.settings.warm_up
        if done < warm_up:
            # Half a step ahead of nothing: the first step learns too.
            return self.settings.rate * max(done, 0.02 * warm_up) / warm_up
        return self.settings.rate * max(0.0, 1 - done) / (1 - warm_up)

    # --- measuring

    def _evaluation_is_due(self) -> bool:
        passed = int(self._done() * self.settings.evaluations)
        return passed > (len(self.progress.evaluations) if self.held_out else self.looks)

    def _look(self) -> Evaluation:
        """What is found in some of the text learnt from."""
        self.looks = max(self.looks + 1, int(self._done() * self.settings.evaluations))
        learning = self.task.network.training
        self.task.network.eval()
        found = evaluate(self.samples, self.task.find(self.samples))
        self.task.network.train(learning)
        return found

    @property
    def _where(self) -> str:
        return "held-out text" if self.held_out else "the text learnt from"

    def _notes(self, found: Evaluation) -> Iterator[str]:
        """What is to be said of a run by what its adapter finds."""
        if _finds_nothing(found):
            yield (
                f"nothing learnt: of {found.characters.labelled} personal characters in {self._where} none is found. "
                "Train longer, on more text, or at another learning rate"
            )
            return
        never = [label for label, figures in sorted(found.labels.items()) if figures.labelled and not figures.predicted]
        if never and self.held_out:
            yield f"never found in held-out text, where they are labelled: {', '.join(never)}"

    def _evaluate_quickly(self) -> Evaluation:
        documents = self.held_out[: up_to(self.held_out, _QUICK_EVALUATION_CHARACTERS)]
        self.task.network.eval()
        found = evaluate(documents, self.task.find(documents))
        self.task.network.train()
        figures = {
            "step": float(self.progress.step),
            "strict_f1": found.strict.f1,
            "characters_recall": found.characters.recall,
            "characters_precision": found.characters.precision,
        }
        self.progress.evaluations.append(figures)
        if found.strict.f1 >= self.progress.best:
            self.progress.best, self.progress.best_error = found.strict.f1, found.strict.f1_error
            self.best = {name: tensor.detach().clone() for name, tensor in self.tensors.items()}
        return found

    def _best_was_better(self) -> bool:
        """Whether the best adapter was better than the last one measured, by two standard errors of its F1.

        What is measured during a run is little, and the last adapter has learnt most.
        """
        last = self.progress.evaluations[-1]["strict_f1"]
        return last < self.progress.best - 2 * self.progress.best_error

    # --- stopping and going on

    def checkpoint(self) -> None:
        """Write what a later run needs to go on from here."""
        best = {f"best.{name}": tensor for name, tensor in self.best.items()}
        write_checkpoint(self.folder, self.progress, self.learner.state() | best)

    def _checkpoint_or_tell(self, say: Callable[[str], None]) -> None:
        try:
            self.checkpoint()
        except (OSError, SafetensorError) as error:
            say(f"step {self.progress.step}: no checkpoint could be written to {self.folder} ({_reason(error)})")

    def restore(self, progress: Progress, stored: dict[str, Tensor]) -> None:
        """Take up `progress` and the checkpoint's tensors.

        Raises:
            InputError: where they are of a run with other settings or other data.
        """
        same = {
            "settings": _read_settings(progress.settings) == _read_settings(self.progress.settings),
            "data": progress.data == self.progress.data,
        }
        for what, agrees in same.items():
            if not agrees:
                raise InputError(
                    f"The checkpoint in {self.folder} is of a run with other {what}. Resume with those it began "
                    f"with, or train into another folder; for more epochs, with --from {self.folder} when it is done."
                )
        expected = {name: tensor.shape for name, tensor in self.learner.state().items()}
        best = [
            f"best.{name}" for name in self.tensors if any(stored_name.startswith("best.") for stored_name in stored)
        ]
        whole = all(name in stored and stored[name].shape == shape for name, shape in expected.items())
        if not whole or any(name not in stored for name in best):
            raise InputError(f"The checkpoint in {self.folder} lacks a tensor of this run. Remove it and train again.")
        self.progress = progress
        self.learner.restore(stored, progress.step)
        if any(name.startswith("best.") for name in stored):
            self.best = {name: stored[f"best.{name}"].to(tensor.device) for name, tensor in self.tensors.items()}

    def finish(self, stopped: bool, say: Callable[[str], None]) -> Outcome:
        """Choose the adapter to keep, calibrate it, measure it on all the held-out text, and write the results."""
        if self.best and self._best_was_better():
            with torch.no_grad():
                for name, tensor in self.tensors.items():
                    tensor.copy_(self.best[name])
        measured = self.task.measure(self.held_out) if self.held_out and self.processes.first else None
        notes = [measured.note] if measured and measured.note else []
        if self.processes.first:
            notes += self._notes(measured.evaluation if measured else self._look())
        for note in notes:
            say(note)
        progress = self.progress
        report: dict[str, object] = {
            "settings": self.settings.model_dump(mode="json") | self.task.fixed,
            "data": {
                **self.counts,
                "held_out_documents": len(self.held_out),
                "labels": list(self.task.labels),
                "digest": progress.data,
            },
            "trained_parameters": sum(tensor.numel() for tensor in self.tensors.values()),
            "stopped": stopped,
            "steps": progress.step,
            "seconds": progress.seconds,
            "tokens": progress.tokens,
            "tokens_per_second": progress.tokens / progress.step_seconds if progress.step_seconds else 0.0,
            "peak_memory_mb": peak_memory_mb(),
            "machine": machine(),
            "losses": progress.losses,
            "evaluations": progress.evaluations,
            "calibration": measured.calibration if measured else {},
            "dial": [point.model_dump() for point in measured.dial] if measured else [],
            "evaluation": measured.evaluation.as_json() if measured else None,
            "note": "\n".join(notes),
        }
        if self.processes.first:
            with _explaining_disk_errors(self.folder):
                self.task.save(self.folder)
                write_report(self.folder, report)
                draw_loss(self.folder, progress.losses, progress.evaluations)
                draw_dial(self.folder, measured.dial if measured else ())
            if not stopped:
                (self.folder / CHECKPOINT_FILE).unlink(missing_ok=True)
        return Outcome(self.folder, stopped, measured.evaluation if measured else None, report, self.processes.first)


def _read_settings(written: str) -> tuple[Settings, str | None]:
    """A run's settings and start; a setting that an earlier version did not have yet has its default."""
    settings, start = json.loads(written)
    return Settings.model_validate(settings), start


def _samples(documents: Sequence[Document]) -> list[Document]:
    """The beginnings of some `documents` that hold something personal."""
    labelled = [document for document in documents if document.spans]
    samples = []
    for document in labelled[: up_to(labelled, _LOOK_CHARACTERS)]:
        within = tuple(span for span in document.spans if span.end <= _LOOK_CHARACTERS)
        samples.append(replace(document, text=document.text[:_LOOK_CHARACTERS], spans=within))
    return samples


def _finds_nothing(found: Evaluation) -> bool:
    return found.characters.labelled > 0 and found.characters.predicted == 0


@contextmanager
def _explaining_disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError) as error:
        going_on = ", and go on with --resume" if (folder / CHECKPOINT_FILE).exists() else ""
        raise InputError(
            f"What was learnt could not be written to {folder}: {_reason(error)}. Make room there{going_on}."
        ) from None


def _reason(error: OSError | SafetensorError) -> str:
    """What the system said; safetensors passes it on with words of its own around it."""
    told = error.strerror if isinstance(error, OSError) else None
    return told or re.sub(r".*I/O error: | \(os error \d+\)", "", str(error)) or type(error).__name__


@contextmanager
def _stopping_on_interrupt() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C or SIGTERM into an event that the loop looks at; a second one acts as usual."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: object) -> None:
        event.set()
        restore()

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield event
    finally:
        restore()
