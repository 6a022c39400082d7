"""How well a base still knows its language, with what a fine-tune left put into it."""

import math
import pydoc_data.topics
from pathlib import Path

import torch
from torch import nn
from transformers import AutoModelForCausalLM, PreTrainedModel

from loredact import lora
from loredact.adapters.description import TRAINED_FILE
from loredact.bases import Base
from loredact.encoding import read_tokenizer
from loredact.errors import BaseError, InputError
from loredact.network import best_device, best_precision
from loredact.tagger import read_description

_WINDOW = 512
_PLAIN_CHARACTERS = 40_000


def plain_text() -> str:
    """English prose that is on every machine: the language reference that Python brings for its `help`."""
    topics = pydoc_data.topics.topics
    return "\n".join(topics[name] for name in sorted(topics))[:_PLAIN_CHARACTERS]


def read_plain(path: Path) -> str:
    """The text of `path`, for the perplexity.

    Raises:
        InputError: where it cannot be read as text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text ({type(error).__name__}).") from None


def language_model(base: Base) -> PreTrainedModel:
    """The base with the vocabulary head it was pretrained with, all its layers, looking back only.

    Raises:
        BaseError: where the base is not of a kind that writes text.
    """
    device = best_device()
    try:
        network = AutoModelForCausalLM.from_pretrained(
            base.folder,
            dtype=getattr(torch, best_precision(device)),
            use_safetensors=True,
            trust_remote_code=False,
        )
    except (OSError, ValueError) as error:
        raise BaseError(f"{base.name} is no language model: {error}") from None
    return network.to(device).eval()


@torch.no_grad()
def put_adapter(folder: Path, network: PreTrainedModel) -> None:
    """Put what the adapter in `folder` changes of the base into the same places of `network`, but for its head.

    An adapter that uses the base's lower layers alone changes those, and the layers above go on from them.
    """
    if read_description(folder).architecture.method == "lora":
        lora.set_adapter(network, lora.read_weights(folder, network))
        return
    own = dict(network.named_parameters())
    for name, tensor in lora.read_tensors(folder / TRAINED_FILE).items():
        if name in own:
            own[name].copy_(tensor)


@torch.inference_mode()
def perplexity(network: PreTrainedModel, base: Base, text: str) -> float:
    """exp of the mean cross-entropy of each token of `text` given those before it, in windows of 512 tokens.

    The first token of a window is given and not counted.

    Raises:
        InputError: where `text` has fewer than two tokens.
    """
    encoded = read_tokenizer(base.folder / "tokenizer.json").encode(text, add_special_tokens=False)
    ids = torch.tensor(encoded.ids, device=network.device)
    total, count = 0.0, 0
    for start in range(0, len(ids) - 1, _WINDOW):
        window = ids[start : start + _WINDOW]
        logits = network(input_ids=window[None], use_cache=False).logits[0, :-1].float()
        total += nn.functional.cross_entropy(logits, window[1:], reduction="sum").item()
        count += len(window) - 1
    if count == 0:
        raise InputError("The plain text has fewer than two tokens: there is nothing to predict in it.")
    return math.exp(total / count)
