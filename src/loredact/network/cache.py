"""Keys and values of what was read before, so that what follows is read without reading it again."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from loredact.kernels import Heads, PaddedBucket, Rotation, pad
from loredact.network.updates import Updates


class KeyValueCache:
    """What each layer kept of several texts, each in a slot of its own. `lengths` says how many tokens of each count.

    Tokens behind a slot's length are forgotten: they are written over. Room is made as it is needed.
    """

    def __init__(self, slots: int) -> None:
        self.lengths = [0] * slots
        self.layers: list[tuple[Tensor, Tensor]] = []  # (slots, kv_heads, room, d) each
        self._slots = slots

    def copy_from(self, other: "KeyValueCache", slot: int, length: int) -> None:
        """Begin `slot` with the first `length` tokens of the first slot of `other`."""
        for layer, (keys, values) in enumerate(other.layers):
            own_keys, own_values = self.room(layer, length, keys)
            own_keys[slot, :, :length] = keys[0, :, :length]
            own_values[slot, :, :length] = values[0, :, :length]
        self.lengths[slot] = length

    def room(self, layer: int, needed: int, like: Tensor) -> tuple[Tensor, Tensor]:
        """The keys and values of `layer`, with room for `needed` tokens of the kv_heads and the d of `like`."""
        if layer == len(self.layers):
            empty = like.new_zeros(self._slots, like.shape[-3], 0, like.shape[-1])
            self.layers.append((empty, empty))
        keys, values = self.layers[layer]
        missing = needed - keys.shape[2]
        if missing > 0:
            # More than is asked for, so that it is not copied for each token.
            missing = max(missing, keys.shape[2] // 2, 64)
            keys, values = (functional.pad(part, (0, 0, 0, missing)) for part in (keys, values))
            self.layers[layer] = keys, values
        return self.layers[layer]


class DecodeStep:
    """One pass over the next tokens of some slots of a memory, in place of `Windows`; each token sees those before it.

    `slots` are read at once, `counts` tokens of each, behind what they hold; their lengths are then longer by these.
    The layers must come in order.
    """

    updates: Updates | None = None  # no adapter travels with it

    def __init__(
        self, memory: KeyValueCache, slots: Sequence[int], counts: Sequence[int], device: torch.device
    ) -> None:
        self._memory = memory
        starts = [memory.lengths[slot] for slot in slots]
        self._longest = max(start + count for start, count in zip(starts, counts, strict=True))
        self._layer = 0
        # All of a memory's first slots are seen as they lie; others are copied together first.
        self._all = list(slots) == list(range(len(slots)))
        self._slots = torch.tensor(slots, device=device)
        own = torch.tensor(counts, device=device)
        row, width = torch.arange(len(slots), device=device), max(counts)
        # Of each token: its slot, and its place in it.
        self._slot = self._slots.repeat_interleave(own)
        offsets = torch.cat([torch.arange(count, device=device) for count in counts])
        begins = torch.tensor(starts, device=device)
        self.positions = begins.repeat_interleave(own) + offsets
        self._place = row.repeat_interleave(own) * width + offsets
        self._bucket = PaddedBucket(0, len(offsets), len(slots), width, own, self._place)
        # Which keys a query sees: (slots, width, longest). Places without a token see the first key.
        reach = (begins[:, None] + torch.arange(width, device=device)).clamp(max=self._longest - 1)
        self._seen = torch.arange(self._longest, device=device) <= reach[..., None]
        for slot, start, count in zip(slots, starts, counts, strict=True):
            memory.lengths[slot] = start + count

    def attend(self, qkv: Tensor, rotation: Rotation | None, heads: Heads) -> Tensor:
        """Attention of the tokens to those before them, of this pass and of the memory; shapes as in `attend`."""
        parts = heads.parts(qkv)  # (tokens, heads, d)
        count, kv_heads = heads.count, heads.kv_heads
        row = PaddedBucket(0, len(parts), 1, len(parts), None, None)
        k = pad(parts[:, count : count + kv_heads], rotation, row, kv_heads)  # (kv_heads, tokens, d)
        keys, values = self._memory.room(self._layer, self._longest, k)
        self._layer += 1
        keys[self._slot, :, self.positions] = k.transpose(0, 1)
        values[self._slot, :, self.positions] = parts[:, count + kv_heads :]
        q = pad(parts[:, :count], rotation, self._bucket, kv_heads)  # (slots · kv_heads, heads / kv_heads · width, d)
        shape = (self._bucket.count, kv_heads, count // kv_heads, self._bucket.length)
        scores = torch.bmm(q, self._of(keys).transpose(1, 2)).view(*shape, -1)
        scores = scores.float().mul_(heads.scaling).masked_fill_(~self._seen[:, None, None], float("-inf"))
        p = torch.softmax(scores, dim=-1).to(q.dtype).view(len(q), -1, self._longest)
        out = (
            torch.bmm(p, self._of(values))
            .view(*shape, heads.width)
            .permute(0, 3, 1, 2, 4)
            .reshape(-1, count * heads.width)
        )
        return out.index_select(0, self._place)

    def _of(self, kept: Tensor) -> Tensor:  # (slots · kv_heads, longest, d)
        chosen = kept[: self._bucket.count] if self._all else kept.index_select(0, self._slots)
        return chosen.flatten(0, 1)[:, : self._longest]
