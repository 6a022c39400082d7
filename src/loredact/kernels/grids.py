"""From a row of windows to a grid for batched products and back, with the rotary embedding on the way; softmax in it.

A `Grid` says how some windows of a row stand in a rectangle. Each function says what it computes in PyTorch's own
operations, and calls the compiled kernel where there is one.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer

Rotation = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Grid:
    """Tokens `[first, past)` of a row, windows of similar length, as `count` windows by `length` places.

    `lengths` `(count,)` and `place` `(past - first,)`, each token's place, are None where the windows fill the grid.
    """

    first: int
    past: int
    count: int
    length: int
    lengths: Tensor | None
    place: Tensor | None


def spread(x: Tensor, rotation: Rotation | None, grid: Grid, groups: int) -> Tensor:
    """Lay out the tokens of `grid`: the heads of one group under one another, windows and groups as a batch.

    Shapes: x `(row, heads, d)` to `(count · groups, heads / groups · length, d)`. Places without a token are zero.
    `rotation` is (cos, sin), `(row, d)` each, the second half of each the same as the first, or None: with it each pair
    (xᵢ, xᵢ₊d/₂) is turned by its token's angle (Su et al., arXiv:2104.09864).
    """
    heads, d = x.shape[1:]
    tokens = x[grid.first : grid.past]
    shape = (grid.count * groups, heads // groups * grid.length, d)
    kernel = compiled("spread", x)
    if kernel is None:
        if rotation is not None:
            tokens = turn(tokens, *(part[grid.first : grid.past] for part in rotation))
        if grid.place is not None:
            tokens = tokens.new_zeros(grid.count * grid.length, heads, d).index_copy_(0, grid.place, tokens)
        cells = tokens.reshape(grid.count, grid.length, groups, heads // groups, d).permute(0, 2, 3, 1, 4)
        return cells.reshape(shape)
    cells = x.new_empty(shape) if grid.place is None else x.new_zeros(shape)
    cos, sin = _rotation_at(rotation, grid)
    kernel(
        len(tokens),
        heads,
        d,
        groups,
        grid.length,
        pointer(grid.place),
        pointer(tokens),
        x.stride(0),
        cos,
        sin,
        pointer(cells),
    )
    return cells


def gather(cells: Tensor, rotation: Rotation | None, grid: Grid, groups: int, out: Tensor) -> None:
    """Undo `spread`, turning back by `rotation`: write the tokens of `grid` into `out` `(row, heads, d)`."""
    heads, d = out.shape[1:]
    tokens = out[grid.first : grid.past]
    kernel = compiled("gather", cells)
    if kernel is None:
        back = cells.view(grid.count, groups, -1, grid.length, d).permute(0, 3, 1, 2, 4)
        back = back.reshape(grid.count * grid.length, heads, d)
        back = back if grid.place is None else back.index_select(0, grid.place)
        if rotation is not None:
            cos, sin = (part[grid.first : grid.past] for part in rotation)
            back = turn(back, cos, -sin)
        tokens.copy_(back)
        return
    cells = cells.contiguous()
    cos_at, sin_at = _rotation_at(rotation, grid)
    kernel(
        len(tokens),
        heads,
        d,
        groups,
        grid.length,
        pointer(grid.place),
        pointer(cells),
        cos_at,
        sin_at,
        pointer(tokens),
        out.stride(0),
    )


def softmax_(logits: Tensor, grid: Grid, *, causal: bool, scaling: float) -> Tensor:
    """softmax(scaling · logits) in place, over the tokens of a place's own window, or only those up to it (`causal`).

    Shapes: logits `(count · groups, heads / groups · length, length)`. Rows and columns of places without a token
    become zero.
    """
    kernel = compiled("softmax", logits)
    if kernel is not None:
        heads = logits.numel() // (grid.count * grid.length * grid.length)
        kernel(
            grid.count,
            heads,
            grid.length,
            pointer(grid.lengths),
            causal,
            scaling,
            pointer(logits),
        )
        return logits
    cells = logits.view(grid.count, -1, grid.length, grid.length)
    if grid.lengths is not None:
        filled = torch.arange(grid.length, device=logits.device) < grid.lengths[:, None]  # (count, length)
        cells.masked_fill_(~filled[:, None, None, :], float("-inf"))
    if causal:
        later = torch.ones(grid.length, grid.length, dtype=torch.bool, device=logits.device).triu_(1)
        cells.masked_fill_(later, float("-inf"))
    cells.copy_(torch.softmax(cells * scaling, dim=-1))
    if grid.lengths is not None:
        cells.masked_fill_(~filled[:, None, :, None], 0)
    return logits


def softmax_backward_(p: Tensor, dp: Tensor, scaling: float) -> Tensor:
    """The gradient by the logits, in place of `dp`, the gradient by p: scaling · p ∘ (dp − rowsum(p ∘ dp))."""
    kernel = compiled("softmax_backward", p)
    if kernel is None:
        return dp.sub_((p * dp).sum(-1, keepdim=True)).mul_(p).mul_(scaling)
    kernel(p.numel() // p.shape[-1], p.shape[-1], scaling, pointer(p), pointer(dp))
    return dp


def _rotation_at(rotation: Rotation | None, grid: Grid) -> tuple[int | None, int | None]:
    if rotation is None:
        return pointer(None), pointer(None)
    cos, sin = rotation
    return pointer(cos[grid.first :]), pointer(sin[grid.first :])


def turn(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """x with each pair (xᵢ, xᵢ₊d/₂) turned by its token's angle; by -sin it is turned back.

    Shapes: x and the result `(tokens, heads, d)`, cos and sin `(tokens, d)`, the second half of each as the first.
    """
    a, b = x.chunk(2, -1)
    return x * cos[:, None] + torch.cat([-b, a], dim=-1) * sin[:, None]
