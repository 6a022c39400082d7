"""Files that are compressed by gzip or zstd: unpacked, read by their own format, and packed again."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Format, Options
from loredact.formats.members import Allowance, Readable, own_folder, place_for
from loredact.formats.registry import find_format

_BLOCK_BYTES = 1 << 18
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
        with out.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=time) as packed:
            yield cast(IO[bytes], packed)


class Zstd(_Compressed):
    """Zstandard (RFC 8878)."""

    name = "zstd"
    suffixes = (".zst", ".zstd")

    @contextmanager
    def reading(self, source: Path) -> Iterator[Readable]:
        """See `_Compressed.reading`."""
        zstandard = _zstandard()
        try:
            with source.open("rb") as file:
                # Frames that ask for more memory than 128 MB are refused by the library.
                reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
                yield cast(Readable, reader)
        except zstandard.ZstdError:
            raise InputError("The zstd file is damaged or cut short.") from None

    @contextmanager
    def writing(self, source: Path, out: Path) -> Iterator[IO[bytes]]:
        """See `_Compressed.writing`."""
        zstandard = _zstandard()
        with out.open("wb") as file:
            packer = zstandard.ZstdCompressor(write_checksum=True)
            with packer.stream_writer(cast(BinaryIO, file), closefd=False) as packed:
                yield cast(IO[bytes], packed)


def _zstandard():  # type: ignore[no-untyped-def]
    try:
        import zstandard
    except ModuleNotFoundError:
        raise InputError("zstd files need zstandard: pip install 'loredact[files]'.") from None
    return zstandard
