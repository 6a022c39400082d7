"""Train the adapter `fast`, as it ships in the package: the lower half of the default adapter's base, for any language.

    python recipes/fast_adapter.py --corpora FOLDER --start DEFAULT --out OUT

It begins with the lower six layers of the adapter DEFAULT, a folder or the name of one that ships, and learns from what
that learnt from (`default_adapter.py` says what FOLDER holds), in two runs; what ships is the mean of both. The same
command goes on with what was stopped.
"""

import argparse
from pathlib import Path

import torch
from default_adapter import SETTINGS, Run, to_be_done, train_adapter, write_calibrated

from loredact.adapters import find_adapter
from loredact.adapters.description import FILE as DESCRIPTION
from loredact.tagger import Tagger

_LAYERS = 6
_RATE, _SHARE = 1.2e-3, 0.4
# The second run is on one core of a Zen 4, which it had half to itself.
_AGAIN = Run(22, 1e-3)
# The least at which there is an evidence threshold for it: it tells less apart than the default adapter.
_NOTHING_PERSONAL_MASKED = 0.04


def cut_adapter(start: Path, out: Path, layers: int) -> None:
    """Write the adapter in `start` without its base's upper layers, from `layers` on, to the folder `out`."""
    whole = Tagger.load(start)
    about = whole.description
    about = about.model_copy(update={"decoding": about.decoding.uncalibrated(), "report": {}})
    about = about.changed(architecture={"num_layers": layers})
    lower = Tagger.new(whole.base, about, whole.config)
    learnt = dict(whole.network.named_parameters())
    with torch.no_grad():
        for name, parameter in lower.network.named_parameters():
            if parameter.requires_grad:
                parameter.copy_(learnt[name])
    lower.save(out)


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--start", default="default", help="the adapter of the whole base")
    parser.add_argument("--out", type=Path, required=True, help="folder for the run and the adapter")
    given = parser.parse_args()
    cut = given.out / "start"
    if not (cut / DESCRIPTION).exists():
        cut_adapter(find_adapter(given.start), cut, _LAYERS)
    settings = SETTINGS.model_copy(update={"depth": _LAYERS, "evaluations": 3})
    run = given.out / "run"
    if to_be_done(run):
        train_adapter(given.corpora, run, settings, start=cut, rate=_RATE, share=_SHARE, seed=10)
    again = given.out / "again"
    if to_be_done(again):
        train_adapter(given.corpora, again, settings, start=run, minutes=_AGAIN.minutes, rate=_AGAIN.rate, seed=12)
    write_calibrated([run, again], given.corpora, given.out / "adapter", _NOTHING_PERSONAL_MASKED)


if __name__ == "__main__":
    main()
