"""Files that are compressed by gzip, bzip2, xz or zstd: unpacked, read by their own format, and packed again."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, cast

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Format, Options
from loredact.formats.members import Allowance, Readable, own_folder, place_for
from loredact.formats.registry import find_format

_BLOCK_BYTES = 1 << 18
_XZ_MEMORY = 128 << 20  # xz -9 takes 65 MB
_TIME_AT = slice(4, 8)  # of a gzip header (RFC 1952)


class _Compressed:
    name = ""
    suffixes: tuple[str, ...] = ()

    def __init__(self, options: Options) -> None:
        self.options = options

    def reading(self, source: Path) -> AbstractContextManager[Readable]:
        """What the file unpacks to."""
        raise NotImplementedError

    def writing(self, source: Path, out: Path) -> AbstractContextManager[IO[bytes]]:
        """A stream that packs into `out` as `source` is packed."""
        raise NotImplementedError

    def cells(self, source: Path) -> Iterator[Cell]:
        """See `Format.cells`."""
        with self._unpacked(source) as (inner, format_):
            yield from format_.cells(inner)

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`."""
        with self._unpacked(source) as (inner, format_):
            new = inner.with_name("masked")
            new.touch()
            format_.rewrite(inner, new, masked)
            with new.open("rb") as file, self.writing(source, out) as packed:
                while data := file.read(_BLOCK_BYTES):
                    packed.write(data)

    @contextmanager
    def _unpacked(self, source: Path) -> Iterator[tuple[Path, Format]]:
        if self.options.depth <= 0:
            raise InputError("Too many files lie in one another.")
        with own_folder() as folder:
            name = source.name if source.suffix.lower() not in self.suffixes else source.stem
            inner = place_for(folder, name)
            with self.reading(source) as stream:
                Allowance(source.stat().st_size).unpack(stream, inner)
            yield inner, find_format(inner, self.options.within())


class Gzip(_Compressed):
    """gzip (RFC 1952). The time in the header stays; a file name in it is left out."""

    name = "gzip"
    suffixes = (".gz", ".gzip")

    @contextmanager
    def reading(self, source: Path) -> Iterator[Readable]:
        """See `_Compressed.reading`."""
        try:
            with gzip.open(source, "rb") as stream:
                yield cast(Readable, stream)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise InputError("The gzip file is damaged or cut short.") from None

    @contextmanager
    def writing(self, source: Path, out: Path) -> Iterator[IO[bytes]]:
        """See `_Compressed.writing`."""
        with source.open("rb") as file:
            time = int.from_bytes(file.read(8)[_TIME_AT], "little")
        with out.open("wb") as packed_file, gzip.GzipFile("", "wb", fileobj=packed_file, mtime=time) as packed:
            yield cast(IO[bytes], packed)


class Bzip2(_Compressed):
    """bzip2, streams one after the other too."""

    name = "bzip2"
    suffixes = (".bz2",)

    @contextmanager
    def reading(self, source: Path) -> Iterator[Readable]:
        """See `_Compressed.reading`."""
        try:
            with bz2.open(source, "rb") as stream:
                yield cast(Readable, stream)
        except (EOFError, ValueError, OSError) as error:
            # An OSError of the system's has a number, one of bz2's has none.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise InputError("The bzip2 file is damaged or cut short.") from None

    @contextmanager
    def writing(self, source: Path, out: Path) -> Iterator[IO[bytes]]:
        """See `_Compressed.writing`."""
        with bz2.open(out, "wb") as packed:
            yield cast(IO[bytes], packed)


class Xz(_Compressed):
    """xz, streams one after the other too."""

    name = "xz"
    suffixes = (".xz",)

    @contextmanager
    def reading(self, source: Path) -> Iterator[Readable]:
        """See `_Compressed.reading`."""
        try:
            with source.open("rb") as file:
                yield _XzStream(file)
        except (EOFError, lzma.LZMAError):
            raise InputError(
                f"The xz file is damaged or cut short, or takes more than {_XZ_MEMORY >> 20} MB of memory to unpack."
            ) from None

    @contextmanager
    def writing(self, source: Path, out: Path) -> Iterator[IO[bytes]]:
        """See `_Compressed.writing`."""
        with lzma.open(out, "wb") as packed:
            yield cast(IO[bytes], packed)


class _XzStream:
    """Unpacks with a limit of memory, which `lzma.open` has not: the file says how much is taken, up to 4 GB."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._unpacking = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        while True:
            packed = b""
            if self._unpacking.eof:
                # Between streams there may be zeros, in fours.
                packed = self._unpacking.unused_data.lstrip(b"\0") or self._file.read(_BLOCK_BYTES).lstrip(b"\0")
                if not packed and not self._file.peek(1):  # type: ignore[attr-defined]
                    return b""
                self._unpacking = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
            elif self._unpacking.needs_input:
                packed = self._file.read(_BLOCK_BYTES)
                if not packed:
                    raise EOFError
            if unpacked := self._unpacking.decompress(packed, size):
                return unpacked


class Zstd(_Compressed):
    """Zstandard (RFC 8878), frames one after the other too, by PyArrow."""

    name = "zstd"
    suffixes = (".zst", ".zstd")

    @contextmanager
    def reading(self, source: Path) -> Iterator[Readable]:
        """See `_Compressed.reading`."""
        pa = _pyarrow()
        try:
            with pa.CompressedInputStream(str(source), "zstd") as stream:
                yield cast(Readable, stream)
        except OSError as error:
            if error.errno is not None:
                raise
            raise InputError("The zstd file is damaged or cut short.") from None

    @contextmanager
    def writing(self, source: Path, out: Path) -> Iterator[IO[bytes]]:
        """See `_Compressed.writing`."""
        with _pyarrow().CompressedOutputStream(str(out), "zstd") as packed:
            yield cast(IO[bytes], packed)


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ModuleNotFoundError:
        raise InputError("zstd files need PyArrow: pip install 'loredact[files]'.") from None
    return pa
