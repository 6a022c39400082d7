"""Whether surrogates read as real: told from real names by a classifier, and found again by the masker.

    python benchmarks/surrogates.py names --data DIR [--corpora wikigold,…] [--each 1500]
    python benchmarks/surrogates.py found --data DIR [--corpora tab-test,…] [--texts 600] [--adapter default]

`names` samples names of people from labelled corpora of real texts: unique mentions, documents split in four by their
number, so that no document gives both a real name and a source of surrogates, nor names to both training and test. A
logistic regression on the counts of 1 to 4 characters in a row (TF-IDF) learns real from surrogate on half, as many of
each, and is tested on the other. The four take the four places in turn, and the figure is the mean of the six runs;
its spread is two standard errors of a share of all the names that were tested, each counted once.
Three figures, of which 50 % is chance:

- told: as above; whole names are apart in training and test, words of them (*Hansen*) are not;
- by form: of those tested, whose last word ends no name that was learnt from, as many of each;
- real from real: told with real names in the place of surrogates. It must be chance.

`found` masks texts with the operator `surrogate`, masks the result again, and counts the spans of the first run at
whose surrogate the second found a span (with a character in common). `generated` is the synthetic corpus.
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
from loredact.linking import normalised, plain
from loredact.operators import Context, Surrogate

KEY = Key.of("a key for benchmarks alone")
PATIENTS = {"NOMBRE_SUJETO_ASISTENCIA", "NOMBRE_PERSONAL_SANITARIO"}
# The labels of people in each corpus, and its language.
PEOPLE = {
    "wikigold": ("en", {"PER"}),
    "uner-en-ewt-dev": ("en", {"PER"}),
    "uner-en-pud": ("en", {"PER"}),
    "tab-test": ("en", {"PERSON"}),
    "gum": ("en", {"person"}),
    "crossner": ("en", {"person"}),
    "german-ler": ("de", {"PER", "AN", "RR"}),
    "europeana-de": ("de", {"PER"}),
    "europeana-fr": ("fr", {"PER"}),
    "europeana-nl": ("nl", {"PER"}),
    "uner-pt": ("pt", {"PER"}),
    "lener-br": ("pt", {"PESSOA"}),
    "uner-da": ("da", {"PER"}),
    "uner-sv": ("sv", {"PER"}),
    "norne-no": ("no", {"PER"}),
    "turku-fi": ("fi", {"PER"}),
    "estner-et": ("et", {"PER"}),
    "nerkor-hu": ("hu", {"PER"}),
    "ronec-ro": ("ro", {"PERSON"}),
    "kpwr-pl": ("pl", {"nam_liv_person"}),
    "wikigold-sk": ("sk", {"PER"}),
    "uner-hr": ("hr", {"PER"}),
    "meddocan-train": ("es", PATIENTS),
    "meddocan-dev": ("es", PATIENTS),
    "meddocan-test": ("es", PATIENTS),
}
FOUND = ("generated", "presidio-synth-v2", "tab-test", "meddocan-dev", "uner-da", "uner-sv")
# Which part is real to learn from, real to tell, replaced to learn from, replaced to tell.
PLACES = ((0, 1, 2, 3), (1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0), (0, 2, 1, 3), (1, 3, 0, 2))


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
        [operator.for_document(Context(f"{number} {at}"))(name, "PERSON") for at, name in enumerate(part)]
        for number, part in enumerate(parts)
    ]
    told, by_form = np.array([shares(parts, made, places) for places in PLACES]).mean(axis=0)
    real = np.mean([shares(parts, parts, places)[0] for places in PLACES])
    error = 200 * (0.25 / (8 * size)) ** 0.5  # each of the four parts is tested as real and as replaced
    print(
        f"{', '.join(corpora)}: {size} names of each to learn from: told {told:.1f} % (± {error:.1f}), "
        f"by form {by_form:.1f} %, real from real {real:.1f} %",
        flush=True,
    )


def shares(real: list[list[str]], made: list[list[str]], places: tuple[int, ...]) -> tuple[float, float]:
    """How much of the tested names was told right, of all and of those whose last word was not learnt from."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    learnt = real[places[0]], made[places[2]]
    tested = real[places[1]], made[places[3]]
    model = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), lowercase=False, sublinear_tf=True),
        LogisticRegression(C=10, max_iter=2_000),
    )
    model.fit([*learnt[0], *learnt[1]], np.repeat([0, 1], [len(names) for names in learnt]))
    right = [model.predict(names) == number for number, names in enumerate(tested)]
    known = {last_word(name) for names in learnt for name in names}
    new = [[last_word(name) not in known for name in names] for names in tested]
    return 100 * np.mean(right).item(), 50 * sum(share[apart].mean() for share, apart in zip(right, new, strict=True))


def last_word(name: str) -> str:
    return (plain(name).replace(",", " ").split() or [name])[-1]


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
    parser.add_argument("--corpora", help="all that are known here, unless given")
    parser.add_argument("--each", type=int, default=1_500, help="names of each corpus at most")
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--adapter", default="default")
    given = parser.parse_args()
    if given.what == "names":
        corpora = given.corpora.split(",") if given.corpora else list(PEOPLE)
        for corpus in corpora:
            told_apart([corpus], given.data, given.each)
        for language in sorted({PEOPLE[corpus][0] for corpus in corpora}):
            of_language = [corpus for corpus in corpora if PEOPLE[corpus][0] == language]
            if len(of_language) > 1:
                told_apart(of_language, given.data, given.each)
        if len(corpora) > 1:
            told_apart(corpora, given.data, given.each)
        return
    from loredact.synthetic import make_corpus

    for corpus in given.corpora.split(",") if given.corpora else FOUND:
        if corpus == "generated":
            found_again(make_corpus(0, given.texts, seed=77, pii_free=0.0)[1], "generated text", given.adapter)
            continue
        rows = list(read_rows(given.data / f"{corpus}.jsonl.gz"))
        sample = Random(1).sample(rows, min(given.texts, len(rows)))
        found_again([Document(str(row["text"])) for row in sample], corpus, given.adapter)


if __name__ == "__main__":
    main()
