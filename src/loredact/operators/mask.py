"""`mask`: characters of the text hidden behind another, `****5556`."""

from typing import Literal
from unicodedata import category

from pydantic import Field

from loredact.operators.settings import OperatorSettings


class Mask(OperatorSettings):
    """Puts `masking_char` in the place of the first or last `chars_to_mask` characters of a span.

    Parameters are Presidio's. With `keep_chars` the other end is counted: all but so many characters are hidden, of
    which letters and digits alone count and the marks between them stay, as in `**** **** **** 5556`.
    """

    name: Literal["mask"] = "mask"
    masking_char: str = Field(default="*", min_length=1, max_length=1, description="what to put for each character")
    chars_to_mask: int | None = Field(default=None, ge=0, description="how many characters; without it all")
    from_end: bool = Field(default=False, description="count from the end")
    keep_chars: int | None = Field(default=None, ge=0, description="letters and digits to leave at the other end")

    def __call__(self, original: str, label: str) -> str:
        if self.keep_chars is not None:
            return self._all_but(original, self.keep_chars)
        count = len(original) if self.chars_to_mask is None else min(len(original), self.chars_to_mask)
        if self.from_end:
            return original[: len(original) - count] + self.masking_char * count
        return self.masking_char * count + original[count:]

    def _all_but(self, original: str, keep: int) -> str:
        places = [place for place, character in enumerate(original) if character.isalnum()]
        hidden = set(places[keep:] if self.from_end else places[: len(places) - keep])
        if len(places) < 2 * keep:  # a short one would be shown nearly whole
            hidden = set(places) or set(range(len(original)))
        for place, character in enumerate(original):
            if place - 1 in hidden and category(character).startswith("M"):
                hidden.add(place)  # an accent or a vowel's sign goes with its letter
        return "".join(self.masking_char if place in hidden else c for place, c in enumerate(original))
