"""LoRA goes where its targets say, and nothing else is trained."""

import pytest
import torch
from torch import nn

from loredact.errors import InputError
from loredact.lora import LoRAConfig, attach, lora_layers, merge


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Linear(4, 8)
        self.inner = nn.ModuleDict({"q_proj": nn.Linear(8, 8), "v_proj": nn.Linear(8, 8)})
        self.head = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.up(x))
        y: torch.Tensor = self.head(self.inner["v_proj"](self.inner["q_proj"](x)))
        return y


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
    attach(network, LoRAConfig(rank=2, targets=("q_proj",)), keep=("head",))
    trained = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
    assert trained == {"inner.q_proj.lora_A", "inner.q_proj.lora_B", "head.weight", "head.bias"}


def test_targets_that_match_nothing_are_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match=r"k_proj.*q_proj, up, v_proj"):
        attach(_Net(), LoRAConfig(targets=("k_proj",)), keep=("head",))


def test_a_rank_above_a_layers_size_is_refused_with_the_layers_name() -> None:
    with pytest.raises(InputError, match=r"up: rank 5 .* between 1 and 4"):
        attach(_Net(), LoRAConfig(rank=5))


def test_a_merged_network_has_plain_layers_and_the_same_output() -> None:
    torch.manual_seed(0)
    network = _Net()
    attach(network, LoRAConfig(rank=2))
    for _, layer in lora_layers(network):
        nn.init.normal_(layer.lora_B)
    x = torch.randn(3, 4)
    before = network(x)
    merge(network)
    assert not list(lora_layers(network))
    torch.testing.assert_close(network(x), before)
