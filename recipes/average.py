"""The average of two adapters, of which the second went on from the first, or both from a third.

    python recipes/average.py FIRST SECOND --out FOLDER [--eval DATA]

Each number of the result lies halfway between those of the two; what the second added (the tag head's outputs for new
labels) is its own. Two states of one training often do better together than either alone, at no cost when masking
(stochastic weight averaging, Izmailov et al., arXiv:1803.05407). Edges are the second's, and so is the temperature
without `--eval`: with it, temperature, dial and figures are measured on that labelled text, which neither may have
learnt from.
"""

import argparse
from pathlib import Path

import torch

from loredact import read_corpus
from loredact.adapters import find_adapter
from loredact.cli.console import say
from loredact.errors import InputError
from loredact.lora import lora_layers
from loredact.tagger import Tagger
from loredact.tuning.tagging import Tagging


def average(first: Tagger, second: Tagger) -> None:
    """Put the mean of both into `second`.

    Raises:
        InputError: where the two are of other bases or depths, or the labels of `first` do not come first in `second`.
    """
    theirs, ours = first.description, second.description
    known = len(theirs.labels)
    if (theirs.fingerprint, theirs.depth, theirs.labels) != (ours.fingerprint, ours.depth, ours.labels[:known]):
        raise InputError("The two adapters cannot be averaged: base, depth or labels differ.")
    before = {name: layer.state_dict() for name, layer in lora_layers(first.network)}
    after = {name: layer.state_dict() for name, layer in lora_layers(second.network)}
    if before.keys() != after.keys():
        raise InputError("The two adapters cannot be averaged: their layers differ.")
    pairs = [
        (before[name][part], tensor)
        for name, layer in after.items()
        for part, tensor in layer.items()
        if "lora_" in part
    ]
    pairs += [(first.head.state_dict()[part], tensor) for part, tensor in second.head.state_dict().items()]
    with torch.no_grad():
        for old, new in pairs:
            # The head alone may have grown, and the known labels' tags come first in it.
            new[: len(old)].lerp_(old, 0.5)


def main() -> None:
    """Read, average, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--out", type=Path, required=True, help="folder for the adapter")
    parser.add_argument("--eval", help="labelled text to measure on")
    given = parser.parse_args()
    first, second = (Tagger.load(find_adapter(folder)) for folder in (given.first, given.second))
    average(first, second)
    second.description = second.description.model_copy(update={"dial": (), "figures": {}, "recall": None})
    if given.eval is not None:
        say("measuring")
        Tagging(second).measure(read_corpus(given.eval, say))
    second.save(given.out)
    say(f"written to {given.out}")


if __name__ == "__main__":
    main()
