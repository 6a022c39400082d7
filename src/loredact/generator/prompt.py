"""How a model is asked for a masked text: the base's own chat template around an instruction and the text."""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from loredact.bases import Base
from loredact.bases.config import read_tokenizer_config
from loredact.encoding import Tokens, encode, read_tokenizer
from loredact.errors import BaseError, told_as

# Lines of a template that are run at most, and its characters: real ones take some hundred, and some thousand.
_MOST_LINES, _LONGEST_TEMPLATE = 100_000, 1_000_000
# Stand in for what is said while the template is read.
_ASKED, _ANSWERED = "QUESTION-OF-THE-USER", "ANSWER-OF-THE-MODEL"


class Prompt:
    """The token ids of prompts and answers.

    A special token that stands in a text, such as `<|im_end|>`, is text like any other there.
    """

    def __init__(self, base: Base, instruction: str) -> None:
        self._instruction = f"{instruction}\n" if instruction else ""
        file = base.folder / "tokenizer.json"
        self.tokenizer: Tokenizer = read_tokenizer(file)
        self.tokenizer.encode_special_tokens = True
        template = read_tokenizer(file)
        before, after, end = _read_template(base)
        self._before, self._after = _ids(template, before), _ids(template, after)
        ends = _ids(template, end)
        if not len(ends):
            raise BaseError(f"The chat template of {base.name} does not say where an answer begins and ends.")
        self.end = int(ends[0])  # ends an answer

    @cached_property
    def shared(self) -> NDArray[np.int64]:
        """What prompts begin with, whatever the text; few texts change its last token."""
        return np.concatenate([self._before, _ids(self.tokenizer, self._instruction)])

    @property
    def overhead(self) -> int:
        """How many tokens a prompt has beside its text's."""
        return len(self.shared) + len(self._after)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the tokens around a text and an answer."""
        parts = [self.shared.tolist(), self._after.tolist(), self.end]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def ask(self, text: str) -> NDArray[np.int64]:
        """The prompt for `text`, up to where the model's answer begins."""
        return np.concatenate([self._before, _ids(self.tokenizer, self._instruction + text), self._after])

    def answer(self, masked: str) -> NDArray[np.int64]:
        """A whole answer, the token that ends it included."""
        return np.append(_ids(self.tokenizer, masked), self.end)

    def tokens(self, text: str) -> Tokens:
        """The tokens of a text and where each one stands."""
        return encode(self.tokenizer, text)


def _ids(tokenizer: Tokenizer, text: str) -> NDArray[np.int64]:
    with told_as(BaseError, "The base's tokenizer.json is damaged: it cannot read a text. Fetch the base again"):
        return np.asarray(tokenizer.encode(text, add_special_tokens=False).ids, dtype=np.int64)


def _read_template(base: Base) -> tuple[str, str, str]:
    """What stands before a user's message, what between it and the answer, and what after the answer."""
    from transformers import AutoTokenizer

    read_tokenizer_config(base.folder)
    with told_as(BaseError, f"Transformers cannot read the tokenizer of {base.name}. Fetch the base again"):
        tokenizer = AutoTokenizer.from_pretrained(base.folder, trust_remote_code=False)
    written = tokenizer.chat_template
    if not written:
        raise BaseError(f"{base.name} has no chat template: it was not trained to follow instructions.")
    if len(written if isinstance(written, str) else repr(written)) > _LONGEST_TEMPLATE:
        raise BaseError(f"The chat template of {base.name} is too long to be one.")
    said = [{"role": "user", "content": _ASKED}]
    with told_as(BaseError, f"The chat template of {base.name} cannot be used"), _running_at_most(_MOST_LINES):
        prompt = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
        said.append({"role": "assistant", "content": _ANSWERED})
        whole = tokenizer.apply_chat_template(said, tokenize=False)
        before, _, after = prompt.partition(_ASKED)
        end = whole.partition(_ANSWERED)[2] or tokenizer.eos_token
    if not after or not end:
        raise BaseError(f"The chat template of {base.name} does not say where an answer begins and ends.")
    return before, after, end


class _RunsOnError(Exception):
    """A template runs on and on."""


@contextmanager
def _running_at_most(lines: int) -> Iterator[None]:
    """Within this, templates of Jinja, which it compiles to Python, run so many lines in all, and then fail.

    A template can loop for longer than anyone waits. What a single operation in it takes is not bounded.
    """
    left = lines

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if "<template>" not in frame.f_code.co_filename:
            return None
        left -= 1
        if left < 0:
            raise _RunsOnError
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
