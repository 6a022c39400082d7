"""XML and HTML: text, attributes and comments are replaced where they stand; no byte of the markup changes.

Tags are told apart by a scanner that keeps their places, which no parser of a tree does. XML is parsed by Expat first,
so that what is not well-formed is refused, and what could make it grow (entities of its own) or read elsewhere is too.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from loredact.document import Replacement
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.decoded import Decoded, Token
from loredact.formats.escapes import references, spaces, write_markup
from loredact.formats.format import Options
from loredact.formats.links import in_link, is_link, write_link
from loredact.formats.scan import LONGEST, Held, Inside, Scan, ScannedText, Slot

_PART = re.compile(
    r"(?P<comment><!--.*?-->)|(?P<cdata><!\[CDATA\[.*?\]\]>)|(?P<instruction><\?.*?\?>)"
    r"|(?P<doctype><![dD][oO][cC][tT][yY][pP][eE]\b[^>\[]*(?:\[.*?\]\s*)?>)"
    r"|(?P<tag></?[A-Za-z_:À-\U0010ffff](?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>)|(?P<text>[^<]++|<)",
    re.DOTALL,
)
_NAME = re.compile(r"</?([^\s/>]+)")
_ATTRIBUTE = re.compile(r"([^\s=/\"'>]+)(\s*=\s*)(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_DECLARED = re.compile(
    rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']|<meta[^>]*?charset\s*=\s*["']?([A-Za-z0-9._\-]+)"""
)
# A letter, or a number that is longer than most sizes.
_SPEAKS = re.compile(r"[^\W\d_]|\d[\d\W]{3}")
# What says how to read or show the file, and holds no words: `<?xml version`, `<?xml-stylesheet`.
_DECLARES = re.compile(r"<\?xml[\s\-]", re.IGNORECASE)
_HEAD_BYTES = 4096
_BLOCK_BYTES = 1 << 18
_DEEPEST = 10_000  # elements of XML within one another
# Elements of HTML that stand within a line of text, so that a name may go on behind their tags.
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "mark", "nobr", "output", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr",
})  # fmt: skip
_AS_IT_IS = frozenset({"pre", "textarea"})
_SCRIPTS = frozenset({"script", "style"})
# Attributes that hold no text of a person: how it looks, how it is built, what it is.
_BUILT = frozenset({
    "class", "style", "type", "rel", "lang", "xml:lang", "dir", "align", "valign", "bgcolor", "color", "face",
    "charset", "http-equiv", "method", "enctype", "role", "target", "media", "viewbox", "d", "points", "fill",
    "stroke", "transform", "version", "encoding", "crossorigin", "integrity",
})  # fmt: skip


class _Markup(ScannedText):
    _html = False

    def declared(self, source: Path) -> str | None:
        """The encoding that an XML declaration or a `meta` element names."""
        with source.open("rb") as file:
            found = _DECLARED.search(file.read(_HEAD_BYTES))
        return (found[1] or found[2]).decode() if found else None

    def scan(self, blocks: Iterator[str]) -> Scan:
        """See `ScannedText.scan`."""
        yield from _Scanner(self.options, html=self._html).scan(blocks)


class Html(_Markup):
    """HTML as browsers are given it. A text that inline tags part, such as `<b>R</b>enée`, is one cell."""

    name = "html"
    suffixes = (".html", ".htm", ".xhtml")
    _html = True


class Xml(_Markup):
    """Well-formed XML without entities of its own. Each text between two tags is a cell, headed by its element."""

    name = "xml"
    suffixes = (".xml", ".svg")

    def cells(self, source: Path) -> Iterator[Cell]:
        """See `Format.cells`."""
        _require_well_formed(source)
        yield from super().cells(source)


@dataclass(slots=True)
class _Block:
    """What of a text is together so far: its encoded parts and the tokens in them."""

    parts: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    length: int = 0

    def add(self, part: str, tokens: Iterator[Token]) -> None:
        self.tokens += tokens
        self.parts.append(part)
        self.length += len(part)


class _Scanner:
    # A block that is longer is cut at its next tag.
    _LONGEST_BLOCK = 50_000

    def __init__(self, options: Options, *, html: bool) -> None:
        self._options, self._html = options, html
        # The elements of XML that are open, each with a number of its own; a page of HTML is one.
        self._open: list[tuple[str, int]] = []
        self._opened = self._number = 0

    def scan(self, blocks: Iterator[str]) -> Scan:
        block, within = _Block(), ""
        for kind, part in self._parts(blocks):
            name = match[1].lower() if kind == "tag" and (match := _NAME.match(part)) else ""
            if kind == "text":
                block.add(part, self._meaning(part, block.length, exact=within in _AS_IT_IS))
                if block.length < self._LONGEST_BLOCK:
                    continue
            elif kind == "tag" and self._html and (name in _INLINE or name == "br"):
                tag = yield from self._tag(part, name)
                block.add(tag, iter([Token(block.length, block.length + len(tag), "\n" * (name == "br"), kept=True)]))
                continue
            yield from self._flush(block, within)
            block = _Block()
            if kind == "tag":
                yield (yield from self._tag(part, name))
                within = self._within(part, name, within)
            elif kind in ("comment", "cdata"):
                first, past = (4, -3) if kind == "comment" else (9, -3)
                yield part[:first]
                yield from self._flush(self._raw(part[first:past], kind), kind)
                yield part[past:]
            elif kind in _SCRIPTS and self._options.scripts:
                yield from self._flush(self._raw(part, kind), within)
            elif kind != "text":
                self._tell(kind, part)
                yield part
        yield from self._flush(block, within)

    def _tell(self, kind: str, part: str) -> None:
        """Note that a part that may hold words is left as it is."""
        if kind == "script" and part.strip():
            self._options.note("scripts are left as they are; --scripts masks them too")
        elif kind == "style" and "/*" in part:
            self._options.note("comments in styles are left as they are; --scripts masks them too")
        elif kind == "instruction" and not _DECLARES.match(part) and _SPEAKS.search(part):
            self._options.note("processing instructions, such as PHP, are left as they are")
        elif kind == "doctype" and "[" in part:
            self._options.note("declarations of the document type are left as they are")

    def _parts(self, blocks: Iterator[str]) -> Iterator[tuple[str, str]]:
        """The parts of the text: what `_PART` names, and `script` or `style` for what is between the tags of one."""
        held, script = Held(blocks), ""
        while True:
            if script:
                end = re.compile(rf"</{script}[\s/>]", re.IGNORECASE).search(held.text, held.at)
                if end is None and held.more("A script"):
                    continue
                past = end.start() if end else len(held.text)
                yield script, held.text[held.at : past]
                held.at, script = past, ""
                continue
            match = _PART.match(held.text, held.at)
            # A part that reaches the end of what is held, or a `<` that begins nothing yet, may go on.
            unfinished = match is None or match.end() == len(held.text) or match[0] == "<"
            long_text = match is not None and match.lastgroup == "text" and len(match[0]) >= self._LONGEST_BLOCK
            if unfinished and not long_text and held.more("A part of the markup"):
                continue
            if match is None:
                return
            held.at = match.end()
            kind = match.lastgroup or ""
            yield kind, match[0]
            if kind == "tag" and self._html and not match[0].startswith("</") and not match[0].endswith("/>"):
                name = _NAME.match(match[0])
                if name and name[1].lower() in _SCRIPTS:
                    script = name[1].lower()

    def _meaning(self, part: str, offset: int, *, exact: bool) -> Iterator[Token]:
        found = list(references(part, xml=not self._html, offset=offset))
        if self._html and not exact:
            # References hold no white space, so that the two never overlap.
            found = sorted([*found, *spaces(part, offset)], key=lambda token: token.start)
        return iter(found)

    def _raw(self, part: str, kind: str) -> _Block:
        block = _Block()
        block.add(part, self._meaning(part, 0, exact=True) if kind == "comment" else iter(()))
        return block

    def _flush(self, block: _Block, within: str) -> Scan:
        encoded = "".join(block.parts)
        decoded = Decoded(encoded, block.tokens)
        if not decoded.text.strip():
            yield encoded
            return
        self._number += 1

        def write(text: str, _: Replacement | None) -> str:
            # Nothing that ends a section, a script or a comment.
            if within == "cdata" or within in _SCRIPTS:
                return text.replace("]]>", "]] >").replace("</", "< /")
            return write_markup(text.replace("--", "- -") if within == "comment" else text)

        heading = "" if self._html or not self._open else self._open[-1][0]
        # What is in one element, such as a person's name and number, is one record.
        row = self._open[-2][1] if len(self._open) > 1 else 0
        yield (yield Slot(Cell(decoded.text, f"text {self._number}", heading, row), decoded, write))

    def _tag(self, tag: str, name: str) -> Generator[str | Slot | Inside, str, str]:
        """The tag with its attributes masked."""
        if "=" not in tag:
            return tag
        out: list[str] = []
        read = 0
        for match in _ATTRIBUTE.finditer(tag, len(name) + 1):
            key = match[1].lower()
            group = next(index for index in (3, 4, 5) if match[index] is not None)
            value = match[group]
            if key in _BUILT or key.startswith("xmlns") or not _SPEAKS.search(value):
                continue
            link = is_link(key, value)
            decoded = (
                in_link(value, xml=not self._html) if link else Decoded(value, references(value, xml=not self._html))
            )
            if not decoded.text.strip():
                continue
            self._number += 1

            def write(text: str, _: Replacement | None, link: bool = link) -> str:
                return write_link(text) if link else write_markup(text)

            # A heading says what is in it; `content` and `value` say nothing.
            new = yield Slot(Cell(decoded.text, f"attribute {self._number}", key), decoded, write)
            if group == 5 and new != value and re.search(r"[\s\"'=<>`]", new):
                new = f'"{new}"'
            out += (tag[read : match.start(group)], new)
            read = match.end(group)
        return "".join((*out, tag[read:]))

    def _within(self, tag: str, name: str, within: str) -> str:
        """The element whose text comes after `tag`, as far as it matters how that is read."""
        closes = tag.startswith("</")
        if not self._html and not tag.endswith("/>"):
            if closes:
                del self._open[-1:]
            else:
                self._opened += 1
                self._open.append((name, self._opened))
        if closes:
            return "" if within == name else within
        return name if name in _AS_IT_IS or name in _SCRIPTS else within


def _require_well_formed(source: Path) -> None:
    """Refuse what is not well-formed, declares entities of its own, or would fill a memory. Nothing is read but the
    file.

    Raises:
        InputError: with the line.
    """
    parser = expat.ParserCreate()
    depth = 0

    def opens(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise InputError(f"Line {parser.CurrentLineNumber}: more than {_DEEPEST:,} elements lie in one another.")

    def closes(_: object) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise InputError(
            f"Line {parser.CurrentLineNumber}: it declares entities of its own, which are not expanded here. Put their "
            "text in their place first, as xmllint --noent does, if you trust the file."
        )

    parser.EntityDeclHandler, parser.StartElementHandler, parser.EndElementHandler = refuse, opens, closes
    try:
        with source.open("rb") as file:
            while data := file.read(_BLOCK_BYTES):
                parser.Parse(data, False)
                # The parser holds what it has not come to the end of.
                if file.tell() - parser.CurrentByteIndex > LONGEST:
                    raise InputError(f"Line {parser.CurrentLineNumber}: a tag is longer than {LONGEST:,} bytes.")
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputError(f"Line {error.lineno}: it is not well-formed XML ({expat.ErrorString(error.code)}).") from None
    except (LookupError, ValueError):
        raise InputError("It is in an encoding that the XML parser does not know: convert it to UTF-8.") from None
