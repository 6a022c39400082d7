"""Excel's strings: rich text, the table of shared strings, and characters as `_x000D_`."""

import copy
import re
from collections.abc import Iterator

from lxml import etree

from loredact.document import Masked
from loredact.formats.office.slots import Piece, Slot, spread
from loredact.formats.office.writable import writable
from loredact.formats.office.xml_text import SPACE
from loredact.formats.office.xml_text import S as S  # noqa: PLC0414

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

Key = tuple[tuple[int, int, str], ...]


def decode(text: str) -> str:
    """`text` with `_x000D_` and its like as the character they stand for (ECMA-376-1, 22.9.2.19, ST_Xstring)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def encode(text: str) -> str:
    """The reverse of `decode`, for what XML cannot hold and what would be taken for an escape."""
    text = _ESCAPE.sub(lambda match: "_x005F" + match[0], text)
    return writable(re.sub(r"[\x00-\x08\x0b-\x1f]", lambda match: f"_x{ord(match[0]):04X}_", text))


def string_slots(item: etree._Element) -> list[Slot]:
    """The slots of a rich or plain string (`si`, `is`, `text`), without the readings above the line (`rPh`)."""
    texts = [t for t in item.iter(S + "t") if (parent := t.getparent()) is not None and parent.tag != S + "rPh"]
    return [encoded_slot(text) for text in texts]


def encoded_slot(element: etree._Element) -> Slot:
    """The text of an element of the type ST_Xstring."""

    def put(new: str) -> None:
        element.text = encode(new)
        if new != new.strip():
            element.set(SPACE, "preserve")

    return Slot(decode(element.text or ""), put)


class SharedStrings:
    """The table of shared strings.

    Cells that share a string may be masked differently, since they stand in different columns. The first way of masking
    takes the string's place in the table; each other way becomes a new string at the end.
    """

    def __init__(self, root: etree._Element, part: str) -> None:
        self.root = root
        self._part = part
        self._items = [item for item in root if item.tag == S + "si"]
        self._ways: list[dict[Key, int]] = [{} for _ in self._items]
        self._used: set[int] = set()
        self._edited: dict[int, etree._Element] = {}
        self._appended: list[etree._Element] = []

    def __len__(self) -> int:
        return len(self._items)

    def slots(self, index: int) -> list[Slot]:
        """The slots of string `index`; edit them only by `place`."""
        self._used.add(index)
        return string_slots(self._items[index])

    def place(self, index: int, masked: Masked, extra: str = "") -> int:
        """The index of string `index` as `masked`, with `extra` behind it."""
        ways = self._ways[index]
        key: Key = tuple((r.span.start, r.span.end, r.text) for r in masked.replacements)
        if extra:
            key += ((-1, -1, extra),)
        if key not in ways:
            # The table keeps the original for ways to come; `finish` puts what was edited in its place.
            item = copy.deepcopy(self._items[index]) if key or ways else self._items[index]
            if key:
                _edit(item, masked, extra)
            if ways:
                ways[key] = len(self._items) + len(self._appended)
                self._appended.append(item)
            else:
                ways[key] = index
                if key:
                    self._edited[index] = item
        return ways[key]

    def unused(self) -> Iterator[Piece]:
        """Strings that no cell has, which some programs leave behind; after all the cells."""
        for index in range(len(self._items)):
            if index not in self._used:
                yield Piece(self.slots(index), f"{self._part}, string {index + 1}")

    def readings(self) -> Iterator[Piece]:
        """The readings above the line of strings that stay as they are."""
        for index, item in enumerate(self._items):
            if index not in self._edited and (found := list(item.iter(S + "rPh"))):
                slots = [encoded_slot(text) for reading in found for text in reading.iter(S + "t")]
                yield Piece(slots, f"{self._part}, readings above the line of string {index + 1}")

    def finish(self) -> bool:
        """Put what was edited in its place; whether anything was."""
        for index, item in self._edited.items():
            self.root.replace(self._items[index], item)
        after = next((item for item in self.root if item.tag != S + "si"), None)
        for item in self._appended:
            if after is None:
                self.root.append(item)
            else:
                after.addprevious(item)
        if self._appended and "uniqueCount" in self.root.attrib:
            self.root.set("uniqueCount", str(len(self._items) + len(self._appended)))
        return bool(self._edited or self._appended)


def _edit(item: etree._Element, masked: Masked, extra: str) -> None:
    slots = string_slots(item)
    spread(slots, masked)
    if extra:
        slots[-1].edits.append((len(slots[-1].text), len(slots[-1].text), extra))
    for slot in slots:
        slot.settle()
    for reading in [*item.iter(S + "rPh"), *item.iter(S + "phoneticPr")]:  # how the name is spoken
        if (parent := reading.getparent()) is not None:
            parent.remove(reading)
