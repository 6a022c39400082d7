"""Texts that stand between codes in one string of Excel's: literals in a formula, words of a page header."""

import re
from collections.abc import Callable

from lxml import etree

from loredact.formats.office.slots import Slot
from loredact.formats.office.writable import writable

_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
# ECMA-376-1, 18.3.1.46: fonts, sizes, colours, sections, page numbers, and && for one ampersand.
_HEADER_CODE = re.compile(r'(&"[^"]*"|&K[0-9A-Fa-f]{6}|&K\d\d[+-]\d{3}|&\d{1,3}|&[A-Za-z+-])')


class _Fragments:
    """A string in parts, put together again and given to its element when a part changes."""

    def __init__(self, element: etree._Element, parts: list[str]) -> None:
        self._element = element
        self._parts = parts

    def slot(self, index: int, text: str, encode: Callable[[str], str]) -> Slot:
        def put(new: str) -> None:
            self._parts[index] = encode(writable(new))
            self._element.text = "".join(self._parts)

        return Slot(text, put)


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
    fragments = _Fragments(element, parts)
    return [fragments.slot(index, text, lambda new: new.replace('"', '""')) for index, text in found if text.strip()]


def header_slots(element: etree._Element) -> list[Slot]:
    """The words of the page header or footer in `element`, without its codes."""
    parts = _HEADER_CODE.split(element.text or "")  # words at even places, codes at odd ones
    fragments = _Fragments(element, parts)
    return [
        fragments.slot(index, parts[index].replace("&&", "&"), lambda new: new.replace("&", "&&"))
        for index in range(0, len(parts), 2)
        if parts[index]
    ]
