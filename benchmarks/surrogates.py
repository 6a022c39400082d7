"""Whether surrogates read as real: told from real names by a classifier, and found again by the masker.

    python benchmarks/surrogates.py names --data DIR [--corpora wikigold,…] [--each 1500]
    python benchmarks/surrogates.py found --data DIR [--texts 600] [--adapter default]

`names` samples names of people from labelled corpora of real texts: unique mentions, documents split in four by their
number, so that no document gives both a real name and a source of surrogates, nor names to both training and test. A
logistic regression on the counts of 1 to 4 characters in a row (TF-IDF) learns real from surrogate on half, as many of
each, and is tested on the other. 50 % is chance.

`found` masks texts with the operator `surrogate`, masks the result again, and counts the spans of the first run at
whose surrogate the second found a span (with a character in common).
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import numpy as np

from loredact.document import Document
from loredact.keys import Key
from loredact.linking import normalised
from loredact.operators import Context, Surrogate

KEY = Key.of("a key for benchmarks alone")
# The labels of people in each corpus, and its language.
PEOPLE = {
    "wikigold": ("en", {"PER"}),
    "uner-en-ewt-dev": ("en", {"PER"}),
    "uner-en-pud": ("en", {"PER"}),
    "tab-test": ("en", {"PERSON"}),
    "gum": ("en", {"person"}),
    "german-ler": ("de", {"PER", "AN", "RR"}),
    "uner-pt": ("pt", {"PER"}),
    "uner-da": ("da", {"PER"}),
    "uner-sv": ("sv", {"PER"}),
    "turku-fi": ("fi", {"PER"}),
    "meddocan-test": ("es", {"NOMBRE_SUJETO_ASISTENCIA", "NOMBRE_PERSONAL_SANITARIO"}),
}


def read_rows(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def names_in(path: Path, labels: set[str]) -> list[list[str]]:
    """The names of people in the documents of each of the four parts, each once."""
    parts: list[dict[str, str]] = [{}, {}, {}, {}]
    taken: set[str] = set()
    for number, row in enumerate(read_rows(path)):
        text = str(row["text"])
        for span in row["spans"]:  # type: ignore[attr-defined]
            name = " ".join(text[span["start"] : span["end"]].split())
            same = normalised(name, "PERSON")
            if span["label"] in labels and any(map(str.isalpha, name)) and len(name) > 2 and same not in taken:
                taken.add(same)
                parts[number % 4][same] = name
    return [list(part.values()) for part in parts]


def told_apart(corpora: list[str], data: Path, each: int) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    parts: list[list[str]] = [[], [], [], []]
    for corpus in corpora:
        found = names_in(data / f"{corpus}.jsonl.gz", PEOPLE[corpus][1])
        most = min(each // 4, *map(len, found))
        for part, names in zip(parts, found, strict=True):
            part.extend(Random(corpus).sample(names, most))
    size = min(map(len, parts))
    parts = [Random(1).sample(part, size) for part in parts]
    operator = Surrogate(key=KEY)
    made = [
        [operator.for_document(Context(f"{at}"))(name, "PERSON") for at, name in enumerate(part)] for part in parts[2:]
    ]
    train, test = parts[0] + made[0], parts[1] + made[1]
    labels = np.repeat([0, 1], size)
    model = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), lowercase=False, sublinear_tf=True),
        LogisticRegression(C=10, max_iter=2_000),
    )
    model.fit(train, labels)
    told = model.predict(test)
    print(
        f"{', '.join(corpora)}: {size} real names and {size} surrogates to learn from, as many to tell: "
        f"{100 * np.mean(told == labels):.1f} % told right (real {100 * np.mean(told[:size] == 0):.1f} %, "
        f"surrogates {100 * np.mean(told[size:] == 1):.1f} %)"
    )


def found_again(documents: list[Document], name: str, adapter: str) -> None:
    from collections import Counter

    from loredact import Masker

    masker = Masker.load(adapter, operator=Surrogate(key=KEY))
    numbers = count()
    first = list(masker.mask_many(documents, lambda _: Context(str(next(numbers)))))
    again = list(masker.find_many(masked.text for masked in first))
    there: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for masked, found in zip(first, again, strict=True):
        for replacement in masked.replacements:
            there[replacement.span.label] += 1
            if not any(span.start < replacement.end and replacement.start < span.end for span in found.spans):
                missed[replacement.span.label] += 1
    total, lost = there.total(), missed.total()
    print(
        f"{name}: {len(documents)} texts, {total} spans, {total - lost} found again, {100 * (1 - lost / total):.2f} %"
    )
    print(
        "  missed of each label:", ", ".join(f"{label} {count}/{there[label]}" for label, count in missed.most_common())
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("names", "found"))
    parser.add_argument("--data", type=Path, required=True, help="the folder of the labelled corpora")
    parser.add_argument("--corpora", default=",".join(PEOPLE))
    parser.add_argument("--each", type=int, default=1_500, help="names of each corpus at most")
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--adapter", default="default")
    given = parser.parse_args()
    if given.what == "names":
        corpora = given.corpora.split(",")
        told_apart(corpora, given.data, given.each)
        for language in sorted({PEOPLE[corpus][0] for corpus in corpora}):
            told_apart([corpus for corpus in corpora if PEOPLE[corpus][0] == language], given.data, given.each)
        return
    from loredact.synthetic import make_corpus

    found_again(make_corpus(0, given.texts, seed=77, pii_free=0.0)[1], "generated text", given.adapter)
    rows = list(read_rows(given.data / "presidio-synth-v2.jsonl.gz"))
    sample = Random(1).sample(rows, min(given.texts, len(rows)))
    found_again([Document(str(row["text"])) for row in sample], "presidio-synth-v2", given.adapter)


if __name__ == "__main__":
    main()
