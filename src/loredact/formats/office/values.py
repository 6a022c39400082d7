"""What the cells of a sheet hold, as text: strings, numbers and dates."""

import re
from collections.abc import Set
from datetime import datetime, timedelta

from lxml import etree

from loredact.formats.office.strings import S

# The number formats that Excel has built in and that show a date (ECMA-376-1, 18.8.30); 45 to 47 are spans of time.
_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
# A format of one's own shows a date where it has a year or a day outside quotes, brackets and escapes.
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_LAST_DAY = 2_958_465  # 9999-12-31


def date_styles(styles: etree._Element) -> set[int]:
    """The indices of cell formats that show a number as a date, from the part `xl/styles.xml`."""
    own = {
        int(str(element.get("numFmtId"))): str(element.get("formatCode", ""))
        for element in styles.iter(S + "numFmt")
        if str(element.get("numFmtId", "")).isdigit()
    }
    formats = styles.find(S + "cellXfs")
    found = set()
    for index, cell_format in enumerate(formats if formats is not None else ()):
        number = str(cell_format.get("numFmtId", "0"))
        code = own.get(int(number)) if number.isdigit() else None
        shows_date = (
            int(number) in _DATE_FORMATS
            if code is None and number.isdigit()
            else bool(code and re.search("[yd]", _QUOTED.sub("", code), re.IGNORECASE))
        )
        if shows_date:
            found.add(index)
    return found


def number_text(value: str, style: int, dates: Set[int], *, from_1904: bool) -> str:
    """The number `value` as a person reads it: a date in ISO 8601 where its format shows one, digits in full else."""
    try:
        number = float(value)
    except ValueError:
        return value
    if style in dates and 0 <= number <= _LAST_DAY:
        # Excel counts 1900 as a leap year, as Lotus 1-2-3 did: days up to 60 are one off, and nobody's birthday.
        moment = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        moment += timedelta(days=number)
        return moment.isoformat(" ", "minutes") if number % 1 else moment.date().isoformat()
    if "e" in value.lower() and number.is_integer() and abs(number) < 1e16:
        return str(int(number))
    return value
