"""The LoRA layer computes what its docstring says, and its hand-derived gradient is autograd's, for every variant."""

import math
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from loredact.lora import Joined, LoRAConfig, LoRALinear, detach, prepare, set_adapter
from loredact.lora.start import start

VARIANTS = {
    "plain": LoRAConfig(rank=2, alpha=3),
    "rank-stabilised": LoRAConfig(rank=2, alpha=3, rank_stabilised=True),
    "DoRA": LoRAConfig(rank=2, alpha=3, dora=True),
    "PiSSA": LoRAConfig(rank=2, alpha=3, start="pissa"),
    "dropout": LoRAConfig(rank=2, alpha=3, dropout=0.4),
    "DoRA with dropout": LoRAConfig(rank=2, alpha=3, dora=True, dropout=0.4),
}


def _layer(config: LoRAConfig, inputs: int = 6, outputs: int = 5, *, bias: bool = True) -> LoRALinear:
    """A layer of float64 that has learnt something."""
    layer = start("layer", nn.Linear(inputs, outputs, bias=bias).double(), config)
    nn.init.normal_(layer.lora_B)
    return layer


def _written_out(layer: LoRALinear, x: Tensor, dropped: Tensor) -> Tensor:
    """What the papers say, in PyTorch's own operations."""
    update = layer.scaling * layer.lora_B @ layer.lora_A
    y = x @ layer.weight.t()
    if layer.lora_magnitude is None:
        y = y + dropped @ update.t()
    else:
        stretch = layer.lora_magnitude / (layer.weight + update).detach().norm(dim=1)
        y = y + (stretch - 1) * (dropped @ layer.weight.t()) + stretch * (dropped @ update.t())
    return y if layer.bias is None else y + layer.bias


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_untrained_layer_gives_the_frozen_layers_output(variant: str) -> None:
    linear = nn.Linear(5, 7)
    x = torch.randn(2, 3, 5)
    before = linear(x)
    torch.testing.assert_close(start("layer", linear, VARIANTS[variant]).eval()(x), before, rtol=0, atol=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
@settings(deadline=None, max_examples=15)
@given(
    tokens=st.integers(1, 6),
    inputs=st.integers(2, 9),
    outputs=st.integers(2, 9),
    bias=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_output_and_gradients_equal_autograds(
    variant: str, tokens: int, inputs: int, outputs: int, bias: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    layer = _layer(VARIANTS[variant], inputs, outputs, bias=bias).train()
    x = torch.randn(2, tokens, inputs, dtype=torch.float64, requires_grad=True)
    leaves = [x, *(parameter for parameter in layer.parameters() if parameter.requires_grad)]
    torch.manual_seed(seed)
    dropped = functional.dropout(x, layer.dropout) if layer.dropout else x
    written = _written_out(layer, x, dropped)
    weights = torch.randn_like(written)
    expected = torch.autograd.grad((written * weights).sum(), leaves)
    torch.manual_seed(seed)
    y = layer(x)
    found = torch.autograd.grad((y * weights).sum(), leaves)
    torch.testing.assert_close(y, written, rtol=0, atol=1e-10)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


class _Together(Joined):
    """Layers with one input."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def joined(self) -> tuple[nn.Module, ...]:
        return tuple(self.layers)


@pytest.mark.parametrize("adapted", [(True, True, True), (True, False, True), (False, False, False)])
@pytest.mark.parametrize("bias", [True, False])
def test_layers_with_one_input_are_one_product_with_the_same_output_and_gradients(
    adapted: tuple[bool, ...], bias: bool
) -> None:
    torch.manual_seed(0)
    linears = [nn.Linear(6, out, bias=bias).double().requires_grad_(False) for out in (8, 3, 5)]
    _Together(linears).join()
    layers: list[nn.Module] = []
    for linear, is_adapted in zip(linears, adapted, strict=True):
        layers.append(start("layer", linear, VARIANTS["plain"]) if is_adapted else linear)
        if isinstance(layers[-1], LoRALinear):
            nn.init.normal_(layers[-1].lora_B)
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    leaves = [x, *(p for layer in layers for p in layer.parameters() if p.requires_grad)]
    apart = torch.cat([layer(x) for layer in layers], dim=-1)
    weights = torch.randn_like(apart)
    expected = torch.autograd.grad((apart * weights).sum(), leaves)
    joint = _Together(layers).outputs(x)
    found = torch.autograd.grad((joint * weights).sum(), leaves)
    torch.testing.assert_close(joint, apart, rtol=0, atol=1e-12)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_joined_weights_stand_under_one_another_and_are_read_without_a_copy() -> None:
    linears = [nn.Linear(6, out).requires_grad_(False) for out in (8, 3)]
    before = _Together(linears).join()
    assert all(torch.equal(linear.weight, weight) for linear, weight in zip(linears, before, strict=True))
    assert linears[1].weight.data_ptr() == linears[0].weight.data_ptr() + 8 * 6 * 4
    assert linears[0].weight.data_ptr() != before[0].data_ptr()
    # What learns stays where it is, and so do its neighbours.
    assert _Together([linears[0], nn.Linear(6, 3)]).join() == []


def test_weights_that_stand_close_in_apart_stretches_are_one_product_all_the_same() -> None:
    memory = torch.randn(2, 32, 6)
    # As two tensors of one file are mapped: neighbours, each with a storage of its own.
    parts = [torch.frombuffer(memory.numpy().data, dtype=torch.float32, count=192, offset=768 * n) for n in (0, 1)]
    linears = [nn.Linear(6, 32, bias=False).requires_grad_(False) for _ in parts]
    for linear, part in zip(linears, parts, strict=True):
        linear.weight = nn.Parameter(part.view(32, 6), requires_grad=False)
    x = torch.randn(4, 6)
    torch.testing.assert_close(_Together(linears).outputs(x), torch.cat([linear(x) for linear in linears], dim=-1))


class _Pair(Joined):
    """Two layers with one input, and one alone, of sizes that int8 products take."""

    def __init__(self, config: LoRAConfig) -> None:
        super().__init__()
        torch.manual_seed(0)

        def layer(into: int, out: int, name: str) -> LoRALinear:
            made = start(name, nn.Linear(into, out, bias=name == "first").to(torch.bfloat16), config)
            nn.init.normal_(made.lora_B, std=0.1)
            return made

        self.first, self.second, self.alone = layer(64, 96, "first"), layer(64, 32, "second"), layer(128, 64, "alone")

    def joined(self) -> tuple[nn.Module, ...]:
        return self.first, self.second

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.alone(self.outputs(x))
        return y


def _learnt_from(pair: _Pair, x: Tensor) -> list[Tensor]:
    x = x.clone().requires_grad_()
    y = pair(x)
    leaves = [x, *(p for p in pair.parameters() if p.requires_grad)]
    return [y, *torch.autograd.grad((y * torch.linspace(-1, 1, 64)).sum(), leaves)]


def test_what_is_put_on_a_network_later_meets_its_own_weights() -> None:
    pair = _Pair(LoRAConfig(rank=4, start="pissa"))
    x = torch.randn(20, 64).to(torch.bfloat16)
    prepare(pair)
    set_adapter(pair, detach(pair))
    with torch.no_grad():
        exact = pair(x)
    assert torch.equal(pair(x.requires_grad_()), exact)


def test_layers_of_which_not_all_are_adapted_are_joined_and_keep_exact_weights() -> None:
    adapted = start("q", nn.Linear(64, 32).to(torch.bfloat16).requires_grad_(False), LoRAConfig(rank=4))
    other = nn.Linear(64, 32).to(torch.bfloat16).requires_grad_(False)
    both = _Together([adapted, other])
    assert [len(weight) for weight in prepare(both)] == [32, 32]
    assert both.frozen is None
    assert adapted.frozen is None
    assert other.weight.data_ptr() == adapted.weight.data_ptr() + 64 * 32 * 2


def test_a_step_in_int8_is_nearly_the_exact_one_and_nothing_else_is_touched_by_it() -> None:
    pair = _Pair(LoRAConfig(rank=4))
    x = torch.randn(50, 64).to(torch.bfloat16)
    exact = _learnt_from(pair, x)
    unread = prepare(pair)
    if pair.frozen is None:
        pytest.skip("this processor has no products of int8, or faster ones of bfloat16")
    assert [len(weight) for weight in unread] == [96, 32, 64]
    rounded = _learnt_from(pair, x)
    for ours, theirs in zip(rounded, exact, strict=True):
        assert 0 < (ours - theirs).norm() < 0.03 * theirs.norm()
    with torch.no_grad():
        assert torch.equal(pair(x), exact[0])
    for layer in (pair.first, pair.second, pair.alone):
        layer.merge()
    merged = _learnt_from_merged(pair, x)
    assert (merged - exact[0]).norm() < 0.02 * exact[0].norm()
    for layer in (pair.first, pair.second, pair.alone):
        layer.unmerge()
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(_learnt_from(pair, x), rounded, strict=True))


def _learnt_from_merged(pair: _Pair, x: Tensor) -> Tensor:
    y: Tensor = pair(x.clone().requires_grad_()).detach()
    return y


@pytest.mark.parametrize("config", [LoRAConfig(rank=3), LoRAConfig(rank=4, dora=True), LoRAConfig(rank=4, dropout=0.5)])
def test_what_int8_does_not_fit_learns_with_exact_weights(config: LoRAConfig) -> None:
    pair = _Pair(config)
    x = torch.randn(50, 64).to(torch.bfloat16)
    pair.join()
    torch.manual_seed(1)
    exact = _learnt_from(pair, x)
    assert prepare(pair) == []
    assert pair.frozen is pair.alone.frozen is None
    torch.manual_seed(1)
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(_learnt_from(pair, x), exact, strict=True))


def test_variants_that_cannot_share_a_product_are_computed_apart() -> None:
    torch.manual_seed(0)
    layers = [_layer(VARIANTS["DoRA"]), _layer(VARIANTS["plain"])]
    x = torch.randn(4, 6, dtype=torch.float64)
    torch.testing.assert_close(_Together(layers).outputs(x), torch.cat([layer(x) for layer in layers], dim=-1))


def test_a_frozen_input_gets_no_gradient() -> None:
    layer = _layer(VARIANTS["plain"])
    x = torch.randn(3, 6, dtype=torch.float64)
    layer(x).sum().backward()
    assert x.grad is None
    assert layer.lora_A.grad is not None
    assert layer.weight.grad is None


def test_the_update_is_scaled_by_alpha_over_rank_or_its_root() -> None:
    assert LoRAConfig(rank=16, alpha=32).scaling_of("any") == 2
    assert LoRAConfig(rank=16, alpha=32, rank_stabilised=True).scaling_of("any") == 8


def test_patterns_give_single_layers_their_own_rank_and_alpha() -> None:
    config = LoRAConfig(rank=4, alpha=8, rank_pattern={r"1\.q": 2, "v": 1}, alpha_pattern={"v": 3})
    assert [config.rank_of(name) for name in ("net.0.q", "net.1.q", "net.11.q", "net.0.v")] == [4, 2, 4, 1]
    assert [config.scaling_of(name) for name in ("net.0.q", "net.1.q", "net.0.v")] == [2, 4, 3]


def test_a_pissa_start_is_the_best_approximation_of_its_rank() -> None:
    torch.manual_seed(0)
    linear = nn.Linear(9, 7).double()
    weight = linear.weight.detach().clone()
    layer = start("layer", linear, LoRAConfig(rank=3, alpha=5, start="pissa"))
    residual = torch.linalg.svdvals(layer.weight)
    torch.testing.assert_close(residual[:4], torch.linalg.svdvals(weight)[3:])
    torch.testing.assert_close(layer.weight + layer.scaling * layer.lora_B @ layer.lora_A, weight)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_merge_keeps_the_output_and_unmerge_gives_the_weight_back_bit_for_bit(variant: str, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    linear = nn.Linear(6, 5).to(dtype)
    base = linear.weight.detach().clone()
    layer = start("layer", linear, VARIANTS[variant]).eval()
    nn.init.normal_(layer.lora_B, std=0.1)
    frozen = layer.weight.clone()
    x = torch.randn(4, 6).to(dtype)
    before = layer(x)
    layer.merge()
    torch.testing.assert_close(layer(x), before, rtol=0, atol=1e-5 if dtype == torch.float32 else 0.05)
    assert not torch.equal(layer.weight, frozen)
    layer.unmerge()
    assert torch.equal(layer.weight, frozen)
    layer.merge()
    layer.release()
    assert torch.equal(linear.weight, base)


def test_dropout_is_off_outside_training() -> None:
    layer = _layer(VARIANTS["dropout"])
    x = torch.randn(4, 6, dtype=torch.float64)
    assert torch.equal(layer.eval()(x), layer.eval()(x))
    assert not torch.equal(layer.train()(x), layer.train()(x))


def test_the_kaiming_start_has_the_spread_of_the_authors_code() -> None:
    torch.manual_seed(0)
    layer = start("layer", nn.Linear(300, 200), LoRAConfig(rank=64, alpha=1))
    # Uniform between ±1/√in.
    assert float(layer.lora_A.detach().abs().max()) <= 1 / math.sqrt(300) + 1e-6
    assert float(layer.lora_A.detach().std()) == pytest.approx(1 / math.sqrt(3 * 300), rel=0.05)
    assert not layer.lora_B.any()
