"""How a model is asked for a masked text: the base's own chat template around an instruction and the text."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from loredact.bases import Base
from loredact.encoding import Tokens, encode, read_tokenizer
from loredact.errors import BaseError

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
        self.end = int(_ids(template, end)[0])  # ends an answer

    @cached_property
    def shared(self) -> NDArray[np.int64]:
        """What prompts begin with, whatever the text; few texts change its last token."""
        return np.concatenate([self._before, _ids(self.tokenizer, self._instruction)])

    @property
    def overhead(self) -> int:
        """How many tokens a prompt has beside its text's."""
        return len(self.shared) + len(self._after)

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
    return np.asarray(tokenizer.encode(text, add_special_tokens=False).ids, dtype=np.int64)


def _read_template(base: Base) -> tuple[str, str, str]:
    """What stands before a user's message, what between it and the answer, and what after the answer."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    if not tokenizer.chat_template:
        raise BaseError(f"{base.name} has no chat template: it was not trained to follow instructions.")
    said = [{"role": "user", "content": _ASKED}]
    prompt = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    said.append({"role": "assistant", "content": _ANSWERED})
    whole = tokenizer.apply_chat_template(said, tokenize=False)
    before, _, after = prompt.partition(_ASKED)
    end = whole.partition(_ANSWERED)[2] or tokenizer.eos_token
    if not after or not end:
        raise BaseError(f"The chat template of {base.name} does not say where an answer begins and ends.")
    return before, after, end
