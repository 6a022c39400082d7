"""An adapter that writes masked texts, in five ways: how fast, how good, and how often the text itself is changed.

    python benchmarks/generation.py --adapter WRITER --corpus presidio-synth-v2.jsonl.gz [--tagger default] [--json]

The same adapter on the same texts in one process, one side after the other, all in the precision that this processor
is fastest in:

- `ours`: what `loredact mask` does, several texts at once, without the rules;
- `generate`: Transformers' greedy `generate`, the adapter merged, one text after the other, and `generate, 8 at once`;
  the faster of the two is what ours is held against;
- `lookup`: the same with prompt look-up decoding, `prompt_lookup_num_tokens=10`;
- `llama.cpp`: greedy, from what `loredact export gguf` writes, where `llama-cpp-python` is installed;
- `tagger`: the tagger beside them, by another adapter.

A text counts as altered where what was written is not the text with labels in place of stretches of it (`align` of
`loredact.corpora.pairs` finds no fit); its spans are then none. Ours cannot alter one, since its spans are put into the
text that came in; `untouched.py` holds what the network itself wrote against many more texts, with adapters that were
never trained as well. Strict F1 is by our labels (docs/labels.md), spans of kinds that are not personal ignored.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from loredact import lora, operators
from loredact.corpora import read_corpus
from loredact.corpora.pairs import align
from loredact.document import Document, Span
from loredact.evaluation import Evaluation, evaluate
from loredact.generator import ConstrainedGenerator
from loredact.labels import read_map
from loredact.masking import Masker
from loredact.network import best_precision, pack_weights
from loredact.operators import Replace

Write = Callable[[Sequence[str]], list[str]]
LOOKUP, AT_ONCE = 10, 8
# Each side warms up on so many texts before the clock starts.
WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Side:
    """What a side gave: spans of each text, None where the text was altered, and the time it took."""

    spans: list[list[Span] | None]
    seconds: float

    @property
    def texts_per_second(self) -> float:
        return len(self.spans) / self.seconds

    @property
    def altered(self) -> float:
        """The share of altered texts."""
        return sum(spans is None for spans in self.spans) / len(self.spans)

    def evaluated(self, documents: Sequence[Document], apart: Sequence[Sequence[Span]]) -> Evaluation:
        """The figures; in an altered text nothing counts as found."""
        guesses = (document.with_spans(spans or ()) for document, spans in zip(documents, self.spans, strict=True))
        return evaluate(documents, guesses, apart)


def by_ours(adapter: Path) -> Write:
    """Our decoding."""
    return _copying_or_masking(folded(ConstrainedGenerator.load(adapter)))


def folded(generator: ConstrainedGenerator) -> ConstrainedGenerator:
    """The generator as it masks: LoRA in its weights, and these laid out for their products."""
    lora.merge_and_unload(generator.network)
    pack_weights(generator.network)
    return generator


def _copying_or_masking(generator: ConstrainedGenerator) -> Write:
    """The masked texts, as strings, so that they are judged like the others' answers."""
    return lambda texts: [
        operators.apply(Replace(), found.text, found.spans).text for found in generator.find(map(Document, texts))
    ]


def by_generate(adapter: Path, at_once: int = 1, **options: int) -> Write:
    """Transformers' `generate`, greedy, texts of similar length `at_once` in a call."""
    generator = ConstrainedGenerator.load(adapter)
    prompt, depth = generator.prompt, generator.description.architecture.num_layers
    layers = {} if depth is None else {"num_hidden_layers": depth}
    precision = getattr(torch, best_precision(generator.device))
    network = AutoModelForCausalLM.from_pretrained(generator.base.folder, dtype=precision, **layers)
    lora.set_adapter(network, lora.read_weights(adapter, network))
    lora.merge_and_unload(network)
    network.to(generator.device).eval()

    def answers(texts: Sequence[str]) -> list[str]:
        asked = [prompt.ask(text) for text in texts]
        longest = max(map(len, asked))
        ids = torch.full((len(texts), longest), prompt.end, device=generator.device)
        seen = torch.zeros_like(ids)
        for row, one in enumerate(asked):  # padded on the left, so that all answers begin together
            ids[row, longest - len(one) :] = torch.from_numpy(one)
            seen[row, longest - len(one) :] = 1
        written = network.generate(
            ids,
            attention_mask=seen,
            max_new_tokens=max(_most(generator, text) for text in texts),
            do_sample=False,
            eos_token_id=prompt.end,
            pad_token_id=prompt.end,
            **options,
        )[:, longest:]
        return [str(prompt.tokenizer.decode(row, skip_special_tokens=True)) for row in written.tolist()]

    def write(texts: Sequence[str]) -> list[str]:
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        said: dict[int, str] = {}
        for first in range(0, len(order), at_once):
            places = order[first : first + at_once]
            said.update(zip(places, answers([texts[place] for place in places]), strict=True))
        return [said[place] for place in range(len(texts))]

    return write


def by_llama_cpp(adapter: Path) -> Write:
    """llama.cpp, greedy."""
    from llama_cpp import Llama

    from loredact.export import export_gguf

    generator = ConstrainedGenerator.load(adapter)
    folder = Path(tempfile.mkdtemp()) / "gguf"
    export_gguf(adapter, folder)
    network = Llama(
        str(folder / "model.gguf"), n_ctx=2048, n_threads=torch.get_num_threads(), logits_all=False, verbose=False
    )

    def generate(text: str) -> str:
        ids = generator.prompt.ask(text).tolist()
        written: list[int] = []
        for token in network.generate(ids, temp=0.0, repeat_penalty=1.0):
            if token == generator.prompt.end or len(written) == _most(generator, text):
                break
            written.append(token)
        return str(generator.prompt.tokenizer.decode(written, skip_special_tokens=True))

    return lambda texts: [generate(text) for text in texts]


def _most(generator: ConstrainedGenerator, text: str) -> int:
    """How long an answer may get: one that has not ended by then is altered."""
    return 2 * len(generator.prompt.tokens(text)) + 32


def written_by(side: Write, texts: Sequence[str]) -> Side:
    """Time a side that writes, and read the spans out of what it wrote."""
    side(texts[:WARM_UP])
    began = time.perf_counter()
    masked = side(texts)
    seconds = time.perf_counter() - began
    spans = [align(text, written) for text, written in zip(texts, masked, strict=True)]
    return Side([None if found is None else list(found) for found in spans], seconds)


def tagged_by(adapter: str, texts: Sequence[str]) -> Side:
    """Time the tagger."""
    masker = Masker.load(adapter, rules=False)
    list(masker.find_many(texts[:WARM_UP]))
    began = time.perf_counter()
    found = list(masker.find_many(texts))
    return Side([list(document.spans) for document in found], time.perf_counter() - began)


def by_drafts(adapter: Path, texts: Sequence[str]) -> dict[str, float]:
    """Texts a second of ours, by the length of the draft and by how many texts share a pass."""
    generator = folded(ConstrainedGenerator.load(adapter))
    generator.generate(texts[:WARM_UP])
    speeds = {}
    for draft, at_once in product((4, 8, 16, 32), (8, 16, 32)):
        began = time.perf_counter()
        generator.generate(texts, draft, at_once)
        speeds[f"draft of {draft}, {at_once} at once"] = len(texts) / (time.perf_counter() - began)
    return speeds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", type=Path, required=True, help="a generator's adapter")
    parser.add_argument("--tagger", default="default", help="a tagger's adapter")
    parser.add_argument("--corpus", type=Path, required=True, help="labelled text to measure on")
    parser.add_argument("--labels", default="presidio-evaluator", help="the map from its labels to ours")
    parser.add_argument("--texts", type=int, default=200, help="how many, drawn evenly over the corpus")
    parser.add_argument("--drafts", action="store_true", help="how fast ours is by the length of its draft, alone")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    documents, apart = read_map(arguments.labels).documents(read_corpus(str(arguments.corpus)))
    chosen = np.linspace(0, len(documents) - 1, min(arguments.texts, len(documents))).astype(int)
    documents, apart = [documents[place] for place in chosen], [apart[place] for place in chosen]
    texts = [document.text for document in documents]

    if arguments.drafts:
        for name, speed in by_drafts(arguments.adapter, texts).items():
            print(f"{name:28}{speed:>8.2f} texts/s")
        return
    ways: dict[str, Callable[[], Side]] = {
        "ours": lambda: written_by(by_ours(arguments.adapter), texts),
        "tagger": lambda: tagged_by(arguments.tagger, texts),
        "lookup": lambda: written_by(by_generate(arguments.adapter, prompt_lookup_num_tokens=LOOKUP), texts),
        "generate": lambda: written_by(by_generate(arguments.adapter), texts),
        f"generate, {AT_ONCE} at once": lambda: written_by(by_generate(arguments.adapter, AT_ONCE), texts),
        "llama.cpp": lambda: written_by(by_llama_cpp(arguments.adapter), texts),
    }
    sides: dict[str, Side] = {}
    for name, run in ways.items():
        print(f"{name} on {len(texts)} texts", file=sys.stderr)
        try:
            sides[name] = run()
        except ImportError as error:
            print(f"{name} is left out: {error.name} is not installed", file=sys.stderr)
    counts = {name: side.evaluated(documents, apart) for name, side in sides.items()}
    speeds = {name: side.texts_per_second for name, side in sides.items()}
    fastest = max(speed for name, speed in speeds.items() if name.startswith("generate"))
    altered = {
        "ours": sides["ours"].altered,
        "free": sides["generate"].altered,
    }
    if arguments.json:
        result = {
            "texts": len(texts),
            "texts_per_second": speeds,
            "ratio_vs_generate": speeds["ours"] / fastest,
            "ratio_vs_lookup": speeds["ours"] / speeds["lookup"],
            "altered": altered,
            "strict_f1": {
                "generator": counts["ours"].strict.f1,
                "free": counts["generate"].strict.f1,
                "tagger": counts["tagger"].strict.f1,
            },
            "characters_found": {name: count.characters.recall for name, count in counts.items()},
            "characters_precision": {name: count.characters.precision for name, count in counts.items()},
        }
        print(json.dumps(result, indent=2))
        return
    print(f"{'':24}{'texts/s':>10}{'altered':>10}{'strict F1':>12}{'found':>10}{'precision':>12}")
    for name, side in sides.items():
        count = counts[name]
        print(
            f"{name:24}{side.texts_per_second:>10.2f}{side.altered:>10.1%}{count.strict.f1:>12.3f}"
            f"{count.characters.recall:>10.1%}{count.characters.precision:>12.1%}"
        )
    for name, share in altered.items():
        print(f"altered, {name.replace('_', ' ')}: {share:.2%}")


if __name__ == "__main__":
    main()
