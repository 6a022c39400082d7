"""A decoder of the Llama family with a tag head, of our own parts alone.

Importing Transformers' models takes three seconds, more than masking a letter does. The families that `fused` knows
need nothing of them: their configuration is JSON, their weights are safetensors, and the names of Transformers are
kept, so adapters fit either.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from loredact.network.attention import Windows
from loredact.network.fused import Attention, DecoderLayer, GatedMLP, RMSNorm
from loredact.network.weights import Take, below, embedding, linear, read_weights

_FAMILIES = frozenset({"llama", "mistral", "qwen2", "qwen3"})


class TagDecoder(nn.Module):
    """Token embeddings, layers and final norm (`model`) under a linear tag head (`score`)."""

    def __init__(self, model: "Stack", tags: int) -> None:
        super().__init__()
        self.model = model
        self.score = nn.Linear(model.embed_tokens.embedding_dim, tags)

    @property
    def base_model(self) -> "Stack":
        """All but the head, by Transformers' name for it."""
        return self.model

    def get_input_embeddings(self) -> nn.Embedding:
        """The token embeddings, by Transformers' name for them."""
        return self.model.embed_tokens


class Stack(nn.Module):
    """Token embeddings, layers and final norm, as the configuration `about` has them, with weights from `take`."""

    def __init__(self, about: dict[str, Any], take: Take) -> None:
        super().__init__()
        width = about["hidden_size"]
        self.embed_tokens = embedding(take, "embed_tokens", about["vocab_size"], width)
        self.layers = nn.ModuleList(
            _layer(about, below(take, f"layers.{place}.")) for place in range(about["num_hidden_layers"])
        )
        self.norm = _norm(about, take("norm.weight", width))
        self._head_dim, self._theta = _head_dim(about), _theta(about)

    def forward(
        self,
        input_ids: Tensor | None = None,  # (1, tokens)
        inputs_embeds: Tensor | None = None,  # (1, tokens, width)
        *,
        position_ids: Tensor,  # (1, tokens)
        windows: Windows,
        **_: object,
    ) -> SimpleNamespace:
        """`last_hidden_state` `(1, tokens, width)` of tokens, or of what lower layers gave."""
        hidden = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        rotation = self._rotation(position_ids, hidden.dtype)
        for layer in self.layers:
            hidden = layer(hidden, position_embeddings=rotation, windows=windows)
        return SimpleNamespace(last_hidden_state=self.norm(hidden))

    def _rotation(self, positions: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Cosine and sine of position · θ^(−2i/d), (1, tokens, d) each (Su et al., arXiv:2104.09864)."""
        place = torch.arange(0, self._head_dim, 2, device=positions.device) / self._head_dim
        angles = positions[..., None].float() * (1.0 / self._theta**place)
        angles = torch.cat([angles, angles], dim=-1)
        return angles.cos().to(dtype), angles.sin().to(dtype)


def is_decoder(about: dict[str, Any]) -> bool:
    """Whether the configuration `about`, of a `config.json`, is of a decoder that is here.

    Rotary embeddings that are stretched, and layers that look at a sliding window only, are left to Transformers.
    """
    rope = about.get("rope_parameters") or about.get("rope_scaling") or {}
    slides = about.get("sliding_window") and about.get("use_sliding_window", about.get("model_type") == "mistral")
    return (
        about.get("model_type") in _FAMILIES
        and about.get("hidden_act") == "silu"
        and rope.get("rope_type", rope.get("type", "default")) == "default"
        and not about.get("mlp_bias")
        and not slides
    )


def load_decoder(folder: Path, about: dict[str, Any], *, tags: int, depth: int, dtype: torch.dtype) -> TagDecoder:
    """The first `depth` layers of the decoder in `folder`, in `dtype`, under a random head.

    Raises:
        BaseError: where a weight is missing, has another shape or cannot be read.
    """
    with read_weights(folder, "model.", dtype) as take:
        return TagDecoder(Stack({**about, "num_hidden_layers": depth}, take), tags)


def _layer(about: dict[str, Any], take: Take) -> DecoderLayer:
    width, inner, d = about["hidden_size"], about["intermediate_size"], _head_dim(about)
    heads, kv_heads = about["num_attention_heads"], about.get("num_key_value_heads") or about["num_attention_heads"]
    biased = about.get("attention_bias", False)
    attention = SimpleNamespace(head_dim=d, scaling=d**-0.5)
    for name, count in (("q_proj", heads), ("k_proj", kv_heads), ("v_proj", kv_heads)):
        bias = biased or about["model_type"] == "qwen2"
        setattr(attention, name, linear(below(take, f"self_attn.{name}."), width, count * d, bias=bias))
    attention.o_proj = linear(below(take, "self_attn.o_proj."), heads * d, width, bias=biased)
    if about["model_type"] == "qwen3":
        attention.q_norm = _norm(about, take("self_attn.q_norm.weight", d))
        attention.k_norm = _norm(about, take("self_attn.k_norm.weight", d))
    gated = SimpleNamespace(
        gate_proj=linear(below(take, "mlp.gate_proj."), width, inner),
        up_proj=linear(below(take, "mlp.up_proj."), width, inner),
        down_proj=linear(below(take, "mlp.down_proj."), inner, width),
    )
    layer = SimpleNamespace(
        self_attn=Attention(attention),
        mlp=GatedMLP(gated),
        input_layernorm=_norm(about, take("input_layernorm.weight", width)),
        post_attention_layernorm=_norm(about, take("post_attention_layernorm.weight", width)),
    )
    return DecoderLayer(layer)


def _norm(about: dict[str, Any], weight: Tensor) -> RMSNorm:
    return RMSNorm(SimpleNamespace(weight=nn.Parameter(weight), variance_epsilon=about["rms_norm_eps"]))


def _head_dim(about: dict[str, Any]) -> int:
    return int(about.get("head_dim") or about["hidden_size"] // about["num_attention_heads"])


def _theta(about: dict[str, Any]) -> float:
    rope = about.get("rope_parameters") or {}
    return float(rope.get("rope_theta") or about.get("rope_theta") or 10_000.0)
