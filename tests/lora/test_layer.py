"""The LoRA layer computes what its docstring says, and its hand-derived gradient is autograd's, for every variant."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from loredact.lora import LoRAConfig, LoRALinear
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
