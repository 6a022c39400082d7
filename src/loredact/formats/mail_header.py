"""Headers of mail: what they say, and how it is written (RFC 5322, RFC 2047, RFC 2231, RFC 6532)."""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from email.message import Message
from urllib.parse import unquote_to_bytes

from loredact.document import Replacement
from loredact.formats.cell import Cell
from loredact.formats.decoded import Decoded, Token, Write
from loredact.formats.format import Options
from loredact.formats.scan import Scan, Slot, collected, placed
from loredact.formats.text import Text

_FIELD = re.compile(r"^([!-9;-~]+)([ \t]*:[ \t]*)((?:[^\r\n]|\r?\n[ \t])*)(\r?\n|\Z)", re.MULTILINE)
_ADDRESSES = frozenset({
    "from", "to", "cc", "bcc", "reply-to", "sender", "return-path", "delivered-to", "x-original-to", "envelope-to",
    "resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-sender", "resent-reply-to",
    "disposition-notification-to", "errors-to", "mail-followup-to",
})  # fmt: skip
# Headers that no person wrote and that hold a mail together; nothing in them is looked at.
_BUILT = frozenset({
    "mime-version", "content-transfer-encoding", "content-id", "content-length", "content-language", "lines",
    "date", "message-id", "in-reply-to", "references", "resent-message-id", "resent-date",
})  # fmt: skip
# Of these, what a reader needs to read the rest: a word, which stays behind a line that is no field, too.
_NEEDED = frozenset({"mime-version", "content-transfer-encoding"})
_PARAMETERS = frozenset({"content-type", "content-disposition"})
# A file name without the quotation marks that its spaces need fits neither of these: such a value is text.
_WORD_ALONE = re.compile(r"\s*[\w.\-]+\s*")
_WITH_PARAMETERS = re.compile(
    r"\s*[\w!#$&.+\-^/]+(?:\s*;(?:\s*[\w*.\-]+\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;\"]+))?)*\s*", re.DOTALL
)
_FILE_NAME = re.compile(r"\b(?:file)?name(?:\*\d+)?(\*?)=(\"(?:[^\"\\]|\\.)*\"|[^\s;\"]+)", re.IGNORECASE)
_FOLD = r"\r?\n[ \t]+"
_WORD = r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*?)\?="
_WORDS = re.compile(rf"{_WORD}(?:\s+{_WORD})*|{_FOLD}|[\x80-\xff]+")
_ONE_WORD = re.compile(_WORD)
_HEXADECIMAL = re.compile(rb"=([0-9A-Fa-f]{2})")
_WORD_BYTES = 45
_SPECIALS = re.compile(r"[()<>\[\]:;@\\,.\"]")
# A domain that nobody has (RFC 2606), for an address that became a mark and would be none without a domain.
_NO_DOMAIN = "masked.invalid"


def fields(block: str) -> Message:
    """The fields of a header block, wherever they stand in it: a line that is none ends nothing."""
    found = Message()
    for match in _FIELD.finditer(block):
        found[match[1]] = match[3]
    return found


def headers(block: str, options: Options) -> Scan:
    """The header block of a mail or a part, in Latin-1. Lines of it that are no field are text."""
    read, broken = 0, False
    for match in _FIELD.finditer(block):
        between = block[read : match.start()]
        broken = broken or bool(between.strip())
        yield from _beside(between, options)
        yield block[match.start() : match.start(3)]
        read = match.end()
        name, value = match[1].lower(), match[3]
        if name in _PARAMETERS and _WITH_PARAMETERS.fullmatch(value):
            yield from _file_names(match[1], value)
        elif not value.strip() or (_WORD_ALONE.fullmatch(value) if name in _NEEDED else name in _BUILT and not broken):
            # Behind a line that is no field, what looks like one may be a line of a letter.
            yield value
        else:
            addresses = name in _ADDRESSES
            decoded = Decoded(value, _tokens(value, addresses=addresses))
            yield (
                yield Slot(Cell(decoded.text, match[1], match[1], 0), decoded, _writer(decoded, addresses=addresses))
            )
        yield match[4]
    yield from _beside(block[read:], options)


def plain(text: str, options: Options) -> Scan:
    """A text without any encoding of mail's, in Latin-1 here: it is UTF-8 where it is valid."""
    data = text.encode("latin-1")
    charset = "utf-8"
    try:
        data.decode()
    except UnicodeDecodeError:
        charset = "latin-1"
    new = yield from collected(Text(options).scan(iter([data.decode(charset)])))
    # What Latin-1 has not becomes a question mark.
    yield new.encode(charset, "loredact-keep").decode("latin-1")


def _beside(text: str, options: Options) -> Scan:
    if text.strip():
        yield from placed(plain(text, options), "beside the headers, ")
    else:
        yield text


def _file_names(header: str, value: str) -> Scan:
    read = 0
    for match in _FILE_NAME.finditer(value):
        raw = match[2]
        quoted = raw.startswith('"')
        inner = raw[1:-1] if quoted else raw
        decoded = Decoded(inner, _percent(inner) if match[1] else _tokens(inner, addresses=False))
        start = match.start(2) + quoted
        yield value[read:start]
        read = start + len(inner)

        def write(text: str, _: Replacement | None, star: str = match[1], bare: bool = not quoted) -> str:
            if star:
                return "".join(
                    f"%{b:02X}" if not (chr(b).isascii() and chr(b).isalnum()) else chr(b) for b in text.encode()
                )
            name = re.sub(r'[\s;"\\()<>@,:/\[\]?=]', "_", text) if bare else text.replace('"', "'")
            return name.encode().decode("latin-1")  # UTF-8, as RFC 6532 has it

        yield (yield Slot(Cell(decoded.text, f"{header}, file name", "file name"), decoded, write))
    yield value[read:]


def _percent(value: str) -> Iterator[Token]:
    """RFC 2231: `utf-8''Ren%C3%A9e.pdf`."""
    start = value.rfind("'") + 1
    charset = value.partition("'")[0] or "utf-8"
    if start:
        yield Token(0, start, "")
    for match in re.finditer(r"(?:%[0-9A-Fa-f]{2})+", value[start:]):
        text = _decode(unquote_to_bytes(match[0]), charset)
        at, past = start + match.start(), start + match.end()
        try:
            sizes = [3 * len(c.encode(charset)) for c in text]
        except (LookupError, UnicodeError):
            sizes = []
        if sum(sizes) != past - at:
            yield Token(at, past, text)
            continue
        for character, size in zip(text, sizes, strict=True):
            yield Token(at, at + size, character)
            at += size


def _tokens(value: str, *, addresses: bool) -> Iterator[Token]:
    for match in _WORDS.finditer(value):
        if match[1] is None:
            yield from [Token(match.start(), match.end(), " ")] if match[0].isspace() else _utf8(match)
            continue
        text = _meaning(match[0])
        within_quotes = value.count('"', 0, match.start()) % 2 == 1
        apart = value[: match.start()][-1:].strip() != ""

        def write(new: str, quotes: bool = within_quotes, apart: bool = apart) -> str:
            if not new.isascii():
                return " " * apart + _encoded(new)
            return new.replace('"', "'") if quotes else _as_phrase(new) if addresses else new

        yield Token(match.start(), match.end(), text, write=write)


def _utf8(match: re.Match[str]) -> Iterator[Token]:
    """Characters that stand in a header as they are (RFC 6532); what is no UTF-8 stays Latin-1."""
    try:
        text = match[0].encode("latin-1").decode()
    except UnicodeDecodeError:
        return
    at = match.start()
    for character in text:
        end = at + len(character.encode())
        yield Token(at, end, character)
        at = end


def _meaning(words: str) -> str:
    """Encoded words that follow one another mean one text; a character may lie in two of them, though it should not."""
    out: list[str] = []
    held, last = b"", ""
    for charset, kind, text in (match.groups() for match in _ONE_WORD.finditer(words)):
        data = _payload(kind, text)
        if charset.lower() == last.lower():
            held += data
        else:
            out.append(_decode(held, last or "ascii"))
            held, last = data, charset
    return "".join((*out, _decode(held, last or "ascii")))


def _payload(kind: str, text: str) -> bytes:
    if kind in "qQ":
        return _HEXADECIMAL.sub(lambda m: bytes([int(m[1], 16)]), text.replace("_", " ").encode("latin-1"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return text.encode("latin-1")


def _decode(data: bytes, charset: str) -> str:
    try:
        return data.decode(codecs.lookup(charset).name, "replace")
    except (LookupError, UnicodeError):
        return data.decode("latin-1")


def _writer(decoded: Decoded, *, addresses: bool) -> Write:
    """How a replacement is written in the header's value: so that what was a list of addresses is one."""

    def write(text: str, replacement: Replacement | None) -> str:  # noqa: PLR0911 - a case a line
        if not text.isascii():
            return f" {_encoded(text)} "
        if not addresses or replacement is None:
            return text
        start, end = replacement.span.start, replacement.span.end
        original, before, after = decoded.text[start:end], decoded.text[:start], decoded.text[end:]
        if before.count('"') % 2:
            text = text.replace("\\", "").replace('"', "'")
            # The span reached over the end of the quotation, or over that and the address.
            if original.count('"') % 2:
                text += '"'
            opened = original.count("<") - original.count(">")
            return f'{text} <"masked"@{_NO_DOMAIN}' if opened > 0 else text
        if original.count("<") > original.count(">"):
            return f'{_as_phrase(text)} <"{text}"@{_NO_DOMAIN}'
        if "@" in original and "@" not in text:
            whole = not after.lstrip().startswith("<")
            return f'"{text}"@{_NO_DOMAIN}' if whole and "<" not in original else _as_phrase(text)
        if before.endswith("@") or re.search(r"@[\w.\-]*\Z", before):
            return re.sub(r"[^\w.\-]", "", text)
        return _as_phrase(text) if "@" not in text else text

    return write


def _encoded(text: str) -> str:
    """`text` in encoded words of at most 75 characters (RFC 2047, 2)."""
    words, held = [], b""
    for character in text:
        data = character.encode()
        if len(held) + len(data) > _WORD_BYTES:
            words.append(held)
            held = b""
        held += data
    return " ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in (*words, held))


def _as_phrase(text: str) -> str:
    """`text` as words of a display name or a local part: in quotation marks where it has special characters."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if _SPECIALS.search(text) else text
