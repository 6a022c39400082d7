"""A writer's adapter for llama.cpp: GGUF (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).

Names and values as llama.cpp's own `convert_hf_to_gguf.py` and `convert_lora_to_gguf.py` write them.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import gguf
import torch
from torch import Tensor

from loredact import lora
from loredact.adapters.description import decoder_of
from loredact.errors import AdapterError, BaseError
from loredact.export.folder import new_folder
from loredact.export.vocabulary import add_vocabulary
from loredact.generator import ConstrainedGenerator
from loredact.generator.network import LanguageModel
from loredact.lora import LoRAWeights

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
    with new_folder(out) as place:
        _require_writer(adapter)
        writer = ConstrainedGenerator.load(adapter, "float32")
        model = _Model(writer.base.folder, writer.network)
        learnt = lora.detach(writer.network)
        place.mkdir()
        if with_base:
            model.write(place / BASE)
        if all(weights.magnitude is None for weights in learnt.values()):
            model.write_adapter(place / ADAPTER, learnt)
        lora.set_adapter(writer.network, learnt)
        lora.merge_and_unload(writer.network)
        model.write(place / MODEL)
    return sorted(out.iterdir())


def _require_writer(adapter: Path) -> None:
    if decoder_of(adapter) != "generate":
        raise AdapterError(
            f"{adapter} is an adapter of a tagger, whose token classification head has no place in GGUF. "
            "Only one that writes masked texts can be exported so (`loredact train --decoder generate`)."
        )


class _Model:
    """A network of plain layers by Transformers' names, and what GGUF says of it."""

    def __init__(self, folder: Path, network: LanguageModel) -> None:
        from transformers import AutoConfig

        self.folder = folder
        self.network = network
        self.config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        if self.config.model_type not in _ARCHITECTURES:
            kinds = ", ".join(_ARCHITECTURES)
            raise BaseError(f"{folder} is a {self.config.model_type}; only {kinds} are written as GGUF.")
        if (kind := self.config.rope_parameters["rope_type"]) != "default":
            raise BaseError(f"{folder} stretches its positions ({kind}), which is not written as GGUF here.")
        self.architecture = _ARCHITECTURES[self.config.model_type]
        self.depth = len(list(network.get_submodule("model.layers").children()))
        self.names = gguf.get_tensor_name_map(self.architecture, self.depth)

    def write(self, path: Path) -> None:
        """Write all of the network, with the base's tokens."""
        config = self.config
        heads, groups = config.num_attention_heads, config.num_key_value_heads
        width = getattr(config, "head_dim", None) or config.hidden_size // heads
        writer = self._writer(path, gguf.GGUFType.MODEL)
        writer.add_name(self.folder.name)
        writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
        writer.add_vocab_size(config.vocab_size)
        writer.add_context_length(config.max_position_embeddings)
        writer.add_embedding_length(config.hidden_size)
        writer.add_block_count(self.depth)
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_head_count(heads)
        writer.add_head_count_kv(groups)
        writer.add_key_length(width)
        writer.add_value_length(width)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        writer.add_rope_dimension_count(width)
        writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
        add_vocabulary(writer, self.folder, config.vocab_size)
        for name, tensor in self.network.state_dict().items():
            # llama.cpp takes the embeddings for the head where there is none.
            if config.tie_word_embeddings and name == "lm_head.weight":
                continue
            # Vectors stay in float32, as llama.cpp wants them.
            dtype = torch.float16 if tensor.ndim > 1 else torch.float32
            writer.add_tensor(self._name(name), self._turned(name, tensor).to("cpu", dtype).contiguous().numpy())
        _finish(writer)

    def write_adapter(self, path: Path, learnt: Mapping[str, LoRAWeights]) -> None:
        """Write `learnt` as LoRA: llama.cpp adds alpha / rank · B A, with one alpha for all, the most common."""
        writer = self._writer(path, gguf.GGUFType.ADAPTER)
        alphas = {layer: weights.scaling * weights.a.shape[0] for layer, weights in learnt.items()}
        alpha = Counter(alphas.values()).most_common(1)[0][0]
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
        for layer, weights in learnt.items():
            name = f"{layer}.weight"
            b = self._turned(name, weights.b.detach() * (alphas[layer] / alpha))
            writer.add_tensor(f"{self._name(name)}.lora_a", weights.a.detach().cpu().contiguous().numpy())
            writer.add_tensor(f"{self._name(name)}.lora_b", b.cpu().contiguous().numpy())
        _finish(writer)

    def _writer(self, path: Path, kind: str) -> gguf.GGUFWriter:
        writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[self.architecture])
        writer.add_type(kind)
        return writer

    def _name(self, name: str) -> str:
        """llama.cpp's name for the tensor that Transformers calls `name`."""
        found: str | None = self.names.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise BaseError(f"llama.cpp has no name for {name}, which {self.folder} holds.")
        return found

    def _turned(self, name: str, rows: Tensor) -> Tensor:
        """`rows`, (out, …), of the layer `name`: of a `llama`'s queries and keys, in llama.cpp's order.

        Within each head, row i of the first half goes to 2 i, and row i of the second half to 2 i + 1.
        """
        heads = {"q_proj": self.config.num_attention_heads, "k_proj": self.config.num_key_value_heads}
        layer = name.split(".")[-2]
        if layer not in heads or self.architecture != gguf.MODEL_ARCH.LLAMA:
            return rows
        return rows.reshape(heads[layer], 2, -1, *rows.shape[1:]).transpose(1, 2).flatten(0, 2)


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
