"""A value by the class of its characters: a digit for a digit, a letter for a letter of its case and script."""

import string
from random import Random
from unicodedata import category, name

_ALPHABETS = {
    "GREEK": "αβγδεζηθικλμνξοπρστυφχψω",
    "CYRILLIC": "абвгдежзиклмнопрстуфхцчшэюя",
    "HEBREW": "אבגדהוזחטיכלמנסעפצקרשת",
    "ARABIC": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "HIRAGANA": "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ",
    "KATAKANA": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ",
    "CJK": "中大小山川田木林水火土金石天地人口日月年東西南北上下左右前後",
    "HANGUL": "가나다라마바사아자차카타파하강남동북서산수영정현호",
    "DEVANAGARI": "अकखगघचछजटडतथदधनपफबभमयरलवसह",
}


def by_class(value: str, random: Random, *, keep: int = 0) -> str:
    """`value` with each letter and digit behind the first `keep` characters drawn anew, all else as it is.

    A digit that begins a number is no zero unless it was one. In scripts of which no alphabet is here a letter becomes
    another of its block.
    """
    drawn = [value[:keep]]
    for at, sign in enumerate(value[keep:], keep):
        if sign.isdecimal() and sign.isascii():
            first = at == 0 or not value[at - 1].isalnum()
            drawn.append(random.choice("123456789" if first and sign != "0" else string.digits))
        elif sign.isdecimal():
            zero = ord(sign) - int(sign)
            drawn.append(chr(zero + random.randrange(10)))
        elif sign.isalpha():
            drawn.append(_letter(sign, random))
        else:
            drawn.append(sign)
    return "".join(drawn)


def _letter(sign: str, random: Random) -> str:
    if "a" <= sign.casefold() <= "z" or (sign.isalpha() and name(sign, "").startswith("LATIN")):
        alphabet = string.ascii_lowercase
    else:
        script = name(sign, "").split(" ")[0].split("-")[0]
        alphabet = _ALPHABETS.get(script, "")
    if alphabet:
        drawn = random.choice(alphabet)
        return drawn.upper() if sign.isupper() else drawn
    low = ord(sign) // 32 * 32
    block = [chr(code) for code in range(low, low + 32) if category(chr(code)) == category(sign)]
    return random.choice(block)
