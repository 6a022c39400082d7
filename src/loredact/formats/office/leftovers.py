"""A last look at what was not masked because it is no text: whether something masked stands there all the same."""

import re
from collections.abc import Iterable, Iterator

from loredact.errors import InputError

# Shorter ones stand in identifiers and sizes by chance.
_SHORTEST = 6
_PRINTABLE = re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){6,}")
_PRINTABLE_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x01-\x06]){6,}", re.DOTALL)


class Leftovers:
    """Collects what was masked and what was left, and says where the one stands in the other."""

    def __init__(self) -> None:
        self._masked: set[str] = set()
        self._left: dict[str, str] = {}

    def masked(self, value: str) -> None:
        """`value` was masked somewhere."""
        if len(value.strip()) >= _SHORTEST:
            self._masked.add(value.strip())

    def left(self, part: str, texts: Iterable[str]) -> None:
        """`texts` stay in the part called `part`."""
        self._left[part] = "\n".join({text for text in texts if len(text) >= _SHORTEST})

    def left_bytes(self, part: str, data: bytes) -> None:
        """The bytes `data` stay in `part`: what could be text in them, as UTF-8 or UTF-16."""
        self.left(part, _texts(data))

    def refuse(self) -> None:
        """Refuse to go on if something masked is still there.

        Raises:
            InputError: with the part.
        """
        for part, text in self._left.items():
            for value in self._masked:
                if value in text and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text):
                    raise InputError(
                        f"Something that is masked elsewhere also stands in {part}, where nothing can be replaced "
                        "safely. Take it out with the program that wrote the file, and try again."
                    )


def _texts(data: bytes) -> Iterator[str]:
    for match in _PRINTABLE.finditer(data):
        yield match[0].decode("utf-8", "replace")
    for match in _PRINTABLE_WIDE.finditer(data):
        yield match[0].decode("utf-16-le", "replace")
