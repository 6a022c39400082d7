"""A base's weights, taken by name, into layers of our own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from loredact.errors import BaseError, told_as
from loredact.network.allocator import let_go

# A weight, in the precision asked for, by its name and the shape that it must have.
Take = Callable[..., Tensor]


class MissingWeightError(BaseError):
    """A base's files do not hold a weight."""


@contextmanager
def read_weights(folder: Path, prefix: str, dtype: torch.dtype) -> Iterator[Take]:
    """What takes the weights out of the safetensors files in `folder`, by their names without `prefix`.

    They are mapped into memory and not read before they are used; afterwards their pages are let go, since of what was
    copied out of them (weights in another precision) they would be a second copy. Taking one raises
    MissingWeightError where it is missing, and BaseError where it has another shape than asked for.

    Raises:
        BaseError: where a file cannot be read.
    """
    tensors: dict[str, Tensor] = {}
    with told_as(BaseError, f"The weights in {folder} cannot be read. Fetch the base again"):
        for path in sorted(folder.glob("*.safetensors")):
            with safe_open(path, framework="pt") as file:
                for name in file.keys():  # noqa: SIM118
                    tensors[name.removeprefix(prefix)] = file.get_tensor(name)

    def take(name: str, *shape: int, as_stored: bool = False) -> Tensor:
        tensor = tensors.get(name)
        if tensor is None:
            raise MissingWeightError(f"{folder} lacks the weight {name}.")
        if tensor.shape != shape:
            raise BaseError(f"{folder}: {name} has the shape {tuple(tensor.shape)}, and {shape} was expected.")
        return tensor if as_stored else tensor.to(dtype)

    yield take
    let_go(tensors.values())


def below(take: Take, prefix: str) -> Take:
    """What takes the weights whose names begin with `prefix`, by the rest of their names."""
    return lambda name, *shape, **how: take(prefix + name, *shape, **how)


def linear(take: Take, into: int, out: int, *, bias: bool = False) -> nn.Linear:
    """A linear layer with the weights `weight` and, with `bias`, `bias`."""
    # Made small and then given its weights: a layer of the full size would draw random ones first.
    layer = nn.Linear(1, 1, bias=bias)
    layer.in_features, layer.out_features = into, out
    layer.weight = nn.Parameter(take("weight", out, into))
    if bias:
        layer.bias = nn.Parameter(take("bias", out))
    return layer


def embedding(take: Take, name: str, count: int, width: int, *, as_stored: bool = False) -> nn.Embedding:
    """`count` embeddings; `as_stored` in the precision of the file, where most of many are never looked up."""
    return nn.Embedding(count, width, _weight=take(f"{name}.weight", count, width, as_stored=as_stored))
