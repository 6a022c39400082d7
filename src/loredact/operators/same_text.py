"""Who is who by the text alone: two mentions are of one where they are spelt alike."""

import unicodedata
from collections.abc import Sequence

from loredact.document import Span


class SameText:
    """Two mentions with one label are of one person or thing where their texts are equal after normalising.

    Normalising is Unicode NFKC, case folding, and one space for any white space.
    """

    def see(self, text: str, spans: Sequence[Span]) -> None:
        """Nothing is to be known ahead."""

    def identity(self, original: str, label: str) -> str:
        """The label and the normalised text."""
        return f"{label}:{' '.join(unicodedata.normalize('NFKC', original).casefold().split())}"
