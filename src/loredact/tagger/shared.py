"""Many adapters on one base: the network is in memory once, and each adapter is some megabytes beside it."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

import torch
from tokenizers import Tokenizer
from torch import nn

from loredact import lora
from loredact.bases import Base, find_base_of, require_identity
from loredact.encoding import TagSet, read_tokenizer
from loredact.errors import AdapterError
from loredact.lora import LoRAConfig
from loredact.lora.files import WEIGHTS_FILE
from loredact.network import (
    Compute,
    LayerUpdates,
    Network,
    best_device,
    best_precision,
    load_network,
    masks_in_int8,
    pack_weights,
    precision_of,
    require_window,
    updates_of,
)
from loredact.tagger.description import Description, read_description
from loredact.tagger.tagger import Tagger


class SharedNetwork:
    """The lowest layers of a base, in memory once. Nothing of an adapter is ever put on it."""

    def __init__(self, base: Base, depth: int, compute: Compute | None) -> None:
        self.base = base
        precision = precision_of(compute) or best_precision(best_device())
        self.network: Network
        self.network, self.head_name = load_network(
            base, tags=1, depth=depth, precision=precision, device=best_device()
        )
        self.network.eval()
        self.tokenizer: Tokenizer = read_tokenizer(base.folder / "tokenizer.json")
        self.dtype: torch.dtype = getattr(torch, precision)
        self.sizes = pack_weights(self.network, in_int8=masks_in_int8(compute, base))
        if not self.sizes:
            raise AdapterError(
                f"{base.name} is of a kind whose network cannot be shared. "
                "Load its adapters one by one, without shared."
            )

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device


class SharedTagger(Tagger):
    """A tagger whose network is shared: its low-rank updates and its head are all that it has of its own."""

    def __init__(
        self,
        shared: SharedNetwork,
        description: Description,
        config: LoRAConfig,
        updates: LayerUpdates,
        head: nn.Linear,
    ) -> None:
        super().__init__(shared.base, description, config, shared.network, shared.head_name, shared.tokenizer)
        self.updates, self._head = updates, head

    @property
    def head(self) -> nn.Linear:
        return self._head


class SharedBases:
    """Networks that are shared, one for each base and depth; loaded when the first adapter asks for one."""

    def __init__(self, compute: Compute | None = None) -> None:
        """`compute` is what its networks compute in; without one, what this processor is fastest in."""
        self._compute = compute
        self._networks: dict[tuple[str, int], SharedNetwork] = {}
        self._lock = Lock()

    def load(
        self, folder: Path, say: Callable[[str], None] = lambda step: None, base: str | None = None
    ) -> SharedTagger:
        """The tagger of the adapter in `folder`, on a network that it shares with the others loaded from here.

        Raises:
            AdapterError: where the adapter is damaged, belongs to another base, or is not LoRA's.
            BaseError: where its base cannot be had.
        """
        description = read_description(folder)
        about, architecture = description.base, description.architecture
        if architecture.method != "lora":
            raise AdapterError(
                f"{folder} was trained by the method {architecture.method}, so it has a network of its own."
            )
        with self._lock:
            key = about.fingerprint, architecture.num_layers
            if key not in self._networks:
                found = find_base_of(folder, about.name, about.fingerprint, say, now=base, identity=about.identity)
                self._networks[key] = SharedNetwork(found, architecture.num_layers, self._compute)
            shared = self._networks[key]
        require_identity(folder, about.identity, shared.base)
        require_window(folder, architecture.window, shared.base)
        weights = lora.read_weights_of(folder, shared.sizes.keys())
        updates = updates_of(weights, shared.sizes, shared.dtype, shared.device)
        stored = lora.read_module(folder, shared.head_name)
        shape, tags = stored["weight"].shape if "weight" in stored else (), len(TagSet(architecture.labels))
        outputs = shape[0] if shape else 0
        if outputs != tags:
            raise AdapterError(f"{folder} has a tag head of {outputs} outputs for {tags} tags. Train or copy it again.")
        common = shared.network.get_submodule(shared.head_name)
        assert isinstance(common, nn.Linear)
        head = nn.Linear(common.in_features, tags, bias=common.bias is not None, device=shared.device)
        own = {name: parameter.detach() for name, parameter in head.named_parameters()}
        lora.assign(own, stored, str(folder / WEIGHTS_FILE))
        return SharedTagger(shared, description, lora.read_config(folder), updates, head.requires_grad_(False))
