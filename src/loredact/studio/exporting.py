"""What is taken out of a folder: its labelled texts in a form that other programs read, or an adapter."""

import io
import tempfile
import zipfile
from pathlib import Path

from loredact.corpora.writers import WRITERS, write_as
from loredact.errors import InputError
from loredact.studio.adapter_names import adapter_folder
from loredact.studio.database import Database
from loredact.studio.texts import labelled_documents

# What a file of each form is called; BRAT's is a folder, which is sent as an archive.
_FILES = {
    "loredact": "labelled.jsonl",
    "columns": "labelled.conll",
    "brat": "brat",
    "presidio": "presidio.json",
    "spacy": "labelled.spacy",
    "label-studio": "label-studio.json",
    "doccano": "doccano.jsonl",
}
FORMS = tuple(name for name in _FILES if name in WRITERS)


def export_labelled(database: Database, form: str) -> tuple[str, bytes, list[str]]:
    """The texts that are done, by number: a file's name, its bytes, and what the form could not hold of them.

    Raises:
        InputError: where there is no such form, nothing is done, or a library is missing.
    """
    if form not in FORMS:
        raise InputError("There is no such form.")
    documents = [document for _, document in labelled_documents(database)]
    if not documents:
        raise InputError("No text is done yet.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _FILES[form]
        lost = [str(change) for change in write_as(path, documents, form)]
        if path.is_dir():
            return f"{path.name}.zip", _zipped(path), lost
        return path.name, path.read_bytes(), lost


def export_adapter(database: Database, name: str) -> tuple[str, bytes]:
    """The adapter called `name` as an archive of its folder. Raises InputError where there is none."""
    return f"{name}.zip", _zipped(adapter_folder(database.folder, name))


def _zipped(folder: Path) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            # A checkpoint and a lock are no part of what is handed on.
            if path.is_file() and not path.name.startswith((".", "checkpoint")):
                archive.write(path, path.relative_to(folder))
    return data.getvalue()
