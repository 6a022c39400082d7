"""Sequences of BIOES tags: the best one, and the sums over all of them.

Numbering of tags as in `encoding.tags`: 0 is `O`; label l has B, I, E, S at 1 + 4l, 2 + 4l, 3 + 4l, 4 + 4l. A sequence
begins closed (no span open) and must end closed:

    closed --O, S-l--> closed       closed --B-l--> open l       open l --I-l--> open l       open l --E-l--> closed

So one number for `closed` and one for each open label hold all there is to know of the past, and a step costs a number
of operations linear in the labels, not quadratic in the tags. Everything is float64 and on the processor.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from loredact.kernels.call import compiled, pointer

Floats = NDArray[np.float64]


def viterbi(log_p: Tensor) -> Tensor:
    """The allowed sequence with the highest sum of log-probabilities (Viterbi, 1967).

    Shapes: log_p `(tokens, 1 + 4 · labels)`, the result `(tokens,)`.

    Raises:
        ValueError: where log_p is of another shape.
    """
    labels = _labels(log_p)
    tags = torch.zeros(len(log_p), dtype=torch.int64)
    if not labels:
        return tags
    kernel = compiled("viterbi", log_p)
    if kernel is None:
        _viterbi(log_p.numpy(), tags.numpy())
    else:
        log_p = log_p.contiguous()
        kernel(len(log_p), labels, pointer(log_p), pointer(tags))
    return tags


def forward_backward(p: Tensor) -> tuple[Tensor, Tensor]:
    """log α and log β: the products of the tags' probabilities, summed over all allowed ways to be closed before a
    token, and to go on from there to the end (the forward and backward sums of Rabiner, 1989, scaled at each step).

    Shapes: p `(tokens, 1 + 4 · labels)`, the results `(tokens + 1,)` each; log α of the last is that of all sequences.

    Raises:
        ValueError: where p is of another shape.
    """
    labels = _labels(p)
    before, after = p.new_zeros(len(p) + 1), p.new_zeros(len(p) + 1)
    kernel = compiled("forward_backward", p)
    if kernel is None:
        _forward_sums(p.numpy(), before.numpy())
        _backward_sums(p.numpy(), after.numpy())
    else:
        p = p.contiguous()
        kernel(len(p), labels, pointer(p), pointer(before), pointer(after))
    return before, after


def _labels(p: Tensor) -> int:
    if p.dim() != 2 or p.shape[1] % 4 != 1:
        raise ValueError(f"{tuple(p.shape)} is not (tokens, 1 + 4 · labels)")
    return (p.shape[1] - 1) // 4


def _parts(p: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Those of B, I, E, S, `(tokens, labels)` each."""
    begin, inside, end, single = (np.ascontiguousarray(p[:, 1 + place :: 4]) for place in range(4))
    return begin, inside, end, single


def _viterbi(log_p: Floats, tags: NDArray[np.int64]) -> None:
    begin, inside, end, single = _parts(log_p)
    labels = begin.shape[1]
    by_inside = np.zeros(begin.shape, dtype=bool)  # whether open l was entered by I, or by B
    closed, opened = 0.0, np.full(labels, -np.inf)
    best_singles = single.argmax(axis=1)
    for t in range(len(log_p)):
        ends = opened + end[t]
        best_end, best_single = int(ends.argmax()), int(best_singles[t])
        # By which tag `closed` was entered, until the way back says more.
        ways = {
            0: closed + log_p[t, 0],
            4 + 4 * best_single: closed + single[t, best_single],
            3 + 4 * best_end: ends[best_end],
        }
        going_on, starting = opened + inside[t], closed + begin[t]
        np.greater(going_on, starting, out=by_inside[t])
        opened = np.maximum(going_on, starting)
        tags[t] = max(ways, key=ways.__getitem__)
        closed = ways[int(tags[t])]
    t = len(log_p) - 1
    while t >= 0:
        label, place = divmod(int(tags[t]) - 1, 4)
        if place == 2:
            t -= 1
            while by_inside[t, label]:
                tags[t] = 2 + 4 * label
                t -= 1
            tags[t] = 1 + 4 * label
        t -= 1


def _forward_sums(p: Floats, log_alpha: Floats) -> None:
    begin, inside, end, single = _parts(p)
    stay = p[:, 0] + single.sum(axis=1)  # (tokens,): from closed to closed in one token
    closed, opened, scale = 1.0, np.zeros(begin.shape[1]), 0.0
    for t in range(len(p)):
        closed, opened = closed * stay[t] + opened @ end[t], closed * begin[t] + opened * inside[t]
        total = closed + opened.sum()
        closed, opened, scale = closed / total, opened / total, scale + np.log(total)
        log_alpha[t + 1] = scale + (np.log(closed) if closed > 0 else -np.inf)


def _backward_sums(p: Floats, log_beta: Floats) -> None:
    begin, inside, end, single = _parts(p)
    stay = p[:, 0] + single.sum(axis=1)
    closed, opened, scale = 1.0, np.zeros(begin.shape[1]), 0.0
    for t in range(len(p) - 1, -1, -1):
        closed, opened = closed * stay[t] + begin[t] @ opened, closed * end[t] + inside[t] * opened
        total = closed + opened.sum()
        closed, opened, scale = closed / total, opened / total, scale + np.log(total)
        log_beta[t] = scale + (np.log(closed) if closed > 0 else -np.inf)
