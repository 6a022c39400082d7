"""Where a training step's time goes, and what each part of it gained.

    python benchmarks/parts.py [--base BASE]

First each part, forward and backward, as PyTorch or Transformers would compute it and as loredact does, in turns, the
median of some rounds, at 1,024 tokens of the default base's sizes in bfloat16. The same, forward alone, of what masking
is made of: products by oneDNN with its own layout and by our own, attention by buckets and in one call, an encoder's
LayerNorm, decoding by NumPy and compiled. Then the profile of whole steps on windows of 256 tokens: the share of each
kind of operation.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from loredact import kernels
from loredact.adapters.description import BaseModelReference
from loredact.bases import DEFAULT_BASE, find_base
from loredact.encoding import pack_windows
from loredact.kernels import Heads, call, gate, gate_backward
from loredact.lora import LoRAConfig, LoRALinear
from loredact.lora.start import start
from loredact.network import Windows, prepare
from loredact.network.allocator import keep_freed_memory
from loredact.network.attention import attend
from loredact.network.fused import RMSNorm
from loredact.tagger import Architecture, Description, Tagger
from loredact.training.examples import TagExample
from loredact.training.learner import Learner
from loredact.training.tagging import Tagging

TOKENS, WIDTH, INNER, RANK = 1024, 576, 1536, 16
HEADS = Heads(count=9, kv_heads=3, width=64, scaling=64**-0.5)
MASKING_LAYERS, SENTENCE, LABELS = 16, 22, 26
ROUNDS = 15
HALF = torch.bfloat16


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(name: str, theirs: Callable[[], object], ours: Callable[[], object]) -> None:
    """Print the medians of both, in milliseconds, taken in turns."""
    times_taken = [(seconds(theirs), seconds(ours)) for _ in range(ROUNDS + 3)]
    a, b = (1000 * median(column) for column in zip(*times_taken[3:], strict=True))
    print(f"{name:46} {a:8.2f} {b:8.2f} {a / b:7.1f} x")


def there_and_back(forward: Callable[[Tensor], Tensor], x: Tensor) -> Callable[[], object]:
    """The work of a forward and a backward pass by the input."""
    g = torch.randn_like(forward(x))
    leaf = x.clone().requires_grad_()
    return lambda: torch.autograd.grad(forward(leaf), leaf, g)


def random(*shape: int) -> Tensor:
    return torch.randn(*shape).to(HALF)


def parts() -> None:
    norm = LlamaRMSNorm(WIDTH).to(HALF).requires_grad_(False)
    x = random(TOKENS, WIDTH)
    fresh = there_and_back(norm, x)
    before = median(seconds(fresh) for _ in range(ROUNDS))
    keep_freed_memory()
    for _ in range(3):
        fresh()
    after = median(seconds(fresh) for _ in range(ROUNDS))
    print(f"{'part':46} {'before':>8} {'after':>8}   (milliseconds)")
    print(
        f"{'Transformers norm, freed memory kept':46} {1000 * before:8.2f} {1000 * after:8.2f} {before / after:7.1f} x"
    )
    compare("norm", fresh, there_and_back(RMSNorm(norm), x))

    ab, g = random(TOKENS, 2 * INNER), random(TOKENS, INNER)
    gated = there_and_back(lambda both: functional.silu(both[:, :INNER]) * both[:, INNER:], ab)
    compare("gated unit", gated, lambda: (gate(ab), gate_backward(g, ab)))

    for length in (128, 256, 512):
        count = TOKENS // length
        windows = Windows([length] * count, causal=False)
        qkv = random(TOKENS, HEADS.of_all * HEADS.width)

        def fused(both: Tensor, count: int = count, length: int = length) -> Tensor:
            parts = both.view(count, length, HEADS.of_all, HEADS.width).transpose(1, 2)
            q, k, v = torch.split_with_sizes(parts, [HEADS.count, HEADS.kv_heads, HEADS.kv_heads], dim=1)
            return functional.scaled_dot_product_attention(q, k, v, enable_gqa=True)

        def ours(both: Tensor, windows: Windows = windows) -> Tensor:
            return attend(both, None, windows, HEADS)

        compare(f"attention, windows of {length}", there_and_back(fused, qkv), there_and_back(ours, qkv))

    linear = nn.Linear(WIDTH, INNER, bias=False).to(HALF)
    layer = start("layer", linear, LoRAConfig(rank=RANK))

    def written_out(rows: Tensor) -> Tensor:
        low_rank = (rows.float() @ layer.lora_A.t() @ layer.lora_B.t()).to(HALF)
        return functional.linear(rows, layer.weight) + layer.scaling * low_rank

    compare("LoRA layer", _trained(written_out, layer, x), _trained(layer, layer, x))
    prepare(layer)
    compare("LoRA layer, its weight in int8", _trained(written_out, layer, x), _trained(layer, layer, x))


def without_gradients() -> None:
    """What masking is made of: the products of some layers, one layer's attention, and decoding."""
    shapes = ((WIDTH, HEADS.of_all * HEADS.width), (WIDTH, WIDTH), (WIDTH, 2 * INNER), (INNER, WIDTH))
    weights = [random(outputs, inputs) for _ in range(MASKING_LAYERS) for inputs, outputs in shapes]
    theirs = [torch.ops.mkldnn._reorder_linear_weight(weight, None) for weight in weights]
    ours = [packed for weight in weights if (packed := kernels.pack_weight(weight)) is not None]
    if not ours:
        print("there are no kernels of ours for this processor")
        return
    for tokens in (1, SENTENCE, 64, TOKENS):
        rows = {inputs: random(tokens, inputs) for inputs in (WIDTH, INNER)}

        def by_onednn(rows: dict[int, Tensor] = rows) -> None:
            for weight, packed in zip(weights, theirs, strict=True):
                torch.ops.mkldnn._linear_pointwise(rows[weight.shape[1]], packed, None, "none", [], "")

        def by_ours(rows: dict[int, Tensor] = rows) -> None:
            for weight, packed in zip(weights, ours, strict=True):
                kernels.packed_linear(rows[weight.shape[1]], packed, None)

        compare(f"products of {MASKING_LAYERS} layers, {tokens} tokens", by_onednn, by_ours)
    for dtype, count, length in (
        (torch.float32, 1, SENTENCE),
        (torch.float32, TOKENS // SENTENCE, SENTENCE),
        (HALF, 1, SENTENCE),
        (HALF, TOKENS // SENTENCE, SENTENCE),
        (HALF, TOKENS // 256, 256),
    ):
        qkv = torch.randn(count * length, HEADS.of_all * HEADS.width).to(dtype)
        windows = Windows([length] * count, causal=False)

        @torch.no_grad()
        def in_grids(qkv: Tensor = qkv, windows: Windows = windows) -> Tensor:
            return attend(qkv, None, windows, HEADS)

        @torch.inference_mode()
        def in_one_call(qkv: Tensor = qkv, windows: Windows = windows) -> Tensor:
            return attend(qkv, None, windows, HEADS)

        # Outside of inference mode attention is always by buckets.
        compare(f"attention, {count} of {length} tokens, {dtype}".replace("torch.", ""), in_grids, in_one_call)
    h, delta, weight = random(TOKENS, WIDTH), random(TOKENS, WIDTH), random(WIDTH)
    compare(
        "LayerNorm of a sum",
        lambda: functional.layer_norm(h + delta, (WIDTH,), weight, weight),
        lambda: kernels.add_layer_norm(h, delta, weight, weight, 1e-5),
    )
    log_p = torch.log_softmax(torch.randn(TOKENS, 1 + 4 * LABELS, dtype=torch.float64), -1)

    def decode() -> None:
        kernels.viterbi(log_p)
        kernels.forward_backward(log_p.exp())

    def decode_by_numpy() -> None:
        with call.using({}):
            decode()

    compare(f"decoding {TOKENS:,} tokens of {LABELS} labels", decode_by_numpy, decode)


def _trained(forward: Callable[[Tensor], Tensor], layer: LoRALinear, x: Tensor) -> Callable[[], object]:
    leaf = x.clone().requires_grad_()
    g = random(TOKENS, INNER)
    return lambda: torch.autograd.grad(forward(leaf), [leaf, layer.lora_A, layer.lora_B], g)


FROZEN = "frozen products, in int8 with B u in them"
KINDS = {
    FROZEN: ("_Product", "_ProductBackward"),
    "attention": ("_Attention", "_AttentionBackward", "aten::bmm"),
    "norms and residual sums": ("_AddNorm", "_AddNormBackward", "aten::add"),
    "gated unit": ("_Gate", "_GateBackward"),
    "AdamW and clipping": ("aten::_fused_adamw_", "aten::_foreach_norm", "aten::_foreach_mul_"),
}


def _kind(name: str, shapes: list[list[int]]) -> str:
    """The line of the profile an operation belongs to; products are LoRA's where one side is as narrow as the ranks."""
    if name in ("aten::mm", "aten::addmm_", "aten::addmm", "mkldnn::_linear_pointwise"):
        sides = {size for shape in shapes for size in shape}
        return "LoRA's products beside them" if sides & {RANK, 2 * RANK, 3 * RANK} else FROZEN
    for kind, names in KINDS.items():
        if name in names:
            return kind
    return "everything else, Python's own time with it"


def step_profile(base_name: str) -> None:
    base = find_base(base_name)
    description = Description(
        base=BaseModelReference(name=base_name, fingerprint=base.fingerprint),
        architecture=Architecture(
            labels=("PERSON", "LOCATION", "DATE"), num_layers=30, attention="both", window=256, overlap=0
        ),
    )
    learner = Learner(Tagging(Tagger.new(base, description, LoRAConfig(rank=RANK), "bfloat16")))
    learner.task.network.train()
    random_ids = np.random.default_rng(0).integers(0, 40_000, (4, 256))
    nothing = np.zeros(256, dtype=np.int64)
    (row,) = pack_windows([TagExample(ids, nothing, nothing) for ids in random_ids], 1024)
    for _ in range(3):
        learner.step(row, 1e-4)
    taken = median(seconds(lambda: learner.step(row, 1e-4)) for _ in range(5))
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as recorded:
        learner.step(row, 1e-4)
    own: Counter[str] = Counter()
    for event in recorded.key_averages(group_by_input_shape=True):
        own[_kind(event.key, event.input_shapes)] += event.self_cpu_time_total
    total = sum(own.values())
    print(f"\none step of {len(row)} tokens, 30 layers: {1000 * taken:.0f} ms")
    for kind, taken_by in own.most_common():
        print(f"{kind:46} {taken_by / total:8.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default=DEFAULT_BASE, help="the base to profile a step on")
    given = parser.parse_args()
    torch.manual_seed(0)
    parts()
    without_gradients()
    step_profile(given.base)


if __name__ == "__main__":
    main()
