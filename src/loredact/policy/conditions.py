"""Conditions by content: what a found text must be to be kept, where the law draws the line there.

- `age below N`: an age of fewer years than N.
- `year alone`: a year of four digits and nothing beside it; `year alone, below N years ago` if it is not older.
- `state or country`: a state of the United States, or a country, by its name.
"""

import re
from collections.abc import Callable
from datetime import date

from loredact.values import ages, dates, places

Condition = Callable[[str], bool]
FORMS = ("age below N", "year alone", "year alone, below N years ago", "state or country")


def condition(written: str) -> Condition:
    """The condition that `written` says, as a function of the found text.

    Raises:
        ValueError: where it is none of `FORMS`.
    """
    words = " ".join(written.split())
    if found := re.fullmatch(r"age below (\d{1,3})", words, re.ASCII):
        return _age_below(int(found[1]))
    if found := re.fullmatch(r"year alone(?:, below (\d{1,4}) years ago)?", words, re.ASCII):
        return _year_alone(int(found[1]) if found[1] else None)
    if words == "state or country":
        return _state_or_country
    raise ValueError(f"is no condition. A condition is one of: {'; '.join(FORMS)}")


def _age_below(limit: int) -> Condition:
    def holds(text: str) -> bool:
        age = ages.years(text)
        return age is not None and age < limit

    return holds


def _year_alone(years_ago: int | None) -> Condition:
    def holds(text: str) -> bool:
        return dates.is_year(text) and (years_ago is None or int(text) > date.today().year - years_ago)

    return holds


def _state_or_country(text: str) -> bool:
    return places.is_state(text) or places.is_country(text)
