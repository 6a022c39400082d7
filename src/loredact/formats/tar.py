"""Tar archives (POSIX ustar and pax, GNU): each member by its own format. Names, dates, modes and order stay."""

import copy
import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Options
from loredact.formats.members import MOST_MEMBERS, Allowance, cells_of_members, masked_member, own_folder, place_for

_MAGIC_AT = slice(257, 265)
_GNU = b"ustar  \0"
_TIMES, _TIME = frozenset({"mtime", "atime", "ctime"}), re.compile(r"-?\d+(?:\.\d+)?")
_TOLD_ANEW = _TIMES | {"path", "linkpath", "size", "uid", "gid", "uname", "gname", "charset", "hdrcharset"}


class Tar:
    """A tar archive. Members that no format fits, links and devices stay as they are.

    Names of owners are left out, and so are comments, extended attributes and whatever else a pax header may say.
    """

    name = "tar"
    suffixes = (".tar",)

    def __init__(self, options: Options) -> None:
        self.options = options

    def cells(self, source: Path) -> Iterator[Cell]:
        """See `Format.cells`."""
        return cells_of_members(self._members(source), self.options)

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`."""
        taken = iter(masked)
        with source.open("rb") as head:
            is_gnu = head.read(512)[_MAGIC_AT] == _GNU
        form = tarfile.GNU_FORMAT if is_gnu else tarfile.PAX_FORMAT
        with tarfile.open(out, "w", format=form) as new:
            for where, info, file in self._members(source):
                as_it_was = copy.copy(info)
                as_it_was.uname = as_it_was.gname = ""
                # Names, sizes and numbers of owners are told anew; of the rest only times are sure to be no text.
                as_it_was.pax_headers = {
                    key: value for key, value in info.pax_headers.items() if key in _TIMES and _TIME.fullmatch(value)
                }
                if file is None:
                    as_it_was.size = 0
                    new.addfile(as_it_was)
                    continue
                put = masked_member(file, self.options, where, taken)
                as_it_was.size = put.stat().st_size
                with put.open("rb") as stream:
                    new.addfile(as_it_was, stream)

    def _members(self, source: Path) -> Iterator[tuple[str, tarfile.TarInfo, Path | None]]:
        """Each member: its place in words, its header, and a file with its content, if it has any."""
        try:
            with tarfile.open(source, "r:") as archive:
                allowance = Allowance(source.stat().st_size)
                for number, info in enumerate(archive, start=1):
                    where = f"member {number}"
                    if number > MOST_MEMBERS:
                        raise InputError(f"It has more than {MOST_MEMBERS:,} members.")
                    if not _TOLD_ANEW.issuperset(info.pax_headers):
                        self.options.note(f"{where}: comments and extended attributes in its header are left out")
                    if info.issparse():
                        raise InputError(f"{where} is a sparse file: unpack it first.")
                    if info.type not in tarfile.SUPPORTED_TYPES:
                        raise InputError(f"{where} is of a kind that is not known: unpack the archive first.")
                    stream = archive.extractfile(info) if info.isreg() else None
                    if stream is None:
                        yield where, info, None
                        continue
                    with own_folder() as folder, stream:
                        file = place_for(folder, info.name)
                        allowance.unpack(stream, file)
                        yield where, info, file
        except (tarfile.TarError, EOFError):
            raise InputError("The tar file is damaged or cut short.") from None
