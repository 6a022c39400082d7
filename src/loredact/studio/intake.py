"""Files that people drop: documents by their format, and corpora with labels, by what `loredact corpus check` reads."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
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
_TEXT, _ANNOTATIONS = ".txt", ".ann"


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
    brat = {name for name in names if name.endswith(_ANNOTATIONS) or _has_annotations(name, names)}
    _take_brat(taken, [(name, data) for name, data in files if name in brat])
    for name, data in files:
        if name in brat:
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
    # Each folder is read by itself, since files of two may have one name. So may two files of one folder, where two
    # folders of that name were dropped: what came first with the first, and so on.
    folders: defaultdict[tuple[str, int], list[tuple[str, bytes]]] = defaultdict(list)
    times = Counter[str]()
    for name, data in files:
        path = PurePosixPath(name)
        folders[str(path.parent), times[name]].append((path.name, data))
        times[name] += 1
    for (name, _), inside in folders.items():
        with tempfile.TemporaryDirectory() as folder:
            for own, data in inside:
                (Path(folder) / own).write_bytes(data)
            try:
                _take_scanned(taken, name, Path(folder))
            except LoredactError as error:
                taken.problems.append(str(error).replace(folder, name))


def _take_scanned(taken: Taken, name: str, path: Path) -> None:
    reading = scan_corpus(path)
    # A problem is told with the path of our copy.
    taken.problems += [str(problem).replace(str(path), name) for problem in reading.problems]
    count = len(reading.documents)
    for index, document in enumerate(reading.documents, start=1):
        if document.text.strip():
            own = f"{name} {index:0{len(str(count))}d}" if count > 1 else name
            taken.texts.append((own, name, document))


def _has_annotations(name: str, names: Collection[str]) -> bool:
    return name.endswith(_TEXT) and f"{name.removesuffix(_TEXT)}{_ANNOTATIONS}" in names
