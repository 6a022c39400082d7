"""Lesson 3. What a low-rank update can and cannot hold.

LoRA bets that the change a fine-tune makes to a weight matrix is simpler than the matrix: that a few directions of it
do the work. Here the bet is looked into on a real language model. We fine-tune all weights of it, take the change ΔW
of every linear layer, and cut it down to rank 1, 2, 4, … to see two things: how much of ΔW is left, and how much of
what was learnt. They turn out to be different questions.

A language model cuts a text into tokens, turns each into a row of numbers (576 here), its embedding, and passes the
rows through layers, each of which holds seven matrices like those of lesson 2 (`up_proj` is one). A tag head, one
matrix more, says of each token whether it is personal, and as what.

Run it with `make lessons`, or by itself:

    python lessons/3_low_rank_updates.py

It prints what it finds, stops where something it states is not so, and draws docs/images/3_low_rank_updates.png
"""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn

from loredact.document import Document, Span
from loredact.evaluation import evaluate
from loredact.lora import LoRAConfig
from loredact.network import load_network
from loredact.synthetic import make_corpus
from loredact.tagger import Tagger
from loredact.training import Settings, train

HERE = Path(__file__).parent
PLOT = HERE.parent / "docs" / "images" / "3_low_rank_updates.png"

LONGEST = 200  # characters
DEPTH = 6  # of the base's 30 layers
SHOWN = "model.layers.3.mlp.up_proj"  # the layer looked at closely: 576 inputs, 1,536 outputs
RANKS = (1, 2, 4, 8, 16, 32, 64)
SCORED_RANKS = (1, 2, 4, 8, 16, 64)
LORA_RANKS = (1, 8)


def main() -> None:
    """The three parts, then the plot."""
    learn, measure = texts()
    with tempfile.TemporaryDirectory() as folder:
        tuned = fine_tune(learn, Path(folder), method="full")
    whole = f1(tuned, measure)
    changes = weight_changes(tuned)
    spectra = part_one(changes, whole)
    shares = part_two(changes)
    cut, frozen = part_three(tuned, changes, whole, measure)
    trained = part_four(learn, measure, cut)
    draw(spectra, shares, whole, frozen, cut, trained)


def check(statement: str, holds: bool) -> None:
    """Print what this lesson states, or stop where it is not so."""
    if not holds:
        sys.exit(f"Lesson 3 states what is not so: {statement}")
    print(f"   ✓ {statement}")


# ----------------------------------------------------------------------------------------------------------------------
# The fine-tune: mark what is personal in short texts
# ----------------------------------------------------------------------------------------------------------------------


def texts() -> tuple[list[Document], list[Document]]:
    """Short made-up texts to learn from and to measure on, in which whatever is personal carries one label.

    One label, short texts and something personal in each, so that a minute of training gets somewhere. Those measured
    on are made of other templates and other values.
    """
    learn, measure = make_corpus(1600, 500, seed=0, pii_free=0)
    return short(learn, 250), short(measure, 80)


def short(documents: Iterable[Document], count: int) -> list[Document]:
    """The first `count` documents of at most `LONGEST` characters, under one label."""
    found = [document for document in documents if len(document.text) <= LONGEST][:count]
    if len(found) < count:
        sys.exit(f"The corpus holds {len(found)} texts of at most {LONGEST} characters, and {count} are needed.")
    return [Document(d.text, tuple(Span(span.start, span.end, "PERSONAL") for span in d.spans)) for d in found]


def fine_tune(documents: Sequence[Document], folder: Path, method: str, rank: int = 1) -> Tagger:
    """The base, fine-tuned on `documents`: all weights of it, or LoRA of `rank` on all its linear layers."""
    settings = Settings.model_validate(
        {
            "depth": DEPTH,
            "method": method,
            "lora": LoRAConfig(rank=rank, alpha=2 * rank),
            "learning_rate": 5e-4 if method == "full" else 2e-3,
            "epochs": 2,
            "row_tokens": 128,
            "precision": "float32",  # the change of a weight is smaller than half precision can tell
        }
    )
    train(documents, settings, held_out=[]).save(folder)
    return Tagger.load(folder, "float32")


def f1(tagger: Tagger, documents: Sequence[Document]) -> float:
    """Strict F1: a span counts where its start and its end are both right."""
    return evaluate(documents, tagger.find(documents)).strict.f1


# ----------------------------------------------------------------------------------------------------------------------
# Part one: the singular values of a change
#
# Any matrix is a sum of simple ones, each a column times a row: ΔW = σ₁ u₁ v₁ᵀ + σ₂ u₂ v₂ᵀ + …, with the largest σ
# first. That is its singular value decomposition. The first r terms are the best matrix of rank r there is (Eckart and
# Young, 1936), so no LoRA of rank r could stand closer to ΔW than they do.
# ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A layer's weight before the fine-tune, and the decomposition of what the fine-tune added to it."""

    before: Tensor  # (out, in)
    u: Tensor  # (out, n): a column for each term, with n the smaller of out and in
    sigma: Tensor  # (n,), the largest first
    v: Tensor  # (n, in)

    def cut_to(self, rank: int) -> Tensor:
        """The first `rank` terms of the change, (out, in)."""
        return (self.u[:, :rank] * self.sigma[:rank]) @ self.v[:rank]

    def share(self, rank: int) -> float:
        """How much of ‖ΔW‖², the sum of the squares of its numbers, the first `rank` terms keep."""
        return float(self.sigma[:rank].square().sum() / self.sigma.square().sum())


def untouched(tagger: Tagger) -> nn.Module:
    """The base as it was before the fine-tune, with the same layers by the same names."""
    device = torch.device("cpu")
    network: nn.Module
    network, _ = load_network(tagger.base, tags=len(tagger.tags), depth=DEPTH, precision="float32", device=device)
    return network


def linear_layers(network: nn.Module) -> dict[str, nn.Linear]:
    """The base's linear layers by name: seven in each of its layers, and not the tag head, which is no part of it."""
    modules = network.get_submodule("model").named_modules(prefix="model")
    return {name: module for name, module in modules if isinstance(module, nn.Linear)}


@torch.no_grad()
def weight_changes(tagger: Tagger) -> dict[str, Change]:
    """What the fine-tune added to the weight of each linear layer."""
    before, after = linear_layers(untouched(tagger)), linear_layers(tagger.network)
    changes = {}
    for name, layer in before.items():
        u, sigma, v = torch.linalg.svd(after[name].weight - layer.weight, full_matrices=False)
        changes[name] = Change(layer.weight.detach(), u, sigma, v)
    return changes


def part_one(changes: dict[str, Change], whole: float) -> dict[str, Tensor]:
    """The singular values of one layer's change, beside those of its weight and of chance."""
    print("1. All weights fine-tuned; the change of each linear layer taken apart")
    change = changes[SHOWN]
    sizes = [float(c.sigma.square().sum() / c.before.square().sum()) ** 0.5 for c in changes.values()]
    print(f"   {len(changes)} linear layers; strict F1 {whole:.3f} on texts it has not seen")
    print(f"   a change is {min(sizes):.1%} to {max(sizes):.1%} of the size of its weight")
    check("7 in each of 6 layers", len(changes) == 7 * DEPTH)
    check("the fine-tune learnt something: F1 over 0.3", whole > 0.3)
    check("no weight changed by more than a quarter of its size", max(sizes) < 0.25)

    of_weight = torch.linalg.svdvals(change.before)
    rebuilt = change.cut_to(len(change.sigma))
    left_out = (rebuilt - change.cut_to(8)).square().sum()
    check(
        "what rank 8 leaves out is exactly the squares of the other singular values",
        torch.allclose(left_out, change.sigma[8:].square().sum(), rtol=1e-3),
    )
    spread = float(change.sigma[15] / change.sigma[0]), float(of_weight[15] / of_weight[0])
    print(f"   the 16th singular value, as a share of the first: of ΔW {spread[0]:.2f}, of W itself {spread[1]:.2f}")
    check("the change is simpler than the weight: under 0.5 against over 0.6", spread[0] < 0.5 and spread[1] > 0.6)
    chance = torch.randn(change.before.shape, generator=torch.Generator().manual_seed(0))
    return {
        "the change ΔW": change.sigma,
        "the weight W itself": of_weight,
        "random numbers": torch.linalg.svdvals(chance),
    }


# ----------------------------------------------------------------------------------------------------------------------
# Part two: how much of the change a rank keeps
# ----------------------------------------------------------------------------------------------------------------------


def part_two(changes: dict[str, Change]) -> list[list[float]]:
    """The share of ‖ΔW‖² that each rank keeps, of every layer."""
    print("2. How much of the change is left at a rank")
    shares = [[change.share(rank) for change in changes.values()] for rank in RANKS]
    for rank, of_layers in zip(RANKS, shares, strict=True):
        print(f"   rank {rank:2}   {mean(of_layers):5.1%} of ‖ΔW‖² ({min(of_layers):.1%} to {max(of_layers):.1%})")
    check("rank 1 keeps less than half of the average change", mean(shares[0]) < 0.5)
    check("rank 16 keeps less than three quarters of it", mean(shares[4]) < 3 / 4)
    check("even rank 64 does not keep all of it (under 99 %)", mean(shares[-1]) < 0.99)
    return shares


def mean(numbers: Sequence[float]) -> float:
    """Their mean."""
    return sum(numbers) / len(numbers)


# ----------------------------------------------------------------------------------------------------------------------
# Part three: how much of what was learnt a rank keeps
#
# The share of ‖ΔW‖² counts every number of ΔW alike. The task does not: much of what AdamW changes, it changes because
# it moves every weight by about the learning rate, needed or not. So the honest measure is the task itself. We put the
# change, cut to a rank, into all layers at once, and find personal data with that.
# ----------------------------------------------------------------------------------------------------------------------


@torch.no_grad()
def cut_all(tagger: Tagger, changes: dict[str, Change], rank: int | None) -> None:
    """Give every linear layer its first weight and the change cut to `rank`, or all of the change where it is None."""
    layers = linear_layers(tagger.network)
    for name, change in changes.items():
        layers[name].weight.copy_(change.before + change.cut_to(rank if rank is not None else len(change.sigma)))


@torch.no_grad()
def restore_the_rest(tagger: Tagger) -> None:
    """Embeddings and norms as they were: what LoRA on the linear layers never changes. The tag head stays as learnt."""
    tuned = dict(tagger.network.named_parameters())
    linear = {f"{name}.weight" for name in linear_layers(tagger.network)}
    for name, parameter in untouched(tagger).get_submodule("model").named_parameters(prefix="model"):
        if name not in linear:
            tuned[name].copy_(parameter)


def part_three(
    tagger: Tagger, changes: dict[str, Change], whole: float, documents: Sequence[Document]
) -> tuple[dict[int, float], float]:
    """F1 with the change cut to each rank, and with all of the linear layers' change."""
    print("3. How much of what was learnt is left at a rank")
    restore_the_rest(tagger)
    cut_all(tagger, changes, None)
    frozen = f1(tagger, documents)
    print(f"   all of the change                          F1 {whole:.3f}")
    print(f"   without that of embeddings and norms       F1 {frozen:.3f}")
    found = {}
    for rank in (0, *SCORED_RANKS):
        cut_all(tagger, changes, rank)
        found[rank] = f1(tagger, documents)
        print(f"   and cut to rank {rank:2} in every linear layer   F1 {found[rank]:.3f}")
    check("with no change left (rank 0), nearly nothing is found: F1 under 0.15", found[0] < 0.15)
    check("rank 64 finds what the whole change finds, to 0.1 of F1", abs(found[64] - frozen) < 0.1)
    check("and so does rank 16, to 0.15, with over a quarter of ‖ΔW‖² missing", abs(found[16] - frozen) < 0.15)
    check("rank 1 does not: it falls short by more than 0.1", found[1] < frozen - 0.1)
    return found, frozen


# ----------------------------------------------------------------------------------------------------------------------
# Part four: what this cannot tell
#
# To cut a finished change is not to train at that rank. A fine-tune of all weights spreads what it learns over as many
# directions as it likes, for nobody asked it to be thrifty. LoRA has r directions from the first step on, and puts into
# them what it would otherwise have put elsewhere. So a cut to rank r says what *that* change needs, and only training
# at rank r says what the *task* needs.
# ----------------------------------------------------------------------------------------------------------------------


def part_four(learn: Sequence[Document], measure: Sequence[Document], cut: dict[int, float]) -> dict[int, float]:
    """F1 of LoRA trained at some ranks, on the same texts for as many steps."""
    print("4. Trained at a rank, in place of cut to it")
    found = {}
    for rank in LORA_RANKS:
        with tempfile.TemporaryDirectory() as folder:
            found[rank] = f1(fine_tune(learn, Path(folder), "lora", rank), measure)
        print(f"   LoRA trained at rank {rank}   F1 {found[rank]:.3f}")
    check("at rank 1, training finds more than cutting, by over 0.1", found[1] > cut[1] + 0.1)
    return found


# ----------------------------------------------------------------------------------------------------------------------
# The plot
# ----------------------------------------------------------------------------------------------------------------------


def draw(
    spectra: dict[str, Tensor],
    shares: Sequence[Sequence[float]],
    whole: float,
    frozen: float,
    cut: dict[int, float],
    trained: dict[int, float],
) -> None:
    """Singular values, the share of the change kept by rank, and the F1 that remains."""
    plt.style.use(HERE / "lessons.mplstyle")
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.4))

    for (name, sigma), colour in zip(spectra.items(), ("C0", "C1", "C4"), strict=True):
        left.plot(range(1, len(sigma) + 1), sigma / sigma[0], label=name, color=colour)
    left.set_title("One layer: 576 inputs, 1,536 outputs")
    left.set_xscale("log", base=2)
    left.set_xlabel("singular value, the largest first")
    left.set_ylabel("size, as a share of the largest")
    left.set_xticks((1, 4, 16, 64, 256), ("1", "4", "16", "64", "256"))
    left.set_ylim(0, 1.05)
    left.legend(loc="lower left")

    least, most = [100 * min(s) for s in shares], [100 * max(s) for s in shares]
    middle.fill_between(RANKS, least, most, alpha=0.18, label="from the least to the most")
    middle.plot(RANKS, [100 * mean(s) for s in shares], marker="o", label="mean of the 42 layers")
    middle.set_title("How much of the change is left")
    middle.set_ylabel("share of ‖ΔW‖² kept (%)")
    middle.set_ylim(0, 105)
    middle.legend(loc="lower right")

    right.axhline(frozen, color="C4", linestyle="--", linewidth=1.4)
    right.annotate("all of the change", (1, frozen), xytext=(0, 5), textcoords="offset points", color="C4")
    right.plot(SCORED_RANKS, [cut[rank] for rank in SCORED_RANKS], marker="o", label="all weights tuned, then cut")
    right.plot(list(trained), list(trained.values()), "D", color="C1", label="LoRA, trained at that rank")
    right.set_title("How much of what was learnt is left")
    right.set_ylabel("strict F1")
    right.set_ylim(0, max(whole, frozen, *cut.values(), *trained.values()) + 0.12)
    right.legend(loc="lower right")

    for axes in (middle, right):
        axes.set_xscale("log", base=2)
        axes.set_xticks(RANKS, [str(rank) for rank in RANKS])
        axes.set_xlabel("rank")

    PLOT.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PLOT)
    print(f"   drawn: {PLOT.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
