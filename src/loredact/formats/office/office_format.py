"""What Word's and Excel's files have in common: a package, part after part, and what is done with each kind of part."""

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote

from lxml import etree

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Format, Options
from loredact.formats.ocr import has_tesseract
from loredact.formats.office.leftovers import Leftovers
from loredact.formats.office.package import Package, opened, serialise
from loredact.formats.office.part import Part
from loredact.formats.office.pictures import PicturePart
from loredact.formats.office.slots import Piece, Slot, spread
from loredact.formats.office.xml_text import local, pieces, technical

_XML = frozenset({".xml", ".rels", ".vml", ".svg"})
_PICTURES = frozenset({
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".emf", ".wmf", ".wdp", ".ico",
})  # fmt: skip
# Sounds, films and fonts; the fonts of a document are scrambled.
_OPAQUE = frozenset({".odttf", ".ttf", ".fntdata", ".wav", ".mp3", ".mp4", ".m4a", ".mov", ".avi", ".wmv"})
_CONTAINERS = frozenset({".docx", ".xlsx", ".dotx", ".xltx", ".pdf"})
_CUSTOM = re.compile(r"customXml/item\d*\.xml")
_URI = ";/?:@&=+$,#!~*'()-._"


class OfficeFormat:
    """A format whose files are packages of Office Open XML (ECMA-376).

    The XML is edited where texts stand and written again; every part in which nothing is replaced is copied as it is.
    """

    name = ""
    suffixes: tuple[str, ...] = ()
    kind = ""  # in messages
    folder = ""  # where its own parts are

    def __init__(self, options: Options) -> None:
        self._options = options

    def cells(self, source: Path) -> Iterator[Cell]:
        """The texts of every part, in the order of the package."""
        with opened(source, self.kind, self.folder) as package:
            for part in self._parts(package, Leftovers()):
                yield from part.cells()

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """Write `source` to `out` with what `masked` replaces.

        Raises:
            InputError: where something masked would be left in a part that cannot be edited.
        """
        masks = iter(masked)
        leftovers, unread = Leftovers(), list[str]()
        with opened(source, self.kind, self.folder) as package:
            changed: dict[str, bytes] = {}
            for part in self._parts(package, leftovers, unread.append):
                part.mask(masks, changed)
            dropped = _previews(package) if changed else set()
            if dropped:
                changed["_rels/.rels"] = _without_previews(changed.get("_rels/.rels") or package.read("_rels/.rels"))
                self._options.note("The preview picture of the first page was taken out.")
            leftovers.refuse()
            if unread:
                why = "of a kind that is not read here" if has_tesseract() else "Tesseract is not installed"
                self._options.note(f"Pictures were not read, and are left as they are: {len(unread)} ({why}).")
            package.write(out, changed, dropped)

    def _parts(
        self, package: Package, leftovers: Leftovers, unread: Callable[[str], None] = lambda name: None
    ) -> "Iterator[Part]":
        """The parts that hold something, in the order in which their cells come; `unread` is told of a picture that
        cannot be read.
        """
        for name in package.names:
            suffix = _suffix(name)
            if name.endswith("/") or name in _previews(package):
                continue
            if suffix in _XML:
                yield XmlPart(package, name, leftovers)
            elif suffix in _CONTAINERS:
                yield EmbeddedPart(package, name, self._options)
            elif suffix in _PICTURES:
                yield PicturePart(package, name, leftovers, unread)
            elif suffix in _OPAQUE or name.startswith(("xl/printerSettings", "word/printerSettings")):
                leftovers.left_bytes(name, package.read(name))
            else:
                raise InputError(
                    f"The part {name} cannot be read here (a macro, a signature, an embedded object, another kind of "
                    "file). Take it out with the program that wrote the file, and try again."
                )


class XmlPart(Part):
    """A part of XML, with `leftovers` to tell what was masked and what is left."""

    def __init__(self, package: Package, name: str, leftovers: Leftovers) -> None:
        super().__init__(package, name)
        self.leftovers = leftovers

    def pieces(self, root: etree._Element) -> Iterator[Piece]:
        """The texts below `root`."""
        if self.name.endswith(".rels"):
            yield from _targets(root, self.name)
        elif "_xmlsignatures" in self.name or local(root.tag) == "Signature":
            raise InputError("The file is signed. Take the signature out first: it names who signed.")
        else:
            for branch in self.branches(root):
                yield from pieces(branch, self.name, all_attributes=bool(_CUSTOM.fullmatch(self.name)))

    def branches(self, root: etree._Element) -> list[etree._Element]:
        """What of the part is read as any XML is."""
        return [root]

    def cells(self) -> Iterator[Cell]:
        """The part's cells."""
        yield from (piece.cell for piece in self.pieces(self.package.xml(self.name)))

    def mask(self, masks: Iterator[Masked], changed: dict[str, bytes]) -> None:
        """Replace what `masks` say; a part in which nothing is replaced is left alone."""
        root = self.package.xml(self.name)
        if self.mask_root(root, masks):
            changed[self.name] = serialise(root)

    def mask_root(self, root: etree._Element, masks: Iterator[Masked]) -> bool:
        """Replace what `masks` say below `root`; whether anything was."""
        touched = mask_pieces(self.pieces(root), masks, self.leftovers)
        self.leftovers.left(self.name, (text for branch in self.branches(root) for text in technical(branch)))
        return touched


class EmbeddedPart(Part):
    """A file within the file, read and written by its own format."""

    def __init__(self, package: Package, name: str, options: Options) -> None:
        if options.depth < 1:
            raise InputError("Too many files lie within one another.")
        super().__init__(package, name)
        self._options = replace(options, depth=options.depth - 1)

    def _unpacked(self, folder: str) -> tuple[Path, Format]:
        # The registry imports the formats, and so this module.
        from loredact.formats.registry import find_format

        path = Path(folder) / "in"
        path.write_bytes(self.package.read(self.name))
        return path, find_format(path, self._options, self.name)

    def cells(self) -> Iterator[Cell]:
        """The cells of the file within."""
        with tempfile.TemporaryDirectory() as folder:
            path, its_format = self._unpacked(folder)
            for cell in its_format.cells(path):
                yield replace(cell, where=f"{self.name}: {cell.where}")

    def mask(self, masks: Iterator[Masked], changed: dict[str, bytes]) -> None:
        """Write the file within again; a package in which nothing changes stays as it is, byte for byte."""
        with tempfile.TemporaryDirectory() as folder:
            path, its_format = self._unpacked(folder)
            out = Path(folder) / "out"
            out.touch()
            counted = _Counted(masks)
            its_format.rewrite(path, out, counted)
            if counted.replacements or not _has_the_parts_of(out, path):
                changed[self.name] = out.read_bytes()


class _Counted:
    """Passes masks on and counts what they replace."""

    def __init__(self, masks: Iterator[Masked]) -> None:
        self._masks = masks
        self.replacements = 0

    def __iter__(self) -> Iterator[Masked]:
        return self

    def __next__(self) -> Masked:
        masked = next(self._masks)
        self.replacements += len(masked.replacements)
        return masked


def _has_the_parts_of(new: Path, old: Path) -> bool:
    """Whether both are packages of the same parts. A PDF is none: it is written without its metadata in any case."""
    if not zipfile.is_zipfile(old):
        return False
    with zipfile.ZipFile(old) as before, zipfile.ZipFile(new) as after:
        names = before.namelist()
        return after.namelist() == names and all(after.read(name) == before.read(name) for name in names)


def mask_pieces(found: Iterable[Piece], masks: Iterator[Masked], leftovers: Leftovers) -> bool:
    """Replace in each of `found` what the next of `masks` says; whether anything was replaced."""
    touched: list[Slot] = []
    for piece in found:
        masked = next(masks)
        if masked.replacements:
            text = piece.cell.text
            for span in masked.spans:
                leftovers.masked(text[span.start : span.end])
            spread(piece.slots, masked)
            touched += piece.slots
    for slot in touched:
        slot.settle()
    return bool(touched)


def _targets(root: etree._Element, part: str) -> Iterator[Piece]:
    """What links lead to outside the file: addresses, as people read them."""
    for number, relation in enumerate(root, 1):
        if isinstance(relation.tag, str) and relation.get("TargetMode") == "External":
            yield Piece([_target_slot(relation)], f"{part}, target {number}")


def _target_slot(relation: etree._Element) -> Slot:
    def put(new: str) -> None:
        relation.set("Target", quote(new, safe=_URI))

    return Slot(unquote(str(relation.get("Target"))), put)


def _suffix(name: str) -> str:
    """The ending of a part's name; `_rels/.rels` has one too."""
    return name[name.rfind(".") :].lower()


def _previews(package: Package) -> set[str]:
    return {name for name in package.names if name.lower().startswith("docprops/thumbnail")}


def _without_previews(data: bytes) -> bytes:
    root = etree.fromstring(data)
    for relation in list(root):
        if str(relation.get("Type", "")).endswith("/metadata/thumbnail"):
            root.remove(relation)
    return serialise(root)
