"""Private training: DP-SGD over documents (Abadi et al., arXiv:1607.00133, algorithm 1), with AdamW's step.

A step takes a Poisson sample of the documents, each by itself with probability q. Of each document's gradient as much
is taken as has the norm C, and to the sum comes normal noise of standard deviation σC:

    ĝ = (Σ_i g_i · min(1, C / ‖g_i‖) + σ C · N(0, 1)) / (q n)

g_i is the gradient of the summed loss of document i, all its windows together, by the LoRA matrices and the head. What
AdamW makes of ĝ has no more to do with the documents. σ is chosen so that all steps spend at most ε.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from loredact.encoding import PackedBatch
from loredact.errors import InputError
from loredact.lora import Tape, record
from loredact.network import Network, layers_of
from loredact.training.accounting import accountant_name, noise_for, spent
from loredact.training.learner import Gradients, Learner
from loredact.training.privacy import Privacy
from loredact.training.system_random import chosen, gaussian_like
from loredact.training.task import Example, Task

_DELTA = 1e-5
_SHARE, _FEWEST = 0.1, 16
_ASSUMED = (
    "neighbouring corpora differ by one document, added or removed; the number of documents is public",
    "each document is in a step by itself with the same probability, drawn from the system's random source",
    "the adapter is all that is given out; checkpoints, progress and whatever else the run showed are not",
    "noise is floating-point, not hardened against reading its lowest bits",
)
_NOT_COVERED = (
    "a person whose data stand in several documents: for k of them ε is k times as high, and δ grows too",
    "the labels' names, the number of documents, and the settings",
    "documents held out to measure, choose and calibrate by (--eval): they are used without noise",
    "the base model and the adapter that training started from",
)


class PrivateLearner(Learner):
    """A learner whose gradients are those of DP-SGD. `documents` are the windows of each document."""

    def __init__(
        self,
        task: Task[Any],
        documents: Sequence[Sequence[Example]],
        privacy: Privacy,
        *,
        head: str,
        epochs: float,
        row_tokens: int,
        clip: float,
        **options: Any,
    ) -> None:
        _freeze_below(task.network, privacy.layers)
        self._tape = Tape()
        record(task.network, head, self._tape)
        super().__init__(task, clip=math.inf, **options)
        if self._processes.count > 1:
            raise InputError("private: a private run has one process. Start it without torchrun.")
        self._documents = documents
        self._document_of = {id(window): index for index, windows in enumerate(documents) for window in windows}
        self._row_tokens, self._norm = row_tokens, clip
        count = len(documents)
        self.privacy = privacy
        self.sampling = min(1.0, (privacy.documents or max(_FEWEST, _SHARE * count)) / count)
        self.steps = math.ceil(epochs / self.sampling - 1e-9)
        self.delta = privacy.delta or min(_DELTA, 0.1 / count)
        self.noise = noise_for(privacy.epsilon, self.delta, self.sampling, self.steps)

    def draws(self) -> Iterator[PackedBatch[Example]]:
        """The batches of the steps, without an end: all windows of the documents drawn, the shortest first."""
        while True:
            drawn = [
                window for index in chosen(len(self._documents), self.sampling) for window in self._documents[index]
            ]
            yield PackedBatch(tuple(sorted(drawn, key=len)))

    def gradients(self, windows: Sequence[Example]) -> Gradients:
        """The noisy mean of the clipped gradients of the documents of `windows`, which are there whole."""
        rows = self._rows(windows)
        parts = self.workers.map(self._clipped, rows) if self.workers is not None else map(self._clipped, rows)
        total = Gradients([torch.zeros_like(exact) for exact in self._exact], torch.zeros(1))
        for part in parts:
            total.add_(part)
        expected = self.sampling * len(self._documents)
        for tensor in total.tensors:
            tensor.add_(gaussian_like(tensor), alpha=self.noise * self._norm).div_(expected)
        total.loss.div_(max(1, sum(len(window) for window in windows)))
        return total

    def spent(self, steps: int) -> dict[str, object]:
        """What `steps` steps have spent, how, and what it is worth: for the adapter and the report."""
        return {
            "epsilon": spent(self.noise, self.delta, self.sampling, steps),
            "epsilon_at_most": self.privacy.epsilon,
            "delta": self.delta,
            "unit": self.privacy.unit,
            "steps": steps,
            "sampling": self.sampling,
            "noise": self.noise,
            "clip": self._norm,
            "accountant": accountant_name(),
            "assumed": list(_ASSUMED),
            "not_covered": list(_NOT_COVERED),
        }

    def _rows(self, windows: Sequence[Example]) -> list[list[Example]]:
        """The windows in rows of about so many tokens as settings say, each document whole in one of them."""
        by_document: dict[int, list[Example]] = {}
        for window in windows:
            by_document.setdefault(self._document_of[id(window)], []).append(window)
        rows: list[list[Example]] = []
        room = 0
        for own in by_document.values():
            tokens = sum(map(len, own))
            if tokens > room:
                rows.append([])
                room = self._row_tokens
            rows[-1] += own
            room -= tokens
        return [sorted(row, key=len) for row in rows]

    def _clipped(self, row: Sequence[Example]) -> Gradients:
        """The sum of the clipped gradients of the documents in `row`, and its summed loss."""
        loss = self.task.loss(row)
        loss.backward()  # type: ignore[no-untyped-call]
        owners = np.repeat([self._document_of[id(window)] for window in row], [len(window) for window in row])
        rows = [torch.from_numpy(np.flatnonzero(owners == owner)) for owner in np.unique(owners)]
        found, _ = self._tape.clipped(rows, self._norm)
        tensors = [found[parameter] for parameter in self._parameters()]
        return Gradients(tensors, loss.detach().float().reshape(1))


def _freeze_below(network: Network, upper: int | None) -> None:
    """Train nothing below the `upper` layers, and send no gradient down there.

    Raises:
        InputError: where there are not so many.
    """
    layers = layers_of(network)
    if upper is not None and upper > len(layers):
        raise InputError(f"private.layers: {upper} are to learn, and the network has {len(layers)}.")
    for layer in layers[: len(layers) - (upper or len(layers))]:
        layer.requires_grad_(False)
