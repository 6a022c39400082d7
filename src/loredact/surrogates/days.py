"""Dates: all of a document or a customer shifted by one secret number of days, in the form in which they are written.

Days between two whole dates stay as many. A month with its year is shifted from its middle on, a year alone by as many
years as the days come nearest to, but by one at least; a time of day is drawn anew. Where `04/03/2021` does not show what
comes first, and no other date of the text does, the day is taken to be first.
"""

import re
from collections.abc import Iterable
from random import Random

from loredact.values import dates
from loredact.values.month_names import month, weekday

_WORD = re.compile(r"[^\W\d_]+\.?")
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3])([:.h])([0-5]\d)(?:\2([0-5]\d))?(?!\d)")
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
_LEAST, _MOST = 32, 400  # days; less than a month would leave months as they are


def offset(random: Random) -> int:
    """A number of days to shift by, forwards or backwards, and not by whole weeks."""
    days = random.randrange(_LEAST, _MOST)
    return (days + (days % 7 == 0)) * random.choice((1, -1))


def order_in(values: Iterable[str]) -> dates.Order | None:
    """What comes first in the dates of a text, where some of them show it and none shows otherwise."""
    told = {dates.order_of(value) for value in values} - {None}
    return told.pop() if len(told) == 1 else None


def day(value: str, days: int, order: dates.Order | None, random: Random) -> str | None:
    """`value` shifted by `days`; None where nothing in it can be."""
    written = dates.read(value, order or "day") or dates.read(value, "month")
    if written is not None:
        return written.shifted(days)
    for whole, cut in ((f"15 {value}", lambda new: new.partition(" ")[2]), (f"{value}-15", lambda new: new[:-3])):
        written = dates.read(whole)
        if written is not None:
            shifted = written.shifted(days)
            return None if shifted is None else cut(shifted)
    years = round(days / 365.25) or (1 if days > 0 else -1)
    new = _TIME.sub(lambda found: _time(found, random), value)
    if new == value:
        new = _YEAR.sub(lambda found: f"{int(found[0]) + years:04d}", value)
        new = _WORD.sub(lambda found: _name(found[0], days), new)
        if not _YEAR.search(value):
            new = re.sub(r"(?<!\d)\d{1,2}(?!\d)", lambda found: _day_of_month(found[0], days), new)
    return None if new == value else new


def _time(found: re.Match[str], random: Random) -> str:
    hour = f"{random.randrange(24 if int(found[1]) > 12 or found[1].startswith('0') else 12) or 12}"
    parts = [hour.zfill(len(found[1])), f"{random.randrange(60):02d}"]
    if found[4]:
        parts.append(f"{random.randrange(60):02d}")
    return found[2].join(parts)


def _name(word: str, days: int) -> str:
    if (named := month(word)) is not None:
        return named.another((named.number + (round(days / 30.4) % 12 or 1)) % 12)
    if (named := weekday(word, None)) is not None:
        return named.another((named.number + days) % 7)
    return word


def _day_of_month(written: str, days: int) -> str:
    number = int(written)
    return f"{(number + days - 1) % 28 + 1:0{len(written)}d}" if 1 <= number <= 31 else written
