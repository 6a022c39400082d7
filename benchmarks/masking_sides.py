"""One side of `masking.py`, in a process of its own (see `processes.py`): it masks the same texts when told to.

Started with a `Task` as JSON. It answers with the seconds that masking all its texts took; at the end with its peak
memory and, for each text, the spans it found.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from quality import presidio_engine

from loredact.corpora import read_corpus
from loredact.training.report import peak_memory_mb

Found = list[list[tuple[int, int, str]]]
Finder = Callable[[Sequence[str]], Found]


@dataclass(frozen=True)
class Task:
    """What a side is to do.

    `side` is `loredact`, `pipeline` (Transformers, `adapter` being the folder of an exported model) or `presidio`. It
    takes every `parts`-th of the first `documents` texts of `corpus`, from the `part`-th on.
    """

    side: str
    corpus: str
    documents: int
    adapter: str = "default"
    compute: str = "bfloat16"
    batch: int = 1
    part: int = 0
    parts: int = 1

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    def texts(self) -> list[str]:
        """The texts to mask."""
        documents = read_corpus(self.corpus)[: self.documents]
        return [document.text for document in documents][self.part :: self.parts]


def ours(task: Task) -> Finder:
    """loredact's masker, rules and all."""
    from loredact import Masker

    masker = Masker.load(task.adapter, compute=task.compute)  # type: ignore[arg-type]
    return lambda texts: [[(s.start, s.end, s.label) for s in masked.spans] for masked in masker.mask_many(texts)]


def pipeline(task: Task) -> Finder:
    """Transformers' token classification of the same adapter, merged and exported, in windows of 256 tokens."""
    import torch
    from transformers import AutoTokenizer
    from transformers import pipeline as make

    run = make(
        "token-classification",
        model=task.adapter,
        tokenizer=AutoTokenizer.from_pretrained(task.adapter, model_max_length=256),
        stride=32,
        aggregation_strategy="simple",
        dtype=getattr(torch, task.compute),
        batch_size=task.batch,
    )

    def find(texts: Sequence[str]) -> Found:
        return [[(e["start"], e["end"], e["entity_group"]) for e in entities] for entities in run(list(texts))]

    return find


def presidio(task: Task) -> Finder:
    """Presidio's analyzer in English, one text at a time, or with `batch` above 1 its batch engine."""
    from presidio_analyzer import BatchAnalyzerEngine

    engine = presidio_engine()
    batches = BatchAnalyzerEngine(engine)

    def find(texts: Sequence[str]) -> Found:
        if task.batch > 1:
            found: Any = batches.analyze_iterator(list(texts), language="en", batch_size=task.batch)
        else:
            found = [engine.analyze(text=text, language="en") for text in texts]
        return [[(r.start, r.end, r.entity_type) for r in results] for results in found]

    return find


SIDES: dict[str, Callable[[Task], Finder]] = {"loredact": ours, "pipeline": pipeline, "presidio": presidio}


def main() -> None:
    # Libraries print to standard output; the answers alone belong there.
    answers, sys.stdout = sys.stdout, sys.stderr

    def say(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=answers, flush=True)

    task = Task(**json.loads(sys.argv[1]))
    texts = task.texts()
    find = SIDES[task.side](task)
    find(texts[: max(1, len(texts) // 20)])
    say({"ready": True})
    found: Found = []
    while sys.stdin.readline().strip() == "go":
        began = time.perf_counter()
        found = find(texts)
        say({"seconds": time.perf_counter() - began})
    say({"peak_memory_mb": peak_memory_mb(), "found": found})


if __name__ == "__main__":
    main()
