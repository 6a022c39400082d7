"""Texts that stand between codes in one string of Excel's: literals in a formula, in a number format, words of a page
header.
"""

import re
from collections.abc import Callable

from lxml import etree

from loredact.formats.office.slots import Slot
from loredact.formats.office.writable import writable

_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
# ECMA-376-1, 18.3.1.46: fonts, sizes, colours, sections, page numbers, and && for one ampersand.
_HEADER_CODE = re.compile(r'(&"[^"]*"|&K[0-9A-Fa-f]{6}|&K\d\d[+-]\d{3}|&\d{1,3}|&[A-Za-z+-])')
# ECMA-376-1, 18.8.31. What a number format shows as it stands: a text in quotes, a letter behind a backslash, the text
# of a currency, and some signs. Then what it does not: the width of a letter, a letter to fill with, conditions and
# codes.
_FORMAT = re.compile(
    r"""(?P<literal>(?:"[^"]*"|\\.|\[\$[^\]-][^\]]{0,254}\]|[ '()+-])+)|_.|\*.|\[[^\]]{0,255}\]|.""",
    re.DOTALL,
)
_SHOWN = re.compile(
    r""""(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]]+?)(?:-[0-9A-Fa-f]*)?\]|(?P<sign>.)""", re.DOTALL
)
_LONGEST_FORMAT = 255  # a longer one Excel takes for damage


class _Fragments:
    """A string in parts, put together again and given to `write` when a part changes."""

    def __init__(self, write: Callable[[str], None], parts: list[str]) -> None:
        self._write = write
        self._parts = parts

    def slot(self, index: int, text: str, encode: Callable[[str], str]) -> Slot:
        def put(new: str) -> None:
            self._parts[index] = encode(writable(new))
            self._write("".join(self._parts))

        return Slot(text, put)

    def room(self, index: int) -> int:
        """How long the part may be for a number format to be as long as it may."""
        return _LONGEST_FORMAT - sum(len(part) for number, part in enumerate(self._parts) if number != index)


def _text_of(element: etree._Element) -> Callable[[str], None]:
    return lambda text: setattr(element, "text", text)


def literal_slots(element: etree._Element) -> list[Slot]:
    """The string literals of the formula in `element`, each by itself."""
    formula = element.text or ""
    parts = [""]
    found = []
    end = 0
    for match in _LITERAL.finditer(formula):
        # A quoted sheet name may hold a quotation mark, which then begins no literal: rare, and harmless to mask.
        parts[-1] += formula[end : match.start()] + '"'
        found.append((len(parts), match[1].replace('""', '"')))
        parts += [match[1], '"']
        end = match.end()
    parts[-1] += formula[end:]
    fragments = _Fragments(_text_of(element), parts)
    return [fragments.slot(index, text, lambda new: new.replace('"', '""')) for index, text in found if text.strip()]


def header_slots(element: etree._Element) -> list[Slot]:
    """The words of the page header or footer in `element`, without its codes."""
    parts = _HEADER_CODE.split(element.text or "")  # words at even places, codes at odd ones
    fragments = _Fragments(_text_of(element), parts)
    return [
        fragments.slot(index, parts[index].replace("&&", "&"), lambda new: new.replace("&", "&&"))
        for index in range(0, len(parts), 2)
        if parts[index]
    ]


def format_slots(code: str, write: Callable[[str], None]) -> list[Slot]:
    """The texts that the number format `code` shows beside a number, each by itself; `write` takes the changed code."""
    parts, found = list[str](), list[tuple[int, str]]()
    for match in _FORMAT.finditer(code):
        text = _shown(match["literal"] or "")
        if sum(map(str.isalnum, text)) > 1:  # one letter is nobody
            found.append((len(parts), text))
        parts.append(match[0])
    fragments = _Fragments(write, parts)

    def encode(index: int) -> Callable[[str], str]:
        return lambda new: _quoted(new, fragments.room(index))

    return [fragments.slot(index, text, encode(index)) for index, text in found]


def without_literals(code: str) -> str:
    """The number format `code` without the texts that `format_slots` gives."""
    return _FORMAT.sub(lambda match: " " if match["literal"] else match[0], code)


def _shown(literal: str) -> str:
    return "".join(str(match[match.lastgroup or 0]) for match in _SHOWN.finditer(literal))


def _quoted(text: str, room: int) -> str:
    """`text` as a literal of a number format, cut where it is longer than `room`."""
    # Between quotes stands no quotation mark, nor a line break.
    text = " ".join(text.splitlines())
    while True:
        literal = r"\"".join(f'"{part}"' if part else "" for part in text.split('"'))
        if len(literal) <= room or not text:
            return literal
        text = text[: -max(1, (len(literal) - room) // 2)]
