"""What the frozen part of a network gives for each window, computed once and kept across epochs."""

from collections.abc import Sequence

import torch
from torch import Tensor

from loredact.network import lowest_trained
from loredact.tagger import Tagger
from loredact.training.examples import TagExample

_KEPT_BYTES = 2 << 30


class Features:
    """Tag scores for training, by the shortest way: layers below the lowest trained one see a window once.

    Beyond some gigabytes, features are computed each time in place of being kept.
    """

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        self._place = lowest_trained(tagger.network)
        self._stored: dict[TagExample, Tensor] = {}  # (tokens, width) each
        self._bytes = 0

    @property
    def kept(self) -> bool:
        """Whether a part of the network is frozen, so that what it gives for a window is kept."""
        return self._place > 0

    def scores(self, windows: Sequence[TagExample]) -> Tensor:
        """Tag scores of a row's windows, the shortest first. Shape `(tokens, tags)`."""
        if not self.kept:
            return self._tagger.forward([window.ids for window in windows])
        found = self._of([window for window in windows if window not in self._stored])
        parts = [self._stored[window] if window in self._stored else found[window] for window in windows]
        for window, features in found.items():
            if self._bytes + features.nbytes <= _KEPT_BYTES:
                self._stored[window] = features
                self._bytes += features.nbytes
        return self._tagger.forward_from(self._place, torch.cat(parts), [len(window) for window in windows])

    @torch.no_grad()
    def _of(self, windows: Sequence[TagExample]) -> dict[TagExample, Tensor]:
        if not windows:
            return {}
        together = self._tagger.features(self._place, [window.ids for window in windows])  # (tokens, width)
        parts = torch.split_with_sizes(together, [len(window) for window in windows])
        # A part of the row would keep the whole row in memory.
        return {window: part.clone() for window, part in zip(windows, parts, strict=True)}
