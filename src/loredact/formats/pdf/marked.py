"""What marked content is said to stand for (ISO 32000-1, 14.9): letters of the page once more, and so what is masked.

It is taken out, whatever it holds: where each word stands by itself, nobody could tell a name by it.
"""

import re
from collections.abc import Iterable

import pikepdf

from loredact.errors import InputError, told_as

# In a structure element /Alt describes a picture, and is a text by itself.
_OF_CONTENT, _OF_ELEMENTS = ("/ActualText", "/Alt", "/E"), ("/ActualText", "/E")
# A name may be written with its letters as numbers, behind a #.
_MAY_STAND = re.compile(rb"/(?:ActualText|Alt|E)(?![A-Za-z0-9])|#")


def clean(pdf: pikepdf.Pdf, dictionaries: Iterable[pikepdf.Object]) -> bool:
    """Take it out of the content streams, their resources and the structure; whether anything was there.

    `dictionaries` are those of the document.

    Raises:
        InputError: where a content stream cannot be read.
    """
    found = False
    for number, page in enumerate(pdf.pages, 1):
        with told_as(InputError, f"Page {number} of the PDF cannot be read."):
            content = _without_words(page.obj, page.obj.get("/Contents"))
            if content is not None:
                page.obj["/Contents"] = pdf.make_stream(content)
                found = True
    with told_as(InputError, "What a page of the PDF draws cannot be read."):
        for holder in dictionaries:
            if _draws(holder) and (content := _without_words(holder, holder)) is not None:
                holder.write(content)
                found = True
            glyphs, lists = holder.get("/CharProcs"), holder.get("/Properties")
            for glyph in _values(glyphs):
                if isinstance(glyph, pikepdf.Stream) and (content := _without_words(glyph, glyph)) is not None:
                    glyph.write(content)
                    found = True
            for properties in _values(lists):
                found |= _drop(properties, _OF_CONTENT)
            found |= _drop(holder, _OF_ELEMENTS)
    return found


def _draws(holder: pikepdf.Object) -> bool:
    """Whether it is the content stream of a form or a pattern."""
    return isinstance(holder, pikepdf.Stream) and (holder.get("/Subtype") == "/Form" or "/PatternType" in holder)


def _values(holder: object) -> list[pikepdf.Object]:
    return list(holder.values()) if isinstance(holder, pikepdf.Dictionary) else []


def _drop(holder: object, keys: Iterable[str]) -> bool:
    found = False
    if isinstance(holder, pikepdf.Dictionary | pikepdf.Stream):
        for key in keys:
            # A font may be called so in the resources.
            if isinstance(holder.get(key), pikepdf.String):
                del holder[key]
                found = True
    return found


def _without_words(source: pikepdf.Object, streams: object) -> bytes | None:
    """The instructions of `source`, which stand in `streams`, without those texts; None where it has none."""
    parts = [streams] if isinstance(streams, pikepdf.Stream) else list(streams or ())  # type: ignore[call-overload]
    if not any(_MAY_STAND.search(part.read_bytes()) for part in parts if isinstance(part, pikepdf.Stream)):
        return None
    instructions = list(pikepdf.parse_content_stream(source))
    found = False
    for instruction in instructions:
        if str(instruction.operator) in {"BDC", "DP"} and len(instruction.operands) > 1:
            found |= _drop(instruction.operands[-1], _OF_CONTENT)
    return pikepdf.unparse_content_stream(instructions) if found else None
