"""What one adapter costs a processor: processor time of one thread, which other programs disturb less than a clock's.

    python benchmarks/processor_time.py ADAPTER --corpora FOLDER [--characters 9000]

Masks sentences of `presidio-synth-v2` all at once, twice as many characters of `tab-test`'s judgments, and sixty
sentences one by one. To compare two versions, run it in turns with `PYTHONPATH` set to the `src` of one and the other.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import torch

from loredact import Document, Masker, read_corpus

_ONE_BY_ONE = 60


def up_to(path: Path, characters: int) -> Iterator[Document]:
    """The first documents of a corpus, until they have so many characters together."""
    for document in read_corpus(path):
        yield document
        characters -= len(document.text)
        if characters < 0:
            return


def characters_a_second(masker: Masker, texts: list[str]) -> float:
    """How many characters a second of processor time are masked, all texts at once."""
    start = time.process_time()
    list(masker.mask_many(texts))
    return sum(map(len, texts)) / (time.process_time() - start)


def milliseconds(masker: Masker, text: str) -> float:
    """The processor time of one text alone."""
    start = time.process_time()
    masker.mask(text)
    return 1000 * (time.process_time() - start)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapter")
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the labelled corpora")
    parser.add_argument("--characters", type=int, default=9000, help="of the sentences")
    given = parser.parse_args()
    torch.set_num_threads(1)
    sentences = [document.text for document in up_to(given.corpora / "presidio-synth-v2.jsonl.gz", given.characters)]
    judgments = [document.text for document in up_to(given.corpora / "tab-test.jsonl.gz", 2 * given.characters)]
    masker = Masker.load(given.adapter)
    list(masker.mask_many(sentences[:20]))  # memory and caches
    print(f"{given.adapter}: sentences {characters_a_second(masker, sentences):,.0f} characters/s")
    print(f"{given.adapter}: judgments {characters_a_second(masker, judgments):,.0f} characters/s")
    alone = [milliseconds(masker, text) for text in sentences[:_ONE_BY_ONE]]
    print(f"{given.adapter}: one sentence {median(alone):.1f} ms, the slowest {max(alone):.1f} ms")


if __name__ == "__main__":
    main()
