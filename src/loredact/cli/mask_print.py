"""`loredact mask FILE…`: texts printed masked, one after the other."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from loredact.adapters import find_adapter
from loredact.batch import Work, masked_file, structured
from loredact.cli.console import as_json, say
from loredact.cli.texts import STANDARD_INPUT, blocks, is_there_but_once, look_through
from loredact.document import Document, Masked
from loredact.errors import InputError
from loredact.formats import Format, Options, noted_once
from loredact.masking import Masker, mask_with_vault
from loredact.masking.report import Report, report_of
from loredact.operators import Context, Within
from loredact.vault import Vault
from loredact.vault.key import find_key

# Formats whose files hold their texts encoded, in base64 and the like.
_ENCODED = frozenset({"eml", "mbox"})


@dataclass(frozen=True, slots=True)
class VaultOptions:
    """The vault that keeps what is masked, and how its documents are called and linked."""

    path: Path
    key_file: Path | None
    document: str | None
    within: Within


def mask_print(
    names: Sequence[str],
    work: Work,
    reports: Sequence[Path] = (),
    *,
    json: bool = False,
    vault: VaultOptions | None = None,
) -> None:
    """Print the texts called `names`, masked; as JSON, a line a text, or as they are.

    Without JSON and without a vault no text is ever held whole. `reports` are written at the end.
    """
    # Bytes, since a text stream may translate line breaks.
    output = _output()
    if vault is not None or json:
        _require_plain(names, work, "--json" if json else "--vault")
        look_through(names)
        masker = work.load(say)
        done = report_of(masker, work.adapter, find_adapter(work.adapter))
        texts = (Document("".join(blocks(name)), extra={"file": name}) for name in names)
        if vault is None:
            masked = masker.mask_many(texts, lambda text: _context(str(text.extra["file"]), work))
        else:
            masked = _with_vault(masker, texts, work, vault)
        _print_texts(output, masked, done, json)
    else:
        files = [name for name in names if not is_there_but_once(name) and Path(name).is_file()]
        formats = {name: found for name in files if (found := structured(Path(name), _options(name, work)))}
        if work.columns is not None and len(formats) < len(names):
            raise InputError("--columns is for tables and the like, and a plain text has no columns: leave it away.")
        look_through(name for name in names if name not in formats)
        masker = work.load(say)
        done = report_of(masker, work.adapter, find_adapter(work.adapter))
        for found, group in groupby(names, formats.get):
            if found is None:
                _print_stream(output, masker, list(group), work, done)
            else:
                for name in group:
                    _print_file(output, masker, found, name, work, done)
    for path in reports:
        done.write(path)


def _options(name: str, work: Work) -> Options:
    """How the file is read; what of it is left as it is is told once."""
    return work.options(noted_once(lambda note: say(f"{name}: {note}")))


def _require_plain(names: Iterable[str], work: Work, option: str) -> None:
    """Refuse files whose texts are encoded, and say of others with a syntax that it is masked as text."""
    if work.columns is not None:
        raise InputError(f"--columns reads a file by its format, and {option} as a text: leave one away.")
    for name in names:
        found = None if is_there_but_once(name) or not Path(name).is_file() else structured(Path(name))
        if found is not None and found.name in _ENCODED:
            raise InputError(f"{name} is a mail, whose texts are encoded: mask it without {option}, or with --out.")
        if found is not None and found.name != "text":
            say(f"{name}: with {option} it is read as plain text, and not by its format ({found.name})")


def _output() -> BinaryIO:
    if sys.stdout is None:
        raise InputError("Standard output is closed: there is nowhere to print the masked text to.")
    return sys.stdout.buffer


def _context(name: str, work: Work) -> Context:
    # Standard input has no name by which its document could be known again.
    return Context(None if name == STANDARD_INPUT else name, work.customer)


def _print_texts(output: BinaryIO, texts: Iterable[Masked], done: Report, json: bool) -> None:
    for masked in texts:
        name = str(masked.extra["file"])
        done.add(name, masked)
        _print(output, as_json({"file": name, **masked.as_json()}) + "\n" if json else masked.text)


def _print_stream(output: BinaryIO, masker: Masker, names: Iterable[str], work: Work, done: Report) -> None:
    """Print plain texts, of which none is ever held whole."""
    for part in masker.mask_parts((blocks(name), _context(name, work)) for name in names):
        done.add(part.context.document or STANDARD_INPUT, part.masked, last=part.last)
        _print(output, part.masked.text)


def _print_file(output: BinaryIO, masker: Masker, found: Format, name: str, work: Work, done: Report) -> None:
    """Print a file that has a format."""
    tell = partial(done.add, name, last=False)
    context, note = _context(name, work), lambda line: say(f"{name}: {line}")
    for data in masked_file(masker, found, Path(name), context, tell, columns=work.columns, note=note):
        output.write(data)
        output.flush()
    done.documents += 1


def _print(output: BinaryIO, text: str) -> None:
    output.write(text.encode())
    output.flush()


def _with_vault(masker: Masker, texts: Iterable[Document], work: Work, options: VaultOptions) -> Iterator[Masked]:
    """The texts masked with placeholders, each once its values are in the vault."""

    def context(text: Document) -> Context:
        return Context(options.document or _name_in_vault(str(text.extra["file"]), say), work.customer)

    with _open_to_write(options.path, options.key_file) as vault:
        yield from mask_with_vault(masker, vault, texts, context, options.within)


def _name_in_vault(name: str, say: Callable[[str], None]) -> str:
    """What the text of a file is called in a vault. Standard input has a name made up, which is told."""
    if name != STANDARD_INPUT:
        return name
    made = f"stdin-{token_hex(6)}"
    say(f"The text is the document {made} of the vault.")
    return made


def _open_to_write(path: Path, key_file: Path | None) -> Vault:
    """The vault in the file `path`, opened with its key."""
    vault = Vault.open(path, write=True)
    try:
        return vault.unlock(find_key(vault.check_value, key_file))
    except BaseException:
        vault.close()
        raise
