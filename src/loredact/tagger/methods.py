"""The ways to fine-tune: which of a network's weights each one trains, and what of them an adapter keeps."""

from pathlib import Path
from typing import Literal

from safetensors.torch import save_file
from torch import Tensor, nn

from loredact import lora
from loredact.adapters.description import TRAINED_FILE
from loredact.files import replacing
from loredact.lora import LoRAConfig
from loredact.network import Network, layers_of

Method = Literal["feature", "head", "full", "lora"]


def make_trainable(network: Network, method: Method, config: LoRAConfig | None, head: str) -> None:
    """Freeze `network` but for what `method` trains. `head` is the tag head's name, which every method trains.

    - `feature`: the head alone; the base's outputs are features that never change.
    - `head` (fine-tuning I): also the classifier's own last layer and the norm after it.
    - `full` (fine-tuning II): every weight.
    - `lora`: low-rank matrices on the layers that `config` names.

    Source of the first three: Raschka, "Finetuning Large Language Models", 2023, where fine-tuning I trains the output
    layers and fine-tuning II all layers.

    Raises:
        InputError: where the rank or the targets of `config` do not fit the network.
    """
    if method == "lora":
        assert config is not None
        lora.attach(network, config, keep=(head,))
        return
    network.requires_grad_(method == "full")
    network.get_submodule(head).requires_grad_(True)
    if method == "head":
        layers_of(network)[-1].requires_grad_(True)
        norm = getattr(network.base_model, "norm", None)
        if isinstance(norm, nn.Module):
            norm.requires_grad_(True)


def save_trained(folder: Path, network: nn.Module) -> None:
    """Write the trained tensors of `network`, in the precision they were trained for, into `folder`.

    Raises:
        LoredactError: where a number is not finite; nothing is written then.
    """
    lora.require_finite(_trained(network), folder)
    with replacing(folder / TRAINED_FILE) as part:
        save_file({name: tensor.contiguous().cpu() for name, tensor in _trained(network).items()}, part)


def load_trained(folder: Path, network: nn.Module) -> None:
    """Read what `save_trained` wrote into `network`, of which `make_trainable` trains the same tensors.

    Raises:
        AdapterError: where the file is missing or damaged, or holds other tensors: an adapter for another base.
    """
    lora.assign(_trained(network), lora.read_tensors(folder / TRAINED_FILE), str(folder / TRAINED_FILE))


def _trained(network: nn.Module) -> dict[str, Tensor]:
    return {name: parameter.detach() for name, parameter in network.named_parameters() if parameter.requires_grad}
