"""loredact: teach a small language model to mask personal data, with LoRA, on your own machine.

from loredact import Masker

masker = Masker.load("my-adapter")
print(masker.mask("Call Ada Lovelace on 020 7946 0958.").text)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loredact.corpora import read_corpus
    from loredact.document import Document, Masked, Span
    from loredact.masking import Masker
    from loredact.tagger import SharedBases
    from loredact.training import Settings, train, train_into

__version__ = "0.1.0"
__all__ = ["Document", "Masked", "Masker", "Settings", "SharedBases", "Span", "read_corpus", "train", "train_into"]

_HOMES = {
    "Document": "loredact.document",
    "Masked": "loredact.document",
    "Masker": "loredact.masking",
    "Settings": "loredact.training",
    "SharedBases": "loredact.tagger",
    "Span": "loredact.document",
    "read_corpus": "loredact.corpora",
    "train": "loredact.training",
    "train_into": "loredact.training",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import loredact` does not wait for PyTorch."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
