"""Lesson 4. When to fine-tune, and when not.

The workshop's advice: first try what needs no training. Write rules; then ask a model in words; and fine-tune where
that is not enough, and where you have examples. This lesson makes a measurement of the advice. The task is to mark
whatever is personal in short texts, and the question is from how many labelled examples on training pays.

Run it with `make lessons`, or by itself:

    python lessons/4_when_to_fine_tune.py

It prints what it finds, stops where something it states is not so, and draws docs/images/4_when_to_fine_tune.png
"""

import math
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import torch
import transformers
from matplotlib.axes import Axes
from transformers import AutoModelForCausalLM, AutoTokenizer

from loredact.bases import DEFAULT_BASE, find_base
from loredact.document import Document, Span
from loredact.evaluation import Evaluation, evaluate
from loredact.lora import LoRAConfig
from loredact.synthetic import make_corpus
from loredact.tagger import Tagger
from loredact.training import Settings, train

HERE = Path(__file__).parent
PLOT = HERE.parent / "docs" / "images" / "4_when_to_fine_tune.png"

LABEL = "PERSONAL"
LONGEST = 200  # characters
SIZES = (10, 30, 100, 250, 500)
READINGS = 800  # how many texts each fine-tune reads in all, some of them many times
PROMPTED = 20  # texts that the base is asked about: it answers slowly


def main() -> None:
    """The three ways, where they cross, and the plot."""
    learn, measure = texts()
    rules = part_one(measure)
    prompted = part_two(learn, measure)
    tuned = part_three(learn, measure)
    pays_from = part_four(rules, prompted, tuned)
    draw(rules, prompted, tuned, pays_from)


def check(statement: str, holds: bool) -> None:
    """Print what this lesson states, or stop where it is not so."""
    if not holds:
        sys.exit(f"Lesson 4 states what is not so: {statement}")
    print(f"   ✓ {statement}")


def texts() -> tuple[list[Document], list[Document]]:
    """Made-up texts to learn from and to measure on: chats, forms, notes; some with nothing personal.

    Short ones alone, so that all of this fits into some minutes, and with one label, so that all three ways
    are asked the same: what is personal? Those measured on are made of other templates and other values.
    """
    learn, measure = make_corpus(2300, 650, seed=0)
    return short(learn, max(SIZES)), short(measure, 100)


def short(documents: Iterable[Document], count: int) -> list[Document]:
    """The first `count` documents of at most `LONGEST` characters, under one label."""
    found = [document for document in documents if len(document.text) <= LONGEST][:count]
    if len(found) < count:
        sys.exit(f"The corpus holds {len(found)} texts of at most {LONGEST} characters, and {count} are needed.")
    return [Document(d.text, tuple(Span(span.start, span.end, LABEL) for span in d.spans)) for d in found]


def show(name: str, found: Evaluation) -> None:
    """A line of the table."""
    characters = found.characters
    print(f"   {name:24} {found.strict.f1:9.3f} {characters.recall:16.1%} {characters.precision:10.1%}")


# ----------------------------------------------------------------------------------------------------------------------
# Part one: rules
#
# Some personal data has a form, and a form can be written down in a minute. No examples needed, no model, and it is
# plain why each thing was found. What has no form (a name, a place, an age) no rule finds.
# ----------------------------------------------------------------------------------------------------------------------

RULES = (
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",  # an e-mail address
    r"https?://\S+|www\.\S+",  # a link
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b",  # an IBAN
    r"\b(?:\d{4}[ -]?){3}\d{4}\b",  # a card of 16 digits
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b",  # an IP address
    r"(?:\+\d{1,3}[ -]?)?\(?\d{2,4}\)?(?:[ -]\d{2,4}){2,4}\b",  # a telephone number, or another in groups
)


def find_by_rules(text: str) -> list[Span]:
    """What any rule finds; where two overlap, the one that stands first in the list."""
    return without_overlap(match.span() for rule in RULES for match in re.finditer(rule, text))


def without_overlap(places: Iterable[tuple[int, int]]) -> list[Span]:
    """Spans at `places`, in order; of two that overlap, the one named first."""
    taken: list[tuple[int, int]] = []
    for start, end in places:
        if all(end <= first or past <= start for first, past in taken):
            taken.append((start, end))
    return [Span(start, end, LABEL) for start, end in sorted(taken)]


def part_one(measure: Sequence[Document]) -> Evaluation:
    """How far the rules reach."""
    print(f"1. {len(RULES)} rules, no examples")
    found = evaluate(measure, [document.with_spans(find_by_rules(document.text)) for document in measure])
    heading()
    show("rules", found)
    check("rules alone find less than half of the personal characters", found.characters.recall < 0.5)
    return found


def heading() -> None:
    """The head of the table."""
    print(f"   {'':24} strict F1 characters found  precision")


# ----------------------------------------------------------------------------------------------------------------------
# Part two: ask the model
#
# The base was taught to follow instructions, so it can be told what to do, and shown one text with its answer. This
# costs no training. But a model of 135 million parameters follows loosely: it writes of things that are not there, and
# leaves out what is. We count what it names only where the text holds it, letter for letter.
# ----------------------------------------------------------------------------------------------------------------------

INSTRUCTION = (
    "List the personal data in the text: names of people, places and addresses, telephone numbers, e-mail addresses, "
    "user names, dates, ages, and all numbers that identify a person. Copy each exactly, one per line. "
    "If there is none, write: none."
)


def part_two(learn: Sequence[Document], measure: Sequence[Document]) -> Evaluation:
    """How far the base gets when asked."""
    asked = measure[:PROMPTED]
    print(f"2. The base, asked in words, with one example ({len(asked)} of the texts)")
    example = next(document for document in learn if len(document.spans) > 1)
    found = evaluate(asked, ask(example, asked))
    heading()
    show("asked", found)
    check("that is no protection: strict F1 under 0.4", found.strict.f1 < 0.4)
    return found


@torch.inference_mode()
def ask(example: Document, questions: Sequence[Document]) -> Iterator[Document]:
    """Each document with what the base answers for its text, as spans."""
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    folder = find_base(DEFAULT_BASE).folder
    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    answer = "\n".join(example.text[span.start : span.end] for span in example.spans)
    for document in questions:
        messages = [
            {"role": "system", "content": INSTRUCTION},
            {"role": "user", "content": example.text},
            {"role": "assistant", "content": answer},
            {"role": "user", "content": document.text},
        ]
        given = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        written = network.generate(**given, max_new_tokens=48, do_sample=False)  # (1, tokens given and written)
        reply = tokenizer.decode(written[0, given["input_ids"].shape[1] :], skip_special_tokens=True)
        yield document.with_spans(spans_named(reply, document.text))


def spans_named(reply: str, text: str) -> list[Span]:
    """Every place in `text` of every line of `reply`."""
    lines = [line.strip(" -*•\t") for line in reply.splitlines()]
    named = sorted({line for line in lines if line and line.lower() != "none"}, key=len, reverse=True)
    return without_overlap(match.span() for line in named for match in re.finditer(re.escape(line), text))


# ----------------------------------------------------------------------------------------------------------------------
# Part three: fine-tune
#
# LoRA on the lowest layers of the same base, with a head that says of each token whether it is personal. Every run
# reads as many texts and so takes as long; what differs is how many of them are different. With ten it reads each
# eighty times.
# ----------------------------------------------------------------------------------------------------------------------


def fine_tune(documents: Sequence[Document], folder: Path) -> Tagger:
    """The base with LoRA, taught by `documents`."""
    settings = Settings(
        depth=6,
        lora=LoRAConfig(rank=8, alpha=16),
        epochs=READINGS / len(documents),
        row_tokens=128,
        precision="float32",
    )
    train(documents, settings, held_out=[]).save(folder)
    return Tagger.load(folder, "float32")


def part_three(learn: Sequence[Document], measure: Sequence[Document]) -> list[Evaluation]:
    """How far a fine-tune gets with each number of examples."""
    print(f"3. Fine-tuned, {READINGS:,} readings each")
    heading()
    results = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            tagger = fine_tune(learn[:size], Path(folder))
        results.append(evaluate(measure, tagger.find(measure)))
        show(f"{size} examples", results[-1])
    check("500 examples give over 0.2 more strict F1 than 10", results[-1].strict.f1 > results[0].strict.f1 + 0.2)
    return results


# ----------------------------------------------------------------------------------------------------------------------
# Part four: where training begins to pay
# ----------------------------------------------------------------------------------------------------------------------


def crossing(level: float, reached: Sequence[float]) -> float:
    """From how many examples on `reached` stands above `level`: straight lines between the sizes, on the plot's scale.

    The smallest size where it does from the start, and infinity where it never does.
    """
    if reached[0] >= level:
        return SIZES[0]
    for (size, low), (larger, high) in pairwise(zip(SIZES, reached, strict=True)):
        if low < level <= high:
            return math.exp(math.log(size) + (level - low) / (high - low) * math.log(larger / size))
    return math.inf


def part_four(rules: Evaluation, prompted: Evaluation, tuned: Sequence[Evaluation]) -> float:
    """The number of examples from which on a fine-tune beats whatever needs no training."""
    print("4. Where training begins to pay")
    untrained = max(rules.strict.f1, prompted.strict.f1)
    pays_from = crossing(untrained, [found.strict.f1 for found in tuned])
    print(f"   without training, strict F1 {untrained:.3f} at best; trained, more from {pays_from:.0f} examples on")
    check("training begins to pay at 250 examples at the latest", pays_from <= 250)
    check(
        "and with 500 it finds more than twice the personal characters that the rules do",
        tuned[-1].characters.recall > 2 * rules.characters.recall,
    )
    print("   Rules stay worth having: they need no example, and what has a form they find in any text.")
    return pays_from


# ----------------------------------------------------------------------------------------------------------------------
# The plot
# ----------------------------------------------------------------------------------------------------------------------


def draw(rules: Evaluation, prompted: Evaluation, tuned: Sequence[Evaluation], pays_from: float) -> None:
    """Strict F1 and characters found by the number of examples, with what needs none as lines."""
    plt.style.use(HERE / "lessons.mplstyle")
    figure, (left, right) = plt.subplots(1, 2)

    left.plot(SIZES, [found.strict.f1 for found in tuned], marker="o", label="fine-tuned with LoRA")
    level(left, rules.strict.f1, "C1", "rules")
    level(left, prompted.strict.f1, "C2", "base, asked in words")
    untrained = max(rules.strict.f1, prompted.strict.f1)
    left.plot(pays_from, untrained, "o", markersize=13, markerfacecolor="none", color="0.2")
    left.annotate(
        f"training pays from\nabout {pays_from:.0f} examples on",
        (pays_from, untrained),
        xytext=(-30, 62),
        textcoords="offset points",
        arrowprops={"arrowstyle": "-", "color": "0.5", "shrinkB": 8},
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )
    left.set_title("Spans found exactly")
    left.set_ylabel("strict F1")
    left.set_ylim(0, 1)

    right.plot(SIZES, [100 * found.characters.recall for found in tuned], marker="o", label="fine-tuned with LoRA")
    level(right, 100 * rules.characters.recall, "C1", "rules")
    level(right, 100 * prompted.characters.recall, "C2", "base, asked in words")
    right.set_title("Personal characters found")
    right.set_ylabel("share of personal characters (%)")
    right.set_ylim(0, 100)

    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(SIZES, [str(size) for size in SIZES])
        axes.minorticks_off()
        axes.set_xlabel("labelled examples (logarithmic)")
        axes.legend(loc="upper left")

    PLOT.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PLOT)
    print(f"   drawn: {PLOT.relative_to(HERE.parent)}")


def level(axes: Axes, height: float, colour: str, name: str) -> None:
    """A horizontal line, for what does not depend on examples."""
    axes.axhline(height, color=colour, linestyle="--", linewidth=1.6, label=name)


if __name__ == "__main__":
    main()
