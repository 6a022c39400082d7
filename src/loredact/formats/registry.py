"""Which format a file is in, by its first bytes and its name."""

import codecs
import importlib
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from loredact.errors import InputError
from loredact.formats.encoding import has_mark, unmarked_utf16
from loredact.formats.format import Format, Options

# Modules are imported when a file of theirs is met: some need a library of an extra.
_KINDS = {
    "text": "text:Text",
    "csv": "csv:Csv",
    "json": "json:Json",
    "jsonl": "json:JsonLines",
    "xml": "markup:Xml",
    "html": "markup:Html",
    "eml": "mail:Mail",
    "mbox": "mail:Mailbox",
    "parquet": "arrow:Parquet",
    "arrow": "arrow:Arrow",
    "gzip": "compressed:Gzip",
    "bzip2": "compressed:Bzip2",
    "xz": "compressed:Xz",
    "zstd": "compressed:Zstd",
    "zip": "zip:Zip",
    "tar": "tar:Tar",
    "docx": "docx:Docx",
    "xlsx": "xlsx:Xlsx",
    "pdf": "pdf:Pdf",
}
_PACKAGE = "loredact.formats"
# What to install for the formats whose modules need a library from the start.
_EXTRAS = {"docx": "documents", "xlsx": "documents", "pdf": "documents", "parquet": "files", "arrow": "files"}

# By the last part of the name, in lower case; what is not named here is text, if its content is.
_SUFFIXES = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".psv": "csv",
    ".json": "json", ".geojson": "json", ".ipynb": "json", ".har": "json", ".webmanifest": "json",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".jl": "jsonl",
    ".xml": "xml", ".svg": "xml", ".rss": "xml", ".atom": "xml", ".xsd": "xml", ".gpx": "xml", ".kml": "xml",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".tar": "tar",
    ".eml": "eml", ".mbox": "mbox", ".mbx": "mbox",
}  # fmt: skip
_TEXT_ANYWAY = frozenset({".txt", ".md", ".log", ".text", ".rst"})
# First bytes that say what a file is, whatever it is called.
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"%PDF-", "pdf"),
    (b"PAR1", "parquet"),
    (b"ARROW1\0\0", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),  # a stream begins with the mark of a message
)
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")  # with a block, or without any
_TAR, _TAR_AT = b"ustar", slice(257, 262)
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
# The part that says what a package of Office Open XML holds.
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
# It may be called otherwise, in the folder of its kind; the list of contents never is.
_CONTENTS = "[content_types].xml"
_FOLDERS = {"word/": "docx", "xl/": "xlsx"}
# Packages whose text is cut up by its formatting, so that names would be missed where their XML is read as such.
_UNREAD_FOLDERS = {"ppt/": "a presentation (.pptx)", "visio/": "a drawing (.vsdx)"}
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office 97, and Office files with a password
_HEAD_BYTES = 4096
_MOST_CONTROL = 0.1  # the share of control characters in a text
# The head of a mail that no suffix tells, as in a Maildir: a line of a header first, and those that mails have.
_HEADER = re.compile(rb"[A-Za-z][A-Za-z\-]{1,40}: ?[^\n]*\n")
_MAIL = re.compile(rb"^(?:from|date|to|subject|message-id):", re.IGNORECASE | re.MULTILINE)
_MAILBOX = re.compile(rb"From \S+ [^\n]*\d\d:\d\d[^\n]*\n[A-Za-z\-]+:")


class NoFormatError(InputError):
    """A file that no format fits: it is left alone."""


def find_format(source: Path, options: Options, name: str | None = None) -> Format:
    """The format of the file `source`, called `name` if that is not its own name.

    What the first bytes say goes before the name. An empty file is text.

    Raises:
        InputError: where no format fits, or it is not one that is read here.
    """
    path = Path(name or source.name)
    with source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return make(_kind_of(source, head, path), options)


def make(kind: str, options: Options) -> Format:
    """The format that is called `kind` here."""
    module, _, name = _KINDS[kind].partition(":")
    try:
        found = importlib.import_module(f"{_PACKAGE}.{module}")
    except ModuleNotFoundError as error:
        if kind in _EXTRAS and error.name != f"{_PACKAGE}.{module}":
            extra = _EXTRAS[kind]
            raise InputError(f"{kind} files need libraries of an extra: pip install 'loredact[{extra}]'.") from None
        if error.name != f"{_PACKAGE}.{module}":
            raise
        raise InputError(f"{kind} files are not read by this version.") from None
    made: Format = getattr(found, name)(options)
    return made


def _kind_of(source: Path, head: bytes, path: Path) -> str:  # noqa: PLR0911, PLR0912 - a case a line
    suffix = path.suffix.lower()
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(_ZIPS):
        return _kind_of_zip(source)
    if _BZIP2.match(head):
        return "bzip2"
    if head[_TAR_AT] == _TAR:
        return "tar"
    if head.startswith(_OLE):
        raise InputError("It is an Office file of before 2007, or has a password: save it as .docx or .xlsx without.")
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if suffix not in _TEXT_ANYWAY:
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        if start.startswith(b"<?xml"):
            return "xml"
        if start.startswith((b"<!doctype html", b"<html")):
            return "html"
        if _MAILBOX.match(head):
            return "mbox"
        if _HEADER.match(head) and len({found.lower() for found in _MAIL.findall(head)}) >= 3:
            return "eml"
    if not has_mark(head) and not _may_be_text(head) and unmarked_utf16(head) is None:
        raise NoFormatError("No format that is read here fits it.")
    return "text"


def _may_be_text(head: bytes) -> bool:
    """Whether a file that begins so may be text: without zero bytes, or with some in what is UTF-8 otherwise."""
    if b"\0" not in head:
        return True
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return sum(not (c.isprintable() or c.isspace()) for c in text) < _MOST_CONTROL * len(text)


def _kind_of_zip(source: Path) -> str:
    try:
        with zipfile.ZipFile(source) as package:
            names = set(package.namelist())
            is_open_document = _is_open_document(package)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error, EOFError):
        raise InputError("The zip file is damaged or cut short.") from None
    found = next((kind for part, kind in _PARTS.items() if part in names), None)
    lower = {name.replace("\\", "/").lower() for name in names}
    if found is None and _CONTENTS in lower:
        found = _of_folder(lower, _FOLDERS)
        unread = _of_folder(lower, _UNREAD_FOLDERS)
        if found is None and unread is not None:
            raise InputError(f"It is {unread}, which is not read here: save it as .docx or PDF.")
    if found is None and is_open_document:
        raise InputError(
            "It is an OpenDocument file (.odt, .ods, .odp), not read here: save it as .docx, .xlsx or PDF."
        )
    return found or "zip"


def _of_folder(names: Iterable[str], folders: Mapping[str, str]) -> str | None:
    return next((kind for folder, kind in folders.items() if any(name.startswith(folder) for name in names)), None)


def _is_open_document(package: zipfile.ZipFile) -> bool:
    """Whether the member that says so (OpenDocument 1.3, part 2, 3.3) does."""
    info = next((info for info in package.infolist() if info.filename == "mimetype"), None)
    if info is None or info.flag_bits & 1:
        return False
    with package.open(info) as stream:
        return stream.read(len(_OPEN_DOCUMENT)) == _OPEN_DOCUMENT
