"""Files that people drop: documents by their format, and corpora with labels, by what `loredact corpus check` reads."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from loredact.corpora import scan_corpus
from loredact.document import Document, require_valid_text
from loredact.errors import InputError, LoredactError
from loredact.formats import Options, find_format

# What has no name of a corpus form is a document.
_CORPUS = (
    ".jsonl", ".json", ".ndjson", ".gz", ".conll", ".bio", ".iob", ".iob2", ".bioes", ".tsv", ".xmi", ".zip", ".spacy",
    ".parquet",
)  # fmt: skip
_ANNOTATIONS = ".ann"


@dataclass(slots=True)
class Taken:
    """The texts in dropped files, each with a name and the file it came from, and what could not be read."""

    texts: list[tuple[str, str, Document]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def take_files(files: Sequence[tuple[str, bytes]]) -> Taken:
    """The texts in `files`, by their names as paths of a dropped folder.

    A `.txt` beside an `.ann` of its name is BRAT's; what has the name of a corpus form is read as one.
    """
    taken = Taken()
    names = {name for name, _ in files}
    brat = {name for name in names if _beside(name, _ANNOTATIONS) in names and not name.endswith(_ANNOTATIONS)}
    _take_brat(taken, [(name, data) for name, data in files if name in brat or name.endswith(_ANNOTATIONS)])
    for name, data in files:
        if name in brat or name.endswith(_ANNOTATIONS):
            continue
        try:
            if name.lower().endswith(_CORPUS):
                _take_corpus(taken, name, data)
            else:
                taken.texts.append((name, name, Document(_document(name, data))))
        except LoredactError as error:
            taken.problems.append(str(error))
    return taken


def _document(name: str, data: bytes) -> str:
    """What a person reads in a file: plain text as it is; of other formats a line a paragraph or cell."""
    with tempfile.TemporaryDirectory() as folder:
        path = _kept(name, data, folder, "document")
        try:
            found = find_format(path, Options())
            cells = [] if found.name == "text" else list(found.cells(path))
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
    if found.name == "text":
        return _decoded(name, data)
    text = "\n".join(cell.text for cell in cells)
    if not text.strip():
        raise InputError(f"{name} holds no text.")
    require_valid_text(text)
    return text


def _kept(name: str, data: bytes, folder: str, own: str) -> Path:
    # The suffix alone: a name from elsewhere is no path of ours.
    path = Path(folder) / (own + "".join(PurePosixPath(name).suffixes[-2:]))
    path.write_bytes(data)
    return path


def _decoded(name: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not valid UTF-8 at byte {error.start}. Convert it first.") from None
    if not text.strip():
        raise InputError(f"{name} is empty.")
    require_valid_text(text)
    return text


def _take_corpus(taken: Taken, name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _take_scanned(taken, name, _kept(name, data, folder, "corpus"))


def _take_brat(taken: Taken, files: Iterable[tuple[str, bytes]]) -> None:
    files = list(files)
    if not files:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files:
            (Path(folder) / PurePosixPath(name).name).write_bytes(data)
        _take_scanned(taken, str(PurePosixPath(files[0][0]).parent), Path(folder))


def _take_scanned(taken: Taken, name: str, path: Path) -> None:
    reading = scan_corpus(path)
    # A problem is told with the path of our copy.
    taken.problems += [str(problem).replace(str(path), name) for problem in reading.problems]
    count = len(reading.documents)
    for index, document in enumerate(reading.documents, start=1):
        if document.text.strip():
            own = f"{name} {index:0{len(str(count))}d}" if count > 1 else name
            taken.texts.append((own, name, document))


def _beside(name: str, suffix: str) -> str:
    return str(PurePosixPath(name).with_suffix(suffix))
