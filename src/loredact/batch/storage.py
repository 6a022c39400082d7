"""Files in any storage that fsspec reaches (`s3://`, `gs://`, `az://`, `hdfs://`, `file://`, ...), masked into another.

Files are fetched in groups into the system's temporary folder, masked there, and put in their place whole. What became
of a file stands in `.loredact/` in the output's folder as soon as it is there, and in `loredact.jsonl` at the end: the
same command goes on behind the files that are done. Storages cannot be locked: two runs into one folder do all twice.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from loredact.batch.manifest import Entry, Manifest, entry_of, line_of
from loredact.batch.reading import hex_of
from loredact.batch.run import Outcome, Report, mask_files
from loredact.batch.tree import MANIFEST, STATE
from loredact.batch.work import Work
from loredact.errors import InputError, told_as
from loredact.masking import Masker

# A group is so much at most, unless it is one file.
_GROUP_BYTES, _GROUP_FILES = 64 << 20, 200


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file to mask: its address, its name below the output's folder, its size in bytes, and the mark that its storage
    knows this state of it by.
    """

    url: str
    name: str
    size: int
    mark: str


Group = Sequence[StoredFile]


def is_stored(path: str) -> bool:
    """Whether the path is an address in a storage, such as `s3://bucket/tickets`."""
    return "://" in path


def mask_stored(
    urls: Sequence[str],
    out: str,
    work: Work,
    mask: Callable[[Sequence[Group]], Iterable[Entry]],
    report: Report | None = None,
) -> Outcome:
    """Mask the files that `urls` are or hold into the folder `out` of a storage. `mask` takes groups of files and gives
    what became of each file, in any order: here (`mask_group`), or on many machines (`loredact.batch.ray`).

    Raises:
        InputError: where an address cannot be used, or is not there.
    """
    report = report or Report()
    files = stored_files(urls, out)
    if not files:
        raise InputError("There is no file to mask.")
    target, folder = _opened(out)
    target.invalidate_cache()
    before = _entries(target, folder)
    outcome, identity = Outcome(), work.identity()
    total, done = sum(file.size for file in files) or 1, 0
    stale, sizes = [], {file.name: file.size for file in files}
    for file in files:
        entry = before.get(file.name)
        if entry is not None and _is_current(entry, file, identity, target, folder):
            outcome.unchanged += 1
            outcome.counts.update(entry.counts)
            done += file.size
        else:
            stale.append(file)
    for entry in mask(list(groups(stale))) if stale else ():
        before[entry.file] = entry
        done += sizes[entry.file]
        report.moved(done / total, entry.file)
        if entry.error is None:
            outcome.done += 1
            outcome.counts.update(entry.counts)
        else:
            outcome.failed += 1
            outcome.exit_code = InputError.exit_code
            report.problem(entry.file, entry.error)
        for note in entry.notes:
            report.note(entry.file, note)
    with _told(out):
        _put(target, f"{folder}/{MANIFEST}", "".join(line_of(before[name]) for name in sorted(before)).encode())
        if target.exists(f"{folder}/{STATE}"):
            target.rm(f"{folder}/{STATE}", recursive=True)
    return outcome


def mask_group(group: Group, out: str, work: Work, masker: Masker, workers: int | None = None) -> list[Entry]:
    """Mask the files of `group` into the storage `out`; what became of each."""
    target, folder = _opened(out)
    entries: dict[str, Entry] = {}
    with tempfile.TemporaryDirectory(prefix="loredact-") as place:
        inside, outside = Path(place, "in"), Path(place, "out")
        inside.mkdir()
        for file in group:
            try:
                _fetch(file, inside)
            except InputError as error:
                entries[file.name] = Entry(file.name, "", "", error=str(error))
        if any(inside.iterdir()):
            mask_files(sorted(inside.iterdir()), outside, work, masker, workers=workers)
            manifest = Manifest(outside / MANIFEST)
            for file in group:
                entry = manifest.get(file.name)
                if entry is not None:
                    entries[file.name] = replace(entry, mark=file.mark)
        with _told(out):
            for name, entry in entries.items():
                if entry.error is None:
                    with (outside / name).open("rb") as written:
                        _put(target, f"{folder}/{name}", written)
                elif target.exists(f"{folder}/{name}"):
                    target.rm(f"{folder}/{name}")  # of another time
                _put(target, f"{folder}/{STATE}/{hex_of(name)}.json", line_of(entry).encode())
    return list(entries.values())


def stored_files(urls: Iterable[str], out: str) -> list[StoredFile]:
    """The files that `urls` are or hold, by name; what lies in `out` is left out.

    Raises:
        InputError: where an address is not there or of no storage that is known, or two files have one name.
    """
    found: dict[str, StoredFile] = {}
    target, folder = _opened(out)
    for url in urls:
        storage, path = _opened(url)
        with _told(url):
            if not storage.exists(path):
                raise InputError(f"{url} does not exist.")
            listed = storage.find(path, detail=True)
            for where, info in sorted(listed.items()):
                if storage == target and f"{where}/".startswith(f"{folder}/"):
                    continue
                within = where[len(path) :].strip("/")
                name = f"{path.rsplit('/', 1)[-1]}/{within}" if within else path.rsplit("/", 1)[-1]
                if name in found or name == MANIFEST or name.startswith(f"{STATE}/"):
                    raise InputError(f"Two files would be written to {out}/{name}.")
                mark = str(storage.ukey(where))
                found[name] = StoredFile(storage.unstrip_protocol(where), name, int(info.get("size") or 0), mark)
    return list(found.values())


def groups(files: Iterable[StoredFile]) -> Iterator[Group]:
    """The files, some at a time."""
    held: list[StoredFile] = []
    for file in files:
        if held and (len(held) == _GROUP_FILES or sum(one.size for one in held) + file.size > _GROUP_BYTES):
            yield held
            held = []
        held.append(file)
    if held:
        yield held


def _fetch(file: StoredFile, folder: Path) -> None:
    """Write the file below `folder` under its name."""
    name = PurePosixPath(file.name)
    if name.as_posix() != file.name or name.is_absolute() or ".." in name.parts:
        raise InputError("Its name is none of a file in a folder.")
    target = folder / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    storage, path = _opened(file.url)
    with _told("It"):
        storage.get_file(path, str(target))


def _put(storage: Any, path: str, content: Any) -> None:
    """Write `content`, bytes or an open file, to `path`, whole or not at all."""
    storage.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
    with storage.transaction, storage.open(path, "wb") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            while data := content.read(1 << 20):
                file.write(data)


def _entries(storage: Any, folder: str) -> dict[str, Entry]:
    """What was done to each file before: by the manifest, and by what a run that was stopped noted."""
    entries: dict[str, Entry] = {}
    with _told(folder):
        lines = []
        if storage.exists(f"{folder}/{MANIFEST}"):
            lines = storage.cat_file(f"{folder}/{MANIFEST}").splitlines()
        if storage.exists(f"{folder}/{STATE}"):
            lines += storage.cat(storage.find(f"{folder}/{STATE}"), on_error="omit").values()
    for line in lines:
        entry = entry_of(line)
        if entry is not None:
            entries[entry.file] = entry
    return entries


def _is_current(entry: Entry, file: StoredFile, identity: str, storage: Any, folder: str) -> bool:
    if entry.error is not None or (entry.mark, entry.identity) != (file.mark, identity):
        return False
    written = f"{folder}/{file.name}"
    return bool(storage.exists(written) and storage.size(written) == entry.bytes)


def _opened(url: str) -> tuple[Any, str]:
    """The storage of an address, and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ModuleNotFoundError:
        raise InputError(f"{url} is in a storage, which needs fsspec: pip install 'loredact[storage]'.") from None
    try:
        storage, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        # Which library a storage needs is said by fsspec.
        raise InputError(f"{url} cannot be reached: {error}") from None
    return storage, path.rstrip("/")


def _told(place: str) -> AbstractContextManager[None]:
    """Within this, whatever a storage raises is told with its place and kind: it is of any library, with any words."""
    return told_as(InputError, f"{place} cannot be read or written in its storage.")
