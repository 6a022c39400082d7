"""loredact: teach a small language model to mask personal data, with LoRA, on your own machine.

from loredact import Masker

masker = Masker.load("my-adapter")
print(masker.mask("Call Ada Lovelace on 020 7946 0958.").text)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loredact.corpora import read_corpus
    from loredact.masker import Masked, Masker
    from loredact.spans import Document, Span
    from loredact.tagger import SharedBases
    from loredact.tuning import Settings, train

__version__ = "0.1.0"
__all__ = ["Document", "Masked", "Masker", "Settings", "SharedBases", "Span", "read_corpus", "train"]

_HOMES = {
    "Document": "loredact.spans",
    "Masked": "loredact.masker",
    "Masker": "loredact.masker",
    "Settings": "loredact.tuning",
    "SharedBases": "loredact.tagger",
    "Span": "loredact.spans",
    "read_corpus": "loredact.corpora",
    "train": "loredact.tuning",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import loredact` does not wait for PyTorch."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
