"""`generalise`: something of which less can be told: a band of ages, a month, a country, the first digits."""

from datetime import date
from typing import Literal

from pydantic import Field

from loredact.operators.settings import OperatorSettings
from loredact.values import ages, dates, places


class Generalise(OperatorSettings):
    """Puts something less exact in a span's place; `[LABEL]` where the text cannot be read as what it should be.

    - `band`: of an age the band of `width` years, `50-59`, and from `top` on `90+`.
    - `month`, `year`: of a date the month and the year, as they are written, or the year.
    - `country`: of a place the English name of its country.
    - `digits`: of a number the first `digits` letters and digits, with `*` for the others.
    - `zip3`: of a United States ZIP code the first three digits; `000` where 20,000 people or fewer share them.
    """

    name: Literal["generalise"] = "generalise"
    to: Literal["band", "month", "year", "country", "digits", "zip3"] = Field(description="what to put there")
    width: int = Field(default=10, ge=2, le=50, description="years in a band")
    top: int = Field(default=90, ge=1, description="from this age on there is one band")
    years_back: int | None = Field(default=None, ge=1, description="a year longer ago than this is not told")
    digits: int = Field(default=3, ge=1, description="how many letters and digits stay")
    order: dates.Order | None = Field(default=None, description="what comes first in 04/03/2021")

    def ready(self) -> None:
        """Load the towns, where they are needed."""
        if self.to == "country":
            places.towns()

    def __call__(self, original: str, label: str) -> str:
        new = self._less(original)
        return f"[{label}]" if new is None else new

    def _less(self, original: str) -> str | None:
        match self.to:
            case "band":
                age = ages.years(original)
                return None if age is None else ages.band(age, self.width, self.top)
            case "month":
                written = dates.read(original, self.order)
                return None if written is None or self._too_long_ago(written.day.year) else written.without_day()
            case "year":
                year = dates.year_of(original)
                return None if year is None or self._too_long_ago(year) else str(year)
            case "country":
                return places.country_of(original)
            case "zip3":
                return places.first_of_zip(original)
            case "digits":
                return self._first(original)

    def _too_long_ago(self, year: int) -> bool:
        return self.years_back is not None and year < date.today().year - self.years_back

    def _first(self, original: str) -> str | None:
        seen, pieces = 0, []
        for character in original:
            seen += character.isalnum()
            pieces.append("*" if character.isalnum() and seen > self.digits else character)
        # Nothing would be hidden of a shorter one.
        return "".join(pieces) if seen > self.digits else None
