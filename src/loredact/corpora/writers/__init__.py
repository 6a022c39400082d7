"""Write a corpus in the forms of other programs, and tell what a form cannot hold."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from loredact.corpora.problems import Change
from loredact.corpora.writers import brat, columns, docbin, rows
from loredact.document import Document
from loredact.errors import InputError

# Of each form that can be written: what writes documents to a path, whole or not at all, and tells what was left out.
WRITERS: dict[str, Callable[[Path, Sequence[Document]], list[Change]]] = {
    "loredact": rows.write_loredact,
    "columns": columns.write_columns,
    "brat": brat.write_brat,
    "presidio": rows.write_presidio,
    "spacy": docbin.write_docbin,
    "label-studio": rows.write_label_studio,
    "doccano": rows.write_doccano,
}

__all__ = ["WRITERS", "write_as"]


def write_as(path: Path, documents: Iterable[Document], form: str) -> list[Change]:
    """Write `documents` to `path` in `form`, and give what the form cannot hold, by the number of its document.

    Raises:
        InputError: where there is no such form to write, a library is missing, or `path` cannot be written.
    """
    if form not in WRITERS:
        raise InputError(f"There is no such form to write. Forms: {', '.join(WRITERS)}.")
    try:
        return WRITERS[form](path, list(documents))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
