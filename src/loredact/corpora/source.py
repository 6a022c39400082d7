"""Where a corpus comes from: a file, a folder, a ZIP archive or standard input, plain or gzipped."""

import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loredact.corpora.problems import FieldError
from loredact.errors import InputError

STANDARD_INPUT = "-"
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
# Of a ZIP's file, unpacked: far above any labelled text, and far below what fills a disk.
_MOST_BYTES = 1 << 31


@dataclass(frozen=True, slots=True)
class Source:
    """One file: what it is called in messages, its path within the corpus, and how its bytes are had.

    `read` raises a FieldError where the bytes are damaged, and an InputError where they cannot be read.
    """

    name: str
    path: str
    read: Callable[[], bytes]

    @property
    def stem(self) -> str:
        """The path without its last suffix."""
        return self.path[: self.path.rfind(".")] if "." in self.path.rsplit("/", 1)[-1] else self.path

    @property
    def suffix(self) -> str:
        """The last suffix, with its dot, in small letters."""
        return self.path[len(self.stem) :].lower()


def open_corpus(corpus: str | Path) -> list[Source] | Source:
    """The files of a folder or of a ZIP archive, in order of their names, or the one file that `corpus` is.

    Hidden files are none of them.

    Raises:
        InputError: where `corpus` is not there or cannot be read.
    """
    if str(corpus) == STANDARD_INPUT:
        # None where the program was started with it closed.
        if sys.stdin is None:
            raise InputError("Standard input is closed. Give a file, or pipe the text in.")
        data = sys.stdin.buffer.read()
        return _unpacked("standard input", "standard input", lambda: data)
    path = Path(corpus)
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if file.is_file()]
        within = [(file, file.relative_to(path)) for file in files]
        return [
            Source(str(file), inner.as_posix(), _gunzipping(_reader(file)))
            for file, inner in within
            if not any(part.startswith(".") for part in inner.parts)
        ]
    return _unpacked(str(path), path.name, _reader(path))


def _unpacked(name: str, path: str, read: Callable[[], bytes]) -> list[Source] | Source:
    data = read()
    if data.startswith(_ZIP_MAGIC):
        try:
            return list(_members(name, zipfile.ZipFile(io.BytesIO(data))))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise InputError(f"{name}: the ZIP archive is damaged.") from None
    return Source(name, path, _gunzipping(lambda: data))


def _members(name: str, archive: zipfile.ZipFile) -> Iterator[Source]:
    for member in sorted(archive.infolist(), key=lambda one: one.filename):
        parts = member.filename.split("/")
        if member.is_dir() or any(part.startswith((".", "__MACOSX")) for part in parts):
            continue
        yield Source(f"{name}, {member.filename}", member.filename, _gunzipping(_member_reader(archive, member)))


def _member_reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        if member.file_size > _MOST_BYTES:
            raise FieldError("", "above 2 GB when unpacked")
        try:
            return archive.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, NotImplementedError):
            raise FieldError("", "the ZIP archive is damaged here, or locked with a password") from None

    return read


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such file.") from None
        except PermissionError:
            raise InputError(f"{path}: no permission to read it.") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}.") from None

    return read


def _gunzipping(read: Callable[[], bytes]) -> Callable[[], bytes]:
    def unpacked() -> bytes:
        data = read()
        if not data.startswith(_GZIP_MAGIC):
            return data
        try:
            return gzip.decompress(data)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise FieldError("", "the gzip data is damaged or cut short") from None

    return unpacked
