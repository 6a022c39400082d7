"""The lines of a text file, with its encoding found out."""

import codecs

from loredact.corpora.options import ReadAs
from loredact.corpora.problems import FieldError

# UTF-32's mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

Line = tuple[int, str]


def decode_lines(data: bytes, read_as: ReadAs) -> tuple[list[Line], list[tuple[int, str]], str]:
    """The lines of `data` that can be decoded, numbered from 1, what is wrong with the others, and the encoding's name.

    The encoding is what `read_as` says or what a byte order mark says, which is no part of the text, or UTF-8. Lines
    end with a line feed; a carriage return before it is no part of the line.

    Raises:
        FieldError: where the encoding has no such name, or where another one than UTF-8 does not fit.
    """
    mark, encoding, name = next((known for known in _MARKS if data.startswith(known[0])), (b"", "utf-8", "UTF-8"))
    if read_as.encoding is not None:
        encoding = name = _known(read_as.encoding)
        # Python's utf-16 takes the mark away itself; the others leave it as a character.
        mark = b"" if encoding.startswith("utf-16") else mark
    data = data[len(mark) :]
    if encoding != "utf-8":
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            raise FieldError("", f"not valid {name} at byte {error.start}") from None
        return [(number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), start=1)], [], name
    lines: list[Line] = []
    problems: list[tuple[int, str]] = []
    for number, raw in enumerate(data.split(b"\n"), start=1):
        try:
            lines.append((number, raw.decode("utf-8").rstrip("\r")))
        except UnicodeDecodeError as error:
            problems.append((number, f"not valid UTF-8 at byte {error.start} of the line"))
    return lines, problems, name


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        # Some codecs are between bytes and bytes.
        "".encode(name)
    except (LookupError, UnicodeError):
        raise FieldError("", "the encoding that was asked for has no such name in Python") from None
    return name
