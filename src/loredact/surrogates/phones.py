"""Telephone numbers: of the same country, length and form, from the ranges that are kept for fiction where there are.

- United States and Canada: 555-0100 to 555-0199 in any area (NANPA, "555 line numbers", ATIS-0300115);
- United Kingdom: 020 7946 0xxx, 0121 496 0xxx and others, 028 9649 6xxx, 01632 960xxx, 07700 900xxx (Ofcom, "Telephone
  numbers for drama purposes");
- Germany: 030 23125 xxx, 040 66969 xxx, 069 90009 xxx, 089 99998 xxx, 0221 4710 xxx, mobile 0171 39200 xx and
  0176 040690 xx (Bundesnetzagentur, "Drama Numbers");
- France: 01 99 00 xx xx, 02 61 91, 03 53 01, 04 65 71, 05 36 49, 06 39 98 (ARCEP, numbering plan, decision 2018-0881);
- Australia: 5550 xxxx and 7010 xxxx in the areas 02, 03, 07 and 08 (ACMA, "Phone numbers for use in TV shows");
- Ireland: 020 91x xxxx (ComReg, numbering conditions);
- Sweden: 031-390 06 xx, 040-628 04 xx, 08-465 004 xx, 070-174 06 05 to 99 (PTS, "Telefonnummer för fiktion").

Elsewhere, and where a number has another length than these, its first digits stay, which tell the country and the area,
and the rest is drawn anew: it may be somebody's.
"""

from collections.abc import Iterable
from random import Random

from loredact.errors import InputError
from loredact.surrogates.cards import in_form_of
from loredact.surrogates.characters import by_class

# National numbers, without the 0 before them; # is any digit.
_FICTION = {
    "US": ("{area}55501##",),
    "CA": ("{area}55501##",),
    "GB": (
        *("2079460###", "1134960###", "1144960###", "1154960###", "1164960###", "1174960###", "1184960###"),
        *("1214960###", "1314960###", "1414960###", "1514960###", "1614960###", "1914980###"),
        *("1632960###", "2896496###", "2920180###"),
    ),
    "DE": ("3023125###", "4066969###", "6990009###", "8999998###", "2214710###"),
    "FR": ("19900####", "26191####", "35301####", "46571####", "53649####"),
    "AU": ("25550####", "35550####", "75550####", "85550####", "27010####", "37010####", "77010####", "87010####"),
    "IE": ("2091#####",),
    "SE": ("3139006##", "4062804##", "8465004##"),
}  # fmt: skip
_MOBILE = {
    "GB": ("7700900###",),
    "DE": ("17139200##", "176040690##"),
    "FR": ("63998####",),
    "SE": tuple(f"7017406{tens}#" for tens in range(1, 10)),
}
# Numbers of areas of the United States and Canada; 555 is in all of them.
_AREAS = {
    "US": "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 301 302 303 304 305 307 308 309 "
    "310 312 313 314 315 316 317 318 319 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 501 "
    "502 503 504 505 507 508 509 510 512 513 515 516 517 518 601 602 603 605 606 607 608 609 610 612 614 "
    "615 616 617 618 619 701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 801 802 803 804 805 "
    "806 808 810 812 813 814 815 816 817 818 901 903 904 906 907 908 909 910 912 913 914 915 916 918 919",
    "CA": "204 250 306 403 416 418 450 506 514 519 604 613 705 709 780 807 819 902 905",
}
# Whose a number without a country's code may be, the likelier first.
_REGIONS = (
    "US GB DE FR AU ES IT NL IE CA BE AT CH SE DK NO FI PL CZ PT RO HU GR BR MX IN ZA NZ".split()  # noqa: SIM905
)


def phone(value: str, random: Random, region: str | None = None) -> str:
    """The surrogate of a telephone number; an extension is drawn anew."""
    try:
        import phonenumbers
    except ImportError:
        raise InputError("Surrogates need phonenumbers: pip install 'loredact[surrogates]'.") from None

    # A number without its country may be of several: the first of which it is a valid one.
    for guess in (region, *_REGIONS):
        try:
            parsed = phonenumbers.parse(value, guess)
        except phonenumbers.NumberParseException:
            continue
        national = str(parsed.national_number)
        home = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
        country = phonenumbers.region_code_for_number(parsed) if phonenumbers.is_valid_number(parsed) else None
        if country is None and ("+" in value or _is_fiction(home, national)):
            country = home
        if country is None:
            continue
        mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
        mobile = mobile or _is_one_of(_MOBILE.get(country, ()), national)
        return _in_place(value, national, _national(country, national, mobile, random), random)
    digits = sum(map(str.isdigit, value))
    return by_class(value, random, keep=_past_digits(value, 3) if digits > 6 else 0)


def _is_fiction(country: str, national: str) -> bool:
    """Whether the number is of a range that is nobody's, which is no valid number to a library that knows the plans."""
    areas = _AREAS.get(country, "").split()
    fixed = _FICTION.get(country, ()) if not areas or national[:3] in areas else ()
    return _is_one_of((*fixed, *_MOBILE.get(country, ())), national)


def _is_one_of(patterns: Iterable[str], national: str) -> bool:
    """Whether one of the `patterns` has the digits of `national`, in the area that it is in."""
    return any(
        len(pattern) == len(national)
        and all(sign in ("#", digit) for sign, digit in zip(pattern, national, strict=True))
        for pattern in (pattern.format(area=national[:3]) for pattern in patterns)
    )


def _national(country: str, national: str, mobile: bool, random: Random) -> str:
    country = "GB" if country in {"GG", "JE", "IM"} else country  # the islands' numbers are of the British plan
    patterns = (_MOBILE.get(country, ()) if mobile else ()) or _FICTION.get(country, ())
    # Those of the same area before others: the groups that a number is written in are those of its area.
    in_order = sorted(random.sample(patterns, len(patterns)), key=lambda pattern: pattern[:2] != national[:2])
    for pattern in in_order:
        area = random.choice(_AREAS[country].split()) if country in _AREAS else ""
        signs = pattern.format(area=area)
        if len(signs) == len(national):
            return "".join(str(random.randrange(10)) if sign == "#" else sign for sign in signs)
    kept = 2 if len(national) > 6 else 0
    return national[:kept] + "".join(str(random.randrange(10)) for _ in national[kept:])


def _in_place(value: str, old: str, new: str, random: Random) -> str:
    """`new` in the places of the digits of `old`, which are in a row in `value` but for separators."""
    digits = "".join(sign for sign in value if sign.isdigit())
    plain = "".join(str(int(sign)) for sign in digits)
    at = plain.find(old)
    if at < 0:
        return by_class(value, random, keep=_past_digits(value, 3))
    rest = "".join(str(random.randrange(10)) for _ in plain[at + len(old) :])
    return in_form_of(value, plain[:at] + new + rest)


def _past_digits(value: str, count: int) -> int:
    """Where in `value` its first `count` digits end."""
    for at, sign in enumerate(value):
        count -= sign.isdigit()
        if count == 0:
            return at + 1
    return 0
