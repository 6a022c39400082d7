"""Windows over a text longer than the model is shown at once."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens `[start, end)` are shown to the model; it answers for `[core_start, core_end)`, the rest is context."""

    start: int
    end: int
    core_start: int
    core_end: int

    def __len__(self) -> int:
        return self.end - self.start


def windows(count: int, length: int, overlap: int, *, causal: bool) -> list[Window]:
    """Windows of nearly equal size, at most `length` tokens, over a text of `count` tokens.

    Neighbours share at least `overlap` tokens, and the cores tile the text: each token has one window that answers for
    it. Attention that looks back only (`causal`) needs its context before the core, so the earlier window answers for
    the whole overlap; attention both ways shares it in the middle. Since scores are joined before spans are decoded,
    a span may cross a core's edge: both windows saw its surroundings, and it comes out whole.

    Raises:
        ValueError: where `overlap` is not below `length`.
    """
    if not 0 <= overlap < length:
        raise ValueError(f"the overlap ({overlap}) must be at least 0 and below the window's length ({length})")
    if count == 0:
        return []
    pieces = max(1, math.ceil((count - overlap) / (length - overlap)))
    # Equal sizes in place of a short last window: products of one shape, and no token left without context.
    stride = (count - overlap) / pieces
    edges = [round(piece * stride) for piece in range(pieces)]
    before_core = overlap if causal else overlap // 2
    result = []
    for piece, start in enumerate(edges):
        last = piece == pieces - 1
        end = count if last else edges[piece + 1] + overlap
        core_start = 0 if piece == 0 else start + before_core
        core_end = count if last else edges[piece + 1] + before_core
        result.append(Window(start, end, core_start, core_end))
    return result
