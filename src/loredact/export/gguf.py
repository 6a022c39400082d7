"""A writer's adapter for llama.cpp: GGUF (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).

Names and values as llama.cpp's own `convert_hf_to_gguf.py` and `convert_lora_to_gguf.py` write them.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gguf
import torch
from torch import Tensor

from loredact import lora
from loredact.bases import find_base
from loredact.errors import AdapterError, BaseError, InputError
from loredact.export.vocabulary import add_vocabulary
from loredact.lora import LoRAWeights
from loredact.lora.files import CONFIG_FILE, WEIGHTS_FILE

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ADAPTER, MODEL, BASE = "adapter.gguf", "model.gguf", "base.gguf"
# What llama.cpp calls each kind of model. The rotary embedding of `llama` turns neighbouring pairs of dimensions, and
# Transformers' turns a dimension of the first half with one of the second, so rows of its queries and keys change
# places. The others are turned as in Transformers.
_ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "mistral": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "qwen3": gguf.MODEL_ARCH.QWEN3,
}


def export_gguf(adapter: Path, out: Path, *, with_base: bool = False) -> list[Path]:
    """Write the writer's adapter as GGUF to the folder `out`, and give the files.

    `adapter.gguf` is LoRA for llama.cpp, in float32; a DoRA adapter has no such form, and none is written. `model.gguf`
    is the base with the adapter merged, matrices in float16. `base.gguf`, where asked for, is the base alone, on which
    any number of adapters can be used.

    Raises:
        InputError: where `out` is there already.
        AdapterError: where the adapter is damaged, belongs to another base, or is not one of a language model.
        BaseError: where its base cannot be had, or is of a kind that is not written here.
    """
    if out.exists():
        raise InputError(f"{out} is there already. Remove it, or export to another folder.")
    folder = find_base(_base_of(adapter)).folder
    network = _load(folder)
    learnt = lora.read_weights(adapter, network)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as temporary:
        place = Path(temporary) / "gguf"
        place.mkdir()
        if with_base:
            _write_model(place / BASE, network, folder)
        if all(weights.magnitude is None for weights in learnt.values()):
            _write_adapter(place / ADAPTER, network, learnt)
        lora.use(network, learnt)
        lora.fold(network)
        _write_model(place / MODEL, network, folder)
        place.replace(out)
    return sorted(out.iterdir())


def _base_of(adapter: Path) -> str:
    """The name of the base of the adapter in `adapter`, which must be one of a language model: LoRA alone."""
    lora.read_config(adapter)
    others = [name for name in lora.read_tensors(adapter / WEIGHTS_FILE) if ".lora_" not in name]
    if others:
        raise AdapterError(
            f"{adapter} holds {others[0]} beside LoRA: a tag head or the like has no place in GGUF. "
            "Only an adapter that writes masked texts can be exported so."
        )
    name: str = json.loads((adapter / CONFIG_FILE).read_text(encoding="utf-8"))["base_model_name_or_path"]
    return name


def _load(folder: Path) -> "PreTrainedModel":
    import transformers
    from transformers import AutoModelForCausalLM

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    network: PreTrainedModel = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    config = network.config
    if config.model_type not in _ARCHITECTURES:
        raise BaseError(f"{folder} is a {config.model_type}; only {', '.join(_ARCHITECTURES)} are written as GGUF.")
    if (kind := config.rope_parameters["rope_type"]) != "default":
        raise BaseError(f"{folder} stretches its positions ({kind}), which is not written as GGUF here.")
    return network


def _write_model(path: Path, network: "PreTrainedModel", folder: Path) -> None:
    """Write the whole of `network`, plain layers alone, with the tokens of the base in `folder`."""
    config = network.config
    writer = _writer(path, network, gguf.GGUFType.MODEL)
    heads, groups = config.num_attention_heads, config.num_key_value_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // heads
    writer.add_name(folder.name)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(heads)
    writer.add_head_count_kv(groups)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    add_vocabulary(writer, folder, config.vocab_size)
    tied = network.get_output_embeddings().weight is network.get_input_embeddings().weight
    for name, tensor in network.state_dict().items():
        if tied and name == "lm_head.weight":
            continue
        # Vectors stay in float32, as llama.cpp wants them.
        dtype = torch.float16 if tensor.ndim > 1 else torch.float32
        turned = _turned(name, tensor, config)
        writer.add_tensor(_name(name, config), turned.to(dtype).contiguous().numpy())
    _finish(writer)


def _write_adapter(path: Path, network: "PreTrainedModel", learnt: Mapping[str, LoRAWeights]) -> None:
    """Write `learnt` as LoRA: llama.cpp adds alpha / rank · B A, with one alpha for all, the most common."""
    writer = _writer(path, network, gguf.GGUFType.ADAPTER)
    alphas = {name: weights.scaling * weights.a.shape[0] for name, weights in learnt.items()}
    alpha = Counter(alphas.values()).most_common(1)[0][0]
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
    for layer, weights in learnt.items():
        name = _name(f"{layer}.weight", network.config)
        b = _turned(f"{layer}.weight", weights.b.float() * (alphas[layer] / alpha), network.config)
        writer.add_tensor(f"{name}.lora_a", weights.a.float().contiguous().numpy())
        writer.add_tensor(f"{name}.lora_b", b.contiguous().numpy())
    _finish(writer)


def _writer(path: Path, network: "PreTrainedModel", kind: str) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[_ARCHITECTURES[network.config.model_type]])
    writer.add_type(kind)
    return writer


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _name(name: str, config: Any) -> str:
    """llama.cpp's name for the tensor that Transformers calls `name`."""
    known = gguf.get_tensor_name_map(_ARCHITECTURES[config.model_type], config.num_hidden_layers)
    found: str | None = known.get_name(name, try_suffixes=(".weight", ".bias"))
    if found is None:
        raise AdapterError(f"llama.cpp has no name for {name}.")
    return found


def _turned(name: str, rows: Tensor, config: Any) -> Tensor:
    """`rows`, (out, …), of the layer `name`: of a `llama`'s queries and keys, in llama.cpp's order.

    Within each head, row i of the first half goes to 2 i, and row i of the second half to 2 i + 1.
    """
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(name.split(".")[-2])
    if heads is None or _ARCHITECTURES[config.model_type] != gguf.MODEL_ARCH.LLAMA:
        return rows
    return rows.view(heads, 2, -1, *rows.shape[1:]).transpose(1, 2).flatten(0, 2)
