"""The fused network computes what Transformers' own does, forward and backward, for each family it knows."""

import json
from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from transformers import (
    AutoModelForCausalLM,
    AutoModelForTokenClassification,
    Gemma3TextConfig,
    Gemma3TextModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    PreTrainedConfig,
    Qwen2Config,
    Qwen3Config,
)

from loredact import lora
from loredact.bases import Base
from loredact.kernels import attend as attend_module
from loredact.lora import LoRAConfig
from loredact.network import Windows, load_network, pack_weights, prepare
from loredact.network.attention import _CALLS, _COPIES, cheapest_partition
from loredact.network.decoder import is_decoder, load_decoder
from loredact.network.fused import Attention, DecoderLayer, GatedMLP, RMSNorm, fuse
from loredact.network.with_transformers import IMPLEMENTATION, load_with_transformers

_SIZES = {
    "vocab_size": 60,
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "num_labels": 5,
}
FAMILIES: dict[str, Callable[[], PreTrainedConfig]] = {
    "Llama": lambda: LlamaConfig(**_SIZES, head_dim=8),
    "Mistral": lambda: MistralConfig(**_SIZES, head_dim=8),
    "Qwen2": lambda: Qwen2Config(**_SIZES),
    "Qwen3": lambda: Qwen3Config(**_SIZES, head_dim=8),
}


def _pair(family: str) -> tuple[Any, Any]:
    """The same random network, Transformers' own and fused."""
    theirs = AutoModelForTokenClassification.from_config(FAMILIES[family](), attn_implementation="eager")
    ours = AutoModelForTokenClassification.from_config(FAMILIES[family](), attn_implementation=IMPLEMENTATION)
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(std=0.2)
    ours.load_state_dict(theirs.state_dict())
    fuse(ours)
    return theirs, ours


def _scores(network: Any, ids: Tensor, **more: object) -> Tensor:
    positions = more.pop("positions", torch.arange(ids.shape[1])[None])
    hidden = network.model(input_ids=ids, position_ids=positions, use_cache=False, **more).last_hidden_state
    scores: Tensor = network.score(hidden)
    return scores


@pytest.mark.parametrize("family", FAMILIES)
def test_every_known_part_is_replaced_and_every_weight_keeps_its_name(family: str) -> None:
    theirs, ours = _pair(family)
    kinds = {type(module) for module in ours.modules()}
    assert {Attention, DecoderLayer, GatedMLP, RMSNorm} <= kinds
    assert not any(type(module).__name__.startswith(family) for module in ours.model.layers.modules())
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert all(torch.equal(ours.state_dict()[name], tensor) for name, tensor in theirs.state_dict().items())


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_and_all_gradients_equal_transformers(family: str) -> None:
    theirs, ours = _pair(family)
    lengths = [3, 7, 7, 12]
    ids = torch.randint(0, 60, (1, sum(lengths)), generator=torch.Generator().manual_seed(1))
    row = torch.cat([torch.arange(length) for length in lengths])[None]
    packed = _scores(ours, ids, positions=row, windows=Windows(lengths, causal=True))[0]
    apart = torch.cat([_scores(theirs, part)[0] for part in torch.split_with_sizes(ids, lengths, dim=1)])
    torch.testing.assert_close(packed, apart, rtol=0, atol=2e-5)
    weights = torch.randn_like(apart)
    (packed * weights).sum().backward()  # type: ignore[no-untyped-call]
    (apart * weights).sum().backward()  # type: ignore[no-untyped-call]
    expected = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        gradient = expected[name].grad
        assert (parameter.grad is None) == (gradient is None), name
        if gradient is not None and parameter.grad is not None:
            torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-3, msg=name)


def test_looking_both_ways_a_window_sees_all_of_itself_and_nothing_else() -> None:
    _, ours = _pair("Llama")
    ids = torch.arange(12)[None]
    windows = Windows([5, 7], causal=False)
    positions = torch.cat([torch.arange(5), torch.arange(7)])[None]
    before = _scores(ours, ids, positions=positions, windows=windows)[0]
    changed = ids.clone()
    changed[0, 11] = 40
    after = _scores(ours, changed, positions=positions, windows=windows)[0]
    moved = (before - after).abs().sum(1) > 1e-6
    assert moved.tolist() == [False] * 5 + [True] * 7


def test_a_family_that_is_not_known_keeps_transformers_parts_and_still_runs() -> None:
    sizes = {name: value for name, value in _SIZES.items() if name != "num_labels"}
    config = Gemma3TextConfig(**sizes, head_dim=8, query_pre_attn_scalar=8, attn_implementation=IMPLEMENTATION)
    network = Gemma3TextModel(config)
    fuse(network)
    assert not any(isinstance(module, Attention) for module in network.modules())
    ids = torch.arange(12)[None]
    positions = torch.cat([torch.arange(5), torch.arange(7)])[None]
    hidden = network(
        input_ids=ids, position_ids=positions, use_cache=False, windows=Windows([5, 7], causal=True)
    ).last_hidden_state
    alone = network(
        input_ids=ids[:, 5:], position_ids=positions[:, 5:], use_cache=False, windows=Windows([7], causal=True)
    ).last_hidden_state
    torch.testing.assert_close(hidden[:, 5:], alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("depth", [1, 2])
def test_a_decoder_read_without_transformers_is_the_one_that_transformers_reads(
    family: str, depth: int, tmp_path: Path
) -> None:
    torch.manual_seed(3)
    AutoModelForCausalLM.from_config(FAMILIES[family]()).save_pretrained(tmp_path)
    about = json.loads((tmp_path / "config.json").read_text())
    about["sliding_window"] = None
    assert is_decoder(about)
    ours = load_decoder(tmp_path, about, tags=5, depth=depth, dtype=torch.float32)
    theirs = load_with_transformers(tmp_path, tags=5, depth=depth, dtype=torch.float32)
    ours.score.load_state_dict(theirs.score.state_dict())
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    ids = torch.arange(12)[None]
    positions = torch.cat([torch.arange(5), torch.arange(7)])[None]
    both = [_scores(n, ids, positions=positions, windows=Windows([5, 7], causal=False)) for n in (ours, theirs)]
    torch.testing.assert_close(*both)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_packed_weights_give_the_same_scores(family: str, dtype: torch.dtype, tmp_path: Path) -> None:
    torch.manual_seed(3)
    AutoModelForCausalLM.from_config(FAMILIES[family]()).save_pretrained(tmp_path)
    about = {**json.loads((tmp_path / "config.json").read_text()), "sliding_window": None}
    network = load_decoder(tmp_path, about, tags=5, depth=2, dtype=dtype)
    network.score.to(dtype)
    ids = torch.arange(12)[None]
    with torch.inference_mode():
        asked: dict[str, Any] = {"positions": torch.arange(12)[None], "windows": Windows([12], causal=False)}
        before = _scores(network, ids, **asked)
        pack_weights(network)
        asked["positions"] = torch.arange(12)[None]
        after = _scores(network, ids, **asked)
    torch.testing.assert_close(after, before, rtol=0, atol=1e-5 if dtype == torch.float32 else 0.02)


@pytest.mark.parametrize(
    "more",
    [
        {"model_type": "gemma3_text"},
        {"rope_parameters": {"rope_type": "llama3", "rope_theta": 1e4}},
        {"sliding_window": 64, "use_sliding_window": True},
        {"hidden_act": "gelu"},
        {"mlp_bias": True},
    ],
)
def test_what_the_decoder_has_no_part_for_is_left_to_transformers(more: dict[str, object]) -> None:
    about = {"model_type": "llama", "hidden_act": "silu"}
    assert is_decoder(about)
    assert not is_decoder({**about, **more})


def test_folding_an_adapter_into_the_weights_leaves_the_base_on_disk_as_it_was(
    tiny_folder: Path, tiny_base: Base
) -> None:
    before = (tiny_folder / "model.safetensors").read_bytes()
    network, _ = load_network(tiny_base, tags=5, depth=2, precision="float32", device=torch.device("cpu"))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1)
    assert (tiny_folder / "model.safetensors").read_bytes() == before


def test_the_real_base_in_bfloat16_scores_as_transformers_does_in_float32(real_base: Base) -> None:
    torch.manual_seed(0)
    cpu = torch.device("cpu")
    ours, _ = load_network(real_base, tags=5, depth=30, precision="bfloat16", device=cpu)
    theirs = LlamaForCausalLM.from_pretrained(real_base.folder, dtype=torch.float32).model
    ids = torch.arange(100, 164)[None]
    positions = torch.arange(64)[None]
    with torch.no_grad():
        found = ours.base_model(
            input_ids=ids, position_ids=positions, use_cache=False, windows=Windows([64], causal=True)
        ).last_hidden_state.float()
        expected = theirs(input_ids=ids).last_hidden_state
    assert float((found - expected).norm() / expected.norm()) < 0.05


@pytest.mark.parametrize("lengths", [[0, 3], [4, 3]])
def test_windows_must_hold_tokens_and_stand_in_order(lengths: list[int]) -> None:
    with pytest.raises(ValueError, match="in order of length"):
        Windows(lengths, causal=True)


def test_windows_of_similar_length_share_a_grid_and_very_different_ones_do_not() -> None:
    assert cheapest_partition([20, 22, 25, 30, 31]) == [[20, 22, 25, 30, 31]]
    assert cheapest_partition([20] * 30 + [500, 505]) == [[20] * 30, [500, 505]]
    assert cheapest_partition([]) == []


@given(lengths=st.lists(st.integers(1, 300), max_size=7))
def test_no_other_cut_of_the_windows_is_cheaper(lengths: list[int]) -> None:
    lengths = sorted(lengths)

    def cost(parts: list[list[int]]) -> float:
        return sum(_CALLS + len(part) * part[-1] * (part[-1] + _COPIES) for part in parts)

    found = cheapest_partition(lengths)
    assert [length for part in found for length in part] == lengths
    for chosen in product([False, True], repeat=max(0, len(lengths) - 1)):
        edges = [0, *(index + 1 for index, cut in enumerate(chosen) if cut), len(lengths)]
        parts = [lengths[a:b] for a, b in pairwise(edges) if a < b]
        assert cost(found) <= cost(parts)


@pytest.mark.parametrize("flash", [False, True])
def test_a_step_keeps_to_the_networks_device(real_base: Base, monkeypatch: pytest.MonkeyPatch, flash: bool) -> None:
    # Tensors without content stand for a GPU's: most operations that mix devices fail on them too.
    monkeypatch.setattr(attend_module, "has_flash", lambda qkv, heads: flash)
    device = torch.device("meta")
    network, head = load_network(real_base, tags=5, depth=2, precision="bfloat16", device=device)
    lora.attach(network, LoRAConfig(rank=4), keep=(head,))
    prepare(network)
    windows = Windows([3, 5, 9], causal=False, device=device)
    ids = torch.zeros(1, 17, dtype=torch.int64, device=device)

    def hidden() -> Tensor:
        out: Tensor = network.base_model(
            input_ids=ids, position_ids=windows.positions[None], windows=windows
        ).last_hidden_state
        return out

    scores = network.get_submodule(head)(hidden().float())
    scores.sum().backward()
    learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
    assert all(parameter.grad is not None and parameter.grad.device == device for parameter in learnt)
    with torch.inference_mode():
        assert hidden().shape == (1, 17, 576)
