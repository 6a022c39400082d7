"""How many passes a generator needs that would write exactly what is labelled, by the length of its draft. No network.

    python benchmarks/drafts.py --corpus presidio-synth-v2.jsonl.gz [--base smollm2-135m-instruct]

A draft of 0 is one token a pass. A text whose spans are read otherwise out of its masked text counts as such: its text
holds brackets, or two spans touch.
"""

import argparse
from pathlib import Path

import numpy as np

from loredact import operators
from loredact.bases import DEFAULT_BASE, find_base
from loredact.corpora import read_corpus
from loredact.document import Document
from loredact.generator.generate import Generated, generate, spans_of
from loredact.generator.prompt import Prompt
from loredact.generator.vocabulary import Vocabulary
from loredact.labels import read_map
from loredact.operators import Replace


def written(
    document: Document, goal: list[int], labels: tuple[str, ...], vocabulary: Vocabulary, draft: int
) -> tuple[Generated, int]:
    """What a model writes of `document` that is sure of `goal`, and in how many passes."""
    writing = generate(document.text, labels, [0], vocabulary, draft)
    ask, passes = next(writing), 0
    size = 1 + max(*vocabulary.parts, *vocabulary.ends)
    while True:
        passes += 1
        first = ask.keep + len(ask.ids) - ask.rows  # of the goal, since the prompt is one token
        rows = np.full((ask.rows, size), -20, dtype=np.float32)
        for row in range(ask.rows):
            rows[row, goal[min(first + row, len(goal) - 1)]] = 0
        try:
            ask = writing.send(rows)
        except StopIteration as done:
            return done.value, passes


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="labelled text")
    parser.add_argument("--labels", default="presidio-evaluator", help="the map from its labels to ours")
    parser.add_argument("--base", default=DEFAULT_BASE, help="the base whose vocabulary is used")
    parser.add_argument("--texts", type=int, default=150, help="how many, drawn evenly over the corpus")
    arguments = parser.parse_args()
    whole = list(read_map(arguments.labels).documents(read_corpus(str(arguments.corpus)))[0])
    chosen = np.linspace(0, len(whole) - 1, min(arguments.texts, len(whole))).astype(int)
    documents = [whole[place] for place in chosen]
    labels = tuple(sorted({span.label for document in documents for span in document.spans}))
    prompt = Prompt(find_base(arguments.base), "")
    vocabulary = Vocabulary(prompt.tokenizer, frozenset([prompt.end]))
    goals = [prompt.answer(operators.apply(Replace(), each.text, each.spans).text).tolist() for each in documents]
    print(f"{len(documents)} texts, {sum(len(each.spans) for each in documents)} spans, {sum(map(len, goals))} tokens")
    for draft in (0, 8, 16, 32):
        done = [written(each, goal, labels, vocabulary, draft) for each, goal in zip(documents, goals, strict=True)]
        passes = sum(count for _, count in done)
        others = sum(
            tuple(spans_of(each.text, result)) != each.spans for each, (result, _) in zip(documents, done, strict=True)
        )
        print(f"draft of {draft:>2}: {passes} passes, {passes / len(documents):.1f} a text; read otherwise: {others}")


if __name__ == "__main__":
    main()
