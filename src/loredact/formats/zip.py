"""Zip archives: each member by its own format. Names, dates, modes and the archive's order stay."""

import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Options
from loredact.formats.members import MOST_MEMBERS, Allowance, cells_of_members, masked_member, own_folder, place_for

_LOCKED = 1  # the bit of a member's flags that says that it has a password


class Zip:
    """A zip archive. Members that no format fits, such as pictures, are left as they are, and noted."""

    name = "zip"
    suffixes = (".zip",)

    def __init__(self, options: Options) -> None:
        self.options = options

    def cells(self, source: Path) -> Iterator[Cell]:
        """See `Format.cells`."""
        return cells_of_members(self._members(source), self.options)

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`."""
        taken = iter(masked)
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", allowZip64=True) as new:
            new.comment = old.comment
            for where, info, file in self._members(source):
                if file is None:
                    new.writestr(_same(info), b"")
                    continue
                put = masked_member(file, self.options, where, taken)
                with (
                    put.open("rb") as stream,
                    new.open(_same(info), "w", force_zip64=put.stat().st_size > 1 << 30) as to,
                ):
                    shutil.copyfileobj(stream, to)

    def _members(self, source: Path) -> Iterator[tuple[str, zipfile.ZipInfo, Path | None]]:
        """Each member: its place in words, what the archive says of it, and a file with its content, if it has any."""
        try:
            with zipfile.ZipFile(source) as archive:
                infos = archive.infolist()
                if archive.comment:
                    self.options.note("the comment of the archive is left as it is")
                if len(infos) > MOST_MEMBERS:
                    raise InputError(f"It has more than {MOST_MEMBERS:,} members.")
                allowance = Allowance(source.stat().st_size)
                Allowance(source.stat().st_size).take(sum(info.file_size for info in infos))
                for number, info in enumerate(infos, start=1):
                    where = f"member {number}"
                    if info.flag_bits & _LOCKED:
                        raise InputError(f"{where} has a password: unpack it first.")
                    if info.comment:
                        self.options.note(f"{where}: its comment is left as it is")
                    if info.is_dir():
                        yield where, info, None
                        continue
                    with own_folder() as folder:
                        file = place_for(folder, info.filename)
                        with archive.open(info) as stream:
                            allowance.unpack(stream, file)
                        yield where, info, file
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            raise InputError("The zip file is damaged, cut short, or packed in a way that is not read here.") from None


def _same(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """What the archive says of a member, but for what follows from its content."""
    new = zipfile.ZipInfo(info.filename, info.date_time)
    new.compress_type = info.compress_type
    new.comment, new.create_system = info.comment, info.create_system
    new.external_attr, new.internal_attr = info.external_attr, info.internal_attr
    return new
