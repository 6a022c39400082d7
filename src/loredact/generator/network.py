"""A base model with the language modelling head it was pretrained with."""

import torch
from torch import Tensor, nn

from loredact.bases import Base
from loredact.errors import BaseError
from loredact.network import DType, Network, load_network
from loredact.network.linear import Linear
from loredact.network.weights import MissingWeightError, read_weights


class LanguageModel(nn.Module):
    """Embeddings, layers and norm (`model`) under a language modelling head (`lm_head`), by Transformers' names."""

    def __init__(self, model: nn.Module, head: Tensor) -> None:
        super().__init__()
        self.model = model
        # Given its weight at once: a layer of the full size would draw random ones first.
        self.lm_head = nn.Linear(head.shape[1], head.shape[0], bias=False, device="meta")
        self.lm_head.weight = nn.Parameter(head, requires_grad=False)
        self.logits = Linear(self, "lm_head")

    @property
    def embeddings(self) -> int:
        """How many tokens it knows."""
        return int(self.model.get_parameter("embed_tokens.weight").shape[0])

    @property
    def base_model(self) -> nn.Module:
        """All but the head, by Transformers' name for it."""
        return self.model

    def get_output_embeddings(self) -> nn.Module:
        """The language modelling head, by Transformers' name for it; LoRA leaves it alone."""
        return self.lm_head


def load_language_model(base: Base, *, depth: int, precision: DType, device: torch.device) -> LanguageModel:
    """The first `depth` layers of `base` under its language modelling head; without one in the file, tied to the
    embeddings.

    Raises:
        InputError: where `depth` is not between 1 and the base's number of layers.
        BaseError: where the base cannot be read, or is no language model with Llama's names.
    """
    network: Network = load_network(base, tags=1, depth=depth, precision=precision, device=device)[0]
    embeddings = getattr(getattr(network, "model", None), "embed_tokens", None)
    if not isinstance(embeddings, nn.Embedding):
        raise BaseError(f"{base.name} writes no text here: it is no language model, or of a kind that is not known.")
    model = network.get_submodule("model")
    with read_weights(base.folder, "", embeddings.weight.dtype) as take:
        try:
            head = take("lm_head.weight", *embeddings.weight.shape).to(device)
        except MissingWeightError:
            head = embeddings.weight.detach()  # tied
    return LanguageModel(model, head)
