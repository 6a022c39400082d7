"""Which texts to label first: active choice beside chance, simulated on labelled text.

    python benchmarks/active_choice.py TRAIN.jsonl EVAL.jsonl FOLDER --from fast --sizes 10 20 50 100 --seeds 3

The studio's queue is held against chance on documents whose labels are known. Both begin with the same few documents,
drawn at random; an adapter is trained on those; active choice then takes as many more as the next size asks for in the
order of `loredact.studio.order`, by the doubts of that adapter about `--candidates` documents drawn at random, and
chance takes them at random. Printed, from the smallest size on: recall by character and strict F1 on the evaluation
documents, mean and range over the seeds that are done.

FOLDER keeps each adapter and each figure: the same command goes on where it was stopped, also in the middle of a
training run.
"""

import argparse
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from loredact.corpora import read_corpus
from loredact.document import Document
from loredact.evaluation import evaluate
from loredact.files import write_text
from loredact.masking import Masker
from loredact.studio.order import Order, in_order
from loredact.studio.suggest import Loaded
from loredact.training import Settings, train_into
from loredact.training.checkpoint import FILE as CHECKPOINT_FILE

ORDERS: tuple[Order, ...] = ("unsure", "random")
# Up to so many documents are gone through `--epochs` times; more of them half as often.
_FEW = 20


@dataclass(frozen=True, slots=True)
class Point:
    """An adapter of the simulation: `size` documents, chosen by `order`."""

    size: int
    seed: int
    order: Order

    @property
    def name(self) -> str:
        return f"{self.size}-{self.seed}-{self.order}"


def points(sizes: Sequence[int], seeds: int) -> Iterator[Point]:
    """The adapters to be trained, the small ones first; at the first size both orders have the same."""
    for size in sizes:
        for seed in range(seeds):
            for order in ORDERS[: 1 if size == sizes[0] else None]:
                yield Point(size, seed, order)


def choose(
    point: Point, before: Point | None, pool: Sequence[Document], asked: argparse.Namespace, doubts: dict[str, float]
) -> list[int]:
    """The places in `pool` of the documents that `point` learns from: those of `before`, and as many more as it asks.

    `doubts`, by such a place, are added to and kept, since they take a while.
    """
    if before is None:
        return Random(point.seed).sample(range(len(pool)), point.size)
    chosen: list[int] = json.loads((asked.folder / f"{before.name}.json").read_text())["chosen"]
    left = [index for index in range(len(pool)) if index not in set(chosen)]
    left = Random(f"{point.seed} {point.size}").sample(left, min(asked.candidates, len(left)))
    if point.order == "unsure":
        adapter = Loaded("", "", Masker.load(asked.folder / before.name, rules=False))
        for index in left:
            if str(index) not in doubts:
                doubts[str(index)] = adapter.suggest(pool[index].text).doubt
                write_text(asked.folder / f"{point.name}.json", json.dumps({"doubts": doubts}))
    texts = [(index, pool[index].text) for index in left]
    by_place = {int(index): doubt for index, doubt in doubts.items()}
    return chosen + in_order(texts, point.order, by_place, point.seed)[: point.size - len(chosen)]


def run(point: Point, before: Point | None, corpora: Sequence[Sequence[Document]], asked: argparse.Namespace) -> bool:
    """Choose, train and measure, each where it is not done yet; gives whether all is done."""
    pool, evaluation = corpora
    written, adapter = asked.folder / f"{point.name}.json", asked.folder / point.name
    told: dict[str, Any] = json.loads(written.read_text()) if written.exists() else {}
    if "chosen" not in told:
        told["chosen"] = choose(point, before, pool, asked, told.setdefault("doubts", {}))
        write_text(written, json.dumps(told))
    if "strict_f1" in told:
        return True
    if not (adapter / "report.json").exists() or (adapter / CHECKPOINT_FILE).exists():
        epochs = asked.epochs if point.size <= _FEW else asked.epochs / 2
        given = {"epochs": epochs, "seed": point.seed} | ({"base": asked.base} if asked.base else {})
        ended = train_into(
            adapter,
            [pool[index] for index in told["chosen"]],
            Settings.model_validate(given),
            held_out=[],
            start=asked.start,
            resume=(adapter / CHECKPOINT_FILE).exists(),
        )
        if ended.stopped:
            return False
    masker = Masker.load(adapter, rules=False)
    found = evaluate(evaluation, masker.find_many(evaluation))
    told |= {"recall": found.characters.recall, "strict_f1": found.strict.f1}
    write_text(written, json.dumps(told))
    return True


def table(folder: Path, sizes: Sequence[int], seeds: int) -> Iterator[str]:
    """The figures, a line a size and order."""
    yield f"{'documents':>10}  {'queue':8}{'seeds':>6}{'recall':>8}{'F1':>8}{'F1 from':>9}{'to':>8}"
    for size in sizes:
        for order in ORDERS[: 1 if size == sizes[0] else None]:
            files = [folder / f"{Point(size, seed, order).name}.json" for seed in range(seeds)]
            told = [json.loads(file.read_text()) for file in files if file.exists()]
            done = [one for one in told if "strict_f1" in one]
            if done:
                f1 = [one["strict_f1"] for one in done]
                recall = statistics.mean(one["recall"] for one in done)
                name = order if size > sizes[0] else "both"
                spread = f"{statistics.mean(f1):>8.3f}{min(f1):>9.3f}{max(f1):>8.3f}"
                yield f"{size:>10}  {name:8}{len(f1):>6}{recall:>8.3f}{spread}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("evaluation")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20, 50, 100])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--candidates", type=int, default=150)
    parser.add_argument("--epochs", type=float, default=20.0)
    parser.add_argument("--most", type=int, default=100, help="evaluation documents")
    parser.add_argument("--base")
    parser.add_argument("--from", dest="start", help="an adapter to go on from; none: from nothing")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    corpora = read_corpus(asked.train), read_corpus(asked.evaluation)[: asked.most]
    for point in points(asked.sizes, asked.seeds):
        place = asked.sizes.index(point.size)
        smaller = asked.sizes[place - 1] if place else None
        before = None if smaller is None else Point(smaller, point.seed, ORDERS[0] if place == 1 else point.order)
        if not run(point, before, corpora, asked):
            break
    print("\n".join(table(asked.folder, asked.sizes, asked.seeds)))


if __name__ == "__main__":
    main()
