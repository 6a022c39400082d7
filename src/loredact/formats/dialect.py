"""How a table in text is written: what parts its fields, and how they are quoted."""

import re
from dataclasses import dataclass
from pathlib import PurePath

_BY_SUFFIX = {".tsv": "\t", ".tab": "\t", ".psv": "|"}
_DELIMITERS = (",", ";", "\t", "|")
# A few dozen rows say what there is to say, and a detector takes time by the square of them.
_SAMPLE_CHARACTERS = 8_000
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")


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
    from clevercsv.exceptions import Error

    # Bytes that are none of the encoding stand in the text as lone surrogates, which the detector cannot encode. It
    # refuses zeros.
    sample = _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", sample)
    try:
        found = Detector().detect(sample, delimiters=delimiters, verbose=False)
    except Error:
        found = None
    if found is None:
        return Dialect(delimiters[0])
    # No quotation mark in the sample is no proof that there is none.
    return Dialect(found.delimiter or delimiters[0], found.quotechar or '"', found.escapechar or "")
