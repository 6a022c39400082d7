"""Random calls of every kernel, with numbers of all kinds; one in four does not fit and must be refused."""

import random
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import accumulate

import torch
from torch import Tensor

from loredact.kernels import (
    PANEL,
    Heads,
    Int8Update,
    LaidOutLayer,
    Layers,
    LowRank,
    PaddedBucket,
    Rotation,
    add_layer_norm,
    add_low_rank_,
    add_norm,
    attend_backward,
    attend_windows,
    attend_with_sums,
    encode,
    forward_backward,
    gate,
    gate_backward,
    int8_linear,
    norm_backward,
    pack_weight,
    packed_linear,
    pad,
    softmax_,
    softmax_backward_,
    to_int8,
    unpad,
    viterbi,
)

_ODD = (float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1e38, -1e38, 1e-40, 100.0, -100.0)
_FLOATS = (torch.float32, torch.bfloat16)


class Case:
    """What one call is drawn from; `broken` says that something of it does not fit."""

    def __init__(self, seed: int, broken: bool) -> None:
        self.draw = random.Random(seed)
        self.torch = torch.Generator().manual_seed(seed)
        self.dtype = self.draw.choice(_FLOATS)
        self.broken = broken

    def upto(self, most: int, least: int = 1) -> int:
        return self.draw.randint(least, most)

    def chance(self, share: float = 0.5) -> bool:
        return self.draw.random() < share

    def numbers(self, *shape: int, dtype: torch.dtype | None = None) -> Tensor:
        """Random numbers, large or small; in one call of three some are infinite, tiny, huge or no number."""
        x = torch.randn(*shape, generator=self.torch) * self.draw.choice((0.01, 1.0, 30.0))
        if x.numel() and self.chance(1 / 3):
            for _ in range(3):
                x.view(-1)[self.draw.randrange(x.numel())] = self.draw.choice(_ODD)
        if self.chance(0.2) and x.dim() > 1:
            x = x.transpose(0, -1).contiguous().transpose(0, -1)
        return x.to(dtype or self.dtype)

    def wrong(self, x: Tensor) -> Tensor:
        """`x` with another shape or type."""
        other = torch.float64 if x.is_floating_point() else torch.int32
        ways: list[Callable[[], Tensor]] = [lambda: x.to(other), lambda: torch.cat([x, x], -1)]
        if x.shape[0] > 1:
            ways.append(lambda: x[:-1])
        return self.draw.choice(ways)()

    def lengths(self, longest: int) -> list[int]:
        return sorted(self.upto(longest) for _ in range(self.upto(5)))

    def rotation(self, tokens: int, width: int) -> Rotation | None:
        if self.chance(0.3):
            return None
        angles = torch.randn(tokens, width // 2, generator=self.torch).repeat(1, 2)
        return angles.cos().to(self.dtype), angles.sin().to(self.dtype)

    def one_wrong(self, *tensors: Tensor) -> list[Tensor]:
        """The tensors; where the case is broken, one of them wrong."""
        given = list(tensors)
        if self.broken:
            at = self.draw.randrange(len(given))
            given[at] = self.wrong(given[at])
        return given


def _rows(case: Case) -> tuple[int, int]:
    return case.upto(9), case.upto(150)


def _add_norm(case: Case) -> None:
    rows, width = _rows(case)
    h, delta = case.numbers(1, rows, width), case.numbers(1, rows, width)
    # A weight may be of another type: only its size can be wrong.
    weight = case.numbers(width if not case.broken else width + 1)
    add_norm(h, None if case.chance(0.3) else delta, weight, 1e-5)


def _norm_backward(case: Case) -> None:
    rows, width = _rows(case)
    r = case.numbers(rows, 1, dtype=torch.float32)
    g, beside, r = case.one_wrong(case.numbers(rows, width), case.numbers(rows, width), r)
    h, weight = case.numbers(rows, width), case.numbers(width, dtype=case.draw.choice(_FLOATS))
    norm_backward(g, beside if case.broken or case.chance() else None, h, weight, r)


def _add_layer_norm(case: Case) -> None:
    rows, width = _rows(case)
    (delta,) = case.one_wrong(case.numbers(rows, width))
    add_layer_norm(case.numbers(rows, width), delta, case.numbers(width), case.numbers(width), 1e-5)


def _gate(case: Case) -> None:
    rows, width = _rows(case)
    gate(case.numbers(rows, 2 * width + int(case.broken)))


def _gate_backward(case: Case) -> None:
    rows, width = _rows(case)
    gate_backward(*case.one_wrong(case.numbers(rows, width), case.numbers(rows, 2 * width)))


def _bucket(case: Case, lengths: list[int], first: int) -> PaddedBucket:
    longest = max(lengths)
    past = first + sum(lengths)
    if min(lengths) == longest and not case.broken:
        return PaddedBucket(first, past, len(lengths), longest, None, None)
    place = torch.cat([torch.arange(n) + index * longest for index, n in enumerate(lengths)])
    own = torch.tensor(lengths)
    if case.broken:
        ways: list[Callable[[], PaddedBucket]] = [
            lambda: PaddedBucket(first, past, len(lengths), longest, own, place + longest * len(lengths)),
            lambda: PaddedBucket(first, past, len(lengths), longest, own, place - 10**6),
            lambda: PaddedBucket(first, past, len(lengths), longest, own + longest, place),
            lambda: PaddedBucket(first, past, len(lengths), longest, own.int(), place),
            lambda: PaddedBucket(first, past + 1, len(lengths), longest, own, place),
            lambda: PaddedBucket(-past - 1, past, len(lengths), longest, own, place),
            lambda: PaddedBucket(first, past, len(lengths) + 1, longest, None, None),
        ]
        case.draw.choice(ways)()
    return PaddedBucket(first, past, len(lengths), longest, own, place)


def _there_and_back(case: Case) -> None:
    broken, case.broken = case.broken, case.broken and case.chance(0.4)
    lengths, first, kv_heads, d = case.lengths(12), case.upto(4, 0), case.upto(3), 2 * case.upto(40)
    bucket = _bucket(case, lengths, first)
    shared, row = case.upto(3), first + sum(lengths) + case.upto(3, 0)
    x = case.numbers(row, shared * kv_heads + 2, d).contiguous()
    part, rotation = x[:, 1 : 1 + shared * kv_heads], case.rotation(row, d)
    if broken:
        ways: list[Callable[[], object]] = [
            lambda: pad(x[:, : shared * kv_heads + 1], rotation, bucket, shared * kv_heads),
            lambda: pad(part, rotation, bucket, 0),
            lambda: pad(part[: bucket.past - 1], rotation, bucket, kv_heads),
            lambda: pad(part, (torch.ones(row, d + 2), torch.ones(row, d + 2)), bucket, kv_heads),
            lambda: pad(part, (torch.ones(1, d).to(x), torch.ones(1, d).to(x)), bucket, kv_heads),
            lambda: pad(part[..., ::2], None, bucket, kv_heads),
            lambda: unpad(pad(part, None, bucket, kv_heads)[:-1], None, bucket, kv_heads, torch.empty_like(part)),
            lambda: unpad(pad(part, None, bucket, kv_heads).double(), None, bucket, kv_heads, torch.empty_like(part)),
        ]
        case.draw.choice(ways)()
        raise ValueError("one of these can happen to fit")
    cells = pad(part, rotation, bucket, kv_heads)
    unpad(cells, rotation, bucket, kv_heads, part)


def _softmax(case: Case) -> None:
    lengths, heads = case.lengths(40), case.upto(4)
    broken, case.broken = case.broken, False
    bucket = _bucket(case, lengths, 0)
    logits = case.numbers(bucket.count, heads * bucket.length, bucket.length).contiguous()
    if broken:
        logits = case.draw.choice((logits[..., :-1], torch.cat([logits, logits], -1)[..., ::2], logits[:0]))
    softmax_(logits, bucket, causal=case.chance(), scaling=case.draw.choice((0.1, 1.0, 1e30)))


def _softmax_backward(case: Case) -> None:
    rows, width = _rows(case)
    p, dp = case.one_wrong(case.numbers(rows, width), case.numbers(rows, width).contiguous())
    softmax_backward_(p, dp, 0.3)


def _attention(case: Case) -> None:
    longest = 120 if case.chance(0.1) else 40
    lengths, kv_heads, shared = case.lengths(longest), case.upto(3), case.upto(3)
    heads = Heads(shared * kv_heads, kv_heads, case.draw.choice((32, 64, 128)), case.draw.choice((0.125, 1.0, 1e20)))
    tokens, cu_seqlens = sum(lengths), torch.tensor([0, *accumulate(lengths)])
    qkv, rotation = case.numbers(tokens, heads.of_all * heads.width), case.rotation(tokens, heads.width)
    if case.broken:
        beyond = cu_seqlens.clone()
        beyond[case.draw.randrange(len(beyond))] += case.draw.choice((-1000, 1000, 3 * tokens))
        cu_seqlens, heads, rotation = case.draw.choice(
            (
                (beyond, heads, rotation),
                (cu_seqlens.int(), heads, rotation),
                (cu_seqlens[:0], heads, rotation),
                (cu_seqlens, replace(heads, kv_heads=kv_heads + 1), rotation),
                (cu_seqlens, replace(heads, kv_heads=0), rotation),
                (cu_seqlens, replace(heads, count=heads.count + 1), rotation),
                (cu_seqlens, heads, (torch.ones(tokens, 2), torch.ones(tokens, 2))),
                (cu_seqlens, heads, (torch.ones(tokens, heads.width).double(),) * 2),
            )
        )
    causal = case.chance()
    attend_windows(qkv, rotation, cu_seqlens, 1, heads, causal=causal)
    if (kept := attend_with_sums(qkv, rotation, cu_seqlens, heads, causal=causal)) is not None:
        g = case.numbers(tokens, heads.count * heads.width)
        attend_backward(g, *kept, qkv, rotation, cu_seqlens, heads, causal=causal)


def _packed_linear(case: Case) -> None:
    panels, inputs, rows = case.upto(3), 2 * case.upto(40), case.upto(400 if case.chance(0.1) else 30, 0)
    dtype = case.draw.choice((torch.float32, torch.bfloat16))
    packed = pack_weight(case.numbers(PANEL * panels, inputs, dtype=dtype))
    if packed is None:
        return
    x, bias = case.numbers(rows, inputs, dtype=dtype), case.numbers(PANEL * panels, dtype=torch.float32)
    if case.broken:
        x, packed, bias = case.draw.choice(
            (
                (x[:, :-1], packed, bias),
                (x.double(), packed, bias),
                (x, packed, bias[:-1]),
                (x, packed, bias.double()),
                (x, packed[..., :1], bias),
                (x, packed.transpose(1, 2), bias),
            )
        )
    packed_linear(x, packed, bias if case.broken or case.chance() else None, gelu=case.chance())


def _encode(case: Case) -> None:
    count, d, inner, lengths = case.upto(3), case.draw.choice((32, 64)), PANEL * case.upto(4), case.lengths(70)
    width, in_int8 = count * d, case.chance()
    dtype = torch.bfloat16 if in_int8 else case.draw.choice((torch.float32, torch.bfloat16))
    layers = []
    for _ in range(case.upto(2)):
        matmuls = []
        for outputs, inputs in ((3 * width, width), (width, width), (inner, width), (width, inner)):
            weight = case.numbers(outputs, inputs, dtype=dtype)
            packed = to_int8(weight) if in_int8 else pack_weight(weight)
            if packed is None:
                return
            matmuls.append((packed, case.numbers(outputs, dtype=torch.float32)))
        norms = [(case.numbers(width, dtype=dtype), case.numbers(width, dtype=dtype)) for _ in range(2)]
        qkv, mix, widen, narrow = matmuls
        layers.append(LaidOutLayer(qkv, mix, norms[0], widen, narrow, norms[1]))
    heads = Heads(count, count, d, 0.2)
    laid_out = Layers.of(layers, heads, 1e-5)
    if laid_out is None:  # what it is made of disagreed with PyTorch, or something else is faster
        return
    h, cu_seqlens = case.numbers(sum(lengths), width, dtype=dtype), torch.tensor([0, *accumulate(lengths)])
    if case.broken:
        part, none = case.draw.choice([field.name for field in fields(LaidOutLayer)]), torch.zeros(7)
        weight, bias = getattr(layers[0], part)
        for pair in ((none, bias), (weight, none)):
            assert Layers.of([replace(layers[0], **{part: pair}), *layers[1:]], heads, 1e-5) is None
        h, cu_seqlens = case.draw.choice(
            ((h[:, :-1], cu_seqlens), (h.double(), cu_seqlens), (h[:-1], cu_seqlens), (h, cu_seqlens + 1))
        )
    encode(h, laid_out, cu_seqlens)


def _int8_linear(case: Case) -> None:
    panels, inputs, rows, rank = case.upto(3), 16 * case.upto(9), case.upto(60, 0), 2 * case.upto(9)
    packed = to_int8(case.numbers(PANEL * panels, inputs, dtype=torch.bfloat16))
    if packed is None:
        return
    places = case.upto(3)
    x, u = (case.numbers(rows, width, dtype=torch.bfloat16) for width in (inputs, places * rank))
    b, bias = case.numbers(PANEL * panels, rank, dtype=torch.bfloat16), case.numbers(PANEL * panels).float()
    columns = [case.upto(places - 1, 0) * rank for _ in range(panels)]
    update = Int8Update(u, b, columns)
    if case.broken:
        longer = torch.cat([x, x[:1], x.new_zeros(1, inputs)])
        ways: list[Callable[[], object]] = [
            lambda: int8_linear(x[:, :-2], packed, bias, update),
            lambda: int8_linear(longer, packed, bias, update),
            lambda: int8_linear(x, packed, bias[:-1], update),
            lambda: int8_linear(x, packed, bias, update._replace(b=b[:, :-1])),
            lambda: int8_linear(x, packed, bias, update._replace(b=b[:-1])),
            lambda: int8_linear(x, packed, bias, update._replace(columns=[places * rank - 1] * panels)),
            lambda: int8_linear(x, packed, bias, update._replace(columns=[-2] * panels)),
            lambda: int8_linear(x, packed, bias, update._replace(columns=columns + columns)),
            lambda: int8_linear(x, packed, bias, update._replace(u=u.float())),
            lambda: int8_linear(x.float(), packed, bias),
            lambda: replace(packed, scale=packed.scale[:-1]),
            lambda: replace(packed, q=packed.q[:, :1]),
        ]
        case.draw.choice(ways)()
    given = update if case.chance(0.7) else None
    int8_linear(x, packed, bias if case.chance() else None, given, gelu=case.chance())


def _low_rank(case: Case) -> None:
    inputs, outputs, first = case.upto(90), case.upto(150), case.upto(5, 0)
    counts = [case.upto(300 if case.chance(0.1) else 20, 0) for _ in range(case.upto(4))]

    def update(outputs: int) -> LowRank:
        rank = case.upto(13)
        return LowRank(case.numbers(rank, inputs).contiguous(), case.numbers(rank, outputs).contiguous())

    runs = [(count, {first: update(outputs)} if case.chance(0.8) else {}) for count in counts]
    if first and case.chance(0.5):
        runs[0][1][0] = update(first)
    x, y = case.numbers(sum(counts), inputs), case.numbers(sum(counts), first + outputs + case.upto(3, 0)).contiguous()
    if case.broken:
        moved = [(count, {place + y.shape[1]: one for place, one in updates.items()}) for count, updates in runs]
        before = [(count, {place - 6: one for place, one in updates.items()}) for count, updates in runs]
        twice = [
            (count, {**updates, first + outputs - 1: update(1), first: update(outputs)}) for count, updates in runs
        ]
        ways: list[Callable[[], tuple[Tensor, Tensor, list[tuple[int, dict[int, LowRank]]]]]] = [
            lambda: (y, x, moved),
            lambda: (y, x, before),
            lambda: (y, x, twice),
            lambda: (y.double(), x, runs),
            lambda: (torch.cat([y, y]), x, runs),
            lambda: (y, torch.cat([x, x], 1), runs),
            lambda: (y, torch.cat([x, x]), runs),
        ]
        if not any(updates for _, updates in runs) or not len(x):
            raise ValueError("nothing is added to anything")
        y, x, runs = case.draw.choice(ways)()
    add_low_rank_(y, x, runs)


def _tags(case: Case) -> None:
    tokens, labels = case.upto(60, 0), case.upto(26, 0)
    p = case.numbers(tokens, 1 + 4 * labels + (case.upto(3) if case.broken else 0), dtype=torch.float64)
    viterbi(p)
    forward_backward(p.exp())


_CALLS = (
    _add_norm,
    _norm_backward,
    _add_layer_norm,
    _gate,
    _gate_backward,
    _there_and_back,
    _softmax,
    _softmax_backward,
    _attention,
    _packed_linear,
    _encode,
    _int8_linear,
    _low_rank,
    _tags,
)


def run(seed: int) -> bool:
    """Make the call of `seed`; whether it was refused, as it must be where it does not fit and not elsewhere."""
    call, broken = _CALLS[seed % len(_CALLS)], seed // len(_CALLS) % 4 == 3
    try:
        call(Case(seed, broken))
    except ValueError:
        if not broken:
            raise
        return True
    return False
