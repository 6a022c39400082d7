"""A network's layers, one by one: run those below a place alone, and go on from what they gave."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from torch import Tensor, nn

from loredact.network.decoder import TagDecoder
from loredact.network.encoder import TagEncoder

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Under each the layers are `base_model`, and the parameters have Transformers' names.
Network: TypeAlias = "TagDecoder | TagEncoder | PreTrainedModel"


def layers_of(network: Network) -> nn.ModuleList:
    """The network's layers, the lowest first."""
    for module in network.base_model.modules():
        if isinstance(module, nn.ModuleList):
            return module
    raise AssertionError(f"{type(network).__name__} has no list of layers")


def lowest_trained(network: Network) -> int:
    """How many of the lowest layers are frozen, with all that is below them: their outputs never change.

    The number of layers where nothing in the base is trained. 0 where the lowest layer or the embeddings are, or where
    the network does more with its embeddings than hand them to its layers, so that it cannot go on from a later place.
    """
    layers = layers_of(network)
    trained = {name for name, parameter in network.base_model.named_parameters() if parameter.requires_grad}
    if not trained:
        return len(layers)
    within = [any(parameter.requires_grad for parameter in layer.parameters()) for layer in layers]
    embeddings = network.get_input_embeddings()
    first_to_embed = getattr(network.base_model, "embed_tokens", None) is embeddings
    if not first_to_embed or any(parameter.requires_grad for parameter in embeddings.parameters()):
        return 0
    return within.index(True) if True in within else len(layers) - 1


@contextmanager
def only_below(network: Network, place: int) -> Iterator[None]:
    """Within this, the network's last hidden state is what its lowest `place` layers give."""
    layers = layers_of(network)
    with _passing(layers, range(place, len(layers))):
        norm = getattr(network.base_model, "norm", None)
        if norm is None or place == len(layers):
            yield
            return
        network.base_model.norm = _Through()
        try:
            yield
        finally:
            network.base_model.norm = norm


@contextmanager
def only_above(network: Network, place: int) -> Iterator[None]:
    """Within this, the network given `inputs_embeds` takes them for what its lowest `place` layers gave."""
    with _passing(layers_of(network), range(place)):
        yield


class _Through(nn.Module):
    def forward(self, hidden_states: Tensor, **_: Any) -> Tensor:
        return hidden_states


@contextmanager
def _passing(layers: nn.ModuleList, places: range) -> Iterator[None]:
    """Put a layer that does nothing at each of `places`; the others keep their numbers, which some networks look at."""
    kept = [layers[place] for place in places]
    for place in places:
        layers[place] = _Through()
    try:
        yield
    finally:
        for place, layer in zip(places, kept, strict=True):
            layers[place] = layer
