"""The LoRA layer computes W₀x + (α/r)BAx, and its hand-derived gradient is autograd's."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from loredact.lora import LoRALinear


def _layer(inputs: int, outputs: int, rank: int, *, bias: bool = True) -> LoRALinear:
    layer = LoRALinear(nn.Linear(inputs, outputs, bias=bias), rank, alpha=3.0).double()
    nn.init.normal_(layer.lora_B)
    return layer


def test_an_untrained_layer_gives_the_frozen_layers_output() -> None:
    linear = nn.Linear(5, 7)
    x = torch.randn(2, 3, 5)
    assert torch.equal(LoRALinear(linear, 2, 4.0)(x), linear(x))


@settings(deadline=None, max_examples=25)
@given(
    tokens=st.integers(1, 6),
    inputs=st.integers(2, 9),
    outputs=st.integers(2, 9),
    bias=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_output_and_gradients_equal_autograds(tokens: int, inputs: int, outputs: int, bias: bool, seed: int) -> None:
    torch.manual_seed(seed)
    layer = _layer(inputs, outputs, rank=2, bias=bias)
    x = torch.randn(2, tokens, inputs, dtype=torch.float64, requires_grad=True)
    leaves = [x, layer.lora_A, layer.lora_B]
    written = layer.linear(x) + layer.scaling * (x @ layer.lora_A.t()) @ layer.lora_B.t()
    weights = torch.randn_like(written)
    expected = torch.autograd.grad((written * weights).sum(), leaves)
    y = layer(x)
    found = torch.autograd.grad((y * weights).sum(), leaves)
    torch.testing.assert_close(y, written, rtol=0, atol=1e-12)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)


def test_a_frozen_input_gets_no_gradient() -> None:
    layer = _layer(4, 4, 2)
    x = torch.randn(3, 4, dtype=torch.float64)
    layer(x).sum().backward()
    assert x.grad is None
    assert layer.lora_A.grad is not None
    assert layer.linear.weight.grad is None


def test_merging_keeps_the_output() -> None:
    layer = _layer(6, 5, 3)
    x = torch.randn(4, 6, dtype=torch.float64)
    before = layer(x)
    torch.testing.assert_close(layer.merged()(x), before, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rank", [0, -1, 5])
def test_a_rank_outside_the_layers_size_is_refused(rank: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 4"):
        LoRALinear(nn.Linear(9, 4), rank, 1.0)
