"""Mail: headers, parts in every transfer encoding, attachments by their own format; everything else as it was."""

import codecs
import mimetypes
import re
from collections.abc import Generator, Iterable, Iterator
from email.message import Message
from pathlib import Path

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats import transfer
from loredact.formats.cell import Cell
from loredact.formats.format import Format, Options
from loredact.formats.mail_header import fields, headers, plain
from loredact.formats.markup import Html
from loredact.formats.members import format_within, own_folder, place_for
from loredact.formats.scan import Inside, Scan, Slot, cells_of, collected, placed, write_scan
from loredact.formats.text import Text

# A mail is held whole, so that its parts can be found.
_LONGEST_MAIL = 1 << 28
_MOST_PARTS_WITHIN = 50
_HEADER_END = re.compile(r"\r?\n\r?\n")
_FROM_LINE = b"From "
_ANOTHER_MAIL = re.compile(rb"\n\r?\nFrom \S+ [^\n]*\d\d:\d\d[^\n]*\n[!-9;-~]+:")


class Mail:
    """One mail, as mail clients save it (RFC 5322, MIME)."""

    name = "eml"
    suffixes = (".eml",)

    def __init__(self, options: Options) -> None:
        self.options = options

    def scan(self, source: Path) -> Scan:
        """What of the file is copied and what is masked."""
        if source.stat().st_size > _LONGEST_MAIL:
            raise InputError(f"The mail is larger than {_LONGEST_MAIL >> 20} MB.")
        data = source.read_bytes()
        # What was cut out of a mailbox has its first line, and may be several mails.
        many = data.startswith(_FROM_LINE) and _ANOTHER_MAIL.search(data) is not None
        for number, mail in enumerate(_mails(source) if many else (data,), start=1):
            yield from _entity(mail.decode("latin-1"), self.options, f"mail {number}, " if many else "")

    def cells(self, source: Path) -> Iterator[Cell]:
        """See `Format.cells`."""
        yield from cells_of(self.scan(source))

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`."""
        with out.open("wb") as file:
            write_scan(self.scan(source), masked, lambda text: file.write(text.encode("latin-1")))


class Mailbox(Mail):
    """Mails one after the other, each behind a line that begins with `From ` (RFC 4155). One is held at a time."""

    name = "mbox"
    suffixes = (".mbox",)

    def scan(self, source: Path) -> Scan:
        """See `Mail.scan`."""
        for number, mail in enumerate(_mails(source), start=1):
            yield from _entity(mail.decode("latin-1"), self.options, f"mail {number}, ")


def _mails(source: Path) -> Iterator[bytes]:
    held: list[bytes] = []
    size, blank = 0, True
    with source.open("rb") as file:
        while line := file.readline(_LONGEST_MAIL):
            if blank and line.startswith(_FROM_LINE) and held:
                yield b"".join(held)
                held, size = [], 0
            held.append(line)
            size += len(line)
            if size > _LONGEST_MAIL:
                raise InputError(f"A mail in it is larger than {_LONGEST_MAIL >> 20} MB.")
            blank = not line.strip()
    if held:
        yield b"".join(held)


def _entity(data: str, options: Options, where: str, level: int = 0) -> Scan:
    """A mail or a part of one, in Latin-1: its headers, and its content by its type."""
    if level > _MOST_PARTS_WITHIN:
        raise InputError(f"{where}more than {_MOST_PARTS_WITHIN} parts lie in one another.")
    if data.startswith("From "):
        # The first line of a mail in a mailbox: the sender's address stands there in plain.
        first = data.find("\n") + 1 or len(data)
        yield "From "
        yield from placed(plain(data[5:first], options), where)
        data = data[first:]
    if data.startswith(("\n", "\r\n")):
        block, body = "", data
    else:
        end = _HEADER_END.search(data)
        block, body = (data, "") if end is None else (data[: end.end()], data[end.end() :])
    about = fields(block)
    if block.strip() and not about:
        options.note(f"{where}no headers were found: it is read as plain text, whatever it was encoded in")
    yield from placed(headers(block, options), where)
    yield from _content(about, body, options, where, level)


def _content(about: Message, body: str, options: Options, where: str, level: int) -> Scan:
    kind = about.get_content_type()
    transferred = str(about.get("content-transfer-encoding", "")).strip().lower()
    boundary = about.get_boundary()
    if about.get_content_maintype() == "multipart" and boundary:
        yield from _parts(body, boundary, options, where, level)
    elif kind == "message/rfc822" and transferred in ("", "7bit", "8bit", "binary"):
        yield from _entity(body, options, f"{where}mail within, ", level + 1)
    elif body.strip():
        yield from _leaf(about, body, transferred, options, where)
    else:
        yield body


def _parts(body: str, boundary: str, options: Options, where: str, level: int) -> Scan:
    """The parts of a multipart (RFC 2046, 5.1); the line break before a delimiter belongs to the delimiter."""
    delimiter = re.compile(rf"(?:\A|\r?\n)--{re.escape(boundary)}(--)?[ \t]*(?=\r?\n|\Z)(?:\r?\n)?")
    read, number, closed = 0, 0, False
    for match in delimiter.finditer(body):
        if closed:
            break
        content = body[read : match.start()]
        if number:
            yield from _entity(content, options, f"{where}part {number}, ", level + 1)
        else:
            yield from _preamble(content, options, where)
        yield match[0]
        read, number, closed = match.end(), number + 1, match[1] is not None
    rest = body[read:]
    # A mail that is cut short has no last delimiter.
    yield from (
        _preamble(rest, options, where)
        if closed or not number
        else _entity(rest, options, f"{where}part {number}, ", level + 1)
    )


def _preamble(text: str, options: Options, where: str) -> Scan:
    yield from placed(plain(text, options), f"{where}beside the parts, ")


def _leaf(about: Message, body: str, transferred: str, options: Options, where: str) -> Scan:
    try:
        encoded, behind = transfer.parted(body.encode("latin-1"), transferred)
        data = transfer.decode(encoded, transferred)
    except InputError as error:
        raise InputError(f"{where}{error}") from None
    kind, name = about.get_content_type(), about.get_filename()
    attached = about.get_content_disposition() == "attachment"
    if kind in ("text/html", "text/plain") and not (attached and name):
        charset = _charset(about, data)
        text = data.decode(charset, "loredact-keep")
        scan = (Html if kind == "text/html" else Text)(options).scan(iter([text]))
        new = (yield from collected(placed(scan, where))).encode(charset, "loredact-keep")
    else:
        new = yield from _attachment(data, name or f"part{mimetypes.guess_extension(kind) or ''}", kind, options, where)
    yield transfer.encode_like(encoded, data, new, transferred).decode("latin-1")
    yield from placed(plain(behind.decode("latin-1"), options), f"{where}behind the base64, ")


def _attachment(
    data: bytes, name: str, kind: str, options: Options, where: str
) -> Generator[str | Slot | Inside, str, bytes]:
    with own_folder() as folder:
        file = place_for(folder, name)
        file.write_bytes(data)
        place = f"{where}attachment"
        found: Format | None = None
        if about_pictures(kind):
            options.note(f"{place} is left as it is: {kind}")
        else:
            found = format_within(file, options, place)
        if found is None:
            return data
        out = file.with_name("masked")
        yield Inside(found, file, out, place)
        # Nothing is written when only the cells were asked for; what was written may be empty.
        return out.read_bytes() if out.exists() else data


def about_pictures(kind: str) -> bool:
    """Whether a part is a picture, a sound or a film, in which no text is looked for."""
    return kind.partition("/")[0] in ("image", "audio", "video") and not kind.endswith("+xml")


def _charset(about: Message, data: bytes) -> str:
    """The charset of a part, if its content is in it: with what it says, else UTF-8, else Latin-1, which any is in."""
    for name in (about.get_content_charset() or "us-ascii", "utf-8"):
        try:
            known = codecs.lookup(name).name
            if data.decode(known).encode(known) == data:
                return known
        except (LookupError, UnicodeError):
            continue
    return "latin-1"
