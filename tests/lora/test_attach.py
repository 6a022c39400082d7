"""LoRA goes where its targets say, can be swapped, summed, merged and taken off, and leaves the base as it was."""

from pathlib import Path

import pytest
import torch
from torch import nn

from loredact.errors import AdapterError, InputError
from loredact.lora import (
    LoRAConfig,
    attach,
    detach,
    lora_layers,
    lora_weights,
    merge,
    merge_and_unload,
    parameter_groups,
    read_weights,
    save_adapter,
    set_adapter,
    unmerge,
    weighted_sum,
)


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.up = nn.Linear(4, 8)
        self.inner = nn.ModuleDict({"q_proj": nn.Linear(8, 8), "v_proj": nn.Linear(8, 8)})
        self.head = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.up(x))
        y: torch.Tensor = self.head(self.inner["v_proj"](self.inner["q_proj"](x)))
        return y


X = torch.randn(3, 4, generator=torch.Generator().manual_seed(1))


def _trained(config: LoRAConfig, seed: int = 0) -> _Net:
    """A network whose adapter has learnt something."""
    network = _Net()
    attach(network, config)
    torch.manual_seed(seed)
    for _, layer in lora_layers(network):
        for matrix in (layer.lora_A, layer.lora_B):
            matrix.data.add_(0.1 * torch.randn_like(matrix))
    return network


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ("all-linear", ["up", "inner.q_proj", "inner.v_proj"]),
        (("q_proj",), ["inner.q_proj"]),
        (r"inner\.(q|v)_proj", ["inner.q_proj", "inner.v_proj"]),
    ],
)
def test_targets_are_chosen_by_word_by_list_or_by_pattern(targets: str | tuple[str, ...], expected: list[str]) -> None:
    network = _Net()
    assert attach(network, LoRAConfig(rank=2, targets=targets), keep=("head",)) == expected
    assert [name for name, _ in lora_layers(network)] == expected


def test_only_lora_and_what_is_kept_is_trained() -> None:
    network = _Net()
    attach(network, LoRAConfig(rank=2, targets=("q_proj",), dora=True), keep=("head",))
    trained = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
    lora = {f"inner.q_proj.lora_{part}" for part in ("A", "B", "magnitude")}
    assert trained == lora | {"head.weight", "head.bias"}


def test_targets_that_match_nothing_are_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match=r"k_proj.*q_proj, up, v_proj"):
        attach(_Net(), LoRAConfig(targets=("k_proj",)), keep=("head",))


def test_a_rank_above_a_layers_size_is_refused_with_the_layers_name_and_nothing_is_changed() -> None:
    network = _Net()
    with pytest.raises(InputError, match=r"up: rank 5 .* between 1 and 4"):
        attach(network, LoRAConfig(rank=5))
    with pytest.raises(InputError, match=r"v_proj: rank 9 .* between 1 and 8"):
        attach(network, LoRAConfig(rank=2, rank_pattern={"v_proj": 9}))
    assert not list(lora_layers(network))
    assert all(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize("start", ["kaiming", "pissa"])
def test_detach_gives_the_base_back_bit_for_bit_and_use_puts_the_adapter_on_again(start: str) -> None:
    network = _Net()
    before = {name: parameter.clone() for name, parameter in network.named_parameters()}
    network = _trained(LoRAConfig.model_validate({"rank": 2, "start": start}))
    adapted = network(X)
    learnt = detach(network)
    after = dict(network.named_parameters())
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    set_adapter(network, learnt)
    torch.testing.assert_close(network(X), adapted, rtol=0, atol=1e-5)


def test_several_adapters_take_turns_on_one_base() -> None:
    targets = ("up", "q_proj")
    first, second = (_trained(LoRAConfig(rank=rank, targets=targets), seed) for rank, seed in ((2, 1), (3, 2)))
    weights = [lora_weights(first), lora_weights(second)]
    network = _Net()
    for adapter, expected in ((weights[0], first), (weights[1], second), (weights[0], first)):
        set_adapter(network, adapter)
        assert torch.equal(network(X), expected(X))


def test_a_weighted_sum_adds_the_updates_exactly() -> None:
    config = LoRAConfig(rank=2, targets=("q_proj", "v_proj"))
    adapters = [lora_weights(_trained(config, seed)) for seed in (1, 2)]
    network = _Net()
    base = network.get_parameter("inner.q_proj.weight").clone()
    set_adapter(network, weighted_sum(adapters, [0.7, -0.3]))
    merge_and_unload(network)
    expected = base
    for adapter, factor in zip(adapters, (0.7, -0.3), strict=True):
        learnt = adapter["inner.q_proj"]
        expected = expected + factor * learnt.scaling * learnt.b @ learnt.a
    torch.testing.assert_close(network.get_parameter("inner.q_proj.weight"), expected)


def test_dora_adapters_are_not_summed() -> None:
    adapter = lora_weights(_trained(LoRAConfig(rank=2, dora=True)))
    with pytest.raises(AdapterError, match="cannot be summed"):
        weighted_sum([adapter, adapter], [0.5, 0.5])


def test_an_adapter_for_another_network_is_refused_and_the_network_keeps_its_own() -> None:
    network = _trained(LoRAConfig(rank=2))
    before = network(X)
    learnt = lora_weights(_trained(LoRAConfig(rank=2)))
    with pytest.raises(AdapterError, match=r"the layer down"):
        set_adapter(network, learnt | {"down": learnt["up"]})
    with pytest.raises(AdapterError, match=r"is 4 to 8, and the network's 8 to 8"):
        set_adapter(network, learnt | {"inner.q_proj": learnt["up"]})
    assert torch.equal(network(X), before)


@pytest.mark.parametrize(
    "config", [LoRAConfig(rank=2), LoRAConfig(rank=2, dora=True), LoRAConfig(rank=2, start="pissa")]
)
def test_merge_keeps_the_output_and_unmerge_restores_every_weight(config: LoRAConfig) -> None:
    network = _trained(config)
    frozen = {name: layer.weight.clone() for name, layer in lora_layers(network)}
    before = network(X)
    merge(network)
    torch.testing.assert_close(network(X), before)
    unmerge(network)
    assert all(torch.equal(layer.weight, frozen[name]) for name, layer in lora_layers(network))
    assert torch.equal(network(X), before)


def test_a_folded_network_has_plain_layers_and_the_same_output() -> None:
    network = _trained(LoRAConfig(rank=2))
    before = network(X)
    merge_and_unload(network)
    assert not list(lora_layers(network))
    torch.testing.assert_close(network(X), before)


def test_lora_plus_gives_every_b_a_rate_of_its_own() -> None:
    network = _Net()
    attach(network, LoRAConfig(rank=2), keep=("head",))
    others, b_matrices = parameter_groups(network, 0.001, b_ratio=16)
    assert {id(p) for p in b_matrices["params"]} == {id(layer.lora_B) for _, layer in lora_layers(network)}
    assert b_matrices["lr"] == pytest.approx(0.016)
    assert others["lr"] == 0.001
    assert len(others["params"]) == 3 + 2


@pytest.mark.parametrize(
    "config",
    [
        LoRAConfig(rank=2, alpha=5),
        LoRAConfig(rank=2, rank_pattern={"v_proj": 3}, alpha_pattern={"up": 7}, rank_stabilised=True),
        LoRAConfig(rank=2, dora=True),
        LoRAConfig(rank=2, start="pissa"),
    ],
)
def test_a_saved_adapter_can_be_put_on_another_copy_of_the_base(tmp_path: Path, config: LoRAConfig) -> None:
    network = _trained(config)
    save_adapter(tmp_path, network, config, base="net", task=None)
    other = _Net()
    set_adapter(other, read_weights(tmp_path, other))
    torch.testing.assert_close(other(X), network(X), rtol=0, atol=1e-5)


def test_a_head_learns_at_a_rate_of_its_own() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
    attach(network, LoRAConfig(rank=2), keep=("1",))
    groups = parameter_groups(network, 0.001, b_ratio=4, ratios={"1": 30})
    assert [(len(group["params"]), group["lr"]) for group in groups] == [(1, 0.001), (1, 0.004), (2, 0.03)]


def test_alpha_follows_the_rank_where_it_is_not_given() -> None:
    assert (LoRAConfig().alpha, LoRAConfig(rank=4).alpha, LoRAConfig(rank=4, alpha=4).alpha) == (32, 8, 4)
