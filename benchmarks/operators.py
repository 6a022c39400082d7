"""What operators and a policy's lists cost: texts a second with each over texts a second without.

    python benchmarks/operators.py CORPUS [CORPUS ...] [--texts 300] [--rounds 5] [--json]

All sides use one model, the default adapter's. Without: spans are found, and nothing is put in their place. With an
operator: it replaces every span that is found. `lists`: a policy with 10,000 entries, half of them allowed and half
denied, of which some are in the texts. Each side takes the same five texts right before or after finding alone does; a
figure is the median of the ratios of all such pairs. Seconds are of processor time, so that what else the machine does
counts for little.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from itertools import count, islice, pairwise, product
from random import Random
from statistics import median

from loredact import Masker
from loredact.corpora import read_corpus
from loredact.keys import Key
from loredact.operators import OPERATORS, Context, make
from loredact.policy import Allowed, Denied, Policy

KEY = Key(env="LOREDACT_BENCHMARK_KEY")
PARAMS: dict[str, dict[str, object]] = {
    "hash": {"key": KEY},
    "encrypt": {"key": KEY},
    "shift": {"key": KEY},
    "surrogate": {"key": KEY},
    "generalise": {"to": "country"},
}
ENTRIES = 10_000
AT_ONCE = 5
Side = Callable[[list[str]], object]


def lists(texts: list[str], random: Random) -> Policy:
    """A policy with 10,000 entries: words of the texts, two in a row, and words that are in none."""
    words = [word for text in texts for word in text.split()]
    pairs = list({f"{first} {second}" for first, second in pairwise(words)})
    theirs = random.sample(pairs, min(200, len(pairs)))
    made = ["".join(random.choices("abcdefghijklmnoprstuvw", k=random.randint(5, 14))) for _ in range(ENTRIES)]
    entries = [*theirs, *made][:ENTRIES]
    random.shuffle(entries)
    half = ENTRIES // 2
    return Policy(
        allow=(Allowed(ignore_case=tuple(entries[:half])),),
        deny=(Denied(label="CODE_NAME", exact=tuple(entries[half:])),),
    )


def measure(texts: list[str], rounds: int) -> dict[str, float]:
    """For each side its ratio to finding alone."""
    os.environ.setdefault(KEY.env or "", "a key for benchmarks")
    model = Masker.load().model
    offset = model.offset_for()
    plain = Masker(model, offset=offset)

    def masking(masker: Masker) -> Side:
        numbers = count()
        return lambda part: list(masker.mask_many(part, lambda _: Context(str(next(numbers)), "one")))

    sides = {
        name: masking(Masker(model, make(name, PARAMS.get(name)), offset=offset))
        for name in OPERATORS
        if name != "keep"
    }
    sides["keep"] = masking(Masker(model, policy=Policy().keeping(model.labels), offset=offset))
    sides["lists"] = masking(Masker(model, policy=lists(texts, Random(0)), offset=offset))

    def without(part: list[str]) -> object:
        return list(plain.find_many(part))

    ratios: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(-1, rounds):
        for place, (name, side) in product(range(0, len(texts), AT_ONCE), sides.items()):
            part = texts[place : place + AT_ONCE]
            # Whichever comes second finds more in the caches.
            order = [without, side] if (number + place // AT_ONCE) % 2 else [side, without]
            seconds = {step: _seconds(step, part) for step in order}
            if number >= 0:
                ratios[name].append(seconds[without] / seconds[side])
    return {name: median(of_side) for name, of_side in ratios.items()}


def _seconds(side: Side, texts: list[str]) -> float:
    began = time.process_time()
    side(texts)
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", metavar="CORPUS", nargs="+")
    parser.add_argument("--texts", type=int, default=300, help="of each corpus, from its start")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results = {}
    for corpus in arguments.corpora:
        texts = [document.text for document in islice(read_corpus(corpus), arguments.texts)]
        results[corpus] = measure(texts, arguments.rounds)
    if arguments.json:
        print(json.dumps(results, indent=2))
        return
    for corpus, ratios in results.items():
        print(corpus)
        for name, ratio in ratios.items():
            print(f"  {name:<12}{ratio:.3f}")


if __name__ == "__main__":
    main()
