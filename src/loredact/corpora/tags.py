"""Tags of tokens: the schemes that there are, told apart, and the spans that tags make.

A tag is `O` or a prefix with a label. Prefixes are B (begins), I (goes on), E or L (ends), M (goes on, as I), and S, U
or W (alone). In IO, I alone is there; in IOB1, B stands only where a span follows one of its label.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_ALONE, _INNER, _LAST = frozenset("SUW"), frozenset("IM"), frozenset("EL")
PREFIXES = "BIESLUMW"
_TAG = re.compile(rf"([{PREFIXES}])([-_])(.+)")


@dataclass(frozen=True, slots=True)
class Tag:
    """The tag of a token: a prefix (`O` where it is in no span) and the label."""

    prefix: str
    label: str = ""


OUTSIDE = Tag("O")


def parse_tag(written: str, separator: str) -> Tag | None:
    """The tag that is `written` with `separator`, `-` or `_`, behind its prefix, or bare (`""`, each label I).

    `O` is outside every span, and so is `_`, with which CoNLL-U writes that there is nothing. None where it is no tag.
    """
    if written in ("O", "_"):
        return OUTSIDE
    if not separator:
        return Tag("I", written) if written else None
    match = _TAG.fullmatch(written)
    return Tag(match[1], match[3]) if match and match[2] == separator else None


def scheme_of(sentences: Iterable[Sequence[Tag]]) -> str:
    """The name of the scheme that `sentences` of tags are in: BIO, IOB1, IO, BIOES, BILOU, BMEWO, or `no tags`."""
    letters: set[str] = set()
    inner_starts = odd_begins = 0
    for tags in sentences:
        before = OUTSIDE
        for tag in tags:
            letters.add(tag.prefix)
            follows = before.label == tag.label and bool(tag.label)
            inner_starts += tag.prefix == "I" and not follows
            odd_begins += tag.prefix == "B" and not follows
            before = tag
    letters.discard("O")
    families = [
        name
        for name, own in (("BILOU", "UL"), ("BMEWO", "MW"), ("BIOES", "ES"))
        if letters & set(own) and (name != "BIOES" or not letters & set("MW"))
    ]
    if len(families) > 1:
        return f"several schemes mixed ({', '.join(families)})"
    if families:
        return families[0]
    if letters == {"I"}:
        return "IO"
    if not letters:
        return "no tags"
    return "IOB1" if inner_starts and not odd_begins else "BIO"


def spans_of(tags: Sequence[Tag], scheme: str) -> tuple[list[tuple[int, int, str]], list[int]]:
    """The spans of one sentence, as (first token, last token, label), and which tags are not as `scheme` has it.

    A span that goes on or ends where none of its label is open begins there.
    """
    spans: list[tuple[int, int, str]] = []
    broken: list[int] = []
    open_label = ""
    ends_are_marked = scheme not in ("BIO", "IOB1", "IO", "no tags")
    for index, tag in enumerate(tags):
        goes_on = tag.prefix in _INNER | _LAST
        if goes_on and open_label == tag.label:
            first, _, label = spans[-1]
            spans[-1] = first, index, label
        else:
            if open_label and ends_are_marked:
                broken.append(index - 1)
            if tag.label:
                spans.append((index, index, tag.label))
                if goes_on and scheme not in ("IOB1", "IO"):
                    broken.append(index)
        open_label = "" if tag.prefix in _ALONE | _LAST else tag.label
    if open_label and ends_are_marked:
        broken.append(len(tags) - 1)
    return spans, broken


def joined_tag(tags: Sequence[Tag]) -> Tag:
    """The tag of one written token that stands for several words, by the first of them that is in a span."""
    labelled = [tag for tag in tags if tag.label]
    if not labelled:
        return OUTSIDE
    label = labelled[0].label
    own = [tag.prefix for tag in labelled if tag.label == label]
    begins, ends = own[0] in _ALONE | {"B"}, own[-1] in _ALONE | _LAST
    if begins:
        return Tag(own[0] if len(own) == 1 else "S" if ends else "B", label)
    return Tag("E" if ends else "I", label)
