"""Dates are read as they are written in sixteen languages, and written again in the same form."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.synthetic.dates import write_date
from loredact.values import dates

LANGUAGES = "en de es fr it nl pt pl cs sv da no fi hu ro el".split()  # noqa: SIM905
DAYS = st.dates(date(1951, 1, 1), date(2049, 12, 31))


@given(day=DAYS, language=st.sampled_from(LANGUAGES), seed=st.integers(0, 10_000))
def test_a_generated_date_is_read_as_the_day_it_was_made_of_or_not_at_all(day: date, language: str, seed: int) -> None:
    written = write_date(day, language, Random(seed))
    read = dates.read(written, "month" if language == "en" else "day")
    # English forms of numbers are in use with the day first and with the month first.
    assert read is None or read.day in {day, _swapped(day)}
    if read is not None:
        assert read.shifted(0) == written


def _swapped(day: date) -> date | None:
    return date(day.year, day.day, day.month) if day.day <= 12 else None


@given(day=DAYS, language=st.sampled_from(LANGUAGES), seed=st.integers(0, 10_000), days=st.integers(-400, 400))
def test_a_shifted_date_is_as_many_days_away_and_is_read_again(day: date, language: str, seed: int, days: int) -> None:
    read = dates.read(write_date(day, language, Random(seed)), "day")
    if read is None or not date(1950, 1, 1) <= read.day + timedelta(days) < date(2050, 1, 1):
        return
    shifted = read.shifted(days)
    assert shifted is not None
    again = [dates.read(shifted, order) for order in ("day", "month")]
    assert read.day + timedelta(days) in {one.day for one in again if one is not None}


def test_nearly_all_generated_dates_with_a_year_are_read() -> None:
    random = Random(0)
    written = [
        write_date(date(1960, 1, 1) + timedelta(days=random.randrange(30_000)), language, random)
        for language in LANGUAGES
        for _ in range(500)
    ]
    with_year = [text for text in written if sum(c.isdigit() for c in text) > 2]
    unread = [text for text in with_year if dates.read(text, "day") is None and dates.read(text, "month") is None]
    assert len(unread) < 0.02 * len(with_year), unread[:20]


@pytest.mark.parametrize(
    ("text", "shifted"),
    [
        ("2021-03-04", "2021-03-14"),
        ("4.3.2021", "14.3.2021"),
        ("04.03.21", "14.03.21"),
        ("4.03.2021", "14.03.2021"),
        ("25.03.2021", "04.04.2021"),
        ("25.3.2021", "4.4.2021"),
        ("4 mai. 2021", "14 mai. 2021"),
        ("25 déc. 2021", "4 jan. 2022"),
        ("March 4th, 2021", "March 14th, 2021"),
        ("21 March 2021", "31 March 2021"),
        ("22nd March 2021", "1st April 2021"),
        ("1er mars 2021", "11 mars 2021"),
        ("22 mars 2021", "1 avril 2021"),
        ("4 de marzo de 2021", "14 de marzo de 2021"),
        ("2021. március 4.", "2021. március 14."),
        ("Monday, 1 March 2021", "Thursday, 11 March 2021"),
        ("24 DEC 1999", "3 JAN 2000"),
        ("2021-03-04T12:30:00Z", "2021-03-14T12:30:00Z"),
        ("24. Dezember 1999 um 12:30 Uhr", "3. Januar 2000 um 12:30 Uhr"),
        ("20 kwietnia 2021 r.", "30 kwietnia 2021 r."),
    ],
)
def test_a_shifted_date_keeps_its_form(text: str, shifted: str) -> None:
    read = dates.read(text)
    assert read is not None
    assert read.shifted(10) == shifted


@pytest.mark.parametrize("text", ["04/03/2021", "March 2021", "12 March", "2021", "29/02/2021", "Ada", "٤/٣/٢٠٢١", ""])
def test_what_is_no_whole_date_or_could_be_two_is_not_read(text: str) -> None:
    assert dates.read(text) is None


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_none(text: str) -> None:
    read = dates.read(text, "day")
    assert read is None or read.shifted(0) is not None


def test_the_names_of_months_are_those_of_the_cldr() -> None:
    babel = pytest.importorskip("babel", reason="Babel, of the extra docs, has the CLDR")
    from loredact.values import month_names

    for language in LANGUAGES:
        months = babel.Locale(language).months["format"]["wide"]
        assert [months[number] for number in range(1, 13)] == month_names._MONTHS[language].split()
