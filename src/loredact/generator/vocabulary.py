"""The bytes of each token of a vocabulary, and which tokens may come next."""

import json
from bisect import bisect_left
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from loredact.errors import BaseError
from loredact.generator.grammar import Grammar, State


class Vocabulary:
    """The tokens that write text, as bytes. `ends` are the tokens that end an answer, `size` is how many tokens the
    language modelling head scores; None for any number.

    Raises:
        BaseError: where its tokens cannot write all of ASCII, none ends an answer, or one is not scored.
    """

    def __init__(self, tokenizer: Tokenizer, ends: frozenset[int], size: int | None = None) -> None:
        self.tokenizer = tokenizer
        # What a text says is no special token, even if it is spelt like one.
        tokenizer.encode_special_tokens = True
        self.ends = ends
        self.parts = {token: part for token, part in _parts(tokenizer).items() if part and token not in ends}
        if size is not None and max((*self.parts, *ends), default=0) >= size:
            raise BaseError(
                "This base's tokenizer.json has tokens that its weights do not score. Fetch the base again."
            )
        # The tokens with a beginning in common stand together. Of those that write the same the first alone is used.
        known = {part: token for token, part in sorted(self.parts.items(), reverse=True)}
        self._sorted = sorted(known)
        self._tokens = [known[part] for part in self._sorted]
        self._singles = {part[0] for part in known if len(part) == 1}
        if not ends or not self._singles.issuperset(range(ord(" "), ord("~") + 1)):
            raise BaseError("This base cannot write masked texts: its vocabulary lacks an end or a character of ASCII.")

    def writable(self, text: str) -> list[int]:
        """The places in `text` of the characters that the tokens can write, each byte by byte if need be.

        A vocabulary may lack a control character or what planes of Unicode without characters begin with.
        """
        data = text.encode()
        if self._singles.issuperset(data):
            return list(range(len(text)))
        return [place for place, character in enumerate(text) if self._singles.issuperset(character.encode())]

    def best(self, logs: NDArray[np.float32], grammar: Grammar, state: State) -> int:
        """The most probable token that may come next, by `logs`, `(vocabulary,)`; of equal ones the first."""
        token = int(logs.argmax())
        if self.may_follow(token, grammar, state):
            return token
        allowed = np.array(sorted(self.allowed(grammar, state)))
        return int(allowed[logs[allowed].argmax()])

    def may_follow(self, token: int, grammar: Grammar, state: State) -> bool:
        """Whether `token` may come next."""
        if token in self.ends:
            return grammar.is_end(state)
        part = self.parts.get(token)
        return part is not None and grammar.follow(state, part) is not None

    def allowed(self, grammar: Grammar, state: State) -> set[int]:
        """Tokens that may come next: never none; of those that write the same, one."""
        found = set(self.ends) if grammar.is_end(state) else set()
        waiting = [(b"", 0, len(self._sorted), state)]
        while waiting:
            part, first, past, here = waiting.pop()
            for byte in grammar.allowed_bytes(here):
                longer = part + bytes([byte])
                begin, end = self._beginning_with(longer, first, past)
                after = grammar.step(here, byte) if begin < end else None
                if after is not None:
                    if self._sorted[begin] == longer:
                        found.add(self._tokens[begin])
                    waiting.append((longer, begin, end, after))
        return found

    def copy(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The tokens that write `text`, and how many bytes the first ones write, for each number of them from 0 on."""
        ids = self.tokenizer.encode(text, add_special_tokens=False).ids
        if b"".join(self.parts.get(token, b"") for token in ids) != text.encode():
            # A tokenizer that changes what it reads, such as one that joins accents.
            ids = self.spell(text.encode())
        ends = np.cumsum([0, *(len(self.parts[token]) for token in ids)])
        return np.array(ids, dtype=np.int64), ends

    def spell(self, data: bytes) -> list[int]:
        """Tokens that write `data`, each the longest there is."""
        ids = []
        place = 0
        while place < len(data):
            first, past, longest = 0, len(self._sorted), 0
            for end in range(place + 1, len(data) + 1):
                first, past = self._beginning_with(data[place:end], first, past)
                if first == past:
                    break
                if self._sorted[first] == data[place:end]:
                    longest = first
            ids.append(self._tokens[longest])
            place += len(self._sorted[longest])
        return ids

    def _beginning_with(self, part: bytes, first: int, past: int) -> tuple[int, int]:
        """Which of the sorted tokens from `first` to `past`, that agree up to the last byte, begin with `part`."""
        begin = bisect_left(self._sorted, part, first, past)
        if part[-1] == 0xFF:
            return begin, past
        return begin, bisect_left(self._sorted, part[:-1] + bytes([part[-1] + 1]), begin, past)


def _parts(tokenizer: Tokenizer) -> dict[int, bytes]:
    """The bytes that each token writes, without special tokens."""
    decoder: dict[str, Any] = json.loads(tokenizer.decoder.__getstate__()) if tokenizer.decoder else {}
    kinds = {part.get("type") for part in decoder.get("decoders", [decoder])}
    added = tokenizer.get_added_tokens_decoder()
    entries = {token: written for written, token in tokenizer.get_vocab().items() if token not in added}
    if "ByteLevel" in kinds:
        return {token: written.translate(_BYTES).encode("latin-1", "ignore") for token, written in entries.items()}
    if "ByteFallback" in kinds:
        return {token: _with_fallback(written) for token, written in entries.items()}
    raise BaseError("This base's tokens are not made of bytes, so that it cannot write every text.")


def _with_fallback(written: str) -> bytes:
    if len(written) == 6 and written.startswith("<0x") and written.endswith(">"):
        return bytes([int(written[3:5], 16)])
    return written.replace("▁", " ").encode()


def _byte_characters() -> dict[int, int]:
    """The character that stands for each byte in a byte-level vocabulary (`bytes_to_unicode` of GPT-2's encoder.py)."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {byte: byte for byte in shown} | {256 + place: byte for place, byte in enumerate(hidden)}


_BYTES = _byte_characters()
