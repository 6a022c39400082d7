"""The whole of loredact in some minutes: make a corpus, fine-tune a base, measure it before and after, mask a letter.

Run with `make demo`. Everything it makes is in the folder `demo`.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from loredact.bases import find_base
from loredact.cli.console import progress, say
from loredact.corpora import write_corpus
from loredact.document import Document
from loredact.evaluation import Evaluation, evaluate
from loredact.masking import Masker
from loredact.synthetic import make_corpus
from loredact.training import Progress, Settings, train

LETTER = """\
Dear Mrs Okonkwo-Bright,

thank you for your call on Tuesday. As agreed I will send the new card to 48 Harbour Lane, Whitby, and
block the old one, 4556 7375 8689 9855. Your claim 20931-77 is still being looked at; version 2.4.1 of
the form is the right one. If anything is missing, write to claims.nora@hensley-mutual.co.uk or ring
Thabo Lindqvist on +44 1947 555 0134.

Yours sincerely,
Nora Castellanos
"""


def main() -> None:
    """Run the demonstration."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long to train")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for what is made")
    arguments = parser.parse_args()
    folder: Path = arguments.out

    print("1. Base")
    base = find_base(Settings().base, say)
    print(f"   {base.name}, in {base.folder}")

    print("2. Corpus: templates and values of the evaluation part never occur in the training part")
    say("   making it")
    training, unseen = (_english(documents) for documents in make_corpus(4000, 350, seed=0))
    write_corpus(folder / "train.jsonl.gz", training)
    write_corpus(folder / "eval.jsonl.gz", unseen)
    print(f"   {len(training)} documents to train on, {len(unseen)} to measure on")

    settings = Settings(minutes=arguments.minutes)
    print("3. Before training: the base with a tag head that has learnt nothing, and the rules")
    with tempfile.TemporaryDirectory() as untrained:
        train(training, Settings(minutes=1e-6), held_out=[]).save(untrained)
        before = _measure(Path(untrained), unseen, "   measuring")

    print(f"4. Training with LoRA for {settings.minutes:g} minutes")
    adapter = folder / "adapter"
    with progress("   training") as bar:
        watch = Progress(
            step=lambda s: bar(s.done, f"loss {s.loss:.3f}, {s.tokens_per_second:.0f} tokens/s"),
            say=lambda message: say(f"   {message}"),
        )
        trained = train(training, settings, progress=watch)
    trained.save(adapter)
    size = (adapter / "adapter_model.safetensors").stat().st_size
    print(f"   {trained.report['trained_parameters']:,} parameters trained; the adapter takes {size / 1e6:.1f} MB")

    after = _measure(adapter, unseen, "   measuring")
    print("5. On templates and values it never saw")
    print(f"   {'':32}{'before':>10}{'after':>10}")
    for name, first, second in (
        ("strict F1", before.strict.f1, after.strict.f1),
        ("personal characters found", before.characters.recall, after.characters.recall),
        ("precision by character", before.characters.precision, after.characters.precision),
        ("documents without a leak", before.leak_free, after.leak_free),
    ):
        print(f"   {name:32}{first:>10.3f}{second:>10.3f}")

    print("6. A letter, masked by the adapter of these minutes\n")
    print(Masker.load(adapter).mask(LETTER).text)
    print("7. The same letter, masked by the adapter that ships, which had more time\n")
    print(Masker.load().mask(LETTER).text)
    print(f"Yours to use: loredact mask letter.txt, or with --adapter {adapter}")


def _english(documents: Sequence[Document]) -> list[Document]:
    return [document for document in documents if document.extra["language"] == "en"]


def _measure(adapter: Path, documents: Sequence[Document], title: str) -> Evaluation:
    masker = Masker.load(adapter)
    found = []
    with progress(title) as bar:
        for number, document in enumerate(masker.find_many(documents), start=1):
            found.append(document)
            bar(number / len(documents), f"{number} documents")
    return evaluate(documents, found)


if __name__ == "__main__":
    main()
