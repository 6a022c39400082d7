"""Lesson 2. LoRA on a network small enough to see through.

A fine-tune changes the weights W of a layer to W + ΔW. LoRA leaves W alone and learns ΔW as the product of two thin
matrices, A (in → r) and B (r → out). Their product has rank r: the number of directions in which it can change what
passes through. At rank 2 a layer of 64 → 128 is changed with 2 · (64 + 128) = 384 numbers in place of 8,192.
This lesson trains a network to read digits, turns the digits on their side, and teaches it to read them so:
with LoRA, with its last layer alone, and with all its weights.

Run it with `make lessons`, or by itself:

    python lessons/2_lora_on_a_small_network.py

It prints what it finds, stops where something it states is not so, and draws
docs/images/2_lora_on_a_small_network.png. The paper is Hu et al., 2021, https://arxiv.org/abs/2106.09685
"""

import copy
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from statistics import mean

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from loredact import lora

HERE = Path(__file__).parent
PLOT = HERE.parent / "docs" / "images" / "2_lora_on_a_small_network.png"

ALPHA = 0.5
RANK = 2
RANKS = (1, 2, 4, 8, 16, 32)
SEEDS = (0, 1, 2)
RATE = 0.01
ADAPTED = ("linear1", "linear2", "linear3")


def main() -> None:
    """The four parts, then the plot."""
    torch.set_num_threads(1)  # such small products are faster on one core, and the sums then always run in one order
    torch.manual_seed(0)
    base = part_one()
    adapted = part_two(base)
    last, whole, by_rank = part_three(base)
    steps, fast = part_four(base, adapted)
    draw(last, whole, by_rank, steps, fast)


def check(statement: str, holds: bool) -> None:
    """Print what this lesson states, or stop where it is not so."""
    if not holds:
        sys.exit(f"Lesson 2 states what is not so: {statement}")
    print(f"   ✓ {statement}")


# ----------------------------------------------------------------------------------------------------------------------
# Part one: a network that reads digits
#
# "FakeLLM" is the workshop's name for it: it stands in for a language model. What matters is only that somebody else
# trained it, on something else, and that we would rather not train all of it again.
# ----------------------------------------------------------------------------------------------------------------------


class FakeLLM(nn.Module):
    """Four linear layers, in → 128 → 64 → 32 → out, with ReLU between."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(in_features, 128)
        self.linear2 = nn.Linear(128, 64)
        self.linear3 = nn.Linear(64, 32)
        self.linear4 = nn.Linear(32, out_features)

    def forward(self, x: Tensor) -> Tensor:  # (images, in) to (images, out)
        x = self.linear1(x).relu()  # (images, 128)
        x = self.linear2(x).relu()  # (images, 64)
        x = self.linear3(x).relu()  # (images, 32)
        y: Tensor = self.linear4(x)
        return y


@cache
def digits(turned: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """scikit-learn's 1,797 digits of 8 × 8 pixels, each from 0 to 1: to learn from, to measure on, and their labels.

    `turned` lays them on their left side. The split is the same either way, so no image is ever learnt and measured.
    """
    found = load_digits()
    images = torch.tensor(found.images / 16, dtype=torch.float32)  # (1797, 8, 8)
    if turned:
        images = images.rot90(1, (1, 2))
    labels = torch.tensor(found.target)
    learn, measure = train_test_split(range(len(labels)), test_size=0.25, random_state=0, stratify=found.target)
    flat = images.reshape(-1, 64)
    return flat[learn], flat[measure], labels[learn], labels[measure]


def train(network: nn.Module, turned: bool, epochs: int, rate: float) -> None:
    """Train whatever of `network` is trainable, 64 images a step.

    The error of a choice among ten is the cross-entropy: -log of the share that the network gives to the right digit.
    Adam is gradient descent in which every number has a step size of its own, by how large its gradients have been.
    """
    images, _, labels, _ = digits(turned)
    optimizer = torch.optim.Adam(trainable(network), lr=rate)
    shuffled = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        order = torch.randperm(len(images), generator=shuffled)
        for chosen in order.split(64):  # type: ignore[no-untyped-call]
            loss = nn.functional.cross_entropy(network(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()


def trainable(network: nn.Module) -> list[nn.Parameter]:
    """The parameters that training changes."""
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def count(network: nn.Module) -> int:
    """How many numbers training changes."""
    return sum(parameter.numel() for parameter in trainable(network))


@torch.no_grad()
def accuracy(network: nn.Module, turned: bool) -> float:
    """The share of the measured images that `network` reads right."""
    _, images, _, labels = digits(turned)
    return float((network(images).argmax(dim=1) == labels).float().mean())


def part_one() -> FakeLLM:
    """Train the network on upright digits, and show it the same digits on their side."""
    print("1. A network that reads digits")
    base = FakeLLM(64, 10)
    train(base, turned=False, epochs=40, rate=1e-3)
    upright, turned = accuracy(base, turned=False), accuracy(base, turned=True)
    print(f"   upright digits read right {upright:.1%}; the same digits on their side {turned:.1%}")
    check("it reads over 92 % of the digits it has not seen", upright > 0.92)
    check("and under 25 % of them on their side: that is a task it was not trained on", turned < 0.25)
    return base


# ----------------------------------------------------------------------------------------------------------------------
# Part two: LoRA
#
# B starts at zero, so A B is zero and the first forward pass gives what the base gives: training sets out from what
# the base knows and not from noise. A must then not be zero too, or neither would ever move: each one's gradient is
# multiplied by the other.
# ----------------------------------------------------------------------------------------------------------------------


class Lora(nn.Module):
    """The change of one layer: alpha · x A B."""

    def __init__(self, in_features: int, out_features: int, rank: int, alpha: float) -> None:
        super().__init__()
        self.A = nn.Parameter(torch.randn(in_features, rank))
        self.B = nn.Parameter(torch.zeros(rank, out_features))
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:  # (images, in) to (images, out)
        return self.alpha * (x @ self.A @ self.B)


class FakeLLMWithLora(nn.Module):
    """A frozen FakeLLM with a Lora beside each of its first three layers."""

    def __init__(self, base: FakeLLM, rank: int = RANK, alpha: float = ALPHA) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.lora1 = Lora(base.linear1.in_features, base.linear1.out_features, rank, alpha)
        self.lora2 = Lora(base.linear2.in_features, base.linear2.out_features, rank, alpha)
        self.lora3 = Lora(base.linear3.in_features, base.linear3.out_features, rank, alpha)

    def forward(self, x: Tensor) -> Tensor:  # (images, in) to (images, out)
        x = (self.base.linear1(x) + self.lora1(x)).relu()
        x = (self.base.linear2(x) + self.lora2(x)).relu()
        x = (self.base.linear3(x) + self.lora3(x)).relu()
        y: Tensor = self.base.linear4(x)
        return y


def part_two(trained: FakeLLM) -> FakeLLMWithLora:
    """Adapt the network to digits on their side, and see what changed and what did not."""
    print(f"2. LoRA of rank {RANK} on the first three layers, alpha {ALPHA}")
    base = copy.deepcopy(trained)
    before = count(base)
    network = FakeLLMWithLora(base)
    print(f"   trainable parameters: {before:,} before, {count(network):,} with LoRA")
    # (64 + 128) + (128 + 64) + (64 + 32) = 480 numbers for each rank
    check("they are 18,986 and 960", (before, count(network)) == (18_986, 960))

    _, images, _, _ = digits(turned=True)
    with torch.no_grad():
        same = torch.equal(network(images), trained(images))
    check("before the first step the output is the base's, bit for bit", same)

    train(network, turned=True, epochs=15, rate=RATE)
    unchanged = all(torch.equal(a, b) for a, b in zip(base.parameters(), trained.parameters(), strict=True))
    check("after training the base's weights are what they were, bit for bit", unchanged)

    turned, upright = accuracy(network, turned=True), accuracy(network, turned=False)
    print(f"   on their side: {accuracy(trained, turned=True):.1%} before, {turned:.1%} after")
    print(f"   upright: {upright:.1%} with LoRA in place, {accuracy(base, turned=False):.1%} with it taken off again")
    check("over 75 % of the digits on their side are now read right", turned > 0.75)
    check("while LoRA is there, the old task suffers: it is a detour and no second memory", upright < 0.85)
    return network


# ----------------------------------------------------------------------------------------------------------------------
# Part three: against the last layer alone, and against all weights
# ----------------------------------------------------------------------------------------------------------------------


def adapted_accuracy(network: nn.Module, rate: float = RATE) -> float:
    """The accuracy of `network` on digits on their side once it has been trained on them."""
    train(network, turned=True, epochs=15, rate=rate)
    return accuracy(network, turned=True)


def last_layer(base: FakeLLM) -> FakeLLM:
    """A copy of the base of which training changes the last layer alone."""
    network = copy.deepcopy(base).requires_grad_(False)
    network.linear4.requires_grad_(True)
    return network


def workshop_lora(base: FakeLLM, rank: int, seed: int) -> FakeLLMWithLora:
    """A copy of the base with the workshop's LoRA, A drawn by `seed`."""
    torch.manual_seed(seed)
    return FakeLLMWithLora(copy.deepcopy(base), rank)


def over_ranks(measure: Callable[[int, int], float]) -> list[float]:
    """The mean of `measure(rank, seed)` over the seeds, for each rank."""
    return [mean(measure(rank, seed) for seed in SEEDS) for rank in RANKS]


def part_three(base: FakeLLM) -> tuple[float, float, list[float]]:
    """The accuracy with the last layer trained, with all layers, and with LoRA of each rank."""
    print("3. Against the last layer alone, and against all weights")
    last = adapted_accuracy(last_layer(base))
    whole = adapted_accuracy(copy.deepcopy(base))
    by_rank = over_ranks(lambda rank, seed: adapted_accuracy(workshop_lora(base, rank, seed)))
    print(f"   last layer   {count(last_layer(base)):6,} parameters   {last:.1%}")
    for rank, found in zip(RANKS, by_rank, strict=True):
        print(f"   LoRA rank {rank:2} {count(workshop_lora(base, rank, 0)):6,} parameters   {found:.1%}")
    print(f"   all layers   {count(base):6,} parameters   {whole:.1%}")
    check("rank 2 reads at least 15 points more than the last layer alone", by_rank[1] > last + 0.15)
    check("rank 16 comes within 4 points of training everything", by_rank[4] > whole - 0.04)
    check("rank 1 does not: it falls short by more than 10 points", by_rank[0] < whole - 0.10)
    return last, whole, by_rank


# ----------------------------------------------------------------------------------------------------------------------
# Part four: the same through loredact.lora, and the two scalings
#
# The workshop multiplies x A B by α. The paper, PEFT and `loredact.lora` multiply by α / r, where r is the rank.
# A B is a sum of r terms, one for each column of A with its row of B. Adam moves every number of B by about the
# learning rate, whatever the size of its gradient, and moves all r terms the same way: the way that lowers the loss.
# So by α, a step at rank 32 changes the output some 20 times as much as a step at rank 1, and the learning rate that
# suits one rank is too high or too low for another. By α / r, with the same α at each, the steps are alike, and a rate
# found at one rank will do for the others. (Where you set no α, loredact takes twice the rank: α / r is then 2 at every
# rank, and a higher rank takes longer steps, as by α alone. To compare ranks at one rate, set α.)
# ----------------------------------------------------------------------------------------------------------------------


def loredact_lora(base: FakeLLM, rank: int, seed: int) -> FakeLLM:
    """A copy of the base with LoRA by `loredact.lora`, which scales by α / r; A as the workshop's of that seed."""
    network = copy.deepcopy(base)
    lora.attach(network, lora.LoRAConfig(rank=rank, alpha=ALPHA, targets=ADAPTED))
    # loredact would draw A as PEFT does, uniform and smaller. With the same A, the scaling is all that differs.
    start = workshop_lora(base, rank, seed)
    with torch.no_grad():
        for name, learnt in by_layer(start).items():
            dict(lora.lora_layers(network))[name].lora_A.copy_(learnt.A.t())
    return network


def by_layer(network: FakeLLMWithLora) -> dict[str, Lora]:
    """The workshop's Lora of each adapted layer."""
    return dict(zip(ADAPTED, (network.lora1, network.lora2, network.lora3), strict=True))


def first_step(network: nn.Module) -> float:
    """How far one step of Adam, over all images at once, moves the output (root of the mean square)."""
    images, unseen, labels, _ = digits(turned=True)
    with torch.no_grad():
        before = network(unseen)
    optimizer = torch.optim.Adam(trainable(network), lr=RATE)
    nn.functional.cross_entropy(network(images), labels).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    with torch.no_grad():
        return float((network(unseen) - before).square().mean().sqrt())


def part_four(base: FakeLLM, adapted: FakeLLMWithLora) -> tuple[list[list[float]], list[list[float]]]:
    """Steps, and accuracies at ten times the rate, by rank: scaled by α and by α / r."""
    print("4. The same through loredact.lora, and the two scalings")
    # nn.Linear keeps its weight as (out, in), and so does loredact: its A and B are the workshop's, transposed.
    network = copy.deepcopy(base)
    learnt = {
        name: lora.LoRAWeights(part.A.detach().t(), part.B.detach().t(), scaling=ALPHA)
        for name, part in by_layer(adapted).items()
    }
    lora.set_adapter(network, learnt)
    _, images, _, _ = digits(turned=True)
    with torch.no_grad():
        apart = (network(images) - adapted(images)).abs().max().item()
    check("loredact.lora with the workshop's A and B gives the workshop's output, to 1e-3", apart < 1e-3)
    lora.detach(network)
    same = all(torch.equal(a, b) for a, b in zip(network.parameters(), base.parameters(), strict=True))
    check("and taken off, leaves the base bit for bit", same)
    check("of its own, it trains as many numbers: 960", count(loredact_lora(base, RANK, 0)) == 960)
    scaling = lora.LoRAConfig(rank=RANK, alpha=ALPHA).scaling_of("linear1")
    check("but scales by alpha / rank: 0.25 where the workshop scales by 0.5", scaling == ALPHA / RANK)

    steps = [
        over_ranks(lambda rank, seed: first_step(workshop_lora(base, rank, seed))),
        over_ranks(lambda rank, seed: first_step(loredact_lora(base, rank, seed))),
    ]
    fast = [
        over_ranks(lambda rank, seed: adapted_accuracy(workshop_lora(base, rank, seed), 10 * RATE)),
        over_ranks(lambda rank, seed: adapted_accuracy(loredact_lora(base, rank, seed), 10 * RATE)),
    ]
    print(f"   {'rank':32}" + "".join(f"{rank:>8}" for rank in RANKS))
    for name, figures in zip(("α", "α / r"), steps, strict=True):
        print(f"   {f'first step, scaled by {name}':32}" + "".join(f"{figure:8.2f}" for figure in figures))
    for name, figures in zip(("α", "α / r"), fast, strict=True):
        print(f"   {f'accuracy at rate {10 * RATE}, by {name}':32}" + "".join(f"{figure:8.1%}" for figure in figures))
    check("by α, the first step at rank 32 is more than 10 times that at rank 1", steps[0][-1] > 10 * steps[0][0])
    check("by α / r, no rank's first step is twice another's", max(steps[1]) < 2 * min(steps[1]))
    check("at ten times the rate, α / r still learns at rank 16 (over 80 %)", fast[1][4] > 0.8)
    check("and α no longer does (under 60 %)", fast[0][4] < 0.6)
    return steps, fast


# ----------------------------------------------------------------------------------------------------------------------
# The plot
# ----------------------------------------------------------------------------------------------------------------------


def draw(
    last: float, whole: float, by_rank: Sequence[float], steps: Sequence[list[float]], fast: Sequence[list[float]]
) -> None:
    """Accuracy by rank, the size of the first step, and what a higher learning rate does."""
    plt.style.use(HERE / "lessons.mplstyle")
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.4))

    left.plot(RANKS, [100 * share for share in by_rank], marker="o", label="LoRA on three layers")
    for share, name in ((whole, "all layers trained"), (last, "last layer alone trained")):
        left.axhline(100 * share, color="C4", linestyle="--", linewidth=1.4)
        left.annotate(name, (32, 100 * share), xytext=(0, 5), textcoords="offset points", ha="right", color="C4")
    left.set_title("Reading digits on their side")
    left.set_ylabel("digits read right (%)")
    left.set_ylim(0, 109)
    left.legend(loc="lower right")

    middle.plot(RANKS, steps[0], color="C0", marker="o", label="scaled by α (workshop)")
    middle.plot(RANKS, steps[1], color="C1", marker="o", label="scaled by α / r (loredact.lora)")
    middle.set_yscale("log", base=2)
    middle.set_yticks((0.25, 0.5, 1, 2, 4, 8), ("0.25", "0.5", "1", "2", "4", "8"))
    middle.set_title("How far one step moves the output")
    middle.set_ylabel("root of the mean squared change (logits)")
    middle.legend(loc="upper left")

    right.plot(RANKS, [100 * share for share in fast[0]], color="C0", marker="o")
    right.plot(RANKS, [100 * share for share in fast[1]], color="C1", marker="o")
    right.set_title(f"At a learning rate of {10 * RATE}, not {RATE}")
    right.set_ylabel("digits read right (%)")
    right.set_ylim(0, 109)

    right.annotate("guessing", (1, 10), xytext=(0, 5), textcoords="offset points", color="C4")
    right.axhline(10, color="C4", linestyle="--", linewidth=1.4)

    for axes in (left, middle, right):
        axes.set_xscale("log", base=2)
        axes.set_xticks(RANKS, [str(rank) for rank in RANKS])
        axes.set_xlabel("rank")

    PLOT.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PLOT)
    print(f"   drawn: {PLOT.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
