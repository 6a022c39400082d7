"""The training step."""

from typing import Any

import torch
from torch import Tensor, nn

from loredact.encoding import PackedBatch
from loredact.lora import parameter_groups
from loredact.network import page_out, prepare
from loredact.training.processes import Processes
from loredact.training.task import Task

_ALONE = Processes()


class Learner:
    """AdamW over whatever of a task's network is trainable.

    Tensors in half precision are kept in float32 beside the network, where AdamW changes them: its steps are often
    smaller than half precision can hold. Frozen weights are laid out for a step (`network.prepare`), and those that it
    reads no more may leave memory until they are asked for.

    `b_ratio` is LoRA+'s; `head_ratio` is how many times the rate the tag head learns at. With several processes each
    computes its share of a row's windows, and all take the step that one process would take.
    """

    def __init__(
        self,
        task: Task[Any],
        *,
        weight_decay: float = 0.0,
        clip: float = 1.0,
        b_ratio: float = 1.0,
        head_ratio: float = 1.0,
        processes: Processes = _ALONE,
    ) -> None:
        self.task = task
        page_out(prepare(task.network))
        self.tensors = {name: p for name, p in task.network.named_parameters() if p.requires_grad}
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

    def step(self, row: PackedBatch[Any], rate: float) -> float:
        """Learn from `row` at the rate `rate`; returns the mean cross-entropy of what is learnt of it, in nats."""
        loss = self._loss_of(row)
        if loss.requires_grad:
            loss.backward()  # type: ignore[no-untyped-call]
        gradients = []
        for parameter, exact in zip(self._parameters(), self._exact, strict=True):
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            if exact is not parameter:
                exact.grad = parameter.grad.float()
                parameter.grad = None
            assert exact.grad is not None
            gradients.append(exact.grad)
        total = loss.detach().float().reshape(1)
        self._processes.sum_([*gradients, total])
        nn.utils.clip_grad_norm_(self._exact, self._clip)
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        self._optimizer.step()
        self._optimizer.zero_grad()
        with torch.no_grad():
            for parameter, exact in zip(self._parameters(), self._exact, strict=True):
                if exact is not parameter:
                    parameter.copy_(exact)
        return float(total)

    def state(self) -> dict[str, Tensor]:
        """All that a later run needs to go on from here: weights and AdamW's moments, by name."""
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

    def _loss_of(self, row: PackedBatch[Any]) -> Tensor:
        """This process's part of the row's mean cross-entropy."""
        windows = row.windows[self._processes.rank :: self._processes.count]
        if not windows:
            return torch.zeros((), device=self.task.device)
        loss: Tensor = self.task.loss(windows) / sum(window.learnt for window in row.windows)
        return loss

    def _parameters(self) -> list[nn.Parameter]:
        return list(self.tensors.values())
