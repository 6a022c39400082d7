"""Which texts to label first: active choice beside chance, simulated on labelled text.

    python benchmarks/active_choice.py TRAIN.jsonl EVAL.jsonl --sizes 10 20 50 100 --seeds 3

The studio's queue is held against chance on documents whose labels are known. Both begin with the same few documents,
drawn at random; an adapter is trained on those; active choice then takes as many more as the next size asks for in the
order of `loredact.studio.order`, by the doubts of that adapter, and chance takes them at random. Printed, and written
as JSON with `--out`: recall by character and strict F1 on the evaluation documents, mean and range over the seeds.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from loredact.corpora import read_corpus
from loredact.document import Document
from loredact.evaluation import evaluate
from loredact.studio.order import Order, in_order
from loredact.studio.suggest import Loaded
from loredact.training import Settings, train


def learn(documents: Sequence[Document], seed: int, base: str | None, start: str | None) -> Loaded:
    """An adapter that learnt from `documents`."""
    from loredact.masking import Masker

    epochs = 20 if len(documents) <= 20 else 6
    given = {"epochs": epochs, "seed": seed} | ({"base": base} if base else {})
    with tempfile.TemporaryDirectory() as folder:
        train(documents, Settings.model_validate(given), held_out=[], start=start).save(folder)
        return Loaded("", "", Masker.load(folder, rules=False))


def simulate(
    pool: Sequence[Document],
    evaluation: Sequence[Document],
    sizes: Sequence[int],
    order: Order,
    seed: int,
    base: str | None,
    start: str | None,
) -> list[dict[str, float]]:
    """The figures at each size."""
    chosen = Random(seed).sample(range(len(pool)), sizes[0])
    adapter = learn([pool[index] for index in chosen], seed, base, start)
    told = []
    for size in sizes:
        if size > len(chosen):
            left = [(index, document.text) for index, document in enumerate(pool) if index not in set(chosen)]
            doubts = {i: adapter.suggest(text).doubt for i, text in left} if order == "unsure" else {}
            chosen += in_order(left, order, doubts, seed)[: size - len(chosen)]
            adapter = learn([pool[index] for index in chosen], seed, base, start)
        found = evaluate(evaluation, adapter.masker.find_many(evaluation))
        told.append({"size": size, "recall": found.characters.recall, "strict_f1": found.strict.f1})
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("evaluation")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20, 50, 100])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most", type=int, default=100, help="evaluation documents")
    parser.add_argument("--base")
    parser.add_argument("--from", dest="start", help="an adapter to go on from; none: from nothing")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    pool, evaluation = read_corpus(asked.train), read_corpus(asked.evaluation)[: asked.most]
    orders: tuple[Order, ...] = ("unsure", "random")
    results = {
        order: [simulate(pool, evaluation, asked.sizes, order, s, asked.base, asked.start) for s in range(asked.seeds)]
        for order in orders
    }
    print(f"{'documents':>10}  {'queue':8}{'recall':>8}{'F1':>8}{'F1 from':>9}{'to':>8}")
    for place, size in enumerate(asked.sizes):
        for order, runs in results.items():
            f1 = [run[place]["strict_f1"] for run in runs]
            recall = statistics.mean(run[place]["recall"] for run in runs)
            print(f"{size:>10}  {order:8}{recall:>8.3f}{statistics.mean(f1):>8.3f}{min(f1):>9.3f}{max(f1):>8.3f}")
    if asked.out is not None:
        asked.out.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
