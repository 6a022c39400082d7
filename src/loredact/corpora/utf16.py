"""Offsets that count UTF-16 code units, as those of JavaScript and Java do."""


def code_points(text: str) -> dict[int, int]:
    """The offset in code points of each offset in UTF-16 code units that is between two characters."""
    offsets, units = {}, 0
    for index, character in enumerate(text):
        offsets[units] = index
        units += 1 + (ord(character) > 0xFFFF)
    offsets[units] = len(text)
    return offsets
