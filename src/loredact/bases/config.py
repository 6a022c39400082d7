"""A base's `config.json`, validated once where it is read: everything after it may rely on what it says."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from loredact.errors import BaseError
from loredact.strict_json import read_json

CONFIG, TOKENIZER_CONFIG = "config.json", "tokenizer_config.json"

_Count = Annotated[int, Field(ge=1, le=1 << 24)]
_Heads = Annotated[int, Field(ge=1, le=1024)]
_Epsilon = Annotated[float, Field(ge=1e-15, le=0.1)]
_LEAST_THETA, _MOST_THETA = 1.0, 1e12
_Theta = Annotated[float, Field(ge=_LEAST_THETA, le=_MOST_THETA)]


class _Sizes(BaseModel):
    """What any network is made of, where its configuration says it by these names. A missing or null entry is not told.

    Source: Transformers' configurations; `n_layer`, `n_head` and `n_embd` are GPT-2's names.
    """

    model_config = ConfigDict(allow_inf_nan=False, strict=True)

    model_type: Annotated[str, Field(max_length=64)] | None = None
    architectures: list[str] | None = None
    hidden_size: _Count | None = None
    n_embd: _Count | None = None
    intermediate_size: _Count | None = None
    num_hidden_layers: Annotated[int, Field(ge=1, le=4096)] | None = None
    n_layer: Annotated[int, Field(ge=1, le=4096)] | None = None
    num_attention_heads: _Heads | None = None
    n_head: _Heads | None = None
    num_key_value_heads: _Heads | None = None
    head_dim: Annotated[int, Field(ge=1, le=4096)] | None = None
    vocab_size: _Count | None = None
    type_vocab_size: Annotated[int, Field(ge=0, le=1 << 24)] | None = None
    max_position_embeddings: Annotated[int, Field(ge=1, le=1 << 40)] | None = None
    rms_norm_eps: _Epsilon | None = None
    layer_norm_eps: _Epsilon | None = None
    rope_theta: _Theta | None = None
    rope_parameters: dict[str, Any] | None = None
    rope_scaling: dict[str, Any] | None = None
    attention_bias: bool | None = None
    mlp_bias: bool | None = None
    hidden_act: str | None = None

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        heads, groups, width = self.num_attention_heads, self.num_key_value_heads, self.hidden_size
        if heads and groups and heads % groups:
            raise ValueError("num_key_value_heads: must divide num_attention_heads")
        if heads and width and not self.head_dim and width % heads:
            raise ValueError("num_attention_heads: must divide hidden_size where there is no head_dim")
        return self

    @field_validator("rope_parameters")
    @classmethod
    def _rotates(cls, rope: dict[str, Any] | None) -> dict[str, Any] | None:
        # One for all layers, or one for each kind of layer.
        for inner in (rope, *(rope or {}).values()):
            theta = inner.get("rope_theta") if isinstance(inner, dict) else None
            if theta is not None and not (isinstance(theta, int | float) and _LEAST_THETA <= theta <= _MOST_THETA):
                raise ValueError("rope_theta: out of bounds")
        return rope


# What the networks of our own parts cannot do without; `decoder.py` and `encoder.py` have the families.
_NEEDED = {
    "decoder": ("hidden_size", "intermediate_size", "num_attention_heads", "vocab_size", "rms_norm_eps"),
    "encoder": (
        "hidden_size",
        "intermediate_size",
        "num_attention_heads",
        "vocab_size",
        "layer_norm_eps",
        "max_position_embeddings",
        "type_vocab_size",
    ),
}


def read_config(folder: Path) -> dict[str, Any]:
    """What the `config.json` of the base in `folder` says: an object whose numbers are finite and whose sizes fit.

    Raises:
        BaseError: where it is missing or damaged, a size is out of bounds, heads do not divide, or it asks for code of
            its own to be run (`auto_map`).
    """
    path = folder / CONFIG
    about = _object(path)
    for inner in (about, about.get("text_config")):
        if inner is None:
            continue
        if not isinstance(inner, dict):
            raise BaseError(f"{path} is damaged: text_config is no object. Fetch the base again.")
        _refuse_code(path, inner)
        _validate(path, inner)
    return about


def read_tokenizer_config(folder: Path) -> dict[str, Any]:
    """What the `tokenizer_config.json` of the base in `folder` says; nothing where there is none.

    Raises:
        BaseError: where it is damaged, or asks for code of its own to be run (`auto_map`).
    """
    path = folder / TOKENIZER_CONFIG
    if not path.exists():
        return {}
    about = _object(path)
    _refuse_code(path, about)
    return about


def require(path: Path, about: dict[str, Any], kind: str) -> None:
    """Raise BaseError where `about`, of the configuration `path`, lacks what a network of our own parts is made of.

    `kind` is `decoder` or `encoder`.
    """
    missing = [name for name in _NEEDED[kind] if about.get(name) is None]
    if missing:
        raise BaseError(f"{path} lacks {', '.join(missing)}. Fetch the base again.")
    if kind == "decoder" and (about.get("head_dim") or about["hidden_size"] // about["num_attention_heads"]) % 2:
        raise BaseError(f"{path}: heads of an odd width cannot be rotated. Fetch the base again.")


def _object(path: Path) -> dict[str, Any]:
    try:
        about = read_json(path)
    except FileNotFoundError:
        raise BaseError(f"{path.parent} is no base: {path.name} is missing.") from None
    except (OSError, ValueError) as error:
        raise BaseError(f"{path} cannot be read as JSON: {error}. Fetch the base again.") from None
    if not isinstance(about, dict):
        raise BaseError(f"{path} is damaged: it holds no object. Fetch the base again.")
    return about


def _refuse_code(path: Path, about: dict[str, Any]) -> None:
    if "auto_map" in about:
        raise BaseError(
            f"{path} asks for Python code of its own to be run (auto_map), which is never done. "
            "Use a base of a family that Transformers has itself."
        )


def _validate(path: Path, about: dict[str, Any]) -> None:
    try:
        _Sizes.model_validate(about)
    except ValidationError as error:
        problems = sorted({".".join(map(str, one["loc"][:1])) or one["msg"] for one in error.errors()})
        raise BaseError(
            f"{path} cannot be used: {', '.join(problems)} is out of bounds. Fetch the base again."
        ) from None
