"""Low-rank updates that travel with a packed batch: which adapter each run of its tokens belongs to."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from loredact.errors import AdapterError
from loredact.kernels import LowRank, add_low_rank_
from loredact.lora import LoRAWeights

# An adapter's update of each layer, by the layer's name.
LayerUpdates = Mapping[str, LowRank]


class Updates:
    """The adapters of a packed batch. A run is (how many tokens, the adapter they belong to); all tokens are in one.

    The network stays as it is, so that several batches with other adapters may be computed at the same time.
    """

    def __init__(self, runs: Sequence[tuple[int, LayerUpdates]]) -> None:
        self._runs: list[tuple[int, LayerUpdates]] = []
        for count, adapter in runs:
            before = self._runs.pop()[0] if self._runs and self._runs[-1][1] is adapter else 0
            self._runs.append((before + count, adapter))

    def add(self, layers: Mapping[str, int], x: Tensor, y: Tensor) -> None:
        """Add to `y` `(tokens, out)`, in place, what the adapters make of `x` `(tokens, in)` in each of `layers`, whose
        outputs begin there."""
        runs = [
            (count, {first: adapter[name] for name, first in layers.items() if name in adapter})
            for count, adapter in self._runs
        ]
        add_low_rank_(y, x, runs)


def updates_of(
    weights: Mapping[str, LoRAWeights], sizes: Mapping[str, tuple[int, int]], dtype: torch.dtype, device: torch.device
) -> LayerUpdates:
    """An adapter's `weights` as updates of the packed network whose layers are of `sizes` (out, in), in its precision.

    Raises:
        AdapterError: where a layer is of another size, or a DoRA layer, whose change is no matmul B A.
    """
    updates: dict[str, LowRank] = {}
    for name, learnt in weights.items():
        if learnt.magnitude is not None:
            raise AdapterError(f"{name} is a DoRA layer, which shares no base. Load the adapter by itself.")
        (out, inputs), found = sizes[name], (learnt.b.shape[0], learnt.a.shape[1])
        if found != (out, inputs):
            raise AdapterError(
                f"{name} is {found[1]} to {found[0]}, and {inputs} to {out} in this base. "
                "The adapter was made for another."
            )
        a = learnt.a.to(device, dtype, copy=True).contiguous()
        b = (learnt.scaling * learnt.b).T.to(device, dtype, copy=True).contiguous()
        updates[name] = LowRank(a, b)
    return updates
