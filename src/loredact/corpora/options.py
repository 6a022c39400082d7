"""How a person says what a corpus is, where what its reader takes it for is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadAs:
    """What to take a corpus for. Whatever is None is decided by looking at it.

    `form` is the name of a form (`loredact.corpora.reading.FORMS`). `token_column` and `tag_column` are columns
    counted from 1, or from the last one with -1. `layer` is the name of a layer of INCEpTION's, whose annotations are
    the spans. `encoding` is the name that Python has for it.
    """

    form: str | None = None
    token_column: int | None = None
    tag_column: int | None = None
    layer: str | None = None
    encoding: str | None = None


AS_IT_IS = ReadAs()
