"""Ages as they are written."""

import re

_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?![\d]|[.,]\d)", re.ASCII)
_DIGITS = re.compile(r"\d")
# What an age below one year, or a little above, is counted in; English, whose words clinical texts use most.
_SMALL_UNITS = {"day": 365, "week": 52, "month": 12, "mo": 12, "wk": 52}
_UNIT = re.compile(rf"(?i)(?<![^\W\d_])({'|'.join(_SMALL_UNITS)})s?(?![^\W\d_])")
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: number for number, word in enumerate(_ONES)}
_WORDS |= {word: 10 * number for number, word in enumerate(_TENS, 2)}
_WORDS |= {
    f"{tens}{mark}{ones}": 10 * number + one
    for number, tens in enumerate(_TENS, 2)
    for one, ones in enumerate(_ONES[1:10], 1)
    for mark in ("-", " ")
}


def years(text: str) -> int | None:
    """The age in whole years that `text` says, such as `52`, `52-year-old`, `forty-five` or `6 months`.

    Of several numbers the highest; None where it cannot be read. Words are read in English alone.
    """
    numbers = [int(number) for number in _NUMBER.findall(text)]
    if len("".join(_NUMBER.findall(text))) != len(_DIGITS.findall(text)):
        return None
    if not numbers:
        return _WORDS.get(text.strip().casefold())
    unit = _UNIT.search(text)
    return max(numbers) // _SMALL_UNITS[unit[1].casefold()] if unit else max(numbers)


def band(age: int, width: int, top: int) -> str:
    """The band of `width` years that holds `age`, such as `50-59`; from `top` on, `90+`."""
    low = age // width * width
    return f"{top}+" if age >= top else f"{low}-{min(low + width, top) - 1}"
