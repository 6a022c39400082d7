"""What the tests of formats share: names that are found by being known, and the two ways through a format."""

import re
from collections.abc import Callable
from pathlib import Path

from loredact.document import Masked, Replacement, Span
from loredact.formats import Cell, Options, find_format

NAMES = ("Renée Müller", "李小龙", "Zebulon Vanstone", "renee@example.com", "O'Neill & Søn")
MARK = "[PERSON]"
_KNOWN = re.compile("|".join(r"\s+".join(map(re.escape, name.split())) for name in NAMES))


def mask(text: str) -> Masked:
    """`text` with each of `NAMES` masked."""
    pieces: list[str] = []
    replacements: list[Replacement] = []
    read = written = 0
    for match in _KNOWN.finditer(text):
        pieces += (text[read : match.start()], MARK)
        start = written + match.start() - read
        written = start + len(MARK)
        span = Span(match.start(), match.end(), "PERSON")
        replacements.append(Replacement(span, MARK, start, written, "replace"))
        read = match.end()
    return Masked("".join((*pieces, text[read:])), tuple(replacements))


def nothing(text: str) -> Masked:
    """`text` as it is."""
    return Masked(text)


def cells(source: Path, options: Options | None = None) -> list[Cell]:
    return list(find_format(source, options or Options()).cells(source))


def rewritten(
    source: Path, options: Options | None = None, by: Callable[[str], Masked] = mask, out: Path | None = None
) -> bytes:
    """The bytes of `source` with each cell masked; exactly one masked text is taken for each."""
    found = find_format(source, options or Options())
    out = out or source.with_name(f"out-{source.name}")
    out.write_bytes(b"")
    masked = (by(cell.text) for cell in found.cells(source))
    found.rewrite(source, out, masked)
    assert next(masked, None) is None
    return out.read_bytes()


def made(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
