"""The parts of a Llama-type network, each in as few passes over memory as it takes, with its gradient derived by hand.

Transformers' modules are kept where they are not known here. Those that are known are replaced by modules with the same
children and the same names, so that every weight is found where it was.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from loredact.kernels import Heads, add_norm, gate, gate_backward, norm_backward
from loredact.network.attention import Windows, attend
from loredact.network.linear import Linear
from loredact.network.updates import Updates


def fuse(network: nn.Module) -> None:
    """Replace the parts of `network` that are known here, in place. The others stay Transformers' own."""
    # The deepest first, so that a layer is made of parts that have been replaced.
    for module in reversed(list(network.modules())):
        for name, child in module.named_children():
            for kinds, make in _PARTS:
                if type(child).__name__ in kinds and _is_as_expected(child):
                    setattr(module, name, make(child))


class RMSNorm(nn.Module):
    """y = w ∘ x / √(mean(x²) + ε), over the last dimension (Zhang and Sennrich, arXiv:1910.07467)."""

    def __init__(self, theirs: Any) -> None:
        super().__init__()
        self.weight: nn.Parameter = theirs.weight
        self.epsilon: float = theirs.variance_epsilon

    def forward(self, x: Tensor) -> Tensor:
        return self._add_norm(x, None)[1]

    def again(self, h: Tensor) -> Callable[[], Tensor]:
        """What computes the norm of h once more, outside the graph."""
        kept = h.detach()
        return lambda: add_norm(kept, None, self.weight, self.epsilon)[1]

    def after_sum(self, h: Tensor, delta: Tensor) -> tuple[Tensor, Tensor]:
        """h + delta, and its norm."""
        return self._add_norm(h, delta)

    def _add_norm(self, h: Tensor, delta: Tensor | None) -> tuple[Tensor, Tensor]:
        # Where no gradient is asked for, autograd's own bookkeeping is a fifth of the time of one sentence.
        if not torch.is_grad_enabled():
            return add_norm(h, delta, self.weight, self.epsilon)[:2]
        total, y = _AddNorm.apply(h, delta, self.weight, self.epsilon)  # type: ignore[no-untyped-call]
        return total, y


class _AddNorm(torch.autograd.Function):
    """s = h + delta and n = w ∘ r s. Both summands have the same gradient: what reaches s, and the norm's own.

    Only s and r (one number a token) are kept.
    """

    @staticmethod
    def forward(ctx: Any, h: Tensor, delta: Tensor | None, weight: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
        total, n, r = add_norm(h, delta, weight, epsilon)
        ctx.save_for_backward(total, weight, r)
        ctx.set_materialize_grads(False)
        return total, n

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        total, weight, r = ctx.saved_tensors
        beside, g = gradients
        if g is None:
            return beside, beside, None, None
        dh = norm_backward(g, beside, total, weight, r)
        dw = (g * (total * r)).flatten(0, -2).sum(0).to(weight.dtype) if ctx.needs_input_grad[2] else None
        return dh, dh if ctx.needs_input_grad[1] else None, dw, None


class GatedMLP(nn.Module):
    """down(silu(gate x) ∘ up x) (Shazeer, arXiv:2002.05202); gate and up are one matmul."""

    def __init__(self, theirs: Any) -> None:
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = theirs.gate_proj, theirs.up_proj, theirs.down_proj
        self.gate_up, self.down = Linear(self, "gate_proj", "up_proj"), Linear(self, "down_proj")

    def forward(self, x: Tensor, updates: Updates | None = None) -> Tensor:
        gate_up = self.gate_up(x, updates)
        if not torch.is_grad_enabled():
            return self.down(gate(gate_up), updates)
        gated = _Gate.apply(gate_up)  # type: ignore[no-untyped-call]
        kept = gate_up.detach()
        with _computed_again(gated, lambda: gate(kept)):
            return self.down(gated)


class _Gate(torch.autograd.Function):
    """silu(a) ∘ b for the halves a, b of the input, of which nothing else is kept."""

    @staticmethod
    def forward(ctx: Any, ab: Tensor) -> Tensor:
        ctx.save_for_backward(ab)
        return gate(ab)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gate_backward(gradients[0], *ctx.saved_tensors)


class DecoderLayer(nn.Module):
    """h + attention(norm h), then the same with the gated unit; the sum in the middle is one pass with its norm."""

    def __init__(self, theirs: Any) -> None:
        super().__init__()
        self.self_attn, self.mlp = theirs.self_attn, theirs.mlp
        self.input_layernorm, self.post_attention_layernorm = theirs.input_layernorm, theirs.post_attention_layernorm

    def forward(
        self, hidden_states: Tensor, windows: Windows, **kwargs: Any
    ) -> Tensor:  # (1, tokens, width) to the same
        n = self.input_layernorm(hidden_states)
        with _computed_again(n, self.input_layernorm.again(hidden_states)):
            attended, _ = self.self_attn(hidden_states=n, windows=windows, **kwargs)
        h, n = self.post_attention_layernorm.after_sum(hidden_states, attended)
        with _computed_again(n, self.post_attention_layernorm.again(h)):
            y: Tensor = h + self.mlp(n, windows.updates)
        return y


class Attention(nn.Module):
    """Attention within windows; queries, keys and values are one matmul, and the heads never leave their token."""

    def __init__(self, theirs: Any) -> None:
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = theirs.q_proj, theirs.k_proj, theirs.v_proj, theirs.o_proj
        self.q_norm, self.k_norm = getattr(theirs, "q_norm", None), getattr(theirs, "k_norm", None)
        d = theirs.head_dim
        self.heads = Heads(self.q_proj.out_features // d, self.k_proj.out_features // d, d, theirs.scaling)
        self.qkv, self.out = Linear(self, "q_proj", "k_proj", "v_proj"), Linear(self, "o_proj")

    def forward(
        self,
        hidden_states: Tensor,  # (1, tokens, width)
        position_embeddings: tuple[Tensor, Tensor],
        windows: Windows,
        **_: Any,
    ) -> tuple[Tensor, None]:
        qkv = self.qkv(hidden_states, windows.updates)[0]
        if self.q_norm is not None and self.k_norm is not None:
            count, kv_heads = self.heads.count, self.heads.kv_heads
            q, k, v = torch.split_with_sizes(self.heads.parts(qkv), [count, kv_heads, kv_heads], dim=1)
            qkv = torch.cat([self.q_norm(q), self.k_norm(k), v], dim=1).flatten(1)
        cos, sin = position_embeddings
        out = attend(qkv, (cos[0], sin[0]), windows, self.heads)  # (tokens, heads · d)
        return self.out(out[None], windows.updates), None


@contextmanager
def _computed_again(x: Tensor, compute: Callable[[], Tensor]) -> Iterator[None]:
    """Within this, an operation that saves `x` for its gradient keeps `compute` in its place.

    What one cheap pass gives again from tensors that are kept anyway need not be kept too: it is a quarter of all.
    """
    if not torch.is_grad_enabled():
        yield
        return
    address, shape = x.data_ptr(), x.shape

    def pack(saved: Tensor) -> Tensor | None:
        return None if saved.data_ptr() == address and saved.shape == shape else saved

    def unpack(packed: Tensor | None) -> Tensor:
        return compute().view(shape) if packed is None else packed

    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        yield


def _is_as_expected(module: nn.Module) -> bool:
    """Whether a gated unit's activation is SiLU; other modules have no variant."""
    activation = getattr(module, "act_fn", None)
    return activation is None or "silu" in type(activation).__name__.lower()


_FAMILIES = ("Llama", "Mistral", "Qwen2", "Qwen3")
_PARTS: tuple[tuple[frozenset[str], Callable[[Any], nn.Module]], ...] = (
    (frozenset(f"{family}RMSNorm" for family in _FAMILIES), RMSNorm),
    (frozenset(f"{family}MLP" for family in _FAMILIES), GatedMLP),
    (frozenset(f"{family}Attention" for family in _FAMILIES), Attention),
    (frozenset(f"{family}DecoderLayer" for family in _FAMILIES), DecoderLayer),
)
