"""The compiled kernels compute what PyTorch's own operations do, and the gradients are autograd's."""

import re
from collections.abc import Callable
from itertools import accumulate

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from loredact.kernels import (
    Heads,
    Int8Update,
    PaddedBucket,
    add_layer_norm,
    add_norm,
    attend_backward,
    attend_windows,
    attend_with_sums,
    build,
    call,
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
from loredact.kernels.build import library
from loredact.kernels.check import input_in_steps, weight_in_steps
from loredact.kernels.flash import has_flash
from loredact.network.attention import Windows, attend

TOLERANCE = {torch.float32: 2e-6, torch.bfloat16: 2e-2}
compiled_too = pytest.mark.skipif(library() is None, reason="there is no C++ compiler with OpenMP here")
both_precisions = pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])


def _both(compute: Callable[[], Tensor | tuple[Tensor, ...]], dtype: torch.dtype) -> None:
    """Compare the compiled form of `compute` with PyTorch's."""
    ours = compute()
    with call.using({}):
        theirs = compute()
    for a, b in zip(_all(ours), _all(theirs), strict=True):
        assert a.dtype == b.dtype
        torch.testing.assert_close(a, b, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def _all(result: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)


def _random(*shape: int, dtype: torch.dtype = torch.float32, spread_by: float = 1.0) -> Tensor:
    return (torch.randn(*shape) * spread_by).to(dtype)


@compiled_too
@both_precisions
@settings(deadline=None, max_examples=20)
# Of one number, or two or three, the norm's gradient is but what is left of two that are far larger.
@given(rows=st.integers(1, 9), width=st.integers(4, 70), seed=st.integers(0, 99))
def test_norm_and_gate_equal_pytorchs(dtype: torch.dtype, rows: int, width: int, seed: int) -> None:
    torch.manual_seed(seed)
    h, delta, g, beside = (_random(1, rows, width, dtype=dtype) for _ in range(4))
    weight = _random(width, dtype=dtype)
    _both(lambda: add_norm(h, delta, weight, 1e-5), dtype)
    total, _, r = add_norm(h, None, weight, 1e-5)
    assert torch.equal(total, h)
    _both(lambda: norm_backward(g, None, h, weight, r), dtype)
    _both(lambda: norm_backward(g, beside, h, weight, r), dtype)
    ab = _random(1, rows, 2 * width, dtype=dtype, spread_by=4)
    _both(lambda: gate(ab), dtype)
    _both(lambda: gate_backward(g, ab), dtype)
    _both(lambda: add_layer_norm(h, delta, weight, g[0, 0], 1e-5), dtype)


@compiled_too
def test_the_gate_is_right_far_from_zero() -> None:
    a = torch.tensor([-1e4, -200.0, -88.0, -20.0, 0.0, 20.0, 88.0, 200.0, 1e4])
    _both(lambda: gate(torch.cat([a, torch.ones_like(a)])[None]), torch.float32)


def test_gradients_are_autograds() -> None:
    torch.manual_seed(0)
    h = torch.randn(4, 7, dtype=torch.float64, requires_grad=True)
    weight, g = torch.randn(7, dtype=torch.float64), torch.randn(4, 7, dtype=torch.float64)
    _, n, r = add_norm(h, None, weight, 1e-5)
    (expected,) = torch.autograd.grad((n * g).sum(), h)
    torch.testing.assert_close(norm_backward(g, None, h.detach(), weight, r.detach()), expected, rtol=0, atol=1e-12)
    ab = torch.randn(4, 14, dtype=torch.float64, requires_grad=True)
    (expected,) = torch.autograd.grad((gate(ab) * g).sum(), ab)
    torch.testing.assert_close(gate_backward(g, ab.detach()), expected, rtol=0, atol=1e-12)
    logits = torch.randn(3, 5, 5, dtype=torch.float64, requires_grad=True)
    p = torch.softmax(logits * 0.3, -1)
    dp = torch.randn_like(p)
    (expected,) = torch.autograd.grad((p * dp).sum(), logits)
    torch.testing.assert_close(softmax_backward_(p.detach(), dp.clone(), 0.3), expected, rtol=0, atol=1e-12)


def _bucket(lengths: list[int], first: int) -> PaddedBucket:
    longest = max(lengths)
    if min(lengths) == longest:
        return PaddedBucket(first, first + sum(lengths), len(lengths), longest, None, None)
    place = torch.cat([torch.arange(n) + index * longest for index, n in enumerate(lengths)])
    return PaddedBucket(first, first + sum(lengths), len(lengths), longest, torch.tensor(lengths), place)


@compiled_too
@both_precisions
@settings(deadline=None, max_examples=20)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    kv_heads=st.integers(1, 3),
    causal=st.booleans(),
    rotated=st.booleans(),
    seed=st.integers(0, 99),
)
def test_buckets_and_softmax_equal_pytorchs(
    dtype: torch.dtype, lengths: list[int], kv_heads: int, causal: bool, rotated: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    bucket = _bucket(sorted(lengths), first=2)
    tokens, heads, d = sum(lengths) + 5, 2 * kv_heads, 8
    row = _random(tokens, heads + 3, d, dtype=dtype)
    angles = torch.randn(tokens, d // 2).repeat(1, 2)
    rotation = (angles.cos().to(dtype), angles.sin().to(dtype)) if rotated else None
    _both(lambda: pad(row[:, 1 : heads + 1], rotation, bucket, kv_heads), dtype)
    cells = pad(row[:, :heads], rotation, bucket, kv_heads)

    def gathered() -> Tensor:
        out = torch.zeros_like(row)
        unpad(cells, rotation, bucket, kv_heads, out[:, :heads])
        return out

    _both(gathered, dtype)
    # There and back gives the tokens of the bucket, and leaves all others alone.
    expected = torch.zeros_like(row)
    expected[bucket.first : bucket.past, :heads] = row[bucket.first : bucket.past, :heads]
    torch.testing.assert_close(gathered(), expected, rtol=0, atol=5 * TOLERANCE[dtype])
    logits = _random(bucket.count * kv_heads, 2 * bucket.length, bucket.length, dtype=dtype, spread_by=3)
    _both(lambda: softmax_(logits.clone(), bucket, causal=causal, scaling=0.4), dtype)
    p = softmax_(logits.clone(), bucket, causal=causal, scaling=0.4)
    dp = _random(*p.shape, dtype=dtype)
    _both(lambda: softmax_backward_(p, dp.clone(), 0.4), dtype)


def _attended_exactly(
    qkv: Tensor, rotation: tuple[Tensor, Tensor] | None, lengths: list[int], heads: Heads, causal: bool
) -> Tensor:
    """Attention of the windows by buckets, all in float32."""
    tokens, count, kv_heads = len(qkv), heads.count, heads.kv_heads
    parts = heads.parts(qkv.float())
    bucket = _bucket(lengths, 0)
    turns = None if rotation is None else (rotation[0].float(), rotation[1].float())
    with call.using({}):
        q, k = pad(parts[:, :count], turns, bucket, kv_heads), pad(parts[:, count:-kv_heads], turns, bucket, kv_heads)
        p = softmax_(torch.bmm(q, k.transpose(1, 2)), bucket, causal=causal, scaling=heads.scaling)
        expected = torch.empty(tokens, count, heads.width)
        unpad(torch.bmm(p, pad(parts[:, -kv_heads:], None, bucket, kv_heads)), None, bucket, kv_heads, expected)
    return expected.flatten(1)


@compiled_too
@pytest.mark.parametrize("by_products", [False, True])
@both_precisions
@settings(deadline=None, max_examples=30)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    kv_heads=st.integers(1, 3),
    d=st.sampled_from([32, 64, 128]),
    causal=st.booleans(),
    rotated=st.booleans(),
    seed=st.integers(0, 99),
)
def test_attention_of_windows_is_that_of_buckets(
    by_products: bool,
    dtype: torch.dtype,
    lengths: list[int],
    kv_heads: int,
    d: int,
    causal: bool,
    rotated: bool,
    seed: int,
) -> None:
    torch.manual_seed(seed)
    lengths, tokens, heads = sorted(lengths), sum(lengths), Heads(2 * kv_heads, kv_heads, d, d**-0.5)
    cu_seqlens = torch.tensor([0, *accumulate(lengths)])
    qkv = _random(tokens, heads.of_all * d, dtype=dtype)
    angles = torch.randn(tokens, d // 2).repeat(1, 2)
    rotation = (angles.cos().to(dtype), angles.sin().to(dtype)) if rotated else None
    table = call.decide()
    if not by_products:
        table = {key: kernel for key, kernel in table.items() if key[0] != "attend_by_matmul"}
    with call.using(table):
        out = attend_windows(qkv, rotation, cu_seqlens, max(lengths), heads, causal=causal)
    assert out is not None
    expected = _attended_exactly(qkv, rotation, lengths, heads, causal)
    if dtype == torch.float32:
        tolerance = 1e-5
    elif not by_products:
        tolerance = 1e-2  # all that is between is float32
    else:
        tolerance = 4e-2  # rotated queries and keys, and probabilities, are rounded: each by up to 1 in 256
    torch.testing.assert_close(out.float(), expected, rtol=tolerance, atol=tolerance)


@compiled_too
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("lengths", [[100, 256], [33, 300], [500]])
def test_attention_by_products_takes_windows_of_any_length(causal: bool, lengths: list[int]) -> None:
    torch.manual_seed(0)
    tokens, heads = sum(lengths), Heads(6, 2, 64, 0.125)
    # Logits far apart, so that one key in a hundred may hold all of the probability.
    qkv = _random(tokens, heads.of_all * heads.width, dtype=torch.bfloat16, spread_by=2.0)
    cu_seqlens = torch.tensor([0, *accumulate(lengths)])
    out = attend_windows(qkv, None, cu_seqlens, max(lengths), heads, causal=causal)
    if out is None:
        pytest.skip("this processor has no products of bfloat16")
    expected = _attended_exactly(qkv, None, lengths, heads, causal)
    torch.testing.assert_close(out.float(), expected, rtol=2e-2, atol=2e-2)
    # A window's result hangs by its own tokens alone.
    first = qkv[: lengths[0]]
    alone = attend_windows(first, None, torch.tensor([0, len(first)]), len(first), heads, causal=causal)
    assert alone is not None
    assert torch.equal(alone, out[: lengths[0]])


@compiled_too
@settings(deadline=None, max_examples=30)
@given(
    lengths=st.lists(st.integers(1, 70), min_size=1, max_size=4),
    kv_heads=st.integers(1, 3),
    shared=st.integers(1, 3),
    d=st.sampled_from([32, 64, 128]),
    causal=st.booleans(),
    rotated=st.booleans(),
    seed=st.integers(0, 99),
)
def test_the_gradient_of_attention_in_one_call_is_autograds(
    lengths: list[int], kv_heads: int, shared: int, d: int, causal: bool, rotated: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    lengths, tokens, heads = sorted(lengths), sum(lengths), Heads(shared * kv_heads, kv_heads, d, d**-0.5)
    qkv = _random(tokens, heads.of_all * d, dtype=torch.bfloat16).requires_grad_()
    angles = torch.randn(tokens, d // 2).repeat(1, 2)
    rotation = (angles.cos().to(torch.bfloat16), angles.sin().to(torch.bfloat16)) if rotated else None
    kept = attend_with_sums(qkv.detach(), rotation, torch.tensor([0, *accumulate(lengths)]), heads, causal=causal)
    if kept is None:
        pytest.skip("this processor has no products of bfloat16")
    g = _random(tokens, heads.count * d, dtype=torch.bfloat16)
    exactly = qkv.detach().float().requires_grad_()
    expected = _attended_exactly(exactly, rotation, lengths, heads, causal)
    (gradient,) = torch.autograd.grad(expected, exactly, g.float())
    attended = attend(qkv, rotation, Windows(lengths, causal=causal), heads)
    assert torch.equal(attended, kept[0])
    (found,) = torch.autograd.grad(attended, qkv, g)
    assert (attended - expected).norm() < 0.01 * expected.norm()
    assert (found - gradient).norm() < 0.015 * gradient.norm() + 1e-3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("lengths", [[1, 20, 300], [1, 1, 1]])
def test_attention_on_a_gpu_and_its_gradient_are_those_in_float32(causal: bool, lengths: list[int]) -> None:
    torch.manual_seed(0)
    heads = Heads(6, 2, 64, 0.125)
    qkv = _random(sum(lengths), heads.of_all * heads.width, dtype=torch.bfloat16).cuda().requires_grad_()
    angles = torch.randn(sum(lengths), heads.width // 2).repeat(1, 2)
    rotation = angles.cos().to(qkv), angles.sin().to(qkv)
    g = torch.randn(sum(lengths), heads.count * heads.width).to(qkv)
    windows = Windows(lengths, causal=causal, device=qkv.device)
    assert has_flash(qkv, heads)
    attended = attend(qkv, rotation, windows, heads)
    (found,) = torch.autograd.grad(attended, qkv, g)
    exactly = qkv.detach().float().requires_grad_()
    exact_rotation = rotation[0].float(), rotation[1].float()
    expected = attend(exactly, exact_rotation, windows, heads)
    (gradient,) = torch.autograd.grad(expected, exactly, g.float())
    assert (attended - expected).norm() < 0.01 * expected.norm()
    assert (found - gradient).norm() < 0.015 * gradient.norm()


@compiled_too
def test_the_gradient_of_long_windows_that_look_back_is_that_by_buckets() -> None:
    torch.manual_seed(0)
    qkv = _random(320, 5 * 64, dtype=torch.bfloat16).requires_grad_()
    g = _random(320, 3 * 64, dtype=torch.bfloat16)

    def gradient() -> Tensor:
        out = attend(qkv, None, Windows([20, 300], causal=True), Heads(3, 1, 64, 0.125))
        return torch.autograd.grad(out, qkv, g)[0]

    ours = gradient()
    with call.using({}):
        theirs = gradient()
    assert (ours - theirs).norm() < 0.015 * theirs.norm()


@compiled_too
def test_a_number_that_is_none_is_not_lost_in_attention() -> None:
    qkv = _random(40, 4 * 32, dtype=torch.bfloat16)
    qkv[7, 0] = float("nan")  # in a query of the first head
    cu_seqlens, heads = torch.tensor([0, 40]), Heads(2, 1, 32, 1.0)
    kept = attend_with_sums(qkv, None, cu_seqlens, heads, causal=False)
    if kept is None:
        pytest.skip("this processor has no products of bfloat16")
    assert torch.isnan(kept[0]).any(1).nonzero().flatten().tolist() == [7]
    with pytest.raises(ValueError, match="a gradient"):
        attend_backward(kept[0][:, 1:], *kept, qkv, None, cu_seqlens, heads, causal=False)


@compiled_too
def test_attention_of_windows_takes_only_what_fits() -> None:
    def attended(
        qkv: Tensor,
        rotation: tuple[Tensor, Tensor] | None = None,
        end: int = 3,
        *,
        count: int = 2,
        kv_heads: int = 1,
        width: int = 32,
    ) -> Tensor | None:
        heads = Heads(count, kv_heads, width, 1.0)
        return attend_windows(qkv, rotation, torch.tensor([0, end]), end, heads, causal=True)

    assert attended(torch.randn(3, 4 * 40), width=40) is None
    strided = torch.randn(3, 8 * 32)[:, ::2]
    ours, same = attended(strided), attended(strided.contiguous())
    assert ours is not None
    assert same is not None
    assert torch.equal(ours, same)
    for qkv, count, kv_heads, end in (
        (torch.randn(3, 4 * 32 + 1), 2, 1, 3),
        (strided, 2, 1, 4),
        (torch.randn(3, 7 * 32), 3, 2, 3),
    ):
        with pytest.raises(ValueError, match="heads in"):
            attended(qkv, None, end, count=count, kv_heads=kv_heads)
    with pytest.raises(ValueError, match="a rotation of"):
        attended(strided, (torch.ones(2, 32), torch.ones(2, 32)))
    with call.using({}):
        assert attended(strided) is None


@settings(deadline=None, max_examples=40)
@given(
    rows=st.integers(0, 230),
    inputs=st.integers(1, 420),
    panels=st.integers(1, 3),
    biased=st.booleans(),
    gelu=st.booleans(),
    seed=st.integers(0, 99),
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_matmul_with_a_packed_weight_is_the_plain_one(
    dtype: torch.dtype, rows: int, inputs: int, panels: int, biased: bool, gelu: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    weight = _random(32 * panels, 2 * inputs, dtype=dtype)
    packed = pack_weight(weight)
    if packed is None:
        pytest.skip("this processor has no such matmuls of ours")
    x = _random(2, rows, 2 * inputs, dtype=dtype)
    bias = torch.randn(32 * panels) if biased else None
    expected = functional.linear(x.float(), weight.float(), bias)
    expected = functional.gelu(expected) if gelu else expected
    exact = dtype == torch.float32
    found = packed_linear(x, packed, bias, gelu=gelu).float()
    torch.testing.assert_close(found, expected, rtol=1e-5 if exact else 1e-2, atol=1e-4 if exact else 3e-2)
    with pytest.raises(ValueError, match="inputs of width"):
        packed_linear(x[..., :-1], packed, bias)
    with pytest.raises(ValueError, match="a bias of"):
        packed_linear(x, packed, torch.randn(32 * panels).to(torch.bfloat16))


@settings(deadline=None, max_examples=30)
@given(
    rows=st.integers(0, 60),
    inputs=st.integers(1, 9),
    panels=st.integers(1, 4),
    rank=st.sampled_from([2, 4, 16]),
    biased=st.booleans(),
    seed=st.integers(0, 99),
)
def test_a_product_in_int8_is_that_of_the_rounded_factors_with_an_update_on_top(
    rows: int, inputs: int, panels: int, rank: int, biased: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    weight = _random(32 * panels, 16 * inputs, dtype=torch.bfloat16)
    weight[0] = 0
    packed = to_int8(weight)
    if packed is None:
        pytest.skip("this processor has no products of int8, or faster ones of bfloat16")
    x, u = _random(rows, 16 * inputs, dtype=torch.bfloat16), _random(rows, 3 * rank, dtype=torch.bfloat16)
    x[rows // 2 :] *= 1e4
    b = _random(32 * panels, rank, dtype=torch.bfloat16)
    bias = torch.randn(32 * panels) if biased else None
    columns = [panel % 3 * rank for panel in range(panels)]
    update = torch.cat(
        [u[:, at : at + rank].float() @ b[32 * p : 32 * p + 32].float().t() for p, at in enumerate(columns)], 1
    )
    # In float64: in float32 large summands that cancel leave more than the tolerance.
    exact = functional.linear(input_in_steps(x), weight_in_steps(weight), None if bias is None else bias.double())
    for added, term in ((None, 0), (Int8Update(u, b, columns), update)):
        expected = (exact + term).float()
        torch.testing.assert_close(int8_linear(x, packed, bias, added).float(), expected, rtol=1e-2, atol=1e-2)
        activated = int8_linear(x, packed, bias, added, gelu=True).float()
        torch.testing.assert_close(activated, functional.gelu(expected), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_not_lost_in_int8(number: float) -> None:
    packed = to_int8(_random(64, 32, dtype=torch.bfloat16))
    if packed is None:
        pytest.skip("this processor has no products of int8, or faster ones of bfloat16")
    x = _random(3, 32, dtype=torch.bfloat16)
    x[1, 5] = number
    u, b = x.new_zeros(3, 2), x.new_zeros(64, 2)
    y = int8_linear(x, packed, None, Int8Update(u, b, [0, 0]))
    assert torch.isfinite(y).all(1).tolist() == [True, False, True]
    assert not torch.isfinite(y[1]).any()
    with pytest.raises(ValueError, match="columns"):
        int8_linear(x, packed, None, Int8Update(u, b, [0, 1]))
    with pytest.raises(ValueError, match="inputs"):
        int8_linear(x[:, :-1], packed, None)
    with pytest.raises(ValueError, match="a bias of"):
        int8_linear(x, packed, torch.zeros(64, dtype=torch.bfloat16))


def test_a_weight_that_does_not_divide_is_not_packed() -> None:
    assert to_int8(_random(48, 16, dtype=torch.bfloat16)) is None
    assert to_int8(_random(32, 24, dtype=torch.bfloat16)) is None
    assert to_int8(_random(32, 16)) is None
    assert pack_weight(_random(33, 8, dtype=torch.bfloat16)) is None
    assert pack_weight(_random(32, 7, dtype=torch.bfloat16)) is None
    assert pack_weight(_random(17, 8)) is None


@compiled_too
@settings(deadline=None, max_examples=40)
@given(
    tokens=st.integers(0, 60),
    labels=st.integers(0, 26),
    spread_by=st.sampled_from([0.0, 1.0, 12.0]),
    seed=st.integers(0, 99),
)
def test_the_best_tags_and_the_sums_over_all_are_those_without_kernels(
    tokens: int, labels: int, spread_by: float, seed: int
) -> None:
    torch.manual_seed(seed)
    # Without any pad all sequences are as likely, and ties have to go the same way.
    log_p = torch.log_softmax(_random(tokens, 1 + 4 * labels, dtype=torch.float64, spread_by=spread_by), -1)
    tags, sums = viterbi(log_p), forward_backward(log_p.exp())
    with call.using({}):
        assert torch.equal(tags, viterbi(log_p))
        for ours, theirs in zip(sums, forward_backward(log_p.exp()), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    # Both ways every allowed sequence is counted.
    assert float(sums[0][-1]) == pytest.approx(float(sums[1][0]), abs=1e-9)


def test_python_hands_each_kernel_what_it_takes() -> None:
    source = "".join(path.read_text() for path in build.SOURCE.glob("*.cpp"))
    letters = {"int64_t": "n", "int": "b", "float": "x"}
    names = set()
    for name, declared in re.findall(r'extern "C" void (\w+?)_(?:##NAME|bfloat16|float32|float64)\(([^)]*)\)', source):
        arguments = declared.replace("\\", " ").split(",")
        taken = ["p" if "*" in argument else letters[argument.split()[0]] for argument in arguments]
        assert call._ARGUMENTS[name] == "".join(taken), name
        names.add(name)
    assert names == set(call._ARGUMENTS)


@compiled_too
@both_precisions
@pytest.mark.parametrize("lengths", [[64, 64], [22] * 11, [22] * 12, [1, 65]])
def test_masking_attends_as_training_does(dtype: torch.dtype, lengths: list[int]) -> None:
    # In one call or by buckets, by the lengths of windows and row.
    torch.manual_seed(0)
    windows, tokens, heads = Windows(lengths, causal=False), sum(lengths), Heads(9, 3, 64, 0.125)
    qkv = _random(tokens, 15 * 64, dtype=dtype)
    angles = torch.randn(tokens, 32).repeat(1, 2)
    rotation = angles.cos(), angles.sin()
    with torch.inference_mode():
        masking = attend(qkv, rotation, windows, heads)
    training = attend(qkv.requires_grad_(), rotation, windows, heads)
    tolerance = 1e-5 if dtype == torch.float32 else 5e-2
    torch.testing.assert_close(masking.clone(), training.detach(), rtol=tolerance, atol=tolerance)
