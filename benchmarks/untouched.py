"""How often a generator changes a text that it should copy or mask: with an adapter as trained, untrained, and random.

    python benchmarks/untouched.py --adapter WRITER CORPUS [CORPUS ...] [--texts 2000] [--json]

The texts are the paragraphs of the corpora, drawn evenly over all of them. What the network wrote is held against the
text, before spans are made of it: a text counts as altered where that is not the text with labels in place of stretches
of it. Untrained, LoRA's matrices B are 0, as a run begins with them; at random they have about the size of a base's
weights, and the network would write nonsense.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from generation import folded
from torch import nn

from loredact.cli.console import progress
from loredact.corpora import scan_corpus
from loredact.corpora.pairs import align
from loredact.generator import ConstrainedGenerator

STATES: dict[str, float | None] = {"trained": None, "untrained": 0.0, "random": 0.02}
AT_ONCE = 50  # texts between two steps of the progress bar


def writer_with(adapter: Path, std: float | None) -> ConstrainedGenerator:
    """The generator of `adapter`, its matrices B drawn anew with the deviation `std`, if given."""
    generator = ConstrainedGenerator.load(adapter)
    torch.manual_seed(0)
    with torch.no_grad():
        matrices = [matrix for name, matrix in generator.network.named_parameters() if name.endswith(".lora_B")]
        assert matrices, "a generator's adapter has matrices B"
        if std is not None:
            for matrix in matrices:
                nn.init.normal_(matrix, std=std)
    return folded(generator)


def counts(generator: ConstrainedGenerator, texts: Sequence[str], name: str) -> tuple[int, int]:
    """How many of `texts` come out altered, and how many with something masked."""
    changed = masked = 0
    with progress(name) as bar:
        for first in range(0, len(texts), AT_ONCE):
            part = texts[first : first + AT_ONCE]
            for text, written in zip(part, generator.generate(part), strict=True):
                # Characters that no token writes are not shown to the network, and stay where they are.
                shown = "".join(text[place] for place in written.places)
                said = written.data.decode(errors="replace")
                changed += align(shown, said) is None
                masked += shown != said
            bar(min(1.0, (first + AT_ONCE) / len(texts)), f"{changed} altered")
    return changed, masked


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", metavar="CORPUS", nargs="+")
    parser.add_argument("--adapter", type=Path, required=True, help="a generator's adapter")
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    documents = [document for corpus in arguments.corpora for document in scan_corpus(corpus).documents]
    paragraphs = [line for document in documents for line in document.text.split("\n") if line.strip()]
    chosen = np.linspace(0, len(paragraphs) - 1, min(arguments.texts, len(paragraphs))).astype(int)
    texts = [paragraphs[place] for place in chosen]
    results = {name: counts(writer_with(arguments.adapter, std), texts, name) for name, std in STATES.items()}
    if arguments.json:
        result = {name: {"altered": changed, "masked": masked} for name, (changed, masked) in results.items()}
        print(json.dumps({"texts": len(texts), **result}, indent=2))
        return
    for name, (changed, masked) in results.items():
        print(f"{name:10} {changed} of {len(texts)} texts altered, {masked} with something masked")


if __name__ == "__main__":
    main()
