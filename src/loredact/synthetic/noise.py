"""What happens to text on its way: case lost, keys slipped, punctuation left out, pages scanned badly.

A document in the making is a list of pieces, each a text and its label, or None; noise changes the text of
pieces and never moves a border between them, so the spans stay right.
"""

from random import Random

Piece = tuple[str, str | None]

_CLEAN = 0.78
_NEIGHBOURS = {
    "a": "sq",
    "e": "wr",
    "i": "uo",
    "o": "ip",
    "n": "bm",
    "t": "ry",
    "s": "ad",
    "r": "et",
    "l": "k",
    "h": "gj",
}
_SCANNED = {"l": "1", "O": "0", "rn": "m", "m": "rn", "I": "l", "e": "c", "S": "5", "B": "8"}
# Spelling slips do not happen in what people copy and check.
_COPIED = {
    "EMAIL_ADDRESS",
    "URL",
    "IBAN_CODE",
    "CREDIT_CARD",
    "SECRET_KEY",
    "PASSWORD",
    "CRYPTO",
    "IP_ADDRESS",
    "DEVICE_ID",
}


def add_noise(pieces: list[Piece], random: Random) -> list[Piece]:
    """The pieces as they were, four times in five; else with one kind of noise over all of them."""
    if random.random() < _CLEAN:
        return pieces
    noise = random.choice((_lower, _lower, _upper, _slips, _slips, _unpunctuated, _scanned, _spaced))
    return [(noise(text, label, random), label) for text, label in pieces]


def _lower(text: str, label: str | None, random: Random) -> str:
    return text if label in {"SECRET_KEY", "PASSWORD", "CRYPTO"} else text.lower()


def _upper(text: str, label: str | None, random: Random) -> str:
    return text if label in {"SECRET_KEY", "PASSWORD", "CRYPTO", "URL"} else text.upper()


def _slips(text: str, label: str | None, random: Random) -> str:
    if label is not None:
        return text
    letters = list(text)
    for place in range(1, len(letters) - 1):
        if letters[place].isalpha() and random.random() < 0.015:
            chance = random.random()
            if chance < 0.4:
                letters[place], letters[place - 1] = letters[place - 1], letters[place]
            elif chance < 0.7:
                letters[place] = ""
            else:
                letters[place] = random.choice(_NEIGHBOURS.get(letters[place], letters[place]))
    return "".join(letters)


def _unpunctuated(text: str, label: str | None, random: Random) -> str:
    return text if label is not None else "".join(c for c in text if c not in ",;!?")


def _scanned(text: str, label: str | None, random: Random) -> str:
    if label in _COPIED or (label is not None and any(map(str.isdigit, text))):
        return text
    for right, wrong in _SCANNED.items():
        if random.random() < 0.2:
            place = text.find(right, random.randrange(len(text) + 1))
            if place > 0:
                text = text[:place] + wrong + text[place + len(right) :]
    return text


def _spaced(text: str, label: str | None, random: Random) -> str:
    if label in _COPIED:
        return text
    spaced = []
    for place, c in enumerate(text):
        doubled = c == " " and random.random() < 0.2
        lost = c == " " and not doubled and label is None and 0 < place < len(text) - 1 and random.random() < 0.03
        split = c.isalpha() and 0 < place < len(text) - 1 and random.random() < 0.01
        spaced.append("" if lost else "  " if doubled else f"{c} " if split else c)
    return "".join(spaced)
