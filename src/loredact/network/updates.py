"""Low-rank updates that travel with a packed batch: which adapter each run of its tokens belongs to."""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from loredact.kernels import LowRank, add_low_rank_

# An adapter's updates of each packed product, by the first output of the layer that each is of.
LayerUpdates = Mapping[nn.Module, Mapping[int, LowRank]]
_NOTHING: Mapping[int, LowRank] = {}


class Updates:
    """The adapters of a packed batch. A run is (how many tokens, the adapter they belong to); all tokens are in one.

    The network stays as it is, so that several batches with other adapters may be computed at the same time.
    """

    def __init__(self, runs: Sequence[tuple[int, LayerUpdates]]) -> None:
        self._runs: list[tuple[int, LayerUpdates]] = []
        for count, adapter in runs:
            before = self._runs.pop()[0] if self._runs and self._runs[-1][1] is adapter else 0
            self._runs.append((before + count, adapter))

    def add(self, layer: nn.Module, x: Tensor, y: Tensor) -> None:
        """Add to `y` `(tokens, out)`, in place, what the adapters make of `x` `(tokens, in)` in `layer`."""
        add_low_rank_(y, x, [(count, adapter.get(layer, _NOTHING)) for count, adapter in self._runs])


def linear(layer: nn.Module, x: Tensor, updates: Updates | None) -> Tensor:
    """What `layer` gives for x, with the `updates` of the batch; only a packed layer takes any."""
    y: Tensor = layer(x) if updates is None else layer(x, updates)
    return y
