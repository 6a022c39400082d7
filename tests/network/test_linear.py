"""Layers with one input are one matmul, whatever form their weights are in."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from loredact.lora import LoRAConfig, LoRALinear, detach, set_adapter
from loredact.lora.start import start
from loredact.network import pack_weights, prepare
from loredact.network.linear import Linear, fuse_weights

PLAIN, DORA = LoRAConfig(rank=2, alpha=3), LoRAConfig(rank=2, alpha=3, dora=True)


def _adapted(linear: nn.Linear, config: LoRAConfig) -> LoRALinear:
    layer = start("layer", linear, config)
    nn.init.normal_(layer.lora_B, std=0.1)
    return layer


class _Together(nn.Module):
    """Layers with one input."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.all = Linear(self, *(f"layers.{place}" for place in range(len(layers))))

    def put(self, *configs: LoRAConfig | None) -> "_Together":
        """LoRA on each layer that has a configuration."""
        for place, config in enumerate(configs):
            linear = self.layers[place]
            assert isinstance(linear, nn.Linear)
            if config is not None:
                self.layers[place] = _adapted(linear, config)
        return self

    def forward(self, x: Tensor) -> Tensor:
        return self.all(x)

    def apart(self, x: Tensor) -> Tensor:
        return torch.cat([layer(x) for layer in self.layers], dim=-1)


def _fused(*outs: int, inputs: int = 6, bias: bool = True, dtype: torch.dtype = torch.float64) -> _Together:
    torch.manual_seed(0)
    both = _Together([nn.Linear(inputs, out, bias=bias).to(dtype).requires_grad_(False) for out in outs])
    fuse_weights(both)
    return both


@pytest.mark.parametrize("configs", [(PLAIN, PLAIN, PLAIN), (PLAIN, None, PLAIN), (None, None, None)])
@pytest.mark.parametrize("bias", [True, False])
def test_layers_with_one_input_are_one_matmul_with_the_same_output_and_gradients(
    configs: tuple[LoRAConfig | None, ...], bias: bool
) -> None:
    both = _fused(8, 3, 5, bias=bias).put(*configs)
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    leaves = [x, *(p for p in both.parameters() if p.requires_grad)]
    apart = both.apart(x)
    weights = torch.randn_like(apart)
    expected = torch.autograd.grad((apart * weights).sum(), leaves)
    joint = both(x)
    found = torch.autograd.grad((joint * weights).sum(), leaves)
    torch.testing.assert_close(joint, apart, rtol=0, atol=1e-12)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_fused_weights_are_the_same_in_one_tensor_and_learn_all_the_same() -> None:
    linears = [nn.Linear(6, out) for out in (8, 3)]
    before = [linear.weight.detach().clone() for linear in linears]
    both = _Together(linears)
    fuse_weights(both)
    assert all(torch.equal(linear.weight, weight) for linear, weight in zip(linears, before, strict=True))
    assert linears[1].weight.data_ptr() == linears[0].weight.data_ptr() + 8 * 6 * 4
    x = torch.randn(4, 6)
    gradients = torch.autograd.grad(both(x).square().sum(), list(both.parameters()))
    expected = torch.autograd.grad(both.apart(x).square().sum(), list(both.parameters()))
    for ours, theirs in zip(gradients, expected, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_weights_that_are_neighbours_in_tensors_of_their_own_are_used_all_the_same() -> None:
    memory = torch.randn(2, 32, 6)
    # As two tensors of one file are mapped: neighbours, each with a storage of its own.
    parts = [torch.frombuffer(memory.numpy().data, dtype=torch.float32, count=192, offset=768 * n) for n in (0, 1)]
    linears = [nn.Linear(6, 32, bias=False).requires_grad_(False) for _ in parts]
    for linear, part in zip(linears, parts, strict=True):
        linear.weight = nn.Parameter(part.view(32, 6), requires_grad=False)
    both, x = _Together(linears), torch.randn(4, 6)
    torch.testing.assert_close(both(x), both.apart(x))


def test_variants_that_cannot_share_a_matmul_are_computed_apart() -> None:
    both = _fused(5, 5).put(DORA, PLAIN)
    x = torch.randn(4, 6, dtype=torch.float64)
    torch.testing.assert_close(both(x), both.apart(x))


def test_packed_layers_are_gone_and_give_what_they_gave() -> None:
    both = _fused(64, 32, inputs=48, dtype=torch.float32)
    x = torch.randn(5, 48)
    before = both(x)
    assert pack_weights(both) == {"layers.0": (64, 48), "layers.1": (32, 48)}
    assert not list(both.parameters())
    torch.testing.assert_close(both(x), before)


class _Pair(nn.Module):
    """Two layers with one input, and one alone, of sizes that int8 matmuls take."""

    def __init__(self, config: LoRAConfig) -> None:
        super().__init__()
        torch.manual_seed(0)

        def linear(into: int, out: int, *, bias: bool = False) -> nn.Linear:
            return nn.Linear(into, out, bias=bias).to(torch.bfloat16).requires_grad_(False)

        first, second, alone = linear(64, 96, bias=True), linear(64, 32), linear(128, 64)
        self.first: nn.Module = first
        self.second: nn.Module = second
        self.both, self.last = Linear(self, "first", "second"), Linear(self, "alone")
        self.both.fuse()
        self.first, self.second = _adapted(first, config), _adapted(second, config)
        self.alone = _adapted(alone, config)

    @property
    def adapted(self) -> list[LoRALinear]:
        return [layer for layer in self.children() if isinstance(layer, LoRALinear)]

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.both(x))


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


def test_layers_of_which_not_all_are_adapted_keep_exact_weights() -> None:
    both = _fused(32, 32, inputs=64, dtype=torch.bfloat16).put(LoRAConfig(rank=4), None)
    assert prepare(both) == []


def test_a_step_in_int8_is_nearly_the_exact_one_and_nothing_else_is_touched_by_it() -> None:
    pair = _Pair(LoRAConfig(rank=4))
    x = torch.randn(50, 64).to(torch.bfloat16)
    exact = _learnt_from(pair, x)
    unread = prepare(pair)
    if not unread:
        pytest.skip("this processor has no matmuls of int8, or faster ones of bfloat16")
    assert [len(weight) for weight in unread] == [128, 64]
    rounded = _learnt_from(pair, x)
    for ours, theirs in zip(rounded, exact, strict=True):
        assert 0 < (ours - theirs).norm() < 0.03 * theirs.norm()
    with torch.no_grad():
        assert torch.equal(pair(x), exact[0])
    for layer in pair.adapted:
        layer.merge()
    merged = pair(x)
    assert (merged - exact[0]).norm() < 0.02 * exact[0].norm()
    for layer in pair.adapted:
        layer.unmerge()
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(_learnt_from(pair, x), rounded, strict=True))


@pytest.mark.parametrize("config", [LoRAConfig(rank=3), LoRAConfig(rank=4, dora=True), LoRAConfig(rank=4, dropout=0.5)])
def test_what_int8_does_not_fit_learns_with_exact_weights(config: LoRAConfig) -> None:
    pair = _Pair(config)
    x = torch.randn(50, 64).to(torch.bfloat16)
    torch.manual_seed(1)
    exact = _learnt_from(pair, x)
    assert prepare(pair) == []
    torch.manual_seed(1)
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(_learnt_from(pair, x), exact, strict=True))
