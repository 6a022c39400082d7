"""The average of adapters, of which each went on from the one before, or all from another.

    python recipes/average.py ADAPTER ADAPTER... --out FOLDER [--eval DATA]

Each number of the result is the mean of theirs; what the last added (the tag head's outputs for new labels) is its own.
Several states of one training often do better together than any alone, at no cost when masking (stochastic weight
averaging, Izmailov et al., arXiv:1803.05407). Boundaries are the last's, and so is the temperature without `--eval`:
with it, temperature, evidence threshold, operating points and report are measured on that labelled text, which none
may have learnt from. What the last adapter asks of them (`recall`, and where the text can tell it
`max_false_positive_rate`) is then asked of the result's; without operating points there is nothing to ask.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from loredact import read_corpus
from loredact.adapters import find_adapter
from loredact.cli.console import say
from loredact.document import Document
from loredact.errors import InputError
from loredact.lora import lora_layers
from loredact.tagger import Architecture, Tagger, read_description
from loredact.training.tagging import Tagging, require_enough_pii_free


def average(others: Sequence[Tagger], last: Tagger) -> None:
    """Put the mean of all into `last`.

    Raises:
        InputError: where one is not LoRA's, they are of other bases, depths, attentions, layers, ranks or scales, or
            the labels of one do not come first in `last`.
    """
    about, ours = _about(last), _tensors(last)
    met = {name: torch.ones(len(tensor), device=tensor.device) for name, tensor in ours.items()}
    for other in (last, *others):
        before = _about(other)
        if before.method != "lora":
            raise InputError("Adapters of LoRA alone can be averaged.")
        bases = {tagger.description.base.fingerprint for tagger in (last, other)}
        same = (about.num_layers, about.attention, about.labels[: len(before.labels)])
        if len(bases) > 1 or (before.num_layers, before.attention, before.labels) != same:
            raise InputError("The adapters cannot be averaged: base, depth, attention or labels differ.")
        if _layers(other) != _layers(last):
            raise InputError("The adapters cannot be averaged: their layers, ranks or scales differ.")
    for other in others:
        for name, tensor in _tensors(other).items():
            # The head alone may have grown, and the known labels' tags come first in it. A row is the mean of those
            # adapters that have it.
            rows = met[name][: len(tensor)]
            rows += 1
            ours[name][: len(tensor)].lerp_(tensor, (1 / rows).view(-1, *[1] * (tensor.dim() - 1)))


def _about(tagger: Tagger) -> Architecture:
    return tagger.description.architecture


def _layers(tagger: Tagger) -> dict[str, tuple[float, torch.Size]]:
    """Scale and shape of each layer's update."""
    return {name: (layer.scaling, layer.lora_A.shape) for name, layer in lora_layers(tagger.network)}


def _tensors(tagger: Tagger) -> dict[str, Tensor]:
    """The adapter's own tensors, by name."""
    layers = {
        f"{name}.{part}": tensor
        for name, layer in lora_layers(tagger.network)
        for part, tensor in layer.state_dict().items()
        if "lora_" in part
    }
    return layers | {f"head.{part}": tensor for part, tensor in tagger.head.state_dict().items()}


def write_average(
    folders: Sequence[Path],
    out: Path,
    held_out: Sequence[Document] = (),
    recall: float | None = None,
    max_false_positive_rate: float | None = None,
) -> None:
    """Write the mean of the adapters in `folders` to `out`, calibrated on `held_out` to what is asked for.

    Raises:
        InputError: where they cannot be averaged, or `held_out` has too few texts to tell that rate.
    """
    *others, last = (Tagger.load(folder) for folder in folders)
    average(others, last)
    before = last.description.decoding
    asked = {"recall": recall, "max_false_positive_rate": max_false_positive_rate}
    decoding = before.uncalibrated().model_copy(update={"temperature": before.temperature} | asked)
    last.description = last.description.model_copy(update={"decoding": decoding, "report": {}})
    if held_out:
        require_enough_pii_free(held_out, max_false_positive_rate)
        say("measuring")
        task = Tagging(last)
        measured = task.measure(held_out)
        if measured.note:
            say(measured.note)
        last = task.measured(measured)
    last.save(out)
    say(f"written to {out}")


def main() -> None:
    """Read, average, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapters", nargs="+", metavar="ADAPTER")
    parser.add_argument("--out", type=Path, required=True, help="folder for the adapter")
    parser.add_argument("--eval", help="labelled text to measure on")
    given = parser.parse_args()
    folders = [find_adapter(adapter) for adapter in given.adapters]
    if given.eval is None:
        write_average(folders, given.out)
        return
    held_out, last = read_corpus(given.eval, say), read_description(folders[-1])
    share = last.decoding.max_false_positive_rate
    try:
        require_enough_pii_free(held_out, share)
    except InputError as error:
        say(f"{error} This mean has no evidence threshold.")
        share = None
    write_average(folders, given.out, held_out, last.decoding.recall, share)


if __name__ == "__main__":
    main()
