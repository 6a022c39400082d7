"""What adapters give away of the documents they learnt from, trained plainly and privately; and what privacy costs.

    python benchmarks/audit.py --corpora FOLDER --out scratch/audit --corpus meddocan --documents 50 --shadow 4
    python benchmarks/audit.py --corpora FOLDER --out scratch/private --corpus presidio-synth-v2 --start default \\
        --documents 500 --private 8 --private-epochs 10
    python benchmarks/audit.py --corpora FOLDER --out scratch/shipped --shipped default

Members and others are the first documents of `meddocan-train` and `-dev`, in their own labels, or the first and the
next of `presidio-synth-v2`, in ours, each cut to its first characters; canaries are planted among the members, two for
each number of times. The adapter continues from `--start`, which must not have learnt from the corpus (the default
adapter has from MEDDOCAN, and not from the other), or begins from a base. With `--private` a second adapter is trained
with that ε, and both are measured on the others. Stopped (Ctrl-C, SIGTERM), the same command continues.

With `--shipped` an adapter that ships is attacked, one public corpus after the other: documents with people in them
that it learnt from (as they are; some it saw in pieces or in lower case) against those that it did not, by the loss,
and by names of people.
"""

import argparse
import json
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from loredact.audit import Roc, audit, plant, read_canaries, write_audit, write_canaries
from loredact.corpora import read_corpus, write_corpus
from loredact.corpora.public import CORPORA as PUBLIC
from loredact.corpora.public import read_part, training_documents
from loredact.document import Document
from loredact.evaluation import evaluate
from loredact.labels import read_map
from loredact.tagger import DESCRIPTION_FILE, Tagger
from loredact.training import Progress, Settings, train_into
from loredact.training.privacy import Privacy

CORPORA = ("meddocan", "presidio-synth-v2")
# Corpora that the shipped adapters learnt a part from, and where what they did not learn from of the same origin is.
SHIPPED = {
    "meddocan-train": ("meddocan-dev", "meddocan-test"),
    "tab-train": ("tab-dev", "tab-test"),
    **{name: (name,) for name in ("gum", "btc", "wikigold", "kpwr-pl", "turku-fi", "mobie-de", "ronec-ro", "uner-hr")},
}
_NAMES = {"meddocan": "NOMBRE_SUJETO_ASISTENCIA", "presidio-synth-v2": "PERSON"}


def texts(corpora: Path, corpus: str, count: int) -> tuple[list[Document], list[Document]]:
    """Members and others of a corpus."""
    if corpus == "meddocan":
        parts = [read_corpus(corpora / f"meddocan-{part}.jsonl.gz")[:count] for part in ("train", "dev")]
        return list(parts[0]), list(parts[1])
    in_ours, apart = read_map("presidio-evaluator").documents(read_corpus(corpora / f"{corpus}.jsonl.gz")[: 2 * count])
    documents = [replace(d, open_spans=tuple(kept)) for d, kept in zip(in_ours, apart, strict=True)]
    return documents[:count], documents[count:]


def beginning(document: Document, characters: int) -> Document:
    """The document up to the span that its first characters end in."""
    spans = (*document.spans, *document.open_spans)
    end = max((span.end for span in spans if span.start < characters < span.end), default=characters)
    return replace(
        document,
        text=document.text[:end],
        spans=tuple(span for span in document.spans if span.end <= end),
        open_spans=tuple(span for span in document.open_spans if span.end <= end),
    )


def prepare(
    out: Path, corpora: Path, corpus: str, count: int, characters: int
) -> tuple[list[Document], list[Document]]:
    """Members with canaries among them, and others, made once and kept in `out`."""
    members, others, canaries = out / "members.jsonl", out / "others.jsonl", out / "canaries.json"
    if not canaries.exists():
        inside, outside = ([beginning(d, characters) for d in group] for group in texts(corpora, corpus, count))
        documents, planted = plant(inside, each=2)
        write_corpus(members, documents)
        write_corpus(others, outside)
        write_canaries(canaries, planted)
    return read_corpus(members), read_corpus(others)


def trained(folder: Path, members: list[Document], settings: Settings, start: str | None) -> dict[str, Any]:
    """The report of the adapter in `folder`, which is trained if it is not there."""
    if not (folder / DESCRIPTION_FILE).exists() or (folder / "checkpoint.safetensors").exists():
        progress = Progress(say=lambda line: print(line, file=sys.stderr))
        done = train_into(folder, members, settings, held_out=[], start=start, resume=True, progress=progress)
        if done.stopped:
            raise SystemExit("stopped; the same command continues")
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def quality(folder: Path, others: list[Document]) -> dict[str, float]:
    """Strict F1 and recall by character on documents not learnt from."""
    kept = [document.open_spans for document in others]
    found = evaluate(others, Tagger.load(folder).find(others, off=()), kept)
    return {"strict F1": found.strict.f1, "characters found": found.characters.recall}


def audit_shipped(corpora: Path, adapter: str, out: Path, most: int) -> None:
    """Attack an adapter that ships with `most` documents of each corpus that it learnt from, and print."""
    for name, apart in SHIPPED.items():
        members = training_documents(corpora, [other for other in PUBLIC if other != name])
        others = (d for other in apart for part in ("test", "dev") for d in read_part(corpora, other, part))
        learnt, apart_from = (list(islice(filter(_names_a_person, each), most)) for each in (members, others))
        found = audit(adapter, learnt, apart_from, out, label="PERSON")
        write_audit(out / name, found)
        print(f"{name}: {found.members} members, {found.others} others; {told(found.membership['loss'])}")
        for line in found.verdict:
            print(f"  {line}", flush=True)


def _names_a_person(document: Document) -> bool:
    return any(span.label == "PERSON" for span in document.spans)


def told(attack: Roc) -> str:
    """What an attack found, in a line."""
    rare = ", ".join(f"{share.value:.1%} at {rate:.1%}" for rate, share in attack.found.items())
    return f"AUC {attack.auc:.3f} ({attack.low:.3f} to {attack.high:.3f}); found {rare}"


def main() -> None:
    """Train, attack and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder for texts, adapters and audits")
    parser.add_argument("--corpus", choices=CORPORA, default="meddocan")
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--characters", type=int, default=900, help="of each document")
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--shadow", type=int, default=0)
    parser.add_argument("--start", help="the adapter to continue from")
    parser.add_argument("--shipped", metavar="ADAPTER", help="attack this adapter, which ships, and train none")
    parser.add_argument("--base", default="multilingual-e5-small")
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--private", type=float, metavar="EPSILON", help="also train privately")
    parser.add_argument("--private-epochs", type=float, default=10)
    parser.add_argument("--private-documents", type=int, help="expected documents a step")
    parser.add_argument("--private-layers", type=int, help="so many of the upper layers learn")
    parser.add_argument("--private-learning-rate", type=float)
    given = parser.parse_args()
    if given.shipped is not None:
        audit_shipped(given.corpora, given.shipped, given.out, given.documents)
        return
    members, others = prepare(given.out, given.corpora, given.corpus, given.documents, given.characters)
    common: dict[str, Any] = {"evaluations": 1}
    if given.start is None:
        common |= {"base": given.base, "depth": given.depth}
    runs = {"plain": Settings(**common, epochs=given.epochs, learning_rate=given.learning_rate)}
    if given.private is not None:
        privacy = Privacy(epsilon=given.private, documents=given.private_documents, layers=given.private_layers)
        rate = given.private_learning_rate or given.learning_rate
        runs["private"] = Settings(**common, epochs=given.private_epochs, learning_rate=rate, private=privacy)
    for name, settings in runs.items():
        folder = given.out / name
        report = trained(folder, members, settings, given.start)
        figures = {"steps": report["steps"], "seconds": report["seconds"], **quality(folder, others)}
        if settings.private is not None:
            figures |= {key: report["privacy"][key] for key in ("epsilon", "delta", "noise", "sampling")}
        print(f"{name}: " + ", ".join(f"{key} {value:.4g}" for key, value in figures.items()), flush=True)
        found = audit(
            folder,
            members,
            others,
            given.out / f"audit-{name}",
            shadows=given.shadow if name == "plain" else 0,
            canaries=read_canaries(given.out / "canaries.json"),
            label=_NAMES[given.corpus],
            say=lambda line: print(line, file=sys.stderr),
        )
        write_audit(given.out / f"audit-{name}", found)
        for attack, roc in found.membership.items():
            print(f"  {attack}: {told(roc)}")
        for line in found.verdict:
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
