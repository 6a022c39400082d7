"""BRAT folders: `NAME.txt` and `NAME.ann` for each document (https://brat.nlplab.org/standoff.html)."""

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from loredact.corpora.problems import Change
from loredact.corpora.writers.losses import lost
from loredact.document import Document
from loredact.errors import InputError

_NAME = re.compile(r"\w[\w.-]{0,99}")


def write_brat(path: Path, documents: Sequence[Document]) -> list[Change]:
    """Write `documents` into the folder `path`, which is made, whole or not at all.

    BRAT has a span over several lines in fragments, one a line.

    Raises:
        InputError: where `path` is there and not an empty folder.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(f"{path} is there already. Give the name of a folder that is not, or of an empty one.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent))
    told: list[Change] = []
    try:
        for number, (name, document) in enumerate(zip(names_of(documents), documents, strict=True), start=1):
            (part / f"{name}.txt").write_bytes(document.text.encode("utf-8"))
            (part / f"{name}.ann").write_text(_annotations(document), encoding="utf-8", newline="")
            told += lost(path, number, document, kept={"id"} if document.extra.get("id") == name else ())
        part.chmod(0o777 & ~_umask())
        # An empty folder gives way to it.
        os.replace(part, path)  # noqa: PTH105
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return told


def names_of(documents: Sequence[Document]) -> list[str]:
    """The name of each of `documents`: its `id` where it can be a file's name and no other has it, else its number."""
    names: list[str] = []
    taken: set[str] = set()
    for number, document in enumerate(documents, start=1):
        given = document.extra.get("id")
        is_name = isinstance(given, str) and _NAME.fullmatch(given) and given.casefold() not in taken
        names.append(str(given) if is_name else f"document-{number:06}")
        taken.add(names[-1].casefold())
    return names


def _annotations(document: Document) -> str:
    lines = []
    for number, span in enumerate(document.spans, start=1):
        written = document.text[span.start : span.end]
        fragments = [
            (span.start + line.start(), span.start + line.end())
            for line in re.finditer(r"[^\s](?:[^\n]*[^\s])?", written)
        ]
        offsets = ";".join(f"{start} {end}" for start, end in fragments)
        shown = " ".join(re.sub(r"\s", " ", document.text[start:end]) for start, end in fragments)
        lines.append(f"T{number}\t{span.label} {offsets}\t{shown}\n")
    return "".join(lines)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
