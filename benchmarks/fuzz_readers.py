"""Damage small files of every form that is read, and watch what their readers do.

    python benchmarks/fuzz_readers.py --inputs 100000 [--forms columns,brat] [--seed 0]

Of each form a few small files are made, each is altered at random (bytes, lines, cells, numbers and fields put in,
taken out, swapped and doubled), and read. What is counted against a reader:

- `raised`: anything but an InputError;
- `slow`: more than a second of processor time, tried twice;
- `shown`: a problem, a count or what was taken for what shows a word of the text;
- `untold`: a document differs from what the file says, by a reader of a dozen lines that knows no damage, and neither
  a problem nor a count names the row. What is compared: each row, line, or annotation of which nothing was told is in
  a document as it stands, and there is no other.

The same seed gives the same inputs. Exits with 1 where anything is counted against a reader, and prints the seed of the
first such input.
"""

import argparse
import io
import json
import random
import re
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loredact.corpora import ReadAs, Reading, scan_corpus
from loredact.corpora.options import AS_IT_IS
from loredact.errors import InputError

# Words that stand in texts alone, so that a message which holds one shows the text.
WORDS = ("Zebulon", "Quixana", "Wolverdine", "Ypsilopsis", "Kraxmuir")
TEXT = "Zebulon Quixana met Wolverdine in Ypsilopsis on 3 May; Kraxmuir, too."
SPANS = ((0, 15, "PERSON"), (20, 30, "PERSON"), (34, 44, "LOCATION"))
SECOND = "Nothing about Kraxmuir here.\nOr there."
_SLOW = 1.0

Files = dict[str, bytes]
Untold = Callable[[Files, Reading], bool]


@dataclass(frozen=True, slots=True)
class Form:
    """A form: small files of it, and whether a reading of altered ones differs from them and does not say so."""

    files: Callable[[], list[Files]]
    untold: Untold
    # Of files that are compressed, what is altered, and how it is put together again.
    opened: Callable[[bytes], bytes] = bytes
    closed: Callable[[bytes], bytes] = bytes
    read_as: ReadAs = AS_IT_IS


# --- rows of JSON


def _rows(*rows: object) -> list[Files]:
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"
    return [{"c.jsonl": lines.encode()}, {"c.json": json.dumps(rows, indent=1).encode()}]


def _row_samples() -> dict[str, list[Files]]:
    plain = [{"start": s, "end": e, "label": label} for s, e, label in SPANS]
    triples = [[s, e, label] for s, e, label in SPANS]
    regions = [
        {"type": "labels", "value": {"start": s, "end": e, "text": TEXT[s:e], "labels": [label]}}
        for s, e, label in SPANS
    ]
    masked = TEXT
    for s, e, label in reversed(SPANS):
        masked = f"{masked[:s]}[{label}]{masked[e:]}"
    presidio = [
        {"entity_type": label, "entity_value": TEXT[s:e], "start_position": s, "end_position": e}
        for s, e, label in SPANS
    ]
    tokens, tags = TEXT.split(), ["B-PERSON", "I-PERSON", "O", "B-PERSON", "O", "B-LOCATION", *["O"] * 5]
    by_label = {"PERSON": [[0, 15], [20, 30]], "LOCATION: Ypsilopsis": [[34, 44]]}
    listed = [{"category": label, "start": s, "end": e} for s, e, label in SPANS]
    turns = [{"from": "human", "value": TEXT}, {"from": "gpt", "value": masked}]
    return {
        "loredact": _rows({"text": TEXT, "spans": plain, "id": 1}, {"text": SECOND, "spans": []}),
        "presidio": _rows({"full_text": TEXT, "spans": presidio}, {"full_text": SECOND, "spans": []}),
        "ai4privacy": _rows({"source_text": TEXT, "privacy_mask": plain}, {"source_text": SECOND, "privacy_mask": []}),
        "privacy-filter": [
            *_rows({"text": TEXT, "label": by_label}, {"text": SECOND, "label": {}}),
            *_rows({"text": TEXT, "label": listed}, {"text": SECOND, "label": []}),
        ],
        "sharegpt": _rows({"conversations": turns}, {"conversations": [*turns, *turns]}),
        "alpaca": _rows({"instruction": "Mask.", "input": TEXT, "output": masked}),
        "label-studio": _rows({"data": {"text": TEXT}, "annotations": [{"result": regions}]}),
        "doccano": _rows({"text": TEXT, "label": triples}, {"text": SECOND, "label": []}),
        "prodigy": _rows({"text": TEXT, "spans": plain, "answer": "accept"}, {"text": SECOND, "answer": "reject"}),
        "spacy-json": [
            *_rows([TEXT, {"entities": triples}], [SECOND, {"entities": []}]),
            *_rows({"text": TEXT, "ents": plain}),
        ],
        "tokens": _rows({"tokens": tokens, "ner_tags": tags}, {"tokens": ["Kraxmuir"], "ner_tags": ["O"]}),
    }


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


def rows_untold(files: Files, reading: Reading) -> bool:
    """Whether a row of which nothing was told is not in a document as it stands, by its strings and numbers."""
    ((_, data),) = files.items()
    told = {change.line for change in reading.changes} | {problem.line for problem in reading.problems}
    if 0 in told:
        return False
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Taken for UTF-16, with which nothing here goes on.
        return bool(reading.documents)
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    rows = _numbered_rows(text)
    if not reading.documents and any("UTF-8" in problem.reason for problem in reading.problems):
        # Of a value over several lines, one that cannot be decoded is told for all.
        return False
    quiet = [row for number, row in rows if number not in told]
    if not told:
        return len(reading.documents) != len(rows) or not all(map(_says, reading.documents, quiet))
    # Documents of the rows that were told of may stand between those of the others.
    waiting = iter(reading.documents)
    return not all(any(_says(document, row) for document in waiting) for row in quiet)


def _numbered_rows(text: str) -> list[tuple[int, Any]]:
    """The rows with their numbers; a line that is none is a number, which no document says."""
    whole = _parsed(text)
    if isinstance(whole, list) and not _is_pair(whole):
        return list(enumerate(whole, start=1))
    if isinstance(whole, dict | list) and text.strip().count("\n"):
        return [(1, whole)]
    return [(number, _parsed(line)) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except ValueError:
        return 0


def _is_pair(row: list[Any]) -> bool:
    return len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], dict) and "entities" in row[1]


def _says(document: Any, row: Any) -> bool:
    """Whether `row` has the document's text as a string (or as tokens or turns), and its offsets as numbers."""
    if not isinstance(row, dict | list):
        return False
    strings, numbers = _leaves(row)
    written = "".join(strings)
    spans = {(span.start, span.end) for span in document.spans}
    if any("[" in one and "]" in one and "PERSON" in one for one in strings):  # a pair: its spans are aligned
        return any(document.text in one for one in strings)
    if document.text in strings and not (isinstance(row, dict) and "tokens" in row):
        offsets = {offset for span in spans for offset in span}
        return offsets <= set(numbers) and len(spans) * 2 <= len(numbers)
    return "".join(document.text.split()) in "".join(written.split())


def _leaves(value: Any) -> tuple[list[str], list[int]]:
    if isinstance(value, str):
        return [value], []
    if isinstance(value, bool | float) or value is None:
        return [], []
    if isinstance(value, int):
        return [], [value]
    inner = list(value.values()) if isinstance(value, dict) else value
    found = [_leaves(one) for one in inner]
    keys = list(value) if isinstance(value, dict) else []
    return [*keys, *(s for strings, _ in found for s in strings)], [n for _, numbers in found for n in numbers]


# --- columns


_COLUMNS = """-DOCSTART- -X- O

Zebulon NNP B-PERSON
Quixana NNP I-PERSON
met VBD O
Wolverdine NNP B-PERSON

in IN O
Ypsilopsis NNP B-LOCATION

-DOCSTART- -X- O

Kraxmuir NNP O
"""
_NUMBERED = """# sent_id = 1
# text = Zebulon Quixana met.
1\tZebulon\tB-PERSON\tO
2\tQuixana\tI-PERSON\tO
3\tmet\tO\tO
4\t.\tO\tO

# sent_id = 2
1\tYpsilopsis Bay\tB-LOCATION\tO
2\tKraxmuir\tO\tO
"""


def column_samples() -> list[Files]:
    """Small files in columns."""
    bilou = "Zebulon\tB-P\nQuixana\tL-P\nmet\tO\nWolverdine\tU-P\n\nin\tO\nYpsilopsis\tU-L\n"
    return [{"c.conll": text.encode()} for text in (_COLUMNS, _NUMBERED, bilou)]


def columns_untold(files: Files, reading: Reading) -> bool:
    """Whether the tokens of rows of which nothing was told are not the text, or their labels not those of the spans."""
    if reading.problems or not reading.taken:
        return False
    ((_, data),) = files.items()
    details = "; ".join(reading.taken[0].details)
    tabs = "parted by tabs" in details
    found = re.search(r"token: column (\d+) of", details), re.search(r"tag: column (\d+) of", details)
    if found[0] is None or found[1] is None:
        return True
    token, tag = int(found[0][1]) - 1, int(found[1][1]) - 1
    # What was told of these, the row's token is in the text all the same.
    beside = ("mended", "not placed")
    told = {c.line for c in reading.changes if c.kind not in beside and not c.what.startswith("a tag of column")}
    tokens, labels = [], Counter[str]()
    for number, line in enumerate(data.decode("utf-8-sig").split("\n"), start=1):
        row = re.split("\t" if tabs else "[ \t]+", line.strip(" \t\r") if not tabs else line.rstrip("\r"))
        if not line.strip() or number in told or any(re.fullmatch("-+DOCSTART-*", c.strip(), re.I) for c in row[:2]):
            continue
        if re.match(r"#\s*text\s*=", line):
            continue
        if len(row) <= max(token, tag):
            return True
        tokens.append(row[token].strip())
        labels.update([label] if (label := re.sub(r"^[BIESLUMW][-_]", "", row[tag].strip())) not in ("O", "_") else [])
    # Where a row was told of, its token may be in the text all the same.
    written = "".join("".join(document.text.split()) for document in reading.documents)
    if not any(change.kind in ("joined", "trimmed") for change in reading.changes):
        return "".join("".join(token.split()) for token in tokens) != written
    waiting = iter(written)
    return not all(character in waiting for character in "".join("".join(token.split()) for token in tokens))


# --- BRAT


def brat_samples() -> list[Files]:
    """A folder of two documents."""
    lines = [f"T{n}\t{label} {s} {e}\t{TEXT[s:e]}\n" for n, (s, e, label) in enumerate(SPANS, start=1)]
    fragments = "T1\tPERSON 0 7;8 15\tZebulon Quixana\nR1\tx Arg1:T1 Arg2:T1\n"
    return [
        {"a.txt": TEXT.encode(), "a.ann": "".join(lines).encode(), "b.txt": SECOND.encode(), "b.ann": b""},
        {"a.txt": TEXT.encode(), "a.ann": ("\ufeff" + fragments).encode()},
    ]


def brat_untold(files: Files, reading: Reading) -> bool:
    """Whether a text or an annotation of which nothing was told is not there as it stands."""
    if reading.problems:
        return False
    told = {(Path(change.file).name, change.line) for change in reading.changes}
    by_name = {document.extra["id"]: document for document in reading.documents}
    for name, data in files.items():
        stem, kind = name.split(".")
        document = by_name.get(stem)
        if document is None:
            return True
        if kind == "txt":
            if (name, 1) not in told and document.text != data.decode():
                return True
            continue
        if (name, 0) in told:
            continue
        expected = set()
        for number, line in enumerate(data.decode("utf-8-sig").split("\n"), start=1):
            if (name, number) not in told and line.strip():
                label, start, end = line.split("\t")[1].split()[:3]
                expected.add((int(start), int(end), label))
        found = {(span.start, span.end, span.label) for span in document.spans}
        trimmed = sum(c.count for c in reading.changes if c.kind in ("trimmed", "joined"))
        if len(expected - found) > trimmed or len(found - expected) > trimmed:
            return True
    return False


# --- files of programs


def docbin_samples() -> list[Files]:
    """A DocBin that spaCy wrote."""
    from spacy import blank
    from spacy.tokens import DocBin

    doc = blank("xx")(TEXT)
    doc.set_ents([doc.char_span(s, e, label=label) for s, e, label in SPANS])
    return [{"c.spacy": DocBin(docs=[doc, blank("xx")(SECOND)]).to_bytes()}]


def docbin_untold(files: Files, reading: Reading) -> bool:
    """Whether spaCy's own reader gives other words or other entities."""
    from spacy.tokens import DocBin

    if reading.problems or reading.changes:
        return False
    ((_, data),) = files.items()
    from spacy.attrs import ENT_IOB, ENT_TYPE, ORTH

    docs = DocBin().from_bytes(data)
    import spacy

    strings = spacy.strings.StringStore(docs.strings)
    texts = []
    for tokens, spaces in zip(docs.tokens, docs.spaces, strict=True):
        words = [strings[int(orth)] for orth in tokens[:, docs.attrs.index(ORTH)]]
        texts.append("".join(word + " " * bool(space) for word, space in zip(words, spaces[:, 0], strict=True)))
    begun = sum(int((t[:, docs.attrs.index(ENT_IOB)] == 3).sum()) for t in docs.tokens)
    labelled = sum(int((t[:, docs.attrs.index(ENT_TYPE)] != 0).sum()) for t in docs.tokens)
    spans = sum(len(document.spans) for document in reading.documents)
    return [document.text for document in reading.documents] != texts or not min(begun, labelled) <= spans <= labelled


def xmi_samples() -> list[Files]:
    """A CAS that cassis wrote, with its type system."""
    from cassis import Cas, TypeSystem

    from loredact.corpora.uima import NAMED_ENTITY

    types = TypeSystem()
    kind = types.create_type(NAMED_ENTITY, supertypeName="uima.tcas.Annotation")
    types.create_feature(kind, "value", "uima.cas.String")
    cas = Cas(typesystem=types)
    cas.sofa_string = TEXT
    for s, e, label in SPANS:
        cas.add(kind(begin=s, end=e, value=label))
    return [{"a.xmi": cas.to_xmi().encode(), "TypeSystem.xml": types.to_xml().encode()}]


def cas_json_samples() -> list[Files]:
    """The same in JSON."""
    from cassis import load_cas_from_xmi, load_typesystem

    (files,) = xmi_samples()
    types = load_typesystem(io.BytesIO(files["TypeSystem.xml"]))
    return [{"a.json": load_cas_from_xmi(io.BytesIO(files["a.xmi"]), typesystem=types).to_json().encode()}]


def uima_untold(files: Files, reading: Reading) -> bool:
    """Whether there are not as many entities as the file has, or their text is not in the file."""
    if reading.problems or reading.changes:
        return False
    data = next(value for name, value in files.items() if name.startswith("a."))
    entities = len(re.findall(rb'<\w+:NamedEntity|"%TYPE"\s*:\s*"[^"]*NamedEntity"', data))
    written = re.sub(r"\s|\\n", "", re.sub(r"&#10;|&quot;|&amp;|&lt;|&gt;", "", data.decode("utf-8", "replace")))
    (document,) = reading.documents
    text = re.sub(r'[\s"&<>]', "", document.text)
    return len(document.spans) != entities or (text.isalnum() and text not in written)


def webanno_samples() -> list[Files]:
    """A file of INCEpTION's, by its user guide."""
    from loredact.corpora.uima import NAMED_ENTITY

    return [
        {
            "a.tsv": (
                f"#FORMAT=WebAnno TSV 3.3\n#T_SP={NAMED_ENTITY}|identifier|value\n\n\n#Text=Zebulon Quixana met.\n"
                "1-1\t0-7\tZebulon\t*[1]\tPERSON[1]\t\n1-2\t8-15\tQuixana\t*[1]\tPERSON[1]\t\n1-3\t16-19\tmet\t_\t_\t\n"
                "1-4\t19-20\t.\t_\t_\t\n\n#Text=Ypsilopsis\n2-1\t21-31\tYpsilopsis\t*\tLOCATION\t\n"
            ).encode()
        }
    ]


def webanno_untold(files: Files, reading: Reading) -> bool:
    """Whether the text is not that of the sentences, or a labelled row is in no span."""
    if reading.problems:
        return False
    ((_, data),) = files.items()
    lines = data.decode("utf-8-sig").split("\n")
    if any("\\" in line for line in lines):
        return False
    texts = [line.removeprefix("#Text=").rstrip("\r") for line in lines if line.startswith("#Text=")]
    (document,) = reading.documents
    if "".join("".join(text.split()) for text in texts) != "".join(document.text.split()):
        return True
    told = {change.line for change in reading.changes}
    named = [
        line.removesuffix("\r").split("\t")
        for number, line in enumerate(lines, start=1)
        if re.match(r"\d+-\d+(?:\.\d+)?\t", line) and number not in told
    ]
    values = {re.sub(r"\[\d+\]", "", row[4]) for row in named if len(row) > 4} - {"_", "*", ""}
    return not {span.label for span in document.spans} <= {part for value in values for part in value.split("|")}


def parquet_samples() -> list[Files]:
    """A table that pyarrow wrote, with the features of `datasets`."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    label = {"names": ["O", "B-PERSON", "I-PERSON", "B-LOCATION"], "_type": "ClassLabel"}
    features = {"ner_tags": {"feature": label, "_type": "Sequence"}}
    tags = [1, 2, 0, 1, 0, 3, 0, 0, 0, 0, 0]
    table = pa.table({"tokens": [TEXT.split(), ["Kraxmuir"]], "ner_tags": [tags, [0]]})
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    found = []
    for compression in ("none", "snappy"):
        written = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(metadata), written, compression=compression)
        found.append({"c.parquet": written.getvalue()})
    return found


def parquet_untold(files: Files, reading: Reading) -> bool:
    """Whether pyarrow reads other tokens."""
    from pyarrow import parquet as pq

    if reading.problems or reading.changes:
        return False
    ((_, data),) = files.items()
    rows = pq.read_table(io.BytesIO(data)).to_pylist()
    texts = [" ".join(row["tokens"]) for row in rows if isinstance(row.get("tokens"), list)]
    return [document.text for document in reading.documents] != texts


def forms() -> dict[str, Form]:
    """Every form that is read."""
    rows = {name: Form(lambda files=files: files, rows_untold) for name, files in _row_samples().items()}  # type: ignore[misc]
    return {
        **rows,
        "columns": Form(column_samples, columns_untold),
        "brat": Form(brat_samples, brat_untold),
        "webanno-tsv": Form(webanno_samples, webanno_untold),
        "uima-xmi": Form(xmi_samples, uima_untold),
        "uima-json": Form(cas_json_samples, uima_untold),
        "spacy": Form(docbin_samples, docbin_untold, zlib.decompress, zlib.compress, ReadAs(form="spacy")),
        "parquet": Form(parquet_samples, parquet_untold),
    }


# --- damage


_SIGNS = b'[ ] { } " , : ; | _ * # < & - 0'.split()
_WORDS = b"null -1 999999999 1e5 B- I- O -DOCSTART- # text = x".split(b" ")
_BLANKS = (b" ", b"\t", b"\n", b"\r", b"\xc2\xa0", b"\xe2\x80\xa8", b"\x00")
_ODD = (b"\\", b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", b"\xf0\x9f\x92\xa9", b"# text = x")
_INSERTED = (*_SIGNS, *_WORDS, *_BLANKS, *_ODD)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """`data` with one to four alterations."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        data = chance.choice(_DAMAGES)(data, chance)
    return data


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.choice((0, chance.randint(0, len(data))))
    return data[:place] + chance.choice(_INSERTED) + data[place:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(data))
    return data[:place] + data[place + chance.choice((1, 2, 8, 64)) :]


def _part(pattern: bytes) -> Callable[[bytes, random.Random], bytes]:
    """Swap, double, drop or exchange the parts of `data` between what fits `pattern`."""

    def alter(data: bytes, chance: random.Random) -> bytes:
        parts = re.split(pattern, data)
        places = range(0, len(parts), 2)
        here, there = chance.choice(places), chance.choice(places)
        match chance.randrange(4):
            case 0:
                parts[here], parts[there] = parts[there], parts[here]
            case 1:
                parts[here] = parts[there]
            case 2:
                parts[here] = b""
            case _:
                parts[here] += b"".join(parts[there : there + 2])
        return b"".join(parts)

    return alter


def _number(data: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", data))
    if not found:
        return data
    one = chance.choice(found)
    value = int(one[0][:12]) + chance.choice((-8, -1, 1, 1, 2, 64))
    return data[: one.start()] + str(value).encode() + data[one.end() :]


_DAMAGES = (_flip, _insert, _cut, _number, _part(rb"(\n)"), _part(rb"([\t ,]+)"), _part(rb'(")'), _part(rb"([{}\[\]])"))


# --- the run


@dataclass(slots=True)
class Counts:
    """What was counted of one form."""

    inputs: int = 0
    documents: int = 0
    refused: int = 0
    told: int = 0
    slowest: float = 0.0


def inputs(form: Form, name: str, count: int, seed: int) -> Iterator[tuple[int, Files]]:
    """`count` damaged inputs, each with the number that makes it again."""
    samples = form.files()
    for number in range(count):
        chance = random.Random(f"{name} {seed} {number}")
        files = dict(chance.choice(samples))
        victim = chance.choice(sorted(files))
        files[victim] = form.closed(damaged(form.opened(files[victim]), chance))
        yield number, files


def fault(form: Form, files: Files, folder: Path, counts: Counts) -> str | None:
    """What is to be counted against the reader of `files`, which are written into `folder`, or None."""
    for left in folder.iterdir():
        if left.name not in files:
            left.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    source = folder if len(files) > 1 else folder / next(iter(files))
    counts.inputs += 1
    began = time.process_time()
    try:
        reading = scan_corpus(source, form.read_as)
    except InputError as error:
        counts.refused += 1
        return "shown" if _shows(str(error)) else None
    except Exception as error:  # this is what is looked for
        return f"raised {type(error).__name__}"
    took = time.process_time() - began
    counts.slowest = max(counts.slowest, took)
    counts.documents += len(reading.documents)
    counts.refused += bool(reading.problems)
    counts.told += bool(reading.changes)
    said = [*map(str, reading.problems), *map(str, reading.changes), *map(str, reading.taken)]
    if any(map(_shows, said)):
        return "shown"
    if took > _SLOW:
        began = time.process_time()
        scan_corpus(source, form.read_as)
        if time.process_time() - began > _SLOW:
            return "slow"
    try:
        return "untold" if form.untold(files, reading) else None
    except Exception as error:  # where the simple reader fails, the other must have refused
        return f"untold ({type(error).__name__})"


def _shows(message: str) -> bool:
    return any(word in message for word in WORDS)


def run(name: str, count: int, seed: int, chosen: Sequence[int] = ()) -> tuple[Counts, Counter[str], dict[str, int]]:
    """Read `count` damaged inputs of a form; the counts, the faults, and the first input with each."""
    form = forms()[name]
    counts, faults, first = Counts(), Counter[str](), dict[str, int]()
    with tempfile.TemporaryDirectory() as folder:
        for number, files in inputs(form, name, count, seed):
            if chosen and number not in chosen:
                continue
            found = fault(form, files, Path(folder), counts)
            if found is not None:
                faults[found] += 1
                first.setdefault(found, number)
    return counts, faults, first


def main() -> int:
    """Print a line for each form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--forms", default=",".join(forms()))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    wrong = False
    print(f"{'form':16}{'inputs':>8}{'documents':>11}{'refused':>9}{'counted':>9}{'slowest, s':>12}  faults")
    for name in arguments.forms.split(","):
        counts, faults, first = run(name, arguments.inputs, arguments.seed)
        wrong |= bool(faults)
        shown = ", ".join(f"{what}: {n} (first: {first[what]})" for what, n in faults.most_common()) or "none"
        figures = f"{counts.inputs:>8}{counts.documents:>11}{counts.refused:>9}{counts.told:>9}{counts.slowest:>12.2f}"
        print(f"{name:16}{figures}  {shown}", flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
