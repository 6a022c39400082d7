"""Dates as they are written, read to day, month and year, and another date written in the same form.

Read are numbers (`2021-03-04`, `4.3.2021`, `04/03/21`, `20210304`) and months by name in sixteen languages (`4 March
2021`, `March 4th, 2021`, `4. März 2021`, `4 de marzo de 2021`, `2021. március 4.`), with a weekday before and a time of
day behind them or without. A date without a day, a month or a year is not read: no other can be reckoned from it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from loredact.values.month_names import Name, month, weekday

Order = Literal["day", "month"]

_D, _M = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})"
_YEAR = r"(?P<year>\d{4}|'?\d{2})(?!\d)"
_NAME = r"(?P<name>[^\W\d_]{3,}\.?)"
_TH = r"(?P<th>st|nd|rd|th|er|re|[ºª°.])?"
_OF = r"(?:[\s,./-]+|\s+(?:de|of|del|a|av)\s+|\s+d['’])"
_BEFORE = r"(?P<weekday>[^\W\d_]{3,}(?:-feira)?)(?:\.?,?\s+(?:(?:the|den|der|el|le|il|de)\s+)?)"
_TIME = r"\d{1,2}(?:[:.h]\d{2}){1,2}(?:[.,]\d+)?(?:\s?[ap]\.?m\.?)?(?:\s?(?:Z|[+-]\d{2}:?\d{2}|UTC|GMT|Uhr))?"
_AFTER = rf"(?:(?:T|,?\s+(?:(?:at|um|à|a las|kl\.?)\s+)?){_TIME})?"
_FORMS = tuple(
    re.compile(f"(?:{_BEFORE})?{form}(?P<end>[.]?(?:\\s?r\\.)?){_AFTER}")
    for form in (
        rf"(?P<year>\d{{4}})(?P<mark>[-/]|\.\s?){_M}(?P=mark){_D}(?!\d)",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
        rf"{_D}{_TH}{_OF}{_NAME}{_OF}{_YEAR}",
        rf"{_NAME}[\s.-]+{_D}{_TH}(?!\d)[\s,.-]+{_YEAR}",
        rf"(?P<year>\d{{4}})[.,]?\s+{_NAME}\s+{_D}(?!\d)",
        rf"(?P<day_only>\d{{1,2}})/(?P<month>\d{{1,2}})(?:-|\s){_YEAR}",
    )
)
_EITHER = re.compile(
    rf"(?:{_BEFORE})?(?P<first>\d{{1,2}})(?P<mark>[-/]|\.\s?)(?P<second>\d{{1,2}})(?P=mark){_YEAR}"
    rf"(?P<end>[.]?(?:\s?r\.)?){_AFTER}"
)
# A year of two digits is of this century below it.
_PIVOT = 50


@dataclass(frozen=True, slots=True)
class Written:
    """A date that was read: the day, and how it is written."""

    day: date
    write: Callable[[date], str]
    year: tuple[int, int]  # where in the text the year is
    month: str  # the month's name or number, as it is written
    named: bool  # whether the month is written by name
    year_first: bool
    mark: str  # what stands between numbers

    def shifted(self, days: int) -> str | None:
        """The date `days` later in the same form; None where it would lie outside the years 1 to 9999."""
        try:
            return self.write(self.day + timedelta(days=days))
        except OverflowError:
            return None

    def without_day(self) -> str:
        """The month and the year alone, as they are written."""
        year = f"{self.day.year:04d}"
        if self.named:
            return f"{year} {self.month}" if self.year_first else f"{self.month} {year}"
        number = f"{self.day.month:02d}"
        mark = self.mark.strip() or "-"
        return f"{year}{mark}{number}" if self.year_first else f"{number}{mark}{year}"


def order_of(text: str) -> Order | None:
    """Which of day and month comes first in `text`, a date in numbers whose year is last; None where it does not show.

    With full stops the day is first everywhere.
    """
    found = _EITHER.fullmatch(text.strip())
    if found is None:
        return None
    first, second = int(found["first"]), int(found["second"])
    if found["mark"].startswith(".") or first > 12 >= second:
        return "day"
    return "month" if second > 12 >= first else None


def read(text: str, order: Order | None = None) -> Written | None:
    """The date that `text` is; None where it is none that can be read.

    `order` says what `04/03/2021` means. Without it, a date that could be read in two ways is not read.
    """
    if not text.isascii() and any(c.isdigit() and not c.isascii() for c in text):
        return None
    inner = text.strip()
    for form in _FORMS:
        if (found := form.fullmatch(inner)) is not None and (written := _written(text, inner, found)) is not None:
            return written
    found = _EITHER.fullmatch(inner)
    first = order_of(inner) or order
    if found is None or first is None:
        return None
    return _written(text, inner, found, first)


def year_of(text: str, order: Order | None = None) -> int | None:
    """The year that `text` is or names, if exactly one of four digits does, or a whole date that can be read."""
    years = re.findall(r"(?<!\d)[12]\d{3}(?!\d)", text, re.ASCII)
    if len(years) == 1:
        return int(years[0])
    # Which of day and month is first makes no difference to the year.
    written = read(text, order or "day") or read(text, "month")
    return None if written is None or years else written.day.year


def is_year(text: str) -> bool:
    """Whether `text` is a year of four digits and nothing else, a full stop or a comma at its end aside."""
    return re.fullmatch(r"\s*[12]\d{3}[.,;:]?\s*", text, re.ASCII) is not None


def _written(text: str, inner: str, found: re.Match[str], first: Order | None = None) -> Written | None:
    groups = found.groupdict()
    name: Name | None = None
    if first is not None:
        day_group, month_group = ("first", "second") if first == "day" else ("second", "first")
    else:
        day_group, month_group = "day_only" if groups.get("day_only") else "day", "month"
    if groups.get("name"):
        year_first = found.start("year") < found.start("name")
        name = month(groups["name"], point_after_day=groups.get("th") == ".", year_first=year_first)
        if name is None:
            return None
        month_group = "name"
    year_text = groups["year"]
    year = int(year_text.lstrip("'"))
    if len(year_text) < 4:
        year += 2000 if year < _PIVOT else 1900
    try:
        day = date(year, int(groups[month_group]) if name is None else name.number + 1, int(groups[day_group]))
    except ValueError:
        return None
    week = None
    if groups["weekday"]:
        week = weekday(groups["weekday"], name.language if name else None)
        if week is None:
            return None
    pad_day, pad_month = _padded(groups[day_group], None if name else groups[month_group])
    offset = text.index(inner)

    def write(new: date) -> str:
        pieces: dict[str, str] = {
            day_group: f"{new.day:0{pad_day}d}",
            "year": _like(year_text, new.year),
            month_group: name.another(new.month - 1) if name else f"{new.month:0{pad_month}d}",
        }
        if week is not None:
            pieces["weekday"] = week.another(new.weekday())
        if groups.get("th"):
            pieces["th"] = _ordinal(groups["th"], new.day)
        result, read_to = text[:offset], 0
        for group in sorted(pieces, key=found.start):
            result += inner[read_to : found.start(group)] + pieces[group]
            read_to = found.end(group)
        return result + inner[read_to:] + text[offset + len(inner) :]

    return Written(
        day,
        write,
        (offset + found.start("year"), offset + found.end("year")),
        groups[month_group],
        name is not None,
        found.start("year") < found.start(month_group),
        groups.get("mark") or "",
    )


def _padded(day: str, month_number: str | None) -> tuple[int, int]:
    """How many digits a day and a month have at least; where one has two of its own it is as the other is."""
    if month_number is None:
        return 2 if day.startswith("0") else 1, 1
    day_shows, month_shows = (
        len(day) == 1 or day.startswith("0"),
        len(month_number) == 1 or month_number.startswith("0"),
    )
    day_digits = len(day) if day_shows or not month_shows else len(month_number)
    return day_digits, len(month_number) if month_shows or not day_shows else len(day)


def _like(year_text: str, year: int) -> str:
    if len(year_text) == 4:
        return f"{year:04d}"
    apostrophe = year_text[:-2]
    return f"{apostrophe}{year % 100:02d}"


def _ordinal(given: str, day: int) -> str:
    if given in {"st", "nd", "rd", "th"}:
        return "th" if 4 <= day <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    if given in {"er", "re"}:
        return given if day == 1 else ""
    return given
