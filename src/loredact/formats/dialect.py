"""How a table in text is written: what parts its fields, how they are quoted, and whether it begins with headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

_BY_SUFFIX = {".tsv": "\t", ".tab": "\t", ".psv": "|"}
_DELIMITERS = (",", ";", "\t", "|")
# A few dozen rows say what there is to say, and a detector takes time by the square of them.
_SAMPLE_CHARACTERS = 8_000
_LONGEST_HEADING = 64
# What a heading is not and a value often is: a number, a date, an address, a sentence.
_VALUE = re.compile(r"[\W\d]*|.*\d{3}.*|.*[@!?].*|.*\w[.:;] .*|.*://.*", re.DOTALL)
# How programs call their columns: order_id, orderId, ORDER-ID.
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.\-][A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]*)+|id|ID|uuid")
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[\W\d]*\d[\W\d]*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """RFC 4180 with another delimiter and quotation mark; `escape` is the character that escapes one, if any."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""


def dialect_of(sample: str, name: PurePath) -> Dialect:
    """The dialect of a table that begins with `sample`."""
    sample = sample[:_SAMPLE_CHARACTERS]
    sample = sample[: sample.rfind("\n") + 1] or sample
    known = _BY_SUFFIX.get(name.suffix.lower())
    delimiters = (known,) if known else tuple(mark for mark in _DELIMITERS if mark in sample)
    if not delimiters:
        return Dialect()
    if len(delimiters) == 1 and '"' in sample:
        return Dialect(delimiters[0])
    from clevercsv.detect import Detector

    # Bytes that are none of the encoding stand in the text as lone surrogates, which the detector cannot encode.
    sample = _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", sample)
    found = Detector().detect(sample, delimiters=delimiters, verbose=False)
    if found is None:
        return Dialect(delimiters[0])
    # No quotation mark in the sample is no proof that there is none.
    return Dialect(found.delimiter or delimiters[0], found.quotechar or '"', found.escapechar or "")


def has_headings(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of `rows` is headings for sure: only then are they left as they are.

    Each is short, like no value and there once; and a column holds only numbers or addresses below, or most are named
    as programs name things, or the words do not come again below.
    """
    if len(rows) < 2:
        return False
    first, rest = [heading.strip() for heading in rows[0]], rows[1:]
    if not all(first) or len(set(first)) < len(first):
        return False
    if any(len(heading) > _LONGEST_HEADING or _VALUE.fullmatch(heading) for heading in first):
        return False
    if 2 * sum(_IDENTIFIER.fullmatch(heading) is not None for heading in first) >= len(first):
        return True
    for index in range(len(first)):
        below = [row[index].strip() for row in rest if index < len(row) and row[index].strip()]
        if below and all(_NUMBER.fullmatch(value) or "@" in value for value in below):
            return True
    # All lower case is how a program or a hurried person writes headings, and nobody a row of names.
    return all(heading == heading.lower() for heading in first) and any(
        value != value.lower() for row in rest for value in row
    )
