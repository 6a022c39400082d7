"""A base of any family, as Transformers builds it, with attention within windows.

Imported only where it is needed: Transformers' models take three seconds to import.
"""

from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor
from transformers import AttentionInterface, AutoConfig, AutoModelForTokenClassification, PreTrainedModel

from loredact.errors import BaseError, told_as
from loredact.kernels import Heads
from loredact.lean_torch import import_whole_torch
from loredact.network.attention import Windows, attend
from loredact.network.fused import fuse

import_whole_torch()

IMPLEMENTATION = "loredact_windows"
_HEADS = ("score.", "classifier.")


def load_with_transformers(folder: Path, *, tags: int, depth: int, dtype: torch.dtype) -> PreTrainedModel:
    """Transformers' token classifier of `tags` outputs on the first `depth` layers of the base in `folder`.

    A forward pass must be given `windows=`. The parts that `fused` knows are its own. The dropout that an encoder was
    pretrained with is off: the same input always gives the same scores, in training too.

    Raises:
        BaseError: where Transformers cannot read the base, or has no token classifier for its kind, or a weight is
            missing.
    """
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    with told_as(BaseError, f"Transformers cannot read {folder} as a token classifier"):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        config.num_labels = tags
        text = config.get_text_config()
        text.num_hidden_layers = depth
        if getattr(text, "layer_types", None):
            text.layer_types = text.layer_types[:depth]
        network: PreTrainedModel
        network, told = AutoModelForTokenClassification.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            attn_implementation=IMPLEMENTATION,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    # The head alone is made here; anything else that is missing would be random, and another each time.
    missing = sorted(name for name in told["missing_keys"] if not name.startswith(_HEADS))
    if missing:
        raise BaseError(f"{folder} lacks the weight {missing[0]}. Fetch the base again.")
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    fuse(network)
    return network


def window_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    windows: Windows,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """`attend` as Transformers' attention modules call it: (1, heads, tokens, d) to (1, tokens, heads, d)."""
    d = query.shape[-1]
    heads = Heads(query.shape[1], key.shape[1], d, d**-0.5 if scaling is None else scaling)
    qkv = torch.cat([query[0], key[0], value[0]]).transpose(0, 1).flatten(1)  # (tokens, (heads + 2 · kv_heads) · d)
    out = attend(qkv, None, windows, heads)
    return out.view(1, len(out), heads.count, d), None


AttentionInterface.register(IMPLEMENTATION, window_attention)
