"""Lists of words as they are written down here: a line of text, with a space between two."""

from loredact.linking import plain


def plain_words(text: str) -> frozenset[str]:
    """The words of `text`, without case and accents."""
    return frozenset(map(plain, text.split()))
