"""The ZIP package of Office Open XML files (ECMA-376, part 2), read with limits and written member by member."""

import copy
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from loredact.errors import InputError

# What a package may hold: Word and Excel write less, and what claims more is made to fill a memory.
_MOST_PARTS = 10_000
_MOST_BYTES = 2 << 30
_MOST_XML_BYTES = 256 << 20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # compound file: an old .doc or .xls, or an encrypted package
# The namespaces of ISO/IEC 29500's strict form: nothing in it is called as in the form that programs write by default.
_STRICT = "http://purl.oclc.org/ooxml/"

# No part of a package may have a document type (ECMA-376-2, 8.2.5), and so no entities either.
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))

# Excel writes the HTML of notes into drawings of VML as it is.
_OPEN_BREAK = re.compile(rb"<(br)\b([^<>]*?)/?>", re.IGNORECASE)
_CLOSED_BREAK = re.compile(rb"</br\s*>", re.IGNORECASE)


def _mended(vml: bytes) -> bytes:
    """`vml` as XML: with line breaks that are closed, and spaces without a name."""
    closed = _OPEN_BREAK.sub(rb"<\1\2/>", _CLOSED_BREAK.sub(b"", vml))
    return closed.replace(b"&nbsp;", b"&#160;")


class Package:
    """An opened package: its parts by name, in the order of the file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        infos = archive.infolist()
        self.names = [info.filename for info in infos]
        if len(set(self.names)) != len(self.names):
            raise InputError("The file holds two parts of one name; no program that writes such files makes that.")
        if len(infos) > _MOST_PARTS or sum(info.file_size for info in infos) > _MOST_BYTES:
            raise InputError(f"The file unpacks to more than {_MOST_PARTS} parts or {_MOST_BYTES >> 30} GB.")
        if any(info.flag_bits & 1 for info in infos):
            raise InputError("The file is encrypted. Save it without a password first.")

    def read(self, name: str) -> bytes:
        """What the part `name` holds."""
        # ZipFile reads no more than the size that was declared, and raises where the checksum is another.
        return self._archive.read(name)

    def xml(self, name: str) -> etree._Element:
        """The root element of the part `name`.

        Raises:
            InputError: when it is no XML, has a document type, or is over the limit.
        """
        if self._archive.getinfo(name).file_size > _MOST_XML_BYTES:
            raise InputError(f"The part {name} is over {_MOST_XML_BYTES >> 20} MB; split the file.")
        data = self.read(name)
        if any(doctype in data for doctype in _DOCTYPES):
            raise InputError(f"The part {name} declares a document type, which such files may not.")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=False, strip_cdata=False
        )
        try:
            try:
                root = etree.fromstring(data, parser)
            except etree.XMLSyntaxError:
                if not name.lower().endswith(".vml"):
                    raise
                root = etree.fromstring(_mended(data), parser)
        except etree.XMLSyntaxError as error:
            # The parser's own words quote what it read.
            raise InputError(f"The part {name} is no valid XML, at line {error.lineno}.") from None
        if str(etree.QName(root).namespace or "").startswith(_STRICT):
            raise InputError('The file is "Strict Open XML", which is not read here: save it in the ordinary form.')
        return root

    def write(self, out: Path, changed: Mapping[str, bytes], dropped: Set[str]) -> None:
        """Write the package to `out`: its parts in their order, those in `changed` with what it gives."""
        with zipfile.ZipFile(out, "w") as archive:
            for info in self._archive.infolist():
                if info.filename in dropped:
                    continue
                as_it_was = copy.copy(info)
                as_it_was.flag_bits &= 0x800  # the name's encoding; sizes stand in the header, not behind the data
                if info.filename in changed:
                    archive.writestr(as_it_was, changed[info.filename])
                else:
                    with self._archive.open(info) as source, archive.open(as_it_was, "w") as target:
                        shutil.copyfileobj(source, target, 1 << 20)


def serialise(root: etree._Element) -> bytes:
    """The bytes of a part, with the declaration that Word and Excel write."""
    tree = root.getroottree()
    data: bytes = etree.tostring(
        tree, xml_declaration=True, encoding="UTF-8", standalone=tree.docinfo.standalone is not False
    )
    return data


@contextmanager
def opened(source: Path, kind: str, folder: str) -> Iterator[Package]:
    """The package in the file `source`, which has to have parts in `folder`. `kind` names the format in messages.

    Raises:
        InputError: when it is no such file, is locked or damaged.
    """
    try:
        with source.open("rb") as file:
            if file.read(8) == _OLE:
                raise InputError(
                    f"The file is locked with a password, or an old binary one. Save it as {kind} without a password."
                )
            with zipfile.ZipFile(file) as archive:
                package = Package(archive)
                if not any(name.startswith(folder) for name in package.names):
                    raise InputError(f"The file is no {kind}: nothing in it is in {folder}.")
                yield package
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, zlib.error) as error:
        # NotImplementedError: a compression that the standard names and nobody writes.
        raise InputError(f"The file is damaged or no {kind} ({type(error).__name__}).") from None
