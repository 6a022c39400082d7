"""Files of every format, masked into an archive with a report.

PyTorch comes with what masks, which is imported when there is something to mask, so that the pages are there before it.
"""

import itertools
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from loredact.studio.jobs import Advance

if TYPE_CHECKING:
    from loredact.masking import Masker

REPORT = "loredact-report"
# Of the files that had problems, so many are told on the page; the report has all.
_TOLD = 50
# What else lies beside the files that are masked; `loredact.jsonl` is `mask_files`' own.
_TAKEN = {f"{REPORT}.json", f"{REPORT}.html", "loredact.jsonl"}


@dataclass(frozen=True, slots=True)
class Archive:
    """What a job masked: a ZIP archive that is there as long as this object, and what is told of it."""

    folder: tempfile.TemporaryDirectory[str]
    told: dict[str, Any]

    @property
    def path(self) -> Path:
        return Path(self.folder.name) / "masked.zip"


def keep_files(files: Iterable[tuple[str, bytes]]) -> tempfile.TemporaryDirectory[str]:
    """A folder that holds `files` under `in`, by their names as paths, until it is let go of."""
    folder = tempfile.TemporaryDirectory(prefix="loredact-studio-")
    top = Path(folder.name, "in")
    top.mkdir()
    for name, data in files:
        path = _free_path(top, _parts_of(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def mask_kept(
    masker: "Masker", name: str, adapter: Path, folder: tempfile.TemporaryDirectory[str], advance: Advance
) -> Archive:
    """The files that `keep_files` kept, masked each by its format as `loredact mask --out` does it.

    The archive holds the files under their names, and `loredact-report.json` and `.html`: counts, and nothing of what
    was masked. `name` is what the adapter, whose folder is `adapter`, is called.

    Raises:
        LoredactError: where the adapter is damaged.
    """
    from loredact.batch import Report, Work, mask_files
    from loredact.masking.report import report_of

    done = report_of(masker, name, adapter)
    problems: list[tuple[str, str]] = []
    notes: list[tuple[str, str]] = []
    source, out = Path(folder.name, "in"), Path(folder.name, "out")
    report = Report(
        problem=lambda name, reason: problems.append((name, reason)),
        note=lambda name, note: notes.append((name, note)),
        moved=lambda share, name: advance(share),
        masked=lambda name, masked: done.add(name, masked, last=False),
    )
    # In this process: forking one that serves pages in other threads may hang.
    work = Work(adapter=str(adapter), policy=masker.policy.policy)
    outcome = mask_files(sorted(source.iterdir()), out, work, masker, workers=1, report=report)
    done.documents = outcome.done
    failed = {name for name, _ in problems}
    names = [path for path in _files_below(source) if path.as_posix() not in failed]
    with zipfile.ZipFile(Path(folder.name) / "masked.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in names:
            archive.write(out / path, path.as_posix())
        for suffix in (".json", ".html"):
            done.write(Path(folder.name) / f"{REPORT}{suffix}")
            archive.write(Path(folder.name) / f"{REPORT}{suffix}", f"{REPORT}{suffix}")
    told = {"files": outcome.done, "report": done.as_json(), "problems": problems[:_TOLD], "notes": notes[:_TOLD]}
    return Archive(folder, told)


def as_files(texts: Sequence[tuple[str, str]]) -> list[tuple[str, bytes]]:
    """Texts of the folder, by name, as files of plain text."""
    return [(name if name.lower().endswith(".txt") else f"{name}.txt", text.encode()) for name, text in texts]


def _files_below(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _parts_of(name: str) -> list[str]:
    """The parts of a path within a folder that leads nowhere else."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    # What begins with a dot is the system's, or would be taken for loredact's own.
    return [part.lstrip(".") or "file" for part in parts] or ["file"]


def _free_path(top: Path, parts: Sequence[str]) -> Path:
    """The path of `parts` below `top`, with a number in a part where a file has that name already."""
    # The disk is asked: it knows whether `A.txt` is `a.txt` there.
    place = top
    for part in parts[:-1]:
        place = next(path for path in _numbered(place / part) if path.is_dir() or not path.exists())
    return next(path for path in _numbered(place / parts[-1]) if not path.exists() and not _is_taken(top, path))


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")


def _is_taken(top: Path, path: Path) -> bool:
    return path.parent == top and path.name.casefold() in _TAKEN
