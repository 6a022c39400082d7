"""What is fuzzed: each target takes any bytes, and raises nothing but what loredact says of bad input.

The first byte of an input chooses the kind of file that the others are, so that one corpus serves a target.
"""

import base64
import contextlib
import json
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from loredact.corpora import scan_corpus
from loredact.document import Masked, Replacement, Span
from loredact.errors import InputError, LoredactError
from loredact.formats import Options, find_format
from loredact.labels import LABELS
from loredact.masking import Masker
from loredact.policy import parse_policy, shipped_policies
from loredact.policy.reading import policy_text
from loredact.rules import find

if TYPE_CHECKING:
    from damage import Case

_INPUTS = Path(__file__).parent / "inputs"
_NAME = "Zebulon Quixana"
_CORPORA = ("jsonl", "json", "conll", "txt", "tsv", "xmi", "csv", "spacy", "parquet", "zip")
_FORMATS = (
    *("txt", "csv", "tsv", "json", "jsonl", "xml", "html", "eml", "mbox", "py", "log", "md"),
    *("zip", "tar", "gz", "docx", "xlsx", "pdf", "parquet", "feather"),
)
_ADAPTER = ("adapter_config.json", "loredact.json", "adapter_model.safetensors")
_BASE = ("config.json", "tokenizer.json", "model.safetensors")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Target:
    """What inputs are tried on, and inputs to begin with."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]


def _chosen(data: bytes, kinds: tuple[str, ...]) -> tuple[str, bytes]:
    return kinds[data[0] % len(kinds)] if data else kinds[0], data[1:]


# --- corpora


def _read_corpus(data: bytes) -> None:
    suffix, content = _chosen(data, _CORPORA)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"corpus.{suffix}"
        file.write_bytes(content)
        with contextlib.suppress(InputError):
            reading = scan_corpus(file)
            for document in reading.documents:
                for span in document.spans:
                    assert 0 <= span.start < span.end <= len(document.text)


def _corpora() -> Iterable[bytes]:
    spans = [{"start": 0, "end": 15, "label": "PERSON"}]
    yield b"\x00" + json.dumps({"text": f"{_NAME} met.", "spans": spans}).encode()
    yield b"\x02Zebulon B-PERSON\nQuixana I-PERSON\nmet O\n"
    yield b"\x04#FORMAT=WebAnno TSV 3.3\n\n#Text=Zebulon met.\n1-1\t0-7\tZebulon\tPERSON\n"
    yield b"\x06text,label\nZebulon,PERSON\n"


# --- files that are masked


def _mask_file(data: bytes) -> None:
    """Every word of every cell is replaced, so that as much as can be is written anew."""
    suffix, content = _chosen(data, _FORMATS)
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / f"in.{suffix}", Path(folder) / f"out.{suffix}"
        source.write_bytes(content)
        with contextlib.suppress(InputError):
            found = find_format(source, Options(numbers=True, keys=True))
            out.write_bytes(b"")
            found.rewrite(source, out, (_without_words(cell.text) for cell in found.cells(source)))


def _without_words(text: str) -> Masked:
    pieces: list[str] = []
    replacements: list[Replacement] = []
    read = written = 0
    for word in _WORD.finditer(text):
        before = text[read : word.start()]
        start = written + len(before)
        pieces += (before, "[X]")
        replacements.append(Replacement(Span(word.start(), word.end(), "X"), "[X]", start, start + 3, "replace"))
        read, written = word.end(), start + 3
    return Masked("".join((*pieces, text[read:])), tuple(replacements))


def _files() -> Iterable[bytes]:
    yield b"\x00" + f"Dear {_NAME},\r\nren\\u00e9e@example.org\n".encode()
    yield b"\x01name,phone\n" + f'"{_NAME}",01632 960 018\n'.encode()
    yield b"\x03" + json.dumps({"who": {"name": "Ren\u00e9e", "of": [1, None, "x"]}}).encode()
    yield b"\x05<a b='c&amp;d'><!-- e --><![CDATA[f]]>&eacute;</a>"
    yield b"\x06<html><p title='Ren&eacute;e'>a<b>b</b><script>c</script></html>"
    yield (
        b"\x07From: =?utf-8?q?Ren=C3=A9e?= <r@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
        b"boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"WmViCg==\r\n--x--\r\n"
    )
    yield b"\x09# Zebulon\nprint('Quixana')\n"
    yield b"\x11%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\ntrailer << /Root 1 0 R >>\n"


# --- policies


def _read_policy(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(InputError):
        parse_policy(text, "policy.yaml")


def _policies() -> Iterable[bytes]:
    return [policy_text(name).encode() for name in shipped_policies()]


# --- rules


def _find_by_rules(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for span in find(text, LABELS):
        assert 0 <= span.start < span.end <= len(text)


def _texts() -> Iterable[bytes]:
    yield b"ada@example.org, DE89 3704 0044 0532 0130 00, 4111 1111 1111 1111, 203.0.113.9, +44 1632 960018"
    yield "%41da%40example.org \\u0061 &#97; ａｄａ＠example.org ada (at) example (dot) org".encode()


# --- adapters and bases


@cache
def _made() -> "tuple[tempfile.TemporaryDirectory[str], Case]":
    """An adapter without digests, on a tiny base; the folder lives as long as the process."""
    from damage import plain_cases, remove_digests

    kept = tempfile.TemporaryDirectory()
    case = plain_cases(Path(kept.name))[0]
    remove_digests(case)
    return kept, case


def _mask_with(folder: Path, name: str, content: bytes, adapter: Path, base: Path) -> None:
    """Mask with a copy in `folder` of an adapter and its base, of whose files one has another content."""
    for copied in (adapter, base):
        place = folder / copied.name
        place.mkdir()
        for file in copied.iterdir():
            (place / file.name).write_bytes(content if file.name == name else file.read_bytes())
    with contextlib.suppress(LoredactError):
        Masker.load(folder / adapter.name, base=str(folder / base.name), rules=False, compute="float32").mask(_NAME)


def _load(names: tuple[str, ...]) -> Callable[[bytes], None]:
    """Mask with an adapter and its base, of whose files called `names` one is the input."""

    def load(data: bytes) -> None:
        name, content = _chosen(data, names)
        _, made = _made()
        with tempfile.TemporaryDirectory() as folder:
            _mask_with(Path(folder), name, content, made.adapter, made.base)

    return load


def _adapters() -> Iterable[bytes]:
    return _files_of(_made()[1].adapter, _ADAPTER)


def _bases() -> Iterable[bytes]:
    return _files_of(_made()[1].base, _BASE)


def _files_of(folder: Path, names: tuple[str, ...]) -> Iterable[bytes]:
    return [bytes([number]) + (folder / name).read_bytes() for number, name in enumerate(names)]


TARGETS = {
    "corpora": Target(_read_corpus, _corpora),
    "files": Target(_mask_file, _files),
    "policies": Target(_read_policy, _policies),
    "rules": Target(_find_by_rules, _texts),
    "adapters": Target(_load(_ADAPTER), _adapters),
    "bases": Target(_load(_BASE), _bases),
}


def known_inputs(name: str) -> list[bytes]:
    """The seeds of a target, and what fuzzing kept of it: a line of `inputs/NAME.txt` each, in Base64."""
    file = _INPUTS / f"{name}.txt"
    lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
    return [*TARGETS[name].seeds(), *map(base64.b64decode, lines)]


def write_inputs(name: str, kept: Iterable[bytes]) -> None:
    """Write what fuzzing kept of a target."""
    seeds = set(TARGETS[name].seeds())
    lines = sorted({base64.b64encode(data).decode() for data in kept if data not in seeds})
    (_INPUTS / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
