"""An encoder of the BERT family with a tag head, of our own parts alone: see `decoder.py` for why.

Source of the network: Devlin et al., arXiv:1810.04805; Vaswani et al., arXiv:1706.03762. No token is added at either
end of a window, the pooler is left out, and the dropout of pretraining is off.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from loredact.kernels import Heads, LaidOutLayer, Layers, add_layer_norm, encode
from loredact.network.attention import Windows, attend
from loredact.network.linear import Linear, WholePass
from loredact.network.weights import Take, below, embedding, linear, read_weights


class TagEncoder(nn.Module):
    """The encoder (`bert`) under a linear tag head (`classifier`)."""

    def __init__(self, bert: "Encoder", tags: int) -> None:
        super().__init__()
        self.bert = bert
        self.classifier = nn.Linear(bert.width, tags)

    @property
    def base_model(self) -> "Encoder":
        """All but the head, by Transformers' name for it."""
        return self.bert

    def get_input_embeddings(self) -> nn.Module:
        """The token embeddings, by Transformers' name for them."""
        return self.bert.embeddings["word_embeddings"]


class Encoder(WholePass):
    """LayerNorm of token, position and type embeddings, then the layers. No layer is followed by a norm of its own."""

    def __init__(self, about: dict[str, Any], take: Take) -> None:
        super().__init__()
        self.width = width = int(about["hidden_size"])
        inner = below(take, "embeddings.")
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": embedding(inner, "word_embeddings", about["vocab_size"], width, as_stored=True),
                "position_embeddings": embedding(inner, "position_embeddings", about["max_position_embeddings"], width),
                "token_type_embeddings": embedding(inner, "token_type_embeddings", about["type_vocab_size"], width),
                "LayerNorm": _norm(about, below(inner, "LayerNorm.")),
            }
        )
        self.encoder = _Layers(about, below(take, "encoder.layer."))
        self._layers: Layers | None = None  # in one call, where they are packed for it

    def after_packing(self) -> None:
        layers = [layer for layer in self.encoder.layer if isinstance(layer, EncoderLayer)]
        laid_out = [layer.packed() for layer in layers]
        whole = [found for found in laid_out if found is not None]
        if layers and len(whole) == len(layers):
            self._layers = Layers.of(whole, layers[0].heads, layers[0].epsilon)

    def forward(self, input_ids: Tensor, *, position_ids: Tensor, windows: Windows, **_: object) -> SimpleNamespace:
        """`last_hidden_state` `(1, tokens, width)` of `input_ids` `(1, tokens)`."""
        parts = self.embeddings
        places = parts["position_embeddings"](position_ids)
        h = parts["word_embeddings"](input_ids).to(places.dtype) + places
        h = parts["LayerNorm"](h + parts["token_type_embeddings"](torch.zeros_like(input_ids)))
        alone = windows.updates is None and not windows.causal
        if self._layers is not None and alone and self._layers.take(windows.longest):
            return SimpleNamespace(last_hidden_state=encode(h[0], self._layers, windows.cu_seqlens)[None])
        for layer in self.encoder.layer:
            h = layer(h, windows=windows)
        return SimpleNamespace(last_hidden_state=h)


class _Layers(nn.Module):
    def __init__(self, about: dict[str, Any], take: Take) -> None:
        super().__init__()
        self.layer = nn.ModuleList(EncoderLayer(about, below(take, f"{n}.")) for n in range(about["num_hidden_layers"]))


class EncoderLayer(nn.Module):
    """h = norm(h + attention(h)), then h = norm(h + W₂ gelu(W₁h)); queries, keys and values are one matmul."""

    def __init__(self, about: dict[str, Any], take: Take) -> None:
        super().__init__()
        width, wide = about["hidden_size"], about["intermediate_size"]
        count = about["num_attention_heads"]
        d = width // count
        self.heads = Heads(count, count, d, d**-0.5)
        own = {
            name: linear(below(take, f"attention.self.{name}."), width, width, bias=True)
            for name in ("query", "key", "value")
        }
        self.attention = nn.ModuleDict(
            {"self": nn.ModuleDict(own), "output": _output(about, below(take, "attention.output."), width)}
        )
        self.intermediate = nn.ModuleDict({"dense": linear(below(take, "intermediate.dense."), width, wide, bias=True)})
        self.output = _output(about, below(take, "output."), wide)
        self.qkv = Linear(self, *(f"attention.self.{name}" for name in own))
        self.mix = Linear(self, "attention.output.dense")
        self.widen, self.narrow = Linear(self, "intermediate.dense"), Linear(self, "output.dense")

    @property
    def epsilon(self) -> float:
        norm = self.output.LayerNorm
        assert isinstance(norm, nn.LayerNorm)
        return norm.eps

    def packed(self) -> LaidOutLayer | None:
        """The layer as one call takes it, once its weights are packed."""
        linears = [linear.packed for linear in (self.qkv, self.mix, self.widen, self.narrow)]
        norms = [self.attention["output"].LayerNorm, self.output.LayerNorm]
        matmuls = [(each.weight, each.bias) for each in linears if each is not None and each.bias is not None]
        of_norms = [(norm.weight.detach(), norm.bias.detach()) for norm in norms if isinstance(norm, nn.LayerNorm)]
        if len(matmuls) < len(linears):
            return None
        qkv, mix, widen, narrow = matmuls
        return LaidOutLayer(qkv, mix, of_norms[0], widen, narrow, of_norms[1])

    def forward(self, h: Tensor, windows: Windows, **_: object) -> Tensor:  # (1, tokens, width) to the same
        updates = windows.updates
        attended = attend(self.qkv(h, updates)[0], None, windows, self.heads)
        h = _added(self.attention["output"], self.mix(attended[None], updates), h)
        wide = self.widen(h, updates, gelu=True)
        return _added(self.output, self.narrow(wide, updates), h)


def is_encoder(about: dict[str, Any]) -> bool:
    """Whether the configuration `about`, of a `config.json`, is of an encoder that is here."""
    return (
        about.get("model_type") == "bert"
        and about.get("hidden_act") == "gelu"
        and about.get("position_embedding_type", "absolute") == "absolute"
        and not about.get("is_decoder")
    )


def load_encoder(folder: Path, about: dict[str, Any], *, tags: int, depth: int, dtype: torch.dtype) -> TagEncoder:
    """The first `depth` layers of the encoder in `folder`, in `dtype`, under a random head.

    Raises:
        BaseError: where a weight is missing, has another shape or cannot be read.
    """
    with read_weights(folder, "bert.", dtype) as take:
        return TagEncoder(Encoder({**about, "num_hidden_layers": depth}, take), tags)


def _output(about: dict[str, Any], take: Take, into: int) -> nn.ModuleDict:
    dense = linear(below(take, "dense."), into, about["hidden_size"], bias=True)
    return nn.ModuleDict({"dense": dense, "LayerNorm": _norm(about, below(take, "LayerNorm."))})


def _added(output: nn.Module, delta: Tensor, h: Tensor) -> Tensor:
    """norm(h + delta)."""
    norm = output.LayerNorm
    assert isinstance(norm, nn.LayerNorm)
    if torch.is_grad_enabled():
        y: Tensor = norm(h + delta)
        return y
    return add_layer_norm(h, delta, norm.weight, norm.bias, norm.eps)


def _norm(about: dict[str, Any], take: Take) -> nn.LayerNorm:
    width = about["hidden_size"]
    norm = nn.LayerNorm(width, eps=about["layer_norm_eps"])
    norm.weight, norm.bias = nn.Parameter(take("weight", width)), nn.Parameter(take("bias", width))
    return norm
