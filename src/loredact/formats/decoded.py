"""A text as a person reads it, with a map to the encoded text that stands in the file.

The encoded text is a row of segments that mean themselves, and of tokens that mean something else: `&eacute;` means é,
`""` in a quoted field one quotation mark, a colour code of a terminal nothing at all.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from loredact.document import Replacement

# Encodes a replacement's text, or, with None, what is left of the meaning of a token that is replaced in part.
Write = Callable[[str, Replacement | None], str]


@dataclass(frozen=True, slots=True)
class Token:
    """`encoded[start:end]` means `text`.

    A token that means nothing, or that is `kept`, such as a tag of markup, stays when what is around it is replaced.
    `write` encodes what this token is to mean when part of it is replaced; None: as the text around it is encoded.
    """

    start: int
    end: int
    text: str
    kept: bool = False
    write: Callable[[str], str] | None = None


class Decoded:
    """`text` is what `encoded` means; `tokens`, in order and apart, are what in it does not mean itself."""

    __slots__ = ("_starts", "encoded", "text", "tokens")

    def __init__(self, encoded: str, tokens: Iterable[Token] = ()) -> None:
        self.encoded = encoded
        self.tokens: Sequence[Token] = tuple(tokens)
        self._starts: list[int] = []  # where in the text the meaning of each token starts
        pieces: list[str] = []
        read = length = 0
        for token in self.tokens:
            pieces += (encoded[read : token.start], token.text)
            length += token.start - read
            self._starts.append(length)
            length += len(token.text)
            read = token.end
        pieces.append(encoded[read:])
        # A model cannot be given half a surrogate pair. One character for one, so that offsets stay.
        self.text = _without_surrogates("".join(pieces))

    def encodings(self, start: int, end: int) -> list[str]:
        """How the tokens stand in the file whose meaning begins within `text[start:end]`."""
        tokens = self.tokens[bisect_left(self._starts, start) : bisect_right(self._starts, end - 1)]
        return [self.encoded[token.start : token.end] for token in tokens if token.text]

    def replace(self, replacements: Sequence[Replacement], write: Write) -> str:
        """The encoded text with `replacements`, which have offsets into `text`; all else of it is as it was.

        A token that is replaced in part is written anew, with what is left of its meaning.
        """
        if not replacements:
            return self.encoded
        out: list[str] = []
        next_one = 0
        for start, end, first, past, token in self._pieces():
            while next_one < len(replacements) and replacements[next_one].span.end <= start:
                next_one += 1
            index, at = next_one, start
            put: list[str] = []
            whole = token.write if token else None  # takes all of its new meaning at once
            encode: Write = write if whole is None else lambda text, _: text
            while index < len(replacements) and replacements[index].span.start < end:
                replacement = replacements[index]
                if replacement.span.start >= start:
                    put.append(self._rest(start, at, replacement.span.start, first, token, encode))
                    put.append(encode(replacement.text, replacement))
                at = min(replacement.span.end, end)
                index += 1
            if index == next_one:
                out.append(self.encoded[first:past])
                continue
            put.append(self._rest(start, at, end, first, token, encode))
            new = "".join(put)
            out.append(whole(new) if whole and new else new)
            if token is not None and (token.kept or not token.text):
                out.append(self.encoded[first:past])
        return "".join(out)

    def _rest(self, start: int, at: int, to: int, first: int, token: Token | None, encode: Write) -> str:
        """`text[at:to]` as it is to be written, in a piece that starts at `start`, in the encoded text at `first`."""
        if at == to or (token is not None and token.kept):
            return ""
        if token is None:
            return self.encoded[first + at - start : first + to - start]
        return encode(self.text[at:to], None)

    def _pieces(self) -> Iterator[tuple[int, int, int, int, Token | None]]:
        """Where in the text and where in the encoded text each piece starts and ends; None: it means itself."""
        read = at = 0
        for token, start in zip(self.tokens, self._starts, strict=True):
            yield at, start, read, token.start, None
            at, read = start + len(token.text), token.end
            yield start, at, token.start, token.end, token
        yield at, len(self.text), read, len(self.encoded), None


def _without_surrogates(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text
