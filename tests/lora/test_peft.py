"""PEFT's files both ways: what is written here PEFT reads, and what PEFT writes is read here, for every variant."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import (
    AutoModelForCausalLM,
    AutoModelForTokenClassification,
    BertConfig,
    Gemma3TextConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    PreTrainedConfig,
    Qwen2Config,
    Qwen3Config,
)

from loredact.errors import AdapterError
from loredact.lora import (
    LoRAConfig,
    attach,
    load_adapter,
    lora_layers,
    lora_weights,
    read_config,
    read_weights,
    save_adapter,
    set_adapter,
    weighted_sum,
)

_DECODER = {
    "vocab_size": 60,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
}
ARCHITECTURES: dict[str, Callable[[], PreTrainedConfig]] = {
    "Llama": lambda: LlamaConfig(**_DECODER),
    "Qwen2": lambda: Qwen2Config(**{k: v for k, v in _DECODER.items() if k != "head_dim"}),
    "Qwen3": lambda: Qwen3Config(**_DECODER),
    "Mistral": lambda: MistralConfig(**_DECODER),
    "Gemma 3": lambda: Gemma3TextConfig(**_DECODER, query_pre_attn_scalar=8),
    "BERT": lambda: BertConfig(
        vocab_size=60, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4
    ),
    "GPT-2": lambda: GPT2Config(vocab_size=60, n_embd=32, n_layer=2, n_head=4, n_inner=48),
}
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "rank-stabilised": {"rank_stabilised": True},
    "DoRA": {"dora": True},
    "PiSSA": {"start": "pissa"},
    "patterns": {"rank_pattern": {r"1\..*_proj": 3}, "alpha_pattern": {"q_proj": 2.0}},
}
IDS = torch.arange(1, 41).view(2, 20)


def _network(kind: str) -> nn.Module:
    torch.manual_seed(5)
    causal = kind in ("GPT-2", "Gemma 3")
    model = AutoModelForCausalLM if causal else AutoModelForTokenClassification
    network: nn.Module = model.from_config(ARCHITECTURES[kind]()).eval()
    return network


def _logits(network: nn.Module) -> Tensor:
    with torch.no_grad():
        logits: Tensor = network(input_ids=IDS).logits
    return logits


def _head(network: nn.Module) -> tuple[str, ...]:
    return tuple(name for name in ("score", "classifier") if hasattr(network, name))


def _learn_something(network: nn.Module) -> None:
    torch.manual_seed(6)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.05 * (1 if "magnitude" in name else 2))


def _adapted(kind: str, config: LoRAConfig) -> nn.Module:
    network = _network(kind)
    attach(network, config, keep=_head(network))
    _learn_something(network)
    return network.eval()


@pytest.mark.parametrize("kind", ARCHITECTURES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_peft_reads_our_adapter_and_gives_the_same_logits(tmp_path: Path, kind: str, variant: str) -> None:
    config = LoRAConfig(rank=4, alpha=8, **VARIANTS[variant])
    network = _adapted(kind, config)
    save_adapter(tmp_path, network, config, base="tiny", task=None, modules_to_save=_head(network))
    theirs = PeftModel.from_pretrained(_network(kind), tmp_path).eval()
    torch.testing.assert_close(_logits(theirs), _logits(network), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", ARCHITECTURES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_we_read_pefts_adapter_and_give_the_same_logits(tmp_path: Path, kind: str, variant: str) -> None:
    asked = VARIANTS[variant]
    if variant == "patterns":
        # Of an adapter, names of layers and the ends of these alone; `^` stands before a whole name.
        asked = {"rank_pattern": {"mlp.up_proj": 3, "^model.layers.1.mlp.down_proj": 2}, "alpha_pattern": {"q_proj": 2}}
    network = _network(kind)
    theirs = get_peft_model(
        network,
        LoraConfig(
            r=4,
            lora_alpha=8,
            target_modules=_linear_endings(network),
            modules_to_save=list(_head(network)) or None,
            use_rslora=asked.get("rank_stabilised", False),
            use_dora=asked.get("dora", False),
            init_lora_weights="pissa" if asked.get("start") == "pissa" else True,
            rank_pattern=asked.get("rank_pattern", {}),
            alpha_pattern=asked.get("alpha_pattern", {}),
            fan_in_fan_out=kind == "GPT-2",
        ),
    )
    _learn_something(theirs)
    theirs.eval().save_pretrained(tmp_path)
    ours = _network(kind)
    config = read_config(tmp_path)
    attach(ours, config, keep=_head(ours))
    load_adapter(tmp_path, ours, _head(ours))
    torch.testing.assert_close(_logits(ours.eval()), _logits(theirs), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("kind", "narrowest"), [("Llama", 16), ("GPT-2", 32)])
def test_a_pissa_start_above_half_of_a_layers_width_is_saved_at_no_more_than_its_width(
    tmp_path: Path, kind: str, narrowest: int
) -> None:
    # Saved at twice its rank it would have more ranks than the weight has, and would be refused when it is loaded.
    config = LoRAConfig(rank=narrowest - 3, start="pissa")
    network = _adapted(kind, config)
    save_adapter(tmp_path, network, config, base="tiny", task=None, modules_to_save=_head(network))
    ours = _network(kind)
    attach(ours, read_config(tmp_path), keep=_head(ours))
    load_adapter(tmp_path, ours, _head(ours))
    torch.testing.assert_close(_logits(ours.eval()), _logits(network), rtol=0, atol=1e-4)
    theirs = PeftModel.from_pretrained(_network(kind), tmp_path).eval()
    torch.testing.assert_close(_logits(theirs), _logits(network), rtol=0, atol=1e-4)


def _linear_endings(network: nn.Module) -> list[str]:
    attached = attach(_clone(network), LoRAConfig(rank=1), keep=_head(network))
    return sorted({name.rsplit(".", 1)[-1] for name in attached if "lm_head" not in name})


def _clone(network: nn.Module) -> nn.Module:
    return type(network)(network.config)


def test_a_weighted_sum_is_pefts_combination_cat(tmp_path: Path) -> None:
    config = LoRAConfig(rank=4, alpha=8, targets=("q_proj", "down_proj"))
    adapters = []
    for seed, folder in ((1, tmp_path / "a"), (2, tmp_path / "b")):
        network = _network("Llama")
        attach(network, config)
        torch.manual_seed(seed)
        for _, layer in lora_layers(network):
            nn.init.normal_(layer.lora_B, std=0.1)
        save_adapter(folder, network, config, base="tiny", task=None)
        adapters.append(lora_weights(network))
    theirs = PeftModel.from_pretrained(_network("Llama"), tmp_path / "a", adapter_name="a")
    theirs.load_adapter(tmp_path / "b", adapter_name="b")
    theirs.add_weighted_adapter(["a", "b"], [0.7, 0.3], "both", combination_type="cat")
    theirs.set_adapter("both")
    ours = _network("Llama")
    set_adapter(ours, weighted_sum(adapters, [0.7, 0.3]))
    torch.testing.assert_close(_logits(ours), _logits(theirs.eval()), rtol=0, atol=1e-5)


def test_the_written_configuration_names_what_was_asked_for(tmp_path: Path) -> None:
    config = LoRAConfig(rank=4, alpha=8, rank_stabilised=True, dropout=0.1, rank_pattern={"q_proj": 2})
    network = _adapted("Llama", config)
    save_adapter(tmp_path, network, config, base="tiny", task="TOKEN_CLS", modules_to_save=("score",))
    written = json.loads((tmp_path / "adapter_config.json").read_text())
    read = LoraConfig.from_pretrained(tmp_path)
    assert (read.r, read.lora_alpha, read.use_rslora, read.lora_dropout) == (4, 8, True, 0.1)
    assert sorted(written["rank_pattern"].values()) == [2, 2]
    # The rank of 2 at the same alpha has a scale of its own, not an alpha of its own.
    assert not written["alpha_pattern"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"peft_type": "LOHA"}, "LOHA"),
        ({"bias": "all"}, "bias"),
        ({"init_lora_weights": "olora"}, "olora"),
        ({"layers_to_transform": [0]}, "layers_to_transform"),
    ],
)
def test_what_is_not_computed_here_is_refused_by_name(tmp_path: Path, changes: dict[str, object], named: str) -> None:
    config = LoRAConfig(rank=4, alpha=8)
    save_adapter(tmp_path, _adapted("Llama", config), config, base="tiny", task=None)
    path = tmp_path / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(AdapterError, match=named):
        read_config(tmp_path)


def test_an_adapter_of_a_wider_base_is_refused_with_both_shapes(tmp_path: Path) -> None:
    config = LoRAConfig(rank=4, alpha=8, targets=("q_proj",))
    save_adapter(tmp_path, _adapted("Llama", config), config, base="tiny", task=None)
    torch.manual_seed(0)
    wider = AutoModelForTokenClassification.from_config(LlamaConfig(**(_DECODER | {"hidden_size": 40})))
    attach(wider, config)
    with pytest.raises(AdapterError, match=r"\(4, 32\).*\(4, 40\)"):
        load_adapter(tmp_path, wider)
    with pytest.raises(AdapterError, match="32 to 32, and the network's 40 to 32"):
        set_adapter(wider, read_weights(tmp_path, wider))
