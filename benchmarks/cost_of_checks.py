"""What it costs to fail closed: the processor time of the checks, beside all of masking's.

    python benchmarks/cost_of_checks.py --corpora FOLDER [--adapter default fast] [--characters 30000] [--rounds 5]

Masks sentences of `presidio-synth-v2` all at once, then one by one, and judgments of `tab-test`, with one thread, and
takes the time of every call that refuses what cannot be used: texts with lone surrogates, tokens that the base does
not have, shapes that a kernel does not fit, scores that are not finite. Then it loads the adapter, and takes the time
of its digests, of looking for numbers that are not finite, and of holding the base's files against what is known of
them.

Two versions in turns differ by more than a per cent for other reasons than these; this finds what the checks alone add.
The clock that is read around each of them is counted with them, so the truth is a little less. Medians of the rounds.
"""

import argparse
import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import torch
from processor_time import up_to

from loredact import Masker

_MASKING = (
    "loredact.tagger.tagger.require_valid_text",
    "loredact.tagger.tagger.require_known",
    "loredact.tagger.tagger.Tagger.require_finite",
    "loredact.kernels.buckets._require_fit",
    "loredact.kernels.elementwise._require_rows",
)
_LOADING = (
    "loredact.adapters.description._check_digests",
    "loredact.lora.files.is_finite",
    "loredact.bases.base.confirm",
    "loredact.tagger.tagger.require_window",
)


class Clock:
    """Processor time of this thread within some functions, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, and its time is counted."""

        def timed(*given: Any, **named: Any) -> Any:
            start = time.thread_time()
            try:
                return function(*given, **named)
            finally:
                self.seconds += time.thread_time() - start

        return timed


@contextmanager
def watched(names: tuple[str, ...]) -> Iterator[Clock]:
    """Count the time of the functions `names` while this lasts."""
    clock = Clock()
    with ExitStack() as stack:
        for name in names:
            module, _, function = name.rpartition(".")
            owner = _owner(module)
            stack.enter_context(patch.object(owner, function, clock.around(getattr(owner, function))))
        yield clock


def _owner(path: str) -> Any:
    """The module or class of that name."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)


def measured(names: tuple[str, ...], work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of all of `work`, and of the functions `names` within it."""
    with watched(names) as clock:
        start = time.process_time()
        work()
        return time.process_time() - start, clock.seconds


def pieces_of_work(
    adapter: str, sentences: list[str], judgments: list[str]
) -> dict[str, tuple[tuple[str, ...], Callable[[], object]]]:
    """What is measured, and which functions check something in it."""
    masker = Masker.load(adapter)
    list(masker.mask_many(sentences[:20]))  # memory and caches
    return {
        "sentences, all at once": (_MASKING, lambda: list(masker.mask_many(sentences))),
        "sentences, one by one": (_MASKING, lambda: [masker.mask(text) for text in sentences[:100]]),
        "judgments, all at once": (_MASKING, lambda: list(masker.mask_many(judgments))),
        "loading": (_LOADING, lambda: Masker.load(adapter)),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the labelled corpora")
    parser.add_argument("--adapter", nargs="+", default=["default", "fast"])
    parser.add_argument("--characters", type=int, default=30000, help="of each corpus")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    sentences, judgments = (
        [document.text for document in up_to(given.corpora / f"{name}.jsonl.gz", given.characters)]
        for name in ("presidio-synth-v2", "tab-test")
    )
    print(f"{'adapter':<10}{'what':<28}{'all, ms':>10}{'checks, ms':>12}{'share':>9}")
    for adapter in given.adapter:
        for what, (names, work) in pieces_of_work(adapter, sentences, judgments).items():
            rounds = [measured(names, work) for _ in range(given.rounds)]
            whole, checks = (1000 * median(seconds) for seconds in zip(*rounds, strict=True))
            print(f"{adapter:<10}{what:<28}{whole:>10.1f}{checks:>12.2f}{checks / whole:>9.2%}")


if __name__ == "__main__":
    main()
