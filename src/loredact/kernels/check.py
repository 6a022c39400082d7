"""The self-check: each compiled kernel beside the same in PyTorch's own operations, on small random input.

It is run when kernels have been compiled, and when they meet another processor or another PyTorch.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from loredact.kernels import lattice
from loredact.kernels.attend import attend_backward, attend_windows, attend_with_sums
from loredact.kernels.buckets import PaddedBucket, Rotation, pad, rotate, softmax_, softmax_backward_, unpad
from loredact.kernels.call import Table, name_of, trying
from loredact.kernels.elementwise import add_layer_norm, add_norm, gate, gate_backward, norm_backward
from loredact.kernels.encode import LaidOut, LaidOutLayer, Layers, encode
from loredact.kernels.heads import Heads
from loredact.kernels.int8 import Int8Update, int8_linear, to_int8
from loredact.kernels.low_rank import LowRank, add_low_rank_
from loredact.kernels.packed_linear import PANEL, pack_weight, packed_linear
from loredact.lean_torch import import_whole_torch

# By how much a number may differ, as a share of the greatest. What is summed in another order differs by some units in
# the last place, 1e-7 of a float32 and 4e-3 of a bfloat16, which is rounded several times on the way.
_TOLERANCES = {torch.float32: 2e-5, torch.bfloat16: 3e-2, torch.float64: 1e-9}
_LENGTHS = (3, 9, 20)
# Those that are of no use without another.
_TOGETHER = {
    "attend_backward": ("attend_by_matmul", "attend_backward"),
    "encode": ("packed_linear", "attend", "attend_by_matmul", "add_layer_norm", "encode"),
    "encode_int8": ("int8_linear", "attend_by_matmul", "add_layer_norm", "encode_int8"),
}


class _Random(NamedTuple):
    generator: torch.Generator
    dtype: torch.dtype

    def __call__(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator, device="cpu", dtype=torch.float32).to(self.dtype)

    def rotation(self, width: int) -> Rotation:
        angles = self(sum(_LENGTHS), width // 2).float().repeat(1, 2)
        return angles.cos().to(self.dtype), angles.sin().to(self.dtype)


def disagreeing_kernels(table: Table) -> tuple[str, ...]:
    """The names of the kernels of `table` that do not compute what PyTorch does, with their type: `gate_float32`."""
    import_whole_torch()  # PyTorch's random generators do not work without.
    found = []
    for name, dtype in table:
        alone = {(each, dtype): table.get((each, dtype)) for each in _TOGETHER.get(name, (name,))}
        # What is computed must not depend on what the caller has set, nor change what the caller draws next.
        with torch.inference_mode(), torch.autocast("cpu", enabled=False):
            with trying(alone):
                ours = list(_CHECKS[name](_Random(torch.Generator("cpu").manual_seed(0), dtype)))
            with trying({}):
                theirs = list(_CHECKS[name](_Random(torch.Generator("cpu").manual_seed(0), dtype)))
        if not all(_agree(a, b, _TOLERANCES[dtype]) for a, b in zip(ours, theirs, strict=True)):
            found.append(name_of(name, dtype))
    return tuple(found)


def _agree(ours: Tensor, theirs: Tensor, tolerance: float) -> bool:
    if ours.shape != theirs.shape:
        return False
    a, b = ours.double(), theirs.double()
    return bool(((a - b).abs() <= tolerance * b.abs().max()).all())


# Each of these gives what the kernel computes where it is used, and the same by PyTorch's operations where it is not.


def _add_norm(random: _Random) -> Iterator[Tensor]:
    yield from add_norm(random(5, 70), random(5, 70), random(70), 1e-5)


def _norm_backward(random: _Random) -> Iterator[Tensor]:
    h = random(5, 70)
    r = h.float().square().mean(-1, keepdim=True).rsqrt()
    yield norm_backward(random(5, 70), random(5, 70), h, random(70), r)


def _add_layer_norm(random: _Random) -> Iterator[Tensor]:
    yield add_layer_norm(random(5, 70), random(5, 70), random(70), random(70), 1e-5)


def _gate(random: _Random) -> Iterator[Tensor]:
    yield gate(4 * random(5, 70))


def _gate_backward(random: _Random) -> Iterator[Tensor]:
    yield gate_backward(random(5, 35), 4 * random(5, 70))


def _bucket() -> PaddedBucket:
    longest = max(_LENGTHS)
    place = torch.cat([torch.arange(n, device="cpu") + index * longest for index, n in enumerate(_LENGTHS)])
    return PaddedBucket(0, sum(_LENGTHS), len(_LENGTHS), longest, torch.tensor(_LENGTHS, device="cpu"), place)


def _pad(random: _Random) -> Iterator[Tensor]:
    yield pad(random(sum(_LENGTHS), 4, 16), random.rotation(16), _bucket(), 2)


def _unpad(random: _Random) -> Iterator[Tensor]:
    bucket = _bucket()
    out = torch.zeros(sum(_LENGTHS), 4, 16, dtype=random.dtype, device="cpu")
    unpad(random(bucket.count * 2, 2 * bucket.length, 16), random.rotation(16), bucket, 2, out)
    yield out


def _softmax(random: _Random) -> Iterator[Tensor]:
    bucket = _bucket()
    for causal in (False, True):
        yield softmax_(
            3 * random(bucket.count * 2, 2 * bucket.length, bucket.length), bucket, causal=causal, scaling=0.4
        )


def _softmax_backward(random: _Random) -> Iterator[Tensor]:
    yield softmax_backward_(torch.softmax(random(6, 20), -1), random(6, 20), 0.4)


def _attended(random: _Random) -> Iterator[Tensor]:
    for width in (32, 64, 128):
        heads, rotation = Heads(4, 2, width, width**-0.5), random.rotation(width)
        qkv, cu_seqlens = random(sum(_LENGTHS), heads.of_all * width), _cu_seqlens()
        for causal in (False, True):
            out = attend_windows(qkv, rotation, cu_seqlens, max(_LENGTHS), heads, causal=causal)
            yield _attention(qkv, None, rotation, heads, causal)[0] if out is None else out


def _attend_backward(random: _Random) -> Iterator[Tensor]:
    for width in (32, 64, 128):
        heads, rotation = Heads(4, 2, width, width**-0.5), random.rotation(width)
        qkv, g, cu_seqlens = (
            random(sum(_LENGTHS), heads.of_all * width),
            random(sum(_LENGTHS), 4 * width),
            _cu_seqlens(),
        )
        for causal in (False, True):
            kept = attend_with_sums(qkv, rotation, cu_seqlens, heads, causal=causal)
            if kept is None:
                yield _attention(qkv, g, rotation, heads, causal)[1]
            else:
                yield attend_backward(g, *kept, qkv, rotation, cu_seqlens, heads, causal=causal)


def _cu_seqlens() -> Tensor:
    return torch.tensor([0, *accumulate(_LENGTHS)], device="cpu")


def _attention(qkv: Tensor, g: Tensor | None, rotation: Rotation, heads: Heads, causal: bool) -> tuple[Tensor, Tensor]:
    """Attention of the windows and its gradient by qkv, in float32, as `attend_windows` and `attend_backward` say."""
    (cos, sin), shared = (part.float() for part in rotation), heads.count // heads.kv_heads
    qk, v = heads.parts(qkv.float()).split_with_sizes([heads.count + heads.kv_heads, heads.kv_heads], 1)
    qk = rotate(qk, cos, sin)
    out, gradient = torch.zeros_like(qk[:, : heads.count]), torch.zeros_like(heads.parts(qkv.float()))
    do = out if g is None else g.float().view_as(out)
    first = 0
    for length in _LENGTHS:
        own = slice(first, first + length)
        for head in range(heads.count):
            group = head // shared
            q, k, values = qk[own, head], qk[own, heads.count + group], v[own, group]
            logits = heads.scaling * q @ k.T
            if causal:
                logits = logits.masked_fill(torch.ones_like(logits, dtype=torch.bool).triu(1), float("-inf"))
            p = torch.softmax(logits, -1)
            out[own, head] = p @ values
            dp = do[own, head] @ values.T
            ds = heads.scaling * p * (dp - (p * dp).sum(-1, keepdim=True))
            gradient[own, head] = ds @ k
            gradient[own, heads.count + group] += ds.T @ q
            gradient[own, heads.count + heads.kv_heads + group] += p.T @ do[own, head]
        first += length
    rotated = heads.count + heads.kv_heads
    gradient[:, :rotated] = rotate(gradient[:, :rotated], cos, -sin)
    return out.flatten(1), gradient.flatten(1)


def _packed_linear(random: _Random) -> Iterator[Tensor]:
    weight, x, bias = random(2 * PANEL, 48), random(27, 48), random(2 * PANEL).float()
    packed = pack_weight(weight)
    for gelu in (False, True):
        if packed is not None:
            yield packed_linear(x, packed, bias, gelu=gelu)
        else:
            y = functional.linear(x.float(), weight.float(), bias)
            yield functional.gelu(y) if gelu else y


def _encode(random: _Random) -> Iterator[Tensor]:
    yield _encoded(random, pack_weight)


def _encode_int8(random: _Random) -> Iterator[Tensor]:
    yield _encoded(random, to_int8)


def _encoded(random: _Random, lay_out: Callable[[Tensor], LaidOut | None]) -> Tensor:
    """Two layers in one call, with weights as `lay_out` gives them, or by PyTorch where it gives none."""
    heads, width, inner, epsilon = Heads(2, 2, 32, 0.2), 64, 96, 1e-5
    h, cu_seqlens = random(sum(_LENGTHS), width), _cu_seqlens()
    laid_out: list[LaidOutLayer] = []
    for _ in range(2):
        weights = [0.2 * random(*size) for size in ((3 * width, width), (width, width), (inner, width), (width, inner))]
        biases = [random(len(weight)).float() for weight in weights]
        norms = [(random(width), random(width)) for _ in range(2)]
        packed = [found for found in map(lay_out, weights) if found is not None]
        if packed:
            qkv, mix, widen, narrow = zip(packed, biases, strict=True)
            laid_out.append(LaidOutLayer(qkv, mix, norms[0], widen, narrow, norms[1]))
        else:
            h = _layer(h, weights, biases, norms, heads, epsilon, rounded=lay_out is to_int8)
    whole = Layers.of(laid_out, heads, epsilon) if laid_out else None
    return h if whole is None else encode(h, whole, cu_seqlens)


def _layer(
    h: Tensor,
    weights: Sequence[Tensor],
    biases: Sequence[Tensor],
    norms: Sequence[tuple[Tensor, Tensor]],
    heads: Heads,
    epsilon: float,
    *,
    rounded: bool,
) -> Tensor:
    """A layer as `encode` says, rounded to h's precision where the kernels round."""

    def linear(x: Tensor, place: int) -> Tensor:
        inputs, weight = x.float(), weights[place].float()
        if rounded:
            inputs, weight = input_in_steps(inputs).float(), weight_in_steps(weight).float()
        return functional.linear(inputs, weight, biases[place])

    def norm(total: Tensor, place: int) -> Tensor:
        weight, bias = norms[place]
        return functional.layer_norm(total, weight.shape, weight.float(), bias.float(), epsilon).to(h.dtype)

    parts = heads.parts(linear(h, 0).to(h.dtype)).float().transpose(0, 1)  # (3 heads, tokens, d)
    attended = torch.empty_like(h)
    for first, past in pairwise(_cu_seqlens().tolist()):
        q, k, v = parts[:, first:past].split_with_sizes([heads.count] * 3)
        mixed = torch.softmax(heads.scaling * q @ k.transpose(1, 2), -1) @ v
        attended[first:past] = mixed.transpose(0, 1).flatten(1).to(h.dtype)
    h = norm(h.float() + linear(attended, 1).to(h.dtype), 0)
    inside = functional.gelu(linear(h, 2)).to(h.dtype)
    return norm(h.float() + linear(inside, 3).to(h.dtype), 1)


def _int8_linear(random: _Random) -> Iterator[Tensor]:
    weight, x, bias = random(2 * PANEL, 48), random(27, 48), random(2 * PANEL).float()
    u, b = random(27, 4), random(2 * PANEL, 4)
    packed = to_int8(weight)
    for gelu in (False, True):
        if packed is None:
            y = functional.linear(input_in_steps(x), weight_in_steps(weight), bias.double()) + u.double() @ b.double().T
            yield functional.gelu(y) if gelu else y
        else:
            yield int8_linear(x, packed, bias, Int8Update(u, b, [0, 0]), gelu=gelu)


def weight_in_steps(weight: Tensor) -> Tensor:
    """`weight` as `to_int8` rounds it, in float64."""
    step = weight.float().abs().amax(-1, keepdim=True).clamp_min(1e-30) / 127
    # By the reciprocal, as it is done there: halves are rounded alike.
    return (weight.float() * (1 / step)).round().double() * step.double()


def input_in_steps(x: Tensor) -> Tensor:
    """The rows of x as `int8_linear` rounds them, in float64."""
    rows = x.float()
    least, most = rows.amin(-1, keepdim=True).clamp_max(0), rows.amax(-1, keepdim=True).clamp_min(0)
    step = most / 255 - least / 255
    step = torch.where(step < 1e-30, torch.ones_like(step), step)
    zero = (-least * (1 / step)).round()
    steps = ((rows * (1 / step)).round() + zero).clamp(0, 255) - zero
    return steps.double() * step.double()


def _add_low_rank(random: _Random) -> Iterator[Tensor]:
    y, x = random(sum(_LENGTHS), 100), random(sum(_LENGTHS), 48)
    updates = [LowRank(random(rank, 48), random(rank, 70)) for rank in (5, 1, 8)]
    first, second, third = _LENGTHS
    one = LowRank(random(3, 48), random(3, 17))
    add_low_rank_(
        y, x, [(first, {30: updates[0], 2: one}), (second, {30: updates[1]}), (1, {}), (third - 1, {9: updates[2]})]
    )
    yield y


def _viterbi(random: _Random) -> Iterator[Tensor]:
    yield lattice.viterbi(torch.log_softmax(3 * random(40, 13), -1))


def _forward_backward(random: _Random) -> Iterator[Tensor]:
    yield from lattice.forward_backward(torch.softmax(3 * random(40, 13), -1))


_CHECKS: dict[str, Callable[[_Random], Iterator[Tensor]]] = {
    "add_norm": _add_norm,
    "norm_backward": _norm_backward,
    "add_layer_norm": _add_layer_norm,
    "gate": _gate,
    "gate_backward": _gate_backward,
    "pad": _pad,
    "unpad": _unpad,
    "softmax": _softmax,
    "softmax_backward": _softmax_backward,
    "attend": _attended,
    "attend_by_matmul": _attended,
    "attend_backward": _attend_backward,
    "packed_linear": _packed_linear,
    "encode": _encode,
    "encode_int8": _encode_int8,
    "int8_linear": _int8_linear,
    "add_low_rank": _add_low_rank,
    "viterbi": _viterbi,
    "forward_backward": _forward_backward,
}
