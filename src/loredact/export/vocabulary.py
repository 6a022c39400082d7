"""A base's tokens, as llama.cpp keeps them in GGUF."""

from pathlib import Path
from typing import Any

import gguf

from loredact.errors import BaseError, told_as
from loredact.strict_json import read_json

# How a text is cut before pairs of bytes are merged, by llama.cpp's names: the `pre` of `llama-vocab.cpp`.
_CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_BY_PATTERN = {rf"{_CONTRACTIONS}\p{{N}}{{1,3}}{_REST}": "llama-bpe", rf"{_CONTRACTIONS}\p{{N}}{_REST}": "qwen2"}


def add_vocabulary(writer: gguf.GGUFWriter, folder: Path, size: int) -> None:
    """Write the tokens of the base in `folder`, `size` in all, their merges, special tokens and chat template.

    Raises:
        BaseError: where its tokenizer is not byte-level BPE, or cuts texts in a way that is not known here.
    """
    with told_as(BaseError, f"{folder / 'tokenizer.json'} cannot be written as GGUF"):
        tokenizer = read_json(folder / "tokenizer.json")
        tokens = [f"[PAD{place}]" for place in range(size)]
        types = [gguf.TokenType.UNUSED] * size
        for token, place in tokenizer["model"]["vocab"].items():
            tokens[place], types[place] = token, gguf.TokenType.NORMAL
        for added in tokenizer["added_tokens"]:
            kind = gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED
            tokens[added["id"]], types[added["id"]] = added["content"], kind
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_cutting(tokenizer, folder))
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    special = gguf.SpecialVocab(folder, load_merges=True, n_vocab=size)
    # Said outright, since llama.cpp assumes one or the other by the way of cutting.
    special.add_special_token.setdefault("bos", False)
    special.add_to_gguf(writer, quiet=True)


def _cutting(tokenizer: dict[str, Any], folder: Path) -> str:
    """llama.cpp's name for the way in which `tokenizer` cuts a text before it merges."""
    first = tokenizer["pre_tokenizer"] or {}
    steps = [dict(step) for step in first.get("pretokenizers", [first])]
    kinds = [step.get("type") for step in steps]
    if tokenizer["model"].get("type") == "BPE" and kinds and kinds[-1] == "ByteLevel":
        if kinds == ["ByteLevel"] and steps[0].get("use_regex", True):
            return "gpt-2"
        if kinds == ["Digits", "ByteLevel"] and steps[0]["individual_digits"] and steps[1].get("use_regex", True):
            return "smollm"
        if kinds == ["Split", "ByteLevel"] and steps[0]["pattern"].get("Regex") in _BY_PATTERN:
            return _BY_PATTERN[steps[0]["pattern"]["Regex"]]
    raise BaseError(
        f"The tokenizer of {folder} is of a kind that is not written as GGUF here. Merge the adapter with PEFT, and "
        "convert the result with llama.cpp's convert_hf_to_gguf.py."
    )
