"""Which column of a file in columns is what, decided by looking at all of its rows.

Columns are parted by tabs where most rows have one, else by spaces. Where the first column counts the tokens of each
sentence, the token is in the second; else in the first. Tags are in a column in which nearly every cell is `O`, `_` or
a prefix with a label; of several, CoNLL-2003's chunks (`B-NP`) are not meant, and of the rest the one with the most
labelled cells is, so that of nested levels it is the outer one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loredact.corpora.lines import Line
from loredact.corpora.options import ReadAs
from loredact.corpora.tags import parse_tag
from loredact.document import is_label

NUMBER = re.compile(r"(?P<first>\d{1,9})(?:-(?P<last>\d{1,9})|\.(?P<empty>\d{1,9}))?")
COMMENT = "#"
_DOCUMENT_START = re.compile(r"-+DOCSTART-*", re.IGNORECASE)
_DOCUMENT_COMMENT = re.compile(r"#\s*(?:newdoc\b|begin document\b)")
_NAMED_COMMENT = re.compile(r"# +[\w:.-]+ *=")
_COLUMN_NAMES = re.compile(r"#\s*global\.columns\s*=\s*(?P<names>.+)")
_TAG_NAME = re.compile(r"(?:^|[:_-])(?:NER?|NAMED_?ENTITY|IOB2?|BIO|BIOES|BILOU)(?:$|[:_-])", re.IGNORECASE)
_TOKEN_HEADINGS = frozenset({"token", "tokens", "word", "words", "form"})
_TAG_HEADINGS = frozenset({"tag", "tags", "label", "labels", "ner", "ner_tag", "ner_tags", "ne", "ne-coarse-lit"})
# Of syntactic chunks, as in CoNLL-2000.
_CHUNKS = frozenset(["ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "SBAR", "UCP", "VP"])
_NEARLY_ALL = 0.9
# Bare labels (`PER`, without a prefix) are few, and so are told from other columns.
_MOST_BARE_LABELS = 60
_CONLL_U_COLUMNS = 10
_MISC_TAG = re.compile(r"(?:^|\|)(?:NER|NE|ner)=([^|]+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column is what, counted from 0. `misc`: the tag is `NER=…` within its cell. `separator`: as `parse_tag`."""

    tabs: bool
    width: int
    token: int
    tag: int
    separator: str = "-"
    number: bool = False
    misc: bool = False
    others: tuple[int, ...] = ()
    heading: bool = False
    # Both columns were named by a person, so that rows may be of any width that has them.
    named: bool = False

    def cells(self, line: str) -> list[str]:
        """The cells of `line`."""
        return cells(line, self.tabs)

    def tag_of(self, row: Sequence[str]) -> str:
        """What is written for the tag in `row`."""
        cell = row[self.tag].strip()
        if not self.misc:
            return cell
        found = _MISC_TAG.search(cell)
        return found[1] if found else "O"

    def details(self) -> tuple[str, ...]:
        """What was decided, in words."""
        parted = "tabs" if self.tabs else "spaces"
        first = ("column 1 numbers the tokens",) if self.number else ()
        within = ", behind NER=" if self.misc else ""
        more = tuple(f"column {other + 1} holds tags too (--tag-column {other + 1})" for other in self.others)
        return (
            f"columns parted by {parted}",
            *first,
            f"token: column {_named(self.token, self.width)}",
            f"tag: column {_named(self.tag, self.width)}{within}",
            *more,
        )


def _named(column: int, width: int) -> str:
    return f"{column + 1 if column >= 0 else column} of {width}"


def cells(line: str, tabs: bool) -> list[str]:
    """The cells of `line`. White space other than what parts columns may stand within one, as in `10 000`."""
    if tabs:
        return line.rstrip("\t").split("\t")
    return re.split("[ \t]+", line.strip(" \t"))


def starts_document(row: Sequence[str]) -> bool:
    """Whether `row` begins a document, as `-DOCSTART-` does in its variants."""
    return any(_DOCUMENT_START.fullmatch(cell.strip()) for cell in row[:2])


def is_document_comment(line: str) -> bool:
    """Whether `line` is a comment that begins a document, as CoNLL-U and CoNLL-2012 have them."""
    return _DOCUMENT_COMMENT.match(line) is not None


def is_comment(line: str, layout: Layout) -> bool:
    """Whether `line` is a comment and not a row whose token begins with `#`."""
    if not line.startswith(COMMENT):
        return False
    row = layout.cells(line)
    if len(row) != layout.width or _NAMED_COMMENT.match(line):
        return True
    if layout.number:
        return NUMBER.fullmatch(row[0]) is None
    return parse_tag(layout.tag_of(row), layout.separator) is None


# A row alone tells which of up to four columns parted by spaces holds tags; more of them are more likely prose.
_COLUMNS_A_ROW = 4


def find_layout(lines: Sequence[Line], read_as: ReadAs) -> Layout | str:
    """The layout of `lines`, or what was seen of them in place of one."""
    body = [line for _, line in lines if line.strip() and not line.startswith(COMMENT)]
    if not body:
        return "no rows of columns"
    with_tabs = sum("\t" in line.strip() for line in body) >= len(body) / 2
    seen = ""
    for tabs in (True, False) if with_tabs else (False,):
        found = _find(lines, tabs, read_as)
        if isinstance(found, Layout):
            return found
        seen = seen or found
    return seen


def _find(lines: Sequence[Line], tabs: bool, read_as: ReadAs) -> Layout | str:
    rows = [cells(line, tabs) if line.strip() else None for _, line in lines if not line.startswith(COMMENT)]
    starts = [len(row) for row in rows if row and starts_document(row)]
    rows = [None if row and starts_document(row) else row for row in rows]
    heading = next((index for index, row in enumerate(rows) if row), None)
    is_heading = heading is not None and _is_heading(rows[heading] or ())
    if heading is not None and is_heading:
        rows[heading] = None
    widths = Counter(len(row) for row in rows if row)
    if not widths:
        # Documents without a token: their beginnings alone are rows.
        return Layout(tabs, starts[0], 0, starts[0] - 1) if starts and starts[0] > 1 else "no rows of columns"
    named = read_as.token_column is not None and read_as.tag_column is not None
    width, count = widths.most_common(1)[0]
    body = [row for row in rows if row and len(row) == width]
    parted = "tabs" if tabs else "spaces"
    seen = f"{count} of {widths.total()} rows have {width} columns parted by {parted}"
    if why := "" if named else _no_columns(width, count, widths.total(), tabs or read_as.tag_column is not None):
        return f"{seen}; {why}"
    number = width > 2 and _counts(rows, width)
    columns = [[row[column].strip() for row in body] for column in range(width)]
    token = _asked(read_as.token_column, width)
    tag = _asked(read_as.tag_column, width)
    if (token is None and read_as.token_column is not None) or (tag is None and read_as.tag_column is not None):
        return f"{seen}; there is no such column as was asked for"
    free = [column for column in range(width) if column != token and not (number and column == 0)]
    candidates = {column: found for column in free if (found := _tags_in(columns[column]))}
    if tag is None:
        first = token if token is not None else int(number)
        # Without an O, what looks like a tag in the place of tokens may be anything.
        likely = {column: found for column, found in candidates.items() if column != first or "O" in columns[column]}
        chosen = _choose(likely, _names(lines), first)
        if chosen is None:
            if number and width == _CONLL_U_COLUMNS and any(map(_MISC_TAG.search, columns[-1])):
                return Layout(tabs, width, 1, width - 1, number=True, misc=True, heading=is_heading)
            bare = [column for column in free if column >= int(number) and _is_bare(columns[column])]
            if len(bare) != 1:
                return f"{seen}; none of them holds tags (O, or a prefix and a label such as B-PERSON)"
            chosen = bare[0]
        tag = chosen
    if token is None:
        token = int(number)
        token += token == tag
    separator = candidates[tag][0] if tag in candidates else "" if _is_bare(columns[tag]) else "-"
    return Layout(
        tabs,
        width,
        token,
        tag,
        separator,
        number,
        others=tuple(other for other in candidates if other not in (tag, token) and candidates[other][1]),
        heading=is_heading,
        named=named,
    )


def _no_columns(width: int, count: int, rows: int, certain: bool) -> str:
    """Why `count` rows of `width` cells, out of so many, are no columns; empty where they may be.

    Columns parted by tabs, or whose tags were asked for, are `certain`.
    """
    if width < 2:
        return "a token and a tag are needed"
    if 2 * count < rows:
        return "the others have more or fewer"
    if not certain and _COLUMNS_A_ROW * count < width:
        return "which of so many holds tags is not guessed from so few rows"
    return ""


def _is_heading(row: Sequence[str]) -> bool:
    names = {cell.strip().casefold() for cell in row}
    return bool(names & _TOKEN_HEADINGS) and bool(names & _TAG_HEADINGS)


def _counts(rows: Iterable[Sequence[str] | None], width: int) -> bool:
    """Whether the first column counts rows: each is one more than the one before, or begins anew with 0 or 1."""
    fitting = total = 0
    before, at_start = -1, True
    for row in rows:
        if row is None:
            at_start = True
            continue
        if len(row) != width:
            continue
        match = NUMBER.fullmatch(row[0].strip())
        total += 1
        if match is None:
            continue
        first = int(match["first"])
        begins = first in (0, 1) and (at_start or before > 1)
        fitting += bool(match["empty"]) or begins or first == before + 1
        if not match["empty"]:
            # The words of a written token come behind its own row, which has the number of the first of them.
            before, at_start = (first - 1 if match["last"] else first), False
    return total > 0 and fitting >= _NEARLY_ALL * total


def _tags_in(column: Sequence[str]) -> tuple[str, int] | None:
    """The separator of the tags that `column` is made of, and how many are labelled; None where it is not."""
    counts = Counter(column)
    for separator in "-_":
        tags = {cell: parse_tag(cell, separator) for cell in counts}
        labels = {tag.label for tag in tags.values() if tag and tag.label}
        if sum(counts[cell] for cell, tag in tags.items() if tag is not None) < _NEARLY_ALL * len(column):
            continue
        if labels or "O" in counts:
            labelled = sum(counts[cell] for cell, tag in tags.items() if tag and tag.label)
            return separator, 0 if labels <= _CHUNKS else labelled
    return None


def _is_bare(column: Sequence[str]) -> bool:
    different = set(column)
    return (
        "O" in different
        and 1 < len(different) <= min(_MOST_BARE_LABELS, len(column) - 1)
        and all(is_label(cell) and not cell[0].isdigit() and not re.search("-[BIESLUMW]$", cell) for cell in different)
        and column.count("O") * 3 >= len(column)
    )


def _choose(candidates: dict[int, tuple[str, int]], names: Sequence[str], token: int) -> int | None:
    named = [column for column in candidates if column < len(names) and _TAG_NAME.search(names[column])]
    if named:
        return named[0]
    # The first column, which holds tokens nearly everywhere, only where no other can be it.
    others = [column for column in candidates if column != token] or list(candidates)
    return max(others, key=lambda column: (candidates[column][1], -column), default=None)


def _names(lines: Sequence[Line]) -> list[str]:
    """The names of the columns, where a comment has them as in CoNLL-U Plus."""
    match = next((found for _, line in lines[:100] if (found := _COLUMN_NAMES.match(line))), None)
    return match["names"].split() if match else []


def _asked(column: int | None, width: int) -> int | None:
    if column is None or column == 0 or not -width <= column <= width:
        return None
    return column - 1 if column > 0 else width + column
