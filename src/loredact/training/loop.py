"""The training loop: AdamW over what a task trains, in memory, as a generator of steps."""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

from loredact.adapters.description import Decoder
from loredact.document import Document, require_labels, up_to
from loredact.encoding import PackedBatch
from loredact.errors import InputError, LoredactError
from loredact.evaluation import Evaluation, evaluate
from loredact.tagger import Tagger
from loredact.training.checkpoint import Checkpoint, RunState
from loredact.training.examples import corpus_digest, epoch_batches, hold_out, labels_of
from loredact.training.learner import Learner
from loredact.training.private import PrivateLearner
from loredact.training.processes import Processes, joined_processes
from loredact.training.progress import Progress, Step
from loredact.training.report import machine, peak_memory_mb
from loredact.training.settings import Settings
from loredact.training.tagging import Tagging, require_enough_pii_free
from loredact.training.trained import Trained
from loredact.training.writing import Writing

_TASKS: dict[Decoder, type[Tagging] | type[Writing]] = {"tags": Tagging, "generate": Writing}
_DIVERGING_STEPS = 10
# A part of a step that a core computes by itself is no smaller on average: as long as a window is by default.
_PART_TOKENS = 256
# Held-out text measured during the run; all of it is measured at the end.
_QUICK_EVALUATION_CHARACTERS = 30_000
# Of the text learnt from, where none was held out: enough to see whether anything is found.
_LOOK_CHARACTERS = 3_000
# From here on a run is expected to find something.
_LATE = 0.5
_ALONE = Processes()
# Of a private run these would tell more of the documents than the adapter may.
_TELLING = {"losses", "tokens", "tokens_per_second", "peak_memory_mb", "note"}


class DivergedError(LoredactError):
    """The loss is no longer a number, or far above what guessing costs: nothing more can be learnt."""


def train(
    documents: Sequence[Document],
    settings: Settings,
    *,
    held_out: Sequence[Document] | None = None,
    start: str | Path | None = None,
    threads: int | None = None,
    progress: Progress = Progress(),  # noqa: B008 - a value
) -> Trained:
    """Fine-tune a base model on `documents`, in memory; `Trained.save` writes the adapter. Arguments and errors are
    those of `Training`. `progress` is told of each step.
    """
    with joined_processes() as processes:
        watch = progress if processes.first else Progress()
        training = Training(
            documents,
            settings,
            held_out=held_out,
            start=start,
            threads=threads,
            processes=processes,
            say=watch.say,
        )
        for step in training.steps():
            watch.step(step)
        return training.finish()


class Training:
    """A training run, whose steps the caller takes.

    ```python
    training = Training(documents, settings)
    for step in training.steps():
        print(step.loss)
    training.finish().save("my-adapter")
    ```
    """

    def __init__(
        self,
        documents: Sequence[Document],
        settings: Settings,
        *,
        held_out: Sequence[Document] | None = None,
        start: str | Path | None = None,
        checkpoint: Checkpoint | None = None,
        threads: int | None = None,
        processes: Processes = _ALONE,
        say: Callable[[str], None] = lambda step: None,
    ) -> None:
        """`held_out` is measured during the run, and the last adapter kept, or the best of those measured where it was
        better beyond chance; where `held_out` is None, one document in twenty of `documents` is. `start` is an adapter
        to continue from, a folder or the name of one that ships: its labels are kept and new ones added, and where
        `documents` do not use one of its labels, what it finds of that label in them is learnt as if it were labelled,
        so that it is not unlearnt.

        `checkpoint` is where an earlier run stood, which continues to the same weights as an unbroken one (with
        `epochs`; a run of `minutes` depends on the clock). `threads` is how many cores compute parts of a step at the
        same time, None for all that the process may use. `say` is called at each stage, and told of a run that finds
        nothing.

        Raises:
            InputError: where there is nothing to learn from, a setting does not fit the base, or the checkpoint is of
                another run.
        """
        if not any(document.spans for document in documents):
            raise InputError("The corpus holds no span: there is nothing to learn from.")
        require_labels(labels_of([*documents, *(held_out or ())]))
        if held_out is None:
            # Whatever is fitted to held-out text gives it away, so a private run takes none of its own.
            documents, held_out = (documents, []) if settings.private else hold_out(documents, settings.seed)
        if settings.recall is not None and not held_out:
            raise InputError(
                "recall: operating points are measured on held-out text, and there is none. Give some with --eval."
            )
        require_enough_pii_free(held_out, settings.max_false_positive_rate)
        self.state = RunState(
            settings=json.dumps([settings.model_dump(mode="json"), str(start) if start else None]),
            data=corpus_digest(documents, held_out),
        )
        if checkpoint is not None:
            self._require_same_run(checkpoint)
            self.state = checkpoint.state
        torch.manual_seed(settings.seed)
        begun = _TASKS[settings.decoder].begin(documents, settings, start, self.state.found, say)
        self.task, documents, self.examples = begun.task, begun.documents, begun.examples
        self.state.found = begun.found
        if start is not None:
            settings = settings.continued(self.task.head_ratio)
        self.settings = settings
        self.held_out = held_out
        self.processes = processes
        self._say = say
        self._stopping = False
        self._ended = False
        # What is looked at to see whether anything is learnt, where there is nothing to measure on.
        self.samples = [] if held_out or settings.private else _samples(documents)
        self.looks = 0
        self.counts = {"documents": len(documents), "spans": sum(len(document.spans) for document in documents)}
        self.start = str(start) if start else None
        self.learner = self._learner(documents, threads)
        self.tensors = self.learner.tensors
        self.best: dict[str, Tensor] = {}
        if checkpoint is not None:
            self._restore(checkpoint)
            say(f"continuing from step {self.state.step}")

    def _learner(self, documents: Sequence[Document], threads: int | None) -> Learner:
        settings = self.settings
        options: dict[str, Any] = {
            "weight_decay": settings.weight_decay,
            "b_ratio": settings.b_ratio,
            "head_ratio": settings.head_ratio or self.task.head_ratio,
            "threads": threads,
            "parts": max(1, settings.row_tokens // _PART_TOKENS),
            "processes": self.processes,
        }
        if settings.private is None:
            return Learner(self.task, clip=settings.clip, **options)
        assert isinstance(self.task, Tagging)
        return PrivateLearner(
            self.task,
            self.task.by_document(documents),
            settings.private,
            head=self.task.tagger.head_name,
            epochs=settings.epochs,
            row_tokens=settings.row_tokens,
            clip=settings.clip,
            **options,
        )

    # --- the loop

    def steps(self) -> Iterator[Step]:
        """Take step after step, until the epochs or the minutes are over or the caller leaves off.

        Raises:
            DivergedError: where the loss stops being a number.
        """
        state = self.state
        began = time.monotonic() - state.seconds
        self.task.network.train()
        try:
            for batch in self._batches_from(state.step):
                # Clocks and interrupts are the first process's, so that all stop after the same step.
                state.seconds = self.processes.agree(state.seconds, self.task.device)
                if self._done() >= 1:
                    self._ended = True
                    break
                if self.processes.agree(self._stopping, self.task.device):
                    break
                # Dropout draws by the step alone, so that a continued run needs no generator's state.
                torch.manual_seed(int(np.random.default_rng((self.settings.seed, state.step)).integers(2**63)))
                step_began = time.monotonic()
                loss = self.learner.step(batch, self._rate())
                state.step_seconds += time.monotonic() - step_began
                state.step += 1
                state.tokens += len(batch)
                state.losses.append(loss)
                self._require_convergence()
                state.seconds = time.monotonic() - began
                if self.processes.first and self._evaluation_is_due():
                    found = self._evaluate_quickly() if self.held_out else self._look()
                    if self._done() >= _LATE and _finds_nothing(found):
                        self._say(f"step {state.step}: nothing is found yet in {self._where}")
                    state.seconds = time.monotonic() - began
                yield self._step(loss)
        finally:
            self.task.network.eval()

    def stop(self) -> None:
        """End the loop after the step in hand, in all processes; any thread or signal handler may call this."""
        self._stopping = True

    def _step(self, loss: float) -> Step:
        state = self.state
        last = state.evaluations[-1] if state.evaluations else None
        measured = last if last is not None and last["step"] == state.step else None
        return Step(state.step, min(1.0, self._done()), loss, state.tokens / state.step_seconds, measured)

    def _require_convergence(self) -> None:
        """Raise where the loss is no number, or its median above twice what guessing every token alike costs."""
        losses = self.state.losses[-_DIVERGING_STEPS:]
        guessing = self.task.guessing
        lost = len(losses) == _DIVERGING_STEPS and median(losses) > 2 * guessing
        if lost or not math.isfinite(losses[-1]):
            raise DivergedError(
                f"Training diverged: the loss at step {self.state.step} is {losses[-1]:.3g}, and guessing would "
                f"cost {guessing:.3g}. Lower the learning rate (now {self.settings.rate:g}) and train again."
            )

    def _batches_from(self, step: int) -> Iterator[PackedBatch[Any]]:
        """The batches from `step` on, without an end: the epochs one after the other, or a private run's draws."""
        if isinstance(self.learner, PrivateLearner):
            yield from self.learner.draws()
        passed = 0
        epoch = 0
        while True:
            for batch in self._batches_of(epoch):
                if passed >= step:
                    yield batch
                passed += 1
            epoch += 1

    def _batches_of(self, epoch: int) -> Iterator[PackedBatch[Any]]:
        return epoch_batches(self.examples(epoch), self.settings.row_tokens, self.settings.seed, epoch)

    @cached_property
    def _total_steps(self) -> int:
        """How many steps the epochs come to, the last one in part where their number is not whole."""
        if isinstance(self.learner, PrivateLearner):
            return self.learner.steps
        whole, part = divmod(self.settings.epochs, 1)
        steps = 0
        for epoch in range(math.ceil(self.settings.epochs)):
            batches = sum(1 for _ in self._batches_of(epoch))
            steps += batches if epoch < whole else max(1, round(batches * part))
        return steps

    def _done(self) -> float:
        """The share of the run that is done, from 0 to 1."""
        if self.settings.minutes is not None:
            return self.state.seconds / (60 * self.settings.minutes)
        return self.state.step / self._total_steps

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
        return passed > (len(self.state.evaluations) if self.held_out else self.looks)

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
            "step": float(self.state.step),
            "strict_f1": found.strict.f1,
            "characters_recall": found.characters.recall,
            "characters_precision": found.characters.precision,
        }
        self.state.evaluations.append(figures)
        if found.strict.f1 >= self.state.best:
            self.state.best, self.state.best_error = found.strict.f1, found.strict.f1_error
            self.best = {name: tensor.detach().clone() for name, tensor in self.tensors.items()}
        return found

    def _best_was_better(self) -> bool:
        """Whether the best adapter was better than the last one measured, by two standard errors of its F1.

        What is measured during a run is little, and the last adapter has learnt most.
        """
        last = self.state.evaluations[-1]["strict_f1"]
        return last < self.state.best - 2 * self.state.best_error

    # --- stopping and continuing

    def checkpoint(self) -> Checkpoint:
        """What a later run needs to continue from here."""
        best = {f"best.{name}": tensor for name, tensor in self.best.items()}
        return Checkpoint(self.state, self.learner.state() | best)

    def _require_same_run(self, checkpoint: Checkpoint) -> None:
        stored = checkpoint.state
        same = {
            "settings": _read_settings(stored.settings) == _read_settings(self.state.settings),
            "data": stored.data == self.state.data,
        }
        for what, agrees in same.items():
            if not agrees:
                raise InputError(
                    f"The checkpoint in {checkpoint.folder} is of a run with other {what}. Resume with those it began "
                    f"with, or train into another folder; for more epochs, with --from {checkpoint.folder} when it is "
                    "done."
                )

    def _restore(self, checkpoint: Checkpoint) -> None:
        """Take up a checkpoint's tensors."""
        stored = checkpoint.tensors
        expected = {name: tensor.shape for name, tensor in self.learner.state().items()}
        best = [
            f"best.{name}" for name in self.tensors if any(stored_name.startswith("best.") for stored_name in stored)
        ]
        whole = all(name in stored and stored[name].shape == shape for name, shape in expected.items())
        if not whole or any(name not in stored for name in best):
            raise InputError(
                f"The checkpoint in {checkpoint.folder} lacks a tensor of this run. Remove it and train again."
            )
        self.learner.restore(stored, self.state.step)
        if best:
            self.best = {name: stored[f"best.{name}"].to(tensor.device) for name, tensor in self.tensors.items()}

    def finish(self) -> Trained:
        """Choose the adapter to keep, calibrate it, and measure it on all the held-out text."""
        if self.held_out:
            self._say("measuring on held-out text")
        self.task.network.eval()
        if self.best and self._best_was_better():
            with torch.no_grad():
                for name, tensor in self.tensors.items():
                    tensor.copy_(self.best[name])
        measured = self.task.measure(self.held_out) if self.held_out and self.processes.first else None
        notes = [measured.note] if measured and measured.note else []
        if self.processes.first:
            notes += self._notes(measured.evaluation if measured else self._look())
        for note in notes:
            self._say(note)
        state = self.state
        points = measured.decoding.operating_points if measured and measured.decoding else ()
        report: dict[str, object] = {
            "settings": self.settings.model_dump(mode="json") | self.task.fixed,
            "data": {
                **self.counts,
                "held_out_documents": len(self.held_out),
                "labels": list(self.task.labels),
                "digest": state.data,
            },
            "start": self.start,
            "trained_parameters": sum(tensor.numel() for tensor in self.tensors.values()),
            "stopped": not self._ended,
            "steps": state.step,
            "seconds": state.seconds,
            "tokens": state.tokens,
            "tokens_per_second": state.tokens / state.step_seconds if state.step_seconds else 0.0,
            "peak_memory_mb": peak_memory_mb(),
            "machine": machine(),
            "losses": state.losses,
            "evaluations": state.evaluations,
            "calibration": measured.calibration if measured else {},
            "operating_points": [point.model_dump() for point in points],
            "evaluation": measured.evaluation.as_json() if measured else None,
            "note": "\n".join(notes),
        }
        evaluation = measured.evaluation if measured else None
        model = self.task.measured(measured)
        if isinstance(self.learner, PrivateLearner):
            assert isinstance(model, Tagger)
            spent = self.learner.spent(state.step)
            model.description = model.description.model_copy(update={"privacy": spent})
            report, state = (
                self._without_what_tells(report | {"privacy": spent}),
                state.model_copy(update={"losses": []}),
            )
        return Trained(model, evaluation, report, state, not self._ended, self.processes.first)

    def _without_what_tells(self, report: dict[str, object]) -> dict[str, object]:
        """The report of a private run without what it tells of the documents."""
        told = {name: value for name, value in report.items() if name not in _TELLING}
        counts = {"documents": self.counts["documents"], "held_out_documents": len(self.held_out)}
        return told | {"data": counts | {"labels": list(self.task.labels)}}


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
