"""JSON and JSON Lines: strings are replaced where they stand; spacing, order, escapes and all else stay."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from loredact.document import Replacement
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.decoded import Decoded
from loredact.formats.escapes import in_json, write_json
from loredact.formats.format import Options
from loredact.formats.scan import Held, Scan, ScannedText, Slot

_TOKEN = re.compile(
    r'(?P<space>[ \t\r\n]++)|(?P<string>"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+")'
    r"|(?P<mark>[{}\[\],:])|(?P<bare>[^\s{}\[\],:\"]++)"
)
_BARE = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|-?Infinity|NaN")
_NUMBER = re.compile(r"-?\d.*", re.DOTALL)
# A key that may be shown in a place: the name of a field, and no text. A longer one than the other is no heading.
_SHOWN = re.compile(r"[A-Za-z_][\w\-]{0,40}", re.ASCII)
_LONGEST_HEADING = 200
_DEEPEST = 1_000


@dataclass(slots=True)
class _Level:
    """An array or object that is open: the key or index that is being read, and which object of the file it is."""

    object: bool
    row: int
    heading: str
    key: str = ""
    index: int = 0

    @property
    def closed_by(self) -> str:
        return "}" if self.object else "]"

    @property
    def empty(self) -> str:
        """What is expected as long as nothing is in it."""
        return "first key" if self.object else "first value"


class Json(ScannedText):
    """One JSON value (RFC 8259); Python's `NaN` and `Infinity` are let through."""

    name = "json"
    suffixes: tuple[str, ...] = (".json",)
    _many = False

    def scan(self, blocks: Iterator[str]) -> Scan:
        """See `ScannedText.scan`."""
        yield from _scan(blocks, self.options, many=self._many)


class JsonLines(Json):
    """JSON values one after the other, as a rule one a line."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson")
    _many = True


def _scan(blocks: Iterator[str], options: Options, *, many: bool) -> Scan:  # noqa: PLR0912 - a case a token
    """A pushdown automaton for JSON: `expected` says what may come, `open_levels` what is open."""
    open_levels: list[_Level] = []
    expected = "value"  # value, first value or ], first key or }, key, colon, comma, end
    line, values, rows = 1, 0, 0
    for kind, raw in _tokens(blocks):
        if kind == "space":
            line += raw.count("\n")
            yield raw
            continue
        if expected == "end" and many:
            expected = "value"
        level = open_levels[-1] if open_levels else None
        out: str = raw
        if kind == "string" and level is not None and expected in ("first key", "key"):
            decoded = in_json(raw[1:-1])
            level.key = decoded.text
            if options.keys and decoded.text.strip():
                new = yield _slot(decoded, open_levels, line if many else None, level.row, heading="")
                out = f'"{new}"'
            expected = "colon"
        elif kind in ("string", "bare") and expected in ("value", "first value"):
            if kind == "bare" and not _BARE.fullmatch(raw):
                raise _wrong(line)
            is_number = kind == "bare" and options.numbers and _NUMBER.fullmatch(raw)
            decoded = Decoded(raw) if is_number else in_json(raw[1:-1])
            if (kind == "string" or is_number) and decoded.text.strip():
                row = level.row if level else values
                new = yield _slot(decoded, open_levels, line if many else None, row, _heading(open_levels))
                # A number that is replaced becomes a string.
                out = f'"{new}"' if kind == "string" or new != raw else raw
            expected = "comma" if level else "end"
        elif raw in "{[" and expected in ("value", "first value"):
            if len(open_levels) >= _DEEPEST:
                raise InputError(f"Line {line}: more than {_DEEPEST} arrays and objects lie in one another.")
            rows += 1
            open_levels.append(_Level(raw == "{", rows, _heading(open_levels)))
            expected = open_levels[-1].empty
        elif (
            level
            and raw == ("}" if level.object else "]")
            and expected in ("comma", f"first {'key' if level.object else 'value'}")
        ):
            open_levels.pop()
            expected = "comma" if open_levels else "end"
        elif level and raw == "," and expected == "comma":
            level.index += 1
            expected = "key" if level.object else "value"
        elif raw == ":" and expected == "colon":
            expected = "value"
        else:
            raise _wrong(line)
        if expected == "end":
            values += 1
        yield out
    if open_levels or (expected == "value" and not many):
        raise InputError(f"Line {line}: the JSON ends before it is complete.")


def _slot(decoded: Decoded, levels: list[_Level], line: int | None, row: int, heading: str) -> Slot:
    pointer = "".join(f"/{_shown(level.key) if level.object else level.index}" for level in levels)
    where = (pointer or "the whole") if line is None else f"line {line} {pointer}".rstrip()

    def write(text: str, replacement: Replacement | None) -> str:
        return write_json(decoded.encoded, text)

    return Slot(Cell(decoded.text, where, heading, row), decoded, write)


def _shown(key: str) -> str:
    return key if _SHOWN.fullmatch(key) else "*"


def _heading(levels: list[_Level]) -> str:
    """The key of the innermost object that has one; what is in an array is called as the array is."""
    if not levels:
        return ""
    if not levels[-1].object:
        return levels[-1].heading
    return levels[-1].key if len(levels[-1].key) <= _LONGEST_HEADING else ""


def _wrong(line: int) -> InputError:
    return InputError(f"Line {line}: it is not valid JSON.")


def _tokens(blocks: Iterator[str]) -> Iterator[tuple[str, str]]:
    held = Held(blocks)
    line = 1
    while True:
        match = _TOKEN.match(held.text, held.at)
        # White space, a number and an unfinished string may go on in what comes.
        if (match is None or match.end() == len(held.text)) and held.more(f"Line {line}: a JSON string"):
            continue
        if match is None:
            if held.at < len(held.text):
                raise _wrong(line)
            return
        held.at = match.end()
        kind = match.lastgroup or ""
        if kind == "space":
            line += match[0].count("\n")
        yield kind, match[0]
