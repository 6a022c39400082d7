"""Attention kept inside each window of a packed row."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import AttentionInterface

IMPLEMENTATION = "loredact_windows"


@dataclass(frozen=True, slots=True)
class WindowGroup:
    """`count` windows of `length` tokens, one after the other from token `start` of a row on."""

    start: int
    count: int
    length: int


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a row, and whether a token sees only those before it (`causal`) or all of its window."""

    groups: tuple[WindowGroup, ...]
    causal: bool


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
    """softmax(QKᵀ · scaling)V within each window. Shapes: (1, heads, tokens, d) to (1, tokens, heads, d).

    Windows of one length stand together and are one batched product. Each group is cut out of the row exactly, so there
    is no padding, no mask over the row, and a cost that grows with tokens × window, not with tokens².
    """
    outputs = []
    for group in windows.groups:
        q, k, v = (_cut(part, group) for part in (query, key, value))  # (count, heads, length, d)
        out = functional.scaled_dot_product_attention(
            q, k, v, is_causal=windows.causal, scale=scaling, enable_gqa=q.shape[1] != k.shape[1]
        )
        outputs.append(out.transpose(1, 2).flatten(0, 1))  # (count · length, heads, d)
    return (outputs[0] if len(outputs) == 1 else torch.cat(outputs)).unsqueeze(0), None


def _cut(part: Tensor, group: WindowGroup) -> Tensor:
    rows = part[0, :, group.start : group.start + group.count * group.length]  # (heads, count · length, d)
    return rows.view(rows.shape[0], group.count, group.length, -1).transpose(0, 1)


AttentionInterface.register(IMPLEMENTATION, window_attention)
