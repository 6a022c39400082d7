"""The training step, in two parts: the gradients of a batch, and AdamW's step by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from loredact.encoding import PackedBatch
from loredact.lora import parameter_groups
from loredact.network import page_out, prepare
from loredact.training.processes import Processes
from loredact.training.task import Example, Task
from loredact.training.workers import Workers, share_out, usable_cores

_ALONE = Processes()


@dataclass(frozen=True, slots=True)
class Gradients:
    """The gradient of a batch's mean loss by each trained tensor, in the order of `Learner.tensors`, and that loss.

    Shapes: `tensors` as the trained ones, in float32; `loss` `(1,)`, in nats.
    """

    tensors: list[Tensor]
    loss: Tensor

    def add_(self, other: "Gradients") -> None:
        """Add `other` to these, in place."""
        torch._foreach_add_(self.tensors, other.tensors)
        self.loss.add_(other.loss)


class Learner:
    """AdamW over whatever of a task's network is trainable.

    Tensors in half precision are kept in float32 beside the network, where AdamW changes them: its steps are often
    smaller than half precision can hold. Frozen weights are laid out for a step (`network.prepare`), and those that it
    reads no more may leave memory until they are asked for.

    `b_ratio` is LoRA+'s; `head_ratio` is how many times the rate the tag head learns at. A batch is computed
    in up to `parts` parts at the same time, over one copy of the weights, by `threads` in all; None is for as many as
    there are cores. With several processes each computes its share of a batch's windows, and all take the step that
    one process would take.
    """

    def __init__(
        self,
        task: Task[Any],
        *,
        weight_decay: float = 0.0,
        clip: float = 1.0,
        b_ratio: float = 1.0,
        head_ratio: float = 1.0,
        threads: int | None = None,
        parts: int | None = None,
        processes: Processes = _ALONE,
    ) -> None:
        self.task = task
        page_out(prepare(task.network))
        self.tensors = {name: p for name, p in task.network.named_parameters() if p.requires_grad}
        threads = threads or usable_cores()
        parts = min(threads, parts or threads)
        # None: a batch is computed whole, by the thread that asks for it.
        self.workers = Workers(parts, threads // parts) if task.in_parts else None
        self._clip = clip
        self._processes = processes
        exact = {id(p): p if p.dtype == torch.float32 else nn.Parameter(p.detach().float()) for p in self._parameters()}
        self._exact = [exact[id(p)] for p in self._parameters()]
        groups = parameter_groups(task.network, 1.0, b_ratio, dict.fromkeys(task.heads, head_ratio))
        for group in groups:
            group["params"] = [exact[id(p)] for p in group["params"]]
        # One call of the fused kernel over all tensors; moments exist from the start, so a checkpoint always has them.
        self._optimizer = torch.optim.AdamW(groups, weight_decay=weight_decay, fused=True)
        for tensor in self._exact:
            self._optimizer.state[tensor] = {
                "step": torch.zeros((), device=tensor.device),
                "exp_avg": torch.zeros_like(tensor),
                "exp_avg_sq": torch.zeros_like(tensor),
            }

    def step(self, batch: PackedBatch[Any], rate: float) -> float:
        """Learn from `batch` at the rate `rate`; returns its mean loss, in nats."""
        gradients = self.gradients(batch.windows)
        self.apply(gradients, rate)
        return float(gradients.loss)

    def gradients(self, windows: Sequence[Example]) -> Gradients:
        """The gradients of the mean loss of `windows`, over the tokens learnt of them; nothing is changed.

        The windows stand in order of length. Each worker computes a part of them, and the parts are summed in one
        order, so that the same windows give the same bits again; with another number of workers they differ by what
        float32 sums in another order do.
        """
        learnt = sum(window.learnt for window in windows)
        own = windows[self._processes.rank :: self._processes.count]
        if self.workers is None:
            total = self.part(own, learnt)
        else:
            shares: Sequence[Sequence[Example]] = share_out(own, self.workers.count) or [own]
            total, *others = self.workers.map(lambda share: self.part(share, learnt), shares)
            for part in others:
                total.add_(part)
        self._processes.sum_([*total.tensors, total.loss])
        return total

    def part(self, windows: Sequence[Example], learnt: int) -> Gradients:
        """The gradients of the summed loss of `windows`, divided by `learnt`; several threads may ask at a time."""
        parameters = self._parameters()
        loss = self.task.loss(windows) / learnt if windows else torch.zeros((), device=self.task.device)
        found: Sequence[Tensor | None] = [None] * len(parameters)
        if loss.requires_grad:
            found = torch.autograd.grad(loss, parameters, allow_unused=True)
        tensors = [
            torch.zeros_like(exact) if gradient is None else gradient.to(exact.dtype).contiguous()
            for gradient, exact in zip(found, self._exact, strict=True)
        ]
        return Gradients(tensors, loss.detach().float().reshape(1))

    def apply(self, gradients: Gradients, rate: float) -> None:
        """Take AdamW's step by `gradients`, shortened to the largest norm allowed, at the rate `rate`."""
        for exact, gradient in zip(self._exact, gradients.tensors, strict=True):
            exact.grad = gradient
        nn.utils.clip_grad_norm_(self._exact, self._clip)
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        self._optimizer.step()
        self._optimizer.zero_grad()
        with torch.no_grad():
            for parameter, exact in zip(self._parameters(), self._exact, strict=True):
                if exact is not parameter:
                    parameter.copy_(exact)

    def state(self) -> dict[str, Tensor]:
        """All that a later run needs to continue from here: weights and AdamW's moments, by name."""
        state: dict[str, Tensor] = {}
        for name, exact in zip(self.tensors, self._exact, strict=True):
            moments = self._optimizer.state[exact]
            state[f"weights.{name}"] = exact.detach()
            state[f"first.{name}"] = moments["exp_avg"]
            state[f"second.{name}"] = moments["exp_avg_sq"]
        return state

    def restore(self, stored: dict[str, Tensor], steps: int) -> None:
        """Take up what `state` gave after `steps` steps."""
        with torch.no_grad():
            for name, tensor in self.state().items():
                tensor.copy_(stored[name])
            for parameter, exact in zip(self._parameters(), self._exact, strict=True):
                self._optimizer.state[exact]["step"].fill_(steps)
                if exact is not parameter:
                    parameter.copy_(exact)

    def _parameters(self) -> list[nn.Parameter]:
        return list(self.tensors.values())
